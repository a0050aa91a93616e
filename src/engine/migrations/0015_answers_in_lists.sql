-- Lists find cases by an indexed answer: each row is in the one of these that holds its value, with
-- the case, so that reading a run of them looks nothing else up.
CREATE INDEX case_index_text ON case_index(field, text, cases) WHERE text IS NOT NULL;
CREATE INDEX case_index_number ON case_index(field, number, cases) WHERE number IS NOT NULL;
CREATE INDEX case_index_instant ON case_index(field, instant, cases) WHERE instant IS NOT NULL;
