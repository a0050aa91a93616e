-- Clocks and closures.

-- name: closure_put :exec (date DATE, reason TEXT, added INSTANT)
INSERT INTO closure (date, reason, added) VALUES (:date, :reason, :added);

-- name: closure_of :optional (date DATE)
SELECT added FROM closure WHERE date = :date;

-- name: closure_drop :exec (date DATE)
DELETE FROM closure WHERE date = :date;

-- Running deadlines that a day without work moves, and those that it may have moved: begun before
-- its end and due on it or later.
-- name: clocks_over_day :many (day DATE, day_begins INSTANT, day_ends INSTANT)
SELECT k.id, k.cases, k.kind, k.started, k.due, k.due_date, k.warn, k.trace, k.moves
FROM clock k JOIN cases c ON c.id = k.cases
WHERE k.met IS NULL AND c.state_type < 2 AND k.started < :day_ends
    AND (k.due_date >= :day OR (k.due_date IS NULL AND k.due > :day_begins))
ORDER BY k.cases, k.id;

-- name: clock_move :exec (id I64, due INSTANT, due_date DATE?, warn INSTANT?, moves JSON)
UPDATE clock SET due = :due, due_date = :due_date, warn = :warn, moves = :moves WHERE id = :id;

-- name: clock_moves_set :exec (id I64, moves JSON)
UPDATE clock SET moves = :moves WHERE id = :id;

-- name: case_due_again :exec (id I64, updated INSTANT, due INSTANT?)
UPDATE cases SET updated = :updated, lock_version = lock_version + 1, due = :due WHERE id = :id;

-- name: clock_add :insert (cases I64, kind TEXT, started INSTANT, due INSTANT, due_date DATE?, warn INSTANT?, paused INSTANT?, met INSTANT?, missed INSTANT?, trace JSON, moves JSON)
INSERT INTO clock (cases, kind, started, due, due_date, warn, paused, met, missed, trace, moves)
VALUES (:cases, :kind, :started, :due, :due_date, :warn, :paused, :met, :missed, :trace, :moves)
RETURNING id;

-- name: clocks_of :many (cases I64)
SELECT id, kind, started, due, due_date, warn, paused, met, missed, trace, moves
FROM clock WHERE cases = :cases ORDER BY id;

-- name: clock_set :exec (id I64, due INSTANT, due_date DATE?, warn INSTANT?, paused INSTANT?, met INSTANT?, missed INSTANT?, trace JSON, moves JSON)
UPDATE clock SET due = :due, due_date = :due_date, warn = :warn, paused = :paused, met = :met,
    missed = :missed, trace = :trace, moves = :moves
WHERE id = :id;

-- name: clock_warned :exec (id I64)
UPDATE clock SET warn = NULL WHERE id = :id;

-- name: clock_missed :exec (id I64, missed INSTANT)
UPDATE clock SET missed = :missed WHERE id = :id AND missed IS NULL;

-- name: clock_trace_drop :exec (id I64)
UPDATE clock SET trace = '{}' WHERE id = :id;

-- name: clock_drop :exec (id I64)
DELETE FROM clock WHERE id = :id;

-- name: clock_meet :exec (id I64, met INSTANT)
UPDATE clock SET met = :met WHERE id = :id AND met IS NULL;

-- name: clock_unmeet :exec (id I64)
UPDATE clock SET met = NULL WHERE id = :id;
