-- Everybody's entries hold the street alone where a service blurs its places. Which services do
-- only the program can read: the job makes them anew (engine/cases/words_job.h).
INSERT INTO job (kind, argument, once, due, attempts, trouble)
SELECT 'words.everybody', '0', 'words.everybody', 0, 0, ''
WHERE EXISTS (SELECT 1 FROM cases);
