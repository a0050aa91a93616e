-- What the queue's pages are read from in order, one index for each filter and sort that has none
-- among the engine's: a page then costs what it shows.
CREATE INDEX cases_team_opened ON cases(team, state_type, opened, id);
CREATE INDEX cases_service_due ON cases(service, state_type, due, id);
CREATE INDEX cases_state_opened ON cases(state_type, opened, id);
-- Filings come without an assignee: these two cost them nothing.
CREATE INDEX cases_assignee_due ON cases(assignee, state_type, due, id) WHERE assignee IS NOT NULL;
CREATE INDEX cases_assignee_opened ON cases(assignee, state_type, opened, id)
WHERE assignee IS NOT NULL;
