-- Entries that every case paid for and no question was answered from: an index of what is nearly
-- always NULL holds only the others now.
DROP INDEX cases_submission;
CREATE UNIQUE INDEX cases_submission ON cases(submission) WHERE submission IS NOT NULL;
DROP INDEX cases_reporter;
CREATE INDEX cases_reporter ON cases(reporter) WHERE reporter IS NOT NULL;
DROP INDEX message_external;
CREATE UNIQUE INDEX message_external ON message(route, external_id) WHERE external_id IS NOT NULL;

-- Answers marked indexed are read by their case; no list filters by one yet.
DROP INDEX case_index_text;
DROP INDEX case_index_number;
