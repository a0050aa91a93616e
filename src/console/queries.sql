-- What the console lists beside cases (engine/cases/case_search.h). Counts stop at a cap.

-- How many there are, up to `most`.
-- name: queue_count :one (state_type I64, team I64, service I64, assignee I64, most I64)
-- column: counted I64
SELECT count(*) AS counted FROM (
SELECT 1 FROM cases c
WHERE c.state_type = :state_type
--? team: AND c.team = :team
--? service: AND c.service = :service
--? assignee: AND c.assignee = :assignee
LIMIT :most) AS counted_rows

-- name: case_people :one (id I64)
-- column: assignee_name TEXT?
-- column: assignee_login TEXT?
-- column: reporter_name TEXT?
-- column: reporter_lang TEXT?
SELECT a.name AS assignee_name, a.login AS assignee_login, p.name AS reporter_name,
    p.lang AS reporter_lang
FROM cases c LEFT JOIN account a ON a.id = c.assignee LEFT JOIN party p ON p.id = c.reporter
WHERE c.id = :id

-- The other cases at the same address, or at the very same point: of the last that were filed there,
-- so many and no more, however crowded it is.
-- name: cases_at_place :many (place I64, not_case I64, most I64)
-- column: place_label TEXT?
SELECT c.id, c.number, c.service_version, c.state, c.state_type, c.team, c.opened, c.confidentiality,
    c.is_hidden, p.label AS place_label
FROM (
    SELECT a.id FROM (SELECT q.id FROM place q
        WHERE q.address = (SELECT h.address FROM place h WHERE h.id = :place)
        ORDER BY q.id DESC LIMIT 200) a
    UNION
    SELECT b.id FROM (SELECT q.id, q.lat_e7, q.lon_e7 FROM place q
        WHERE q.cell = (SELECT h.cell FROM place h WHERE h.id = :place)
        ORDER BY q.id DESC LIMIT 1000) b
    JOIN place h ON h.id = :place AND b.lat_e7 = h.lat_e7 AND b.lon_e7 = h.lon_e7) l
JOIN place p ON p.id = l.id
-- @sqlite
JOIN cases c ON c.id IN (SELECT x.id FROM cases x WHERE x.place = l.id ORDER BY x.id DESC LIMIT 200)
-- @postgres
CROSS JOIN LATERAL (SELECT x.* FROM cases x WHERE x.place = l.id ORDER BY x.id DESC LIMIT 200) c
-- @both
WHERE c.id <> :not_case
ORDER BY c.state_type, c.opened DESC, c.id DESC LIMIT :most;

-- The other cases of who has an address or number in common with a party, each filing having written
-- down its own: of the last who have shown it to be theirs, which come first, and of the last who
-- named it. What others file with somebody's address does not hide what is theirs.
-- name: cases_of_contact :many (party I64, not_case I64, most I64)
-- column: place_label TEXT?
SELECT c.id, c.number, c.service_version, c.state, c.state_type, c.team, c.opened, c.confidentiality,
    c.is_hidden, p.label AS place_label
FROM contact_point mine
-- @sqlite
JOIN contact_point other ON other.id IN (
    SELECT a.id FROM (SELECT o.id FROM contact_point o
        WHERE o.kind = mine.kind AND o.folded = mine.folded AND o.verified IS NOT NULL
        ORDER BY o.id DESC LIMIT 200) a
    UNION ALL
    SELECT b.id FROM (SELECT o.id FROM contact_point o
        WHERE o.kind = mine.kind AND o.folded = mine.folded ORDER BY o.id DESC LIMIT 200) b)
-- @postgres
CROSS JOIN LATERAL (
    (SELECT o.party, o.verified FROM contact_point o
        WHERE o.kind = mine.kind AND o.folded = mine.folded AND o.verified IS NOT NULL
        ORDER BY o.id DESC LIMIT 200)
    UNION ALL
    (SELECT o.party, o.verified FROM contact_point o
        WHERE o.kind = mine.kind AND o.folded = mine.folded ORDER BY o.id DESC LIMIT 200)) other
