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

-- The other cases at the same address, or at the very same point.
-- name: cases_at_place :many (place I64, not_case I64, most I64)
-- column: place_label TEXT?
SELECT c.id, c.number, c.service_version, c.state, c.state_type, c.team, c.opened, c.confidentiality,
    c.is_hidden, p.label AS place_label
FROM place here JOIN place p ON p.address = here.address
    OR (p.cell = here.cell AND p.lat_e7 = here.lat_e7 AND p.lon_e7 = here.lon_e7)
JOIN cases c ON c.place = p.id
WHERE here.id = :place AND c.id <> :not_case
ORDER BY c.state_type, c.opened DESC, c.id DESC LIMIT :most

-- The other cases of who has an address or number in common with a party.
-- name: cases_of_contact :many (party I64, not_case I64, most I64)
-- column: place_label TEXT?
SELECT DISTINCT c.id, c.number, c.service_version, c.state, c.state_type, c.team, c.opened, c.confidentiality,
    c.is_hidden, p.label AS place_label
FROM contact_point mine
JOIN contact_point other ON other.kind = mine.kind AND other.folded = mine.folded
JOIN cases c ON c.reporter = other.party LEFT JOIN place p ON p.id = c.place
WHERE mine.party = :party AND c.id <> :not_case
ORDER BY c.opened DESC, c.id DESC LIMIT :most

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
SELECT m.id, m.address, m.subject, m.body, m.state, m.attempts, m.created, m.sent, m.trouble,
    m.cases, c.number, c.service_version, c.team
FROM message m LEFT JOIN cases c ON c.id = m.cases
WHERE m.direction = 'out' AND m.id < :before_id
ORDER BY m.id DESC LIMIT :most
