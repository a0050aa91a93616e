-- Answers that are erased so long after closing: one row each, as long as the case or what it left
-- in the record has one. `until` is a projection of the case's closing and of the version's field.
CREATE TABLE case_kept (
    id ID,
    cases REF(cases),
    field TEXT(40),
    service_version REF(service_version),   -- whose field says how long
    until INSTANT NULL                      -- NULL: the case is not closed
);
CREATE UNIQUE INDEX case_kept_of ON case_kept(cases, field);
CREATE INDEX case_kept_until ON case_kept(until, id) WHERE until IS NOT NULL;
