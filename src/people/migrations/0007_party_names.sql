-- Staff look for a caller by name: all of it, its first word, or its last. Expressions, so that
-- nothing has to be kept beside the name; an erased party's is empty, and not in them.
CREATE INDEX party_by_name ON party(lower(name)) WHERE name <> '';
-- @sqlite
CREATE INDEX party_by_first ON party(lower(substr(name, 1, instr(name || ' ', ' ') - 1)))
    WHERE name <> '';
CREATE INDEX party_by_last
    ON party(lower(replace(name, rtrim(name, replace(name, ' ', '')), ''))) WHERE name <> '';
-- @postgres
CREATE INDEX party_by_first ON party(lower(split_part(name, ' ', 1))) WHERE name <> '';
CREATE INDEX party_by_last ON party(lower(regexp_replace(name, '^.* ', ''))) WHERE name <> '';
-- @both