-- @both
JOIN cases c ON c.reporter = other.party LEFT JOIN place p ON p.id = c.place
WHERE mine.party = :party AND c.id <> :not_case
GROUP BY c.id, p.label
ORDER BY MAX(CASE WHEN other.verified IS NULL THEN 0 ELSE 1 END) DESC, c.opened DESC, c.id DESC
LIMIT :most;

-- What a case is linked with, from either side.
-- name: cases_linked :many (id I64, kind TEXT)
-- column: place_label TEXT?
-- column: is_from BOOL
SELECT c.id, c.number, c.service_version, c.state, c.state_type, c.team, c.opened, c.confidentiality,
    c.is_hidden, p.label AS place_label,
    (l.from_case = :id) AS is_from
FROM link l JOIN cases c ON c.id = CASE WHEN l.from_case = :id THEN l.to_case ELSE l.from_case END
LEFT JOIN place p ON p.id = c.place
WHERE l.kind = :kind AND l.ended IS NULL AND (l.from_case = :id OR l.to_case = :id)
ORDER BY l.id

-- name: case_followers :many (cases I64)
SELECT id, email, lang, created FROM follower
WHERE cases = :cases AND confirmed IS NOT NULL AND ended IS NULL ORDER BY id

-- name: account_names :many ()
SELECT login, name FROM account ORDER BY login

-- The newest messages, with what says who may read them.
-- name: outbox_page :many (before_id I64, most I64)
-- column: number TEXT?
-- column: service_version I64?
-- column: team I64?
SELECT m.id, m.address, m.lang, m.subject, m.body, m.state, m.attempts, m.created, m.sent, m.trouble,
    m.cases, c.number, c.service_version, c.team
FROM message m LEFT JOIN cases c ON c.id = m.cases
WHERE m.direction = 'out' AND m.id < :before_id
ORDER BY m.id DESC LIMIT :most

-- name: saved_views :many (account I64)
SELECT code, name, filter, sort, columns FROM saved_view WHERE account = :account ORDER BY name, id;

-- name: saved_view_get :optional (account I64, code TEXT)
SELECT code, name, filter, sort, columns FROM saved_view
WHERE account = :account AND code = :code;

-- name: saved_view_set :exec (account I64, code TEXT, name TEXT, filter TEXT, sort TEXT, columns TEXT, created INSTANT)
INSERT INTO saved_view (account, code, name, filter, sort, columns, created)
VALUES (:account, :code, :name, :filter, :sort, :columns, :created)
ON CONFLICT (account, code) DO UPDATE SET filter = :filter, sort = :sort, columns = :columns;

-- name: saved_view_drop :exec (account I64, code TEXT)
DELETE FROM saved_view WHERE account = :account AND code = :code;

-- Acts on many cases.
-- name: bulk_add :insert (token TEXT, account I64, act TEXT, filter TEXT, is_cut BOOL, created INSTANT)
INSERT INTO bulk (token, account, act, filter, is_cut, input, created)
VALUES (:token, :account, :act, :filter, :is_cut, '{}', :created)
RETURNING id;

-- name: bulk_case_add :exec (bulk I64, cases I64, lock_version I64)
INSERT INTO bulk_case (bulk, cases, lock_version, state, trouble)
VALUES (:bulk, :cases, :lock_version, 'waiting', '')
ON CONFLICT (bulk, cases) DO NOTHING;

-- Those that were never confirmed.
-- name: bulk_cases_drop :exec (account I64, before INSTANT)
DELETE FROM bulk_case WHERE bulk IN
    (SELECT id FROM bulk WHERE account = :account AND confirmed IS NULL AND created < :before);

-- name: bulk_drop :exec (account I64, before INSTANT)
DELETE FROM bulk WHERE account = :account AND confirmed IS NULL AND created < :before;

-- name: bulk_by_token :optional (token TEXT)
SELECT id, account, act, filter, is_cut, input, created, confirmed, ended FROM bulk
WHERE token = :token;

-- name: bulk_by_id :optional (id I64)
SELECT id, account, act, filter, is_cut, input, created, confirmed, ended FROM bulk WHERE id = :id;

