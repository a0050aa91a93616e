-- What was looked for by going through a whole table, or through all that had changed since.

-- Open311 asks what has changed, of a service and in a state. A filing pays for one entry more and
-- for one less: the index of assignees held every case without one, and cases_assignee_due and
-- cases_assignee_opened, which hold none of those, answer all that it did.
DROP INDEX cases_assignee;
CREATE INDEX cases_service_updated ON cases(service, state_type, updated, id);

-- What everybody may know, in the order in which it happened: always added at its end.
CREATE INDEX event_public ON event(at, id) WHERE audience = 0;

-- A private link to a case does not expire and is in none of this.
CREATE INDEX link_token_expires ON link_token(expires, id) WHERE expires IS NOT NULL;
