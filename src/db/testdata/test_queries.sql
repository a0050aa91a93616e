-- Statements of the tests of src/db: each kind and type.

-- A new team.
-- name: team_add :insert (name TEXT)
INSERT INTO team (name) VALUES (:name)

-- name: team_by_name :one (name TEXT)
SELECT id, name, is_open FROM team WHERE name = :name;

-- name: team_find :optional (name TEXT)
SELECT id FROM team WHERE name = :name

-- name: team_rename :exec (id I64, name TEXT)
UPDATE team SET name = :name WHERE id = :id

-- name: team_add_quietly :insert (name TEXT)
INSERT INTO team (name) VALUES (:name) ON CONFLICT DO NOTHING

-- name: team_count :one ()
-- column: total I64
SELECT count(*) AS total FROM team

-- name: sample_add :insert (team_id I64?, label TEXT, note TEXT?, count I64, is_done BOOL, price MONEY?, at INSTANT, due DATE?, answers JSON, content BLOB?, weight F64?)
INSERT INTO sample (team_id, label, note, count, is_done, price, at, due, answers, content, weight)
VALUES (:team_id, :label, :note, :count, :is_done, :price, :at, :due, :answers, :content, :weight)

-- name: sample_by_id :one (id I64)
-- column: team_name TEXT?
-- column: doubled I64
SELECT s.id, s.team_id, s.label, s.note, s.count, s.is_done, s.price, s.at, s.due, s.answers,
    s.content, s.weight, s.count * 2 AS doubled, t.name AS team_name
FROM sample AS s LEFT JOIN team AS t ON t.id = s.team_id
WHERE s.id = :id

-- A page of samples, filtered and sorted.
-- name: sample_page :many (team I64?, label TEXT?, at_most I64)
SELECT s.id, s.label, t.name AS team_name
FROM sample AS s
LEFT JOIN team AS t ON t.id = s.team_id
WHERE TRUE
--? team: AND s.team_id = :team
--? label: AND s.label = :label
--? done: AND s.is_done = TRUE
ORDER BY
--= oldest: s.at, s.id
--= newest: s.at DESC, s.id DESC
--= label: s.label, s.id
LIMIT :at_most

-- name: sample_each :each (from_id I64)
SELECT id, label, note FROM sample WHERE id >= :from_id ORDER BY id

-- Ids of samples that hold the word.
-- name: sample_search :many (word TEXT)
-- column: id I64
-- @sqlite
SELECT rowid AS id FROM words WHERE words MATCH :word ORDER BY rowid
-- @postgres
SELECT id FROM sample WHERE words @@ plainto_tsquery('simple', :word) ORDER BY id

-- name: sample_delete_all :exec ()
DELETE FROM sample WHERE TRUE

-- name: record_add :insert (what TEXT, seal BLOB)
-- writes: record
INSERT INTO record (what, seal) VALUES (:what, :seal)

-- name: record_replace :exec (id I64, what TEXT, seal BLOB)
-- writes: record
-- @sqlite
INSERT OR REPLACE INTO record (id, what, seal) VALUES (:id, :what, :seal)
-- @postgres
INSERT INTO record (id, what, seal) VALUES (:id, :what, :seal)
ON CONFLICT (id) DO UPDATE SET what = :what

-- name: record_change :exec (what TEXT)
-- writes: record
UPDATE record SET what = :what

-- name: record_delete :exec ()
-- writes: record
DELETE FROM record WHERE TRUE

-- name: record_count :one ()
-- column: total I64
SELECT count(*) AS total FROM record

-- name: counter_up :one (name TEXT)
UPDATE counter SET value = value + step WHERE name = :name RETURNING value

-- Takes as long as `n` is large.
-- name: count_to :one (n I64)
-- column: total I64
WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t WHERE x < :n)
SELECT count(*) AS total FROM t