-- name: bulk_confirm :exec (id I64, input JSON, confirmed INSTANT)
UPDATE bulk SET input = :input, confirmed = :confirmed WHERE id = :id AND confirmed IS NULL;

-- name: bulk_end :exec (id I64, ended INSTANT)
UPDATE bulk SET ended = :ended WHERE id = :id AND ended IS NULL;

-- name: bulk_lines :many (bulk I64, most I64)
-- column: place_label TEXT?
SELECT b.cases, b.lock_version, b.state, b.trouble, c.number, c.service_version,
    c.state AS case_state, c.team, c.lock_version AS now_version, c.merged_into,
    p.label AS place_label
FROM bulk_case b JOIN cases c ON c.id = b.cases LEFT JOIN place p ON p.id = c.place
WHERE b.bulk = :bulk ORDER BY b.id LIMIT :most;

-- name: bulk_next :optional (bulk I64)
SELECT b.id, b.cases, b.lock_version, b.state, c.lock_version AS now_version
FROM bulk_case b JOIN cases c ON c.id = b.cases
WHERE b.bulk = :bulk AND b.state IN ('waiting', 'begun') ORDER BY b.id LIMIT 1;

-- name: bulk_case_set :exec (id I64, state TEXT, trouble TEXT)
UPDATE bulk_case SET state = :state, trouble = :trouble WHERE id = :id;

-- Whether somebody has changed a case since: for what was interrupted.
-- name: bulk_has_acted :optional (cases I64, actor I64, since INSTANT)
SELECT id FROM event
WHERE cases = :cases AND actor_kind = 'staff' AND actor = :actor AND at >= :since
    AND kind IN ('case.step', 'case.assigned')
ORDER BY id DESC LIMIT 1;

-- name: account_acting :optional (id I64)
SELECT name, disabled FROM account WHERE id = :id;

-- What is under way, added up from one index (cases_at_work).
-- name: work_figures :many (now INSTANT, week INSTANT, month INSTANT, quarter INSTANT)
-- column: total I64
-- column: late I64
-- column: in_week I64
-- column: in_month I64
-- column: in_quarter I64
SELECT service, team, district, count(*) AS total,
    CAST(sum(CASE WHEN due < :now THEN 1 ELSE 0 END) AS BIGINT) AS late,
    CAST(sum(CASE WHEN opened >= :week THEN 1 ELSE 0 END) AS BIGINT) AS in_week,
    CAST(sum(CASE WHEN opened >= :month THEN 1 ELSE 0 END) AS BIGINT) AS in_month,
    CAST(sum(CASE WHEN opened >= :quarter THEN 1 ELSE 0 END) AS BIGINT) AS in_quarter
FROM cases WHERE state_type < 2
GROUP BY service, team, district
ORDER BY service, team, district;

-- What was closed, one row a case, from one index (cases_closed); the latest first.
-- name: closed_figures :each (since INSTANT, most I64)
SELECT service, team, district, opened, closed FROM cases
WHERE closed IS NOT NULL AND closed >= :since
ORDER BY closed DESC LIMIT :most
-- Every version of every service, or of one, oldest first.
-- name: versions_of :many (code TEXT)
-- column: by_name TEXT?
SELECT v.id, v.service, v.version, v.hash, v.published, s.withdrawn,
    coalesce(a.name, p.name) AS by_name
FROM service_version v JOIN service s ON s.id = v.service
LEFT JOIN publisher p ON p.service_version = v.id
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
    (SELECT count(*) FROM message f WHERE f.state = 'failed' AND f.created > :since)
        + (SELECT count(*) FROM message u WHERE u.state = 'uncertain' AND u.created > :since)
        AS failed
FROM message m WHERE m.state = 'queued'

-- name: sessions_about :one (now INSTANT)
-- column: alive I64
-- column: oldest INSTANT?
SELECT count(*) AS alive, min(created) AS oldest FROM session
WHERE account IS NOT NULL AND revoked IS NULL AND expires > :now

-- The case that a job is about.
-- name: job_case :optional (id I64)
SELECT number FROM cases WHERE id = :id
