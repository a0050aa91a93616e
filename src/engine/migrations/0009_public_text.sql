-- What everybody may find a case by: words that nobody is shown are not in it, so that searching
-- cannot tell of them, not even by what it costs.
-- @sqlite
CREATE VIRTUAL TABLE case_public_text USING fts5(words, tokenize="unicode61 remove_diacritics 2");
-- @postgres
CREATE TABLE case_public_text (
    id BIGINT PRIMARY KEY,
    words TEXT NOT NULL,
    vector TSVECTOR NOT NULL
);
CREATE INDEX case_public_text_vector ON case_public_text USING gin(vector);
-- @both

-- @sqlite
INSERT INTO case_public_text (rowid, words)
SELECT c.id, lower(c.number || ' ' || s.code || ' ' || coalesce(p.label, '') || ' ' ||
    CASE WHEN c.is_description_public = TRUE THEN c.description ELSE '' END)
FROM cases c JOIN service s ON s.id = c.service LEFT JOIN place p ON p.id = c.place;
-- @postgres
INSERT INTO case_public_text (id, words, vector)
SELECT t.id, t.words, to_tsvector('simple', t.words) FROM (
    SELECT c.id, lower(c.number || ' ' || s.code || ' ' || coalesce(p.label, '') || ' ' ||
        CASE WHEN c.is_description_public = TRUE THEN c.description ELSE '' END) AS words
    FROM cases c JOIN service s ON s.id = c.service LEFT JOIN place p ON p.id = c.place) t;
-- @both
