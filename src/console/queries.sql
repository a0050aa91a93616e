-- What the console lists. Pages are read by keyset: there is no OFFSET, and counts stop at a cap.

-- One page of cases in one type of state. Dated ones by deadline, then the undated; or the newest
-- first.
-- name: queue_page :many (state_type I64, team I64, service I64, assignee I64, now INSTANT, due INSTANT, opened INSTANT, after_id I64, most I64)
-- column: place_label TEXT?
-- column: assignee_name TEXT?
SELECT c.id, c.number, c.service_version, c.state, c.state_type, c.team, c.due, c.opened,
    p.label AS place_label, a.name AS assignee_name
FROM cases c
LEFT JOIN place p ON p.id = c.place
LEFT JOIN account a ON a.id = c.assignee
WHERE c.state_type = :state_type
--? team: AND c.team = :team
--? service: AND c.service = :service
--? assignee: AND c.assignee = :assignee
--? late: AND c.due < :now
--? dated: AND c.due IS NOT NULL
--? undated: AND c.due IS NULL
--? after_due: AND c.due >= :due AND (c.due > :due OR c.id > :after_id)
--? after_id: AND c.id > :after_id
--? before_opened: AND c.opened <= :opened AND (c.opened < :opened OR c.id < :after_id)
ORDER BY
--= due: c.due, c.id
--= newest: c.opened DESC, c.id DESC
LIMIT :most

-- How many there are, up to `most`.
-- name: queue_count :one (state_type I64, team I64, service I64, assignee I64, now INSTANT, most I64)
-- column: counted I64
SELECT count(*) AS counted FROM (
SELECT 1 FROM cases c
WHERE c.state_type = :state_type
--? team: AND c.team = :team
--? service: AND c.service = :service
--? assignee: AND c.assignee = :assignee
--? late: AND c.due < :now
LIMIT :most) AS some

-- name: case_people :one (id I64)
-- column: assignee_name TEXT?
-- column: assignee_login TEXT?
-- column: reporter_name TEXT?
-- column: reporter_lang TEXT?
SELECT a.name AS assignee_name, a.login AS assignee_login, p.name AS reporter_name,
    p.lang AS reporter_lang
FROM cases c LEFT JOIN account a ON a.id = c.assignee LEFT JOIN party p ON p.id = c.reporter
WHERE c.id = :id

-- name: account_names :many ()
SELECT login, name FROM account ORDER BY login

-- The newest messages, with what says who may read them.
-- name: outbox_page :many (before_id I64, most I64)
-- column: number TEXT?
-- column: service_version I64?
-- column: team I64?
SELECT m.id, m.address, m.subject, m.body, m.state, m.attempts, m.created, m.sent, m.trouble,
    m.cases, c.number, c.service_version, c.team
FROM message m LEFT JOIN cases c ON c.id = m.cases
WHERE m.direction = 'out' AND m.id < :before_id
ORDER BY m.id DESC LIMIT :most

-- Every version of every service, or of one, oldest first.
-- name: versions_of :many (code TEXT)
-- column: by_name TEXT?
SELECT v.id, v.service, v.version, v.hash, v.published, s.withdrawn, a.name AS by_name
FROM service_version v JOIN service s ON s.id = v.service
LEFT JOIN account a ON a.id = v.published_by
WHERE v.id > 0
--? code: AND s.code = :code
ORDER BY s.code, v.version

-- What the store is, and its size where a statement can tell (0: look at its files).
-- name: store_about :one ()
-- column: engine TEXT
-- column: bytes I64
-- @sqlite
SELECT 'SQLite ' || sqlite_version() AS engine, 0 AS bytes
-- @postgres
SELECT 'PostgreSQL ' || current_setting('server_version') AS engine,
    pg_database_size(current_database()) AS bytes
-- @both

-- How many events have their place in the record.
-- name: record_size :one ()
-- column: size I64
SELECT coalesce(max(id) + 1, 0) AS size FROM record_leaf

-- name: newest_event :optional ()
SELECT at FROM event ORDER BY id DESC LIMIT 1

-- Mail on its way, and what failed since then.
-- name: mail_about :one (since INSTANT)
-- column: queued I64
-- column: oldest INSTANT?
-- column: failed I64
SELECT count(*) AS queued, min(m.created) AS oldest,
    (SELECT count(*) FROM message f WHERE f.state IN ('failed', 'uncertain')
        AND f.created > :since) AS failed
FROM message m WHERE m.state = 'queued'

-- name: sessions_about :one (now INSTANT)
-- column: alive I64
-- column: oldest INSTANT?
SELECT count(*) AS alive, min(created) AS oldest FROM session
WHERE account IS NOT NULL AND revoked IS NULL AND expires > :now
