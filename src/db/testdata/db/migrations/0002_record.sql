-- What only marked statements may write.
-- @insert_only
CREATE TABLE record (
    id ID,
    what TEXT(200),
    seal BLOB
);

-- @protected
CREATE TABLE account (
    id ID,
    login TEXT(40) UNIQUE
);

CREATE TABLE counter (
    name TEXT(20) PRIMARY KEY,
    value I64
) WITHOUT ROWID;
ALTER TABLE counter ADD COLUMN step I64 DEFAULT 1;
INSERT INTO counter (name, value) VALUES ('it''s', 0);

-- @sqlite
-- @derived
CREATE VIRTUAL TABLE words USING fts5(body, tokenize = 'unicode61 remove_diacritics 2');
CREATE TRIGGER sample_words AFTER INSERT ON sample BEGIN
    INSERT INTO words (rowid, body) VALUES (NEW.id, NEW.label || ' ' || coalesce(NEW.note, ''));
END;
-- @postgres
ALTER TABLE sample ADD COLUMN words tsvector
    GENERATED ALWAYS AS (to_tsvector('simple', label || ' ' || coalesce(note, ''))) STORED;
CREATE INDEX sample_words ON sample USING gin (words);
-- @both
