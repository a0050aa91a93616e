-- Jobs and signs of life.

-- A waiting job of the same key takes the new time and argument; who was at it loses its claim.
-- name: job_put :exec (kind TEXT, argument TEXT, once TEXT?, due INSTANT)
INSERT INTO job (kind, argument, once, due, attempts, trouble)
VALUES (:kind, :argument, :once, :due, 0, '')
ON CONFLICT (once) DO UPDATE SET kind = excluded.kind, argument = excluded.argument,
    due = excluded.due, claimed = NULL, attempts = 0, trouble = '';

-- name: job_due :optional (now INSTANT, stuck INSTANT, tries I64)
SELECT id, kind, argument, attempts, claimed FROM job
WHERE done IS NULL AND due <= :now AND attempts < :tries
    AND (claimed IS NULL OR claimed <= :stuck)
ORDER BY due, id LIMIT 1;

-- name: job_advance :exec (kind TEXT, after INSTANT, now INSTANT)
UPDATE job SET due = :now
WHERE kind = :kind AND done IS NULL AND claimed IS NULL AND attempts = 0 AND due > :after
    AND due > :now;

-- name: job_claim :exec (id I64, now INSTANT, stuck INSTANT, attempts I64, trouble TEXT)
UPDATE job SET claimed = :now, attempts = attempts + 1, trouble = :trouble
WHERE id = :id AND done IS NULL AND attempts = :attempts
    AND (claimed IS NULL OR claimed <= :stuck);

-- name: job_end :exec (id I64, claimed INSTANT, now INSTANT)
UPDATE job SET done = :now, once = NULL, claimed = NULL, trouble = ''
WHERE id = :id AND claimed = :claimed AND done IS NULL;

-- name: job_come_again :exec (id I64, claimed INSTANT, due INSTANT)
UPDATE job SET due = :due, claimed = NULL, attempts = 0, argument = '', trouble = ''
WHERE id = :id AND claimed = :claimed AND done IS NULL;

-- name: job_put_back :exec (id I64, claimed INSTANT, due INSTANT, trouble TEXT)
UPDATE job SET claimed = NULL, due = :due, trouble = :trouble
WHERE id = :id AND claimed = :claimed AND done IS NULL;

-- name: job_waiting :optional (once TEXT)
SELECT id FROM job WHERE once = :once;

-- name: job_standing :optional (once TEXT)
SELECT due, attempts FROM job WHERE once = :once;

-- name: job_waiting_end :exec (once TEXT, now INSTANT)
UPDATE job SET done = :now, once = NULL, claimed = NULL WHERE once = :once;

-- Jobs in one state, as staff see them.
-- name: jobs_page :many (tries I64, most I64)
SELECT id, kind, argument, due, claimed, attempts, done, trouble FROM job
WHERE attempts >= 0
--? waiting: AND done IS NULL AND claimed IS NULL AND attempts = 0
--? running: AND done IS NULL AND claimed IS NOT NULL
--? troubled: AND done IS NULL AND claimed IS NULL AND attempts > 0 AND attempts < :tries
--? given_up: AND done IS NULL AND claimed IS NULL AND attempts > 0 AND attempts >= :tries
--? ended: AND done IS NOT NULL
ORDER BY
--= due: due, id
--= ended: done DESC, due DESC, id DESC
LIMIT :most;

-- name: jobs_count :one (tries I64, most I64)
-- column: counted I64
SELECT count(*) AS counted FROM (
SELECT 1 FROM job
WHERE attempts >= 0
--? waiting: AND done IS NULL AND claimed IS NULL AND attempts = 0
--? running: AND done IS NULL AND claimed IS NOT NULL
--? troubled: AND done IS NULL AND claimed IS NULL AND attempts > 0 AND attempts < :tries
--? given_up: AND done IS NULL AND claimed IS NULL AND attempts > 0 AND attempts >= :tries
--? ended: AND done IS NOT NULL
LIMIT :most) AS found;

-- name: job_kind_of :optional (id I64)
SELECT kind FROM job WHERE id = :id AND done IS NULL;

-- name: job_set_due :exec (id I64, now INSTANT, stuck INSTANT)
UPDATE job SET due = :now, attempts = 0, claimed = NULL
WHERE id = :id AND done IS NULL AND (claimed IS NULL OR claimed <= :stuck);

-- name: job_set_dropped :exec (id I64, now INSTANT, stuck INSTANT, trouble TEXT)
UPDATE job SET done = :now, once = NULL, claimed = NULL, trouble = :trouble
WHERE id = :id AND done IS NULL AND (claimed IS NULL OR claimed <= :stuck);

-- name: worker_seen :exec (name TEXT, began INSTANT, seen INSTANT)
INSERT INTO worker (name, began, seen) VALUES (:name, :began, :seen)
ON CONFLICT (name) DO UPDATE SET began = excluded.began, seen = excluded.seen;

-- name: worker_ended :exec (name TEXT)
DELETE FROM worker WHERE name = :name;

-- name: workers_forget :exec (before INSTANT)
DELETE FROM worker WHERE seen < :before;

-- name: workers :many ()
SELECT name, began, seen FROM worker ORDER BY seen DESC, name;
