-- Staff's entries no longer hold the answers of personal fields. Which fields are so only the program
-- can read: the job makes the entries anew, from the first (engine/cases/words_job.h).
UPDATE job SET argument = '0' WHERE once = 'words.everybody';
INSERT INTO job (kind, argument, once, due, attempts, trouble)
SELECT 'words.everybody', '0', 'words.everybody', 0, 0, ''
WHERE EXISTS (SELECT 1 FROM cases)
    AND NOT EXISTS (SELECT 1 FROM job WHERE once = 'words.everybody');
