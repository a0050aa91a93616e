-- Staff look for a caller by name as it is heard. What is compared is kept beside the name, folded by
-- the program, which knows more letters than a store does (people/party_name.h). NULL is of an older
-- version, which the program makes good; an erased party's is empty, and not in the indexes: by all
-- of the name, its first word, and its last.
ALTER TABLE party ADD COLUMN folded TEXT(800) NULL;
-- Whether an address of theirs was proven: whatever others file by somebody's name does not hide them.
ALTER TABLE party ADD COLUMN is_proven BOOL DEFAULT FALSE;
UPDATE party SET is_proven = TRUE
WHERE id IN (SELECT party FROM contact_point WHERE verified IS NOT NULL);
DROP INDEX party_by_name;
DROP INDEX party_by_first;
DROP INDEX party_by_last;
CREATE INDEX party_unfolded ON party(id) WHERE folded IS NULL;
CREATE INDEX party_by_name ON party(folded, is_proven, id) WHERE folded <> '';
-- @sqlite
CREATE INDEX party_by_first ON party(substr(folded, 1, instr(folded || ' ', ' ') - 1), is_proven, id)
    WHERE folded <> '';
CREATE INDEX party_by_last
    ON party(replace(folded, rtrim(folded, replace(folded, ' ', '')), ''), is_proven, id)
    WHERE folded <> '';
-- @postgres
CREATE INDEX party_by_first ON party(split_part(folded, ' ', 1), is_proven, id) WHERE folded <> '';
CREATE INDEX party_by_last ON party(regexp_replace(folded, '^.* ', ''), is_proven, id)
    WHERE folded <> '';
-- @both
