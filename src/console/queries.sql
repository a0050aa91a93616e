-- What the console lists beside cases (engine/cases/case_search.h). Counts stop at a cap.

-- How many there are, up to `most`.
-- name: queue_count :one (state_type I64, team I64, assignee I64, most I64)
-- column: counted I64
SELECT count(*) AS counted FROM (
SELECT 1 FROM cases c
WHERE c.state_type = :state_type
--? team: AND c.team = :team
--? assignee: AND c.assignee = :assignee
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
    c.state AS case_state, c.team, c.lock_version AS now_version, p.label AS place_label
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
