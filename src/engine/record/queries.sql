-- The record: events and the tree over them.

-- name: event_add :insert (at INSTANT, kind TEXT, cases I64?, actor_kind TEXT, actor I64?, audience I64, commitment BLOB)
-- writes: event
INSERT INTO event (at, kind, cases, actor_kind, actor, audience, commitment)
VALUES (:at, :kind, :cases, :actor_kind, :actor, :audience, :commitment)
RETURNING id;

-- name: event_payload_add :exec (event I64, salt BLOB, payload TEXT)
INSERT INTO event_payload (event, salt, payload) VALUES (:event, :salt, :payload);

-- name: events_of :many (cases I64, audience I64)
-- column: payload TEXT?
-- column: actor_name TEXT?
SELECT e.id, e.at, e.kind, e.actor_kind, e.actor, e.audience, p.payload,
    COALESCE(a.name, k.name) AS actor_name
FROM event e LEFT JOIN event_payload p ON p.event = e.id
LEFT JOIN account a ON a.id = e.actor AND e.actor_kind = 'staff'
LEFT JOIN api_key k ON k.id = e.actor AND e.actor_kind = 'api'
WHERE e.cases = :cases AND e.audience <= :audience
ORDER BY e.id;

-- The events of one kind about a case, the newest first.
-- name: events_of_kind :many (cases I64, kind TEXT)
-- column: payload TEXT?
SELECT e.id, e.at, e.actor, p.payload
FROM event e LEFT JOIN event_payload p ON p.event = e.id
WHERE e.cases = :cases AND e.kind = :kind
ORDER BY e.id DESC;

-- name: event_text :optional (id I64)
-- column: payload TEXT?
SELECT e.kind, e.cases, p.payload
FROM event e LEFT JOIN event_payload p ON p.event = e.id WHERE e.id = :id;

-- name: leaf_last :optional ()
SELECT id AS position, event FROM record_leaf ORDER BY id DESC LIMIT 1;

-- name: leaf_of :optional (event I64)
SELECT id AS position FROM record_leaf WHERE event = :event;

-- name: leaf_add :exec (position I64, event I64)
-- writes: record_leaf
INSERT INTO record_leaf (id, event) VALUES (:position, :event);

-- On SQLite's one writer the ids are in the order of the transactions; on PostgreSQL one that ends
-- later may have a smaller id, so that its event stands in event_unplaced until it has its place.
-- name: events_unplaced :each (after I64)
-- @sqlite
SELECT e.id, e.at, e.kind, e.cases, e.actor_kind, e.actor, e.audience, e.commitment
FROM event e WHERE e.id > :after ORDER BY e.id;
-- @postgres
SELECT e.id, e.at, e.kind, e.cases, e.actor_kind, e.actor, e.audience, e.commitment
FROM event_unplaced u JOIN event e ON e.id = u.event WHERE :after >= 0 ORDER BY e.id;
-- @both

-- Those that have a place now.
-- name: unplaced_drop :exec ()
DELETE FROM event_unplaced WHERE event IN
    (SELECT u.event FROM event_unplaced u JOIN record_leaf l ON l.event = u.event);

-- name: record_count :one ()
-- column: events I64
-- column: leaves I64
-- column: payloads I64
-- column: tiles I64
-- column: waiting I64
-- column: waiting_payloads I64
SELECT (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM record_leaf) AS leaves,
    (SELECT count(*) FROM event_payload) AS payloads, (SELECT count(*) FROM record_tile) AS tiles,
    (SELECT count(*) FROM event_unplaced) AS waiting,
    (SELECT count(*) FROM event_unplaced u JOIN event_payload p ON p.event = u.event)
        AS waiting_payloads;

-- name: event_about :optional (id I64)
SELECT kind, cases FROM event WHERE id = :id;

-- name: event_for_receipt :optional (id I64)
-- column: number TEXT?
-- column: service TEXT?
-- column: opened INSTANT?
SELECT e.id, e.at, e.kind, e.cases, e.actor_kind, e.actor, e.audience, e.commitment, c.number,
    s.code AS service, c.opened
FROM event e LEFT JOIN cases c ON c.id = e.cases LEFT JOIN service s ON s.id = c.service
WHERE e.id = :id;

-- name: opening_event :optional (number TEXT)
SELECT e.id FROM cases c JOIN event e ON e.cases = c.id AND e.kind = 'case.opened'
WHERE c.number = :number ORDER BY e.id LIMIT 1;

-- name: event_payload_drop :exec (event I64)
DELETE FROM event_payload WHERE event = :event;

-- name: leaves_all :each ()
-- column: salt BLOB?
-- column: payload TEXT?
SELECT l.id AS position, l.event, e.at, e.kind, e.cases, e.actor_kind, e.actor, e.audience,
    e.commitment, p.salt, p.payload
FROM record_leaf l JOIN event e ON e.id = l.event LEFT JOIN event_payload p ON p.event = l.event
ORDER BY l.id;

-- name: tile_last :optional (level I64)
SELECT position, hashes FROM record_tile WHERE level = :level ORDER BY position DESC LIMIT 1;

-- name: tile_get :optional (level I64, position I64)
SELECT hashes FROM record_tile WHERE level = :level AND position = :position;

-- The same for an audit, which goes through all of them and keeps none.
-- name: tile_read :each (level I64, position I64)
SELECT hashes FROM record_tile WHERE level = :level AND position = :position;

-- name: tile_put :exec (level I64, position I64, hashes BLOB)
INSERT INTO record_tile (level, position, hashes) VALUES (:level, :position, :hashes)
ON CONFLICT (level, position) DO UPDATE SET hashes = excluded.hashes;

-- name: head_add :exec (id I64, size I64, root BLOB, at INSTANT, signature BLOB)
INSERT INTO tree_head (id, size, root, at, signature)
VALUES (:id, :size, :root, :at, :signature);

-- name: head_latest :optional ()
SELECT id, size, root, at, signature FROM tree_head ORDER BY size DESC LIMIT 1;

-- The next larger one, if any.
-- name: head_after :each (size I64)
SELECT id, size, root, at, signature FROM tree_head WHERE size > :size ORDER BY size LIMIT 1;

-- Work for later: job.h, timer.h, outbox.h and sweep.h.

-- Everybody who is to be told of an event; a kind stands between blanks in what a webhook wants. A
-- pattern that is a parameter alone would make SQLite prepare the statement anew for each value.
-- name: deliveries_add :exec (event I64, cases I64, kind TEXT, now INSTANT)
INSERT INTO webhook_delivery (webhook, event, state, attempts, next_try, created, status, trouble)
SELECT w.id, CAST(:event AS BIGINT), 'queued', 0, CAST(:now AS BIGINT), CAST(:now AS BIGINT), 0, ''
FROM webhook w
WHERE w.ended IS NULL AND (w.kinds = '' OR w.kinds LIKE '% ' || :kind || ' %')
    AND (w.services = '' OR w.services LIKE (SELECT '% ' || s.code || ' %'
        FROM cases c JOIN service s ON s.id = c.service WHERE c.id = :cases));
