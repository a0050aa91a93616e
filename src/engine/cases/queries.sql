-- Cases, what hangs on them, and drafts.

-- name: series_next :one (code TEXT, year I64)
INSERT INTO series (code, year, last) VALUES (:code, :year, 1)
ON CONFLICT (code, year) DO UPDATE SET last = series.last + 1
RETURNING last;

-- So many numbers at once; the last of them.
-- name: series_take :one (code TEXT, year I64, n I64)
INSERT INTO series (code, year, last) VALUES (:code, :year, :n)
ON CONFLICT (code, year) DO UPDATE SET last = series.last + :n
RETURNING last;

-- name: case_by_submission :optional (submission TEXT)
SELECT id, number, opened FROM cases WHERE submission = :submission;

-- name: cases_submitted_since :one (first TEXT, below TEXT, since INSTANT)
-- column: total I64
SELECT count(*) AS total FROM cases
WHERE submission >= :first AND submission < :below AND opened >= :since;

-- name: place_add :insert (address TEXT?, kind TEXT, label TEXT, unit TEXT, zip TEXT, lat_e7 I64?, lon_e7 I64?, cell I64?, layers JSON)
INSERT INTO place (address, kind, label, unit, zip, lat_e7, lon_e7, cell, layers)
VALUES (:address, :kind, :label, :unit, :zip, :lat_e7, :lon_e7, :cell, :layers)
RETURNING id;

-- name: party_add :insert (kind TEXT, name TEXT, folded TEXT, is_proven BOOL, lang TEXT, created INSTANT)
INSERT INTO party (kind, name, folded, is_proven, lang, created)
VALUES (:kind, :name, :folded, :is_proven, :lang, :created) RETURNING id;

-- name: contact_add :insert (party I64, kind TEXT, value TEXT, folded TEXT, verified INSTANT?, verified_by TEXT?, created INSTANT)
INSERT INTO contact_point (party, kind, value, folded, verified, verified_by, created)
VALUES (:party, :kind, :value, :folded, :verified, :verified_by, :created) RETURNING id;

-- name: case_add :insert (number TEXT, service I64, service_version I64, state TEXT, state_type I64, team I64?, place I64?, reporter I64?, lang TEXT, channel TEXT, confidentiality I64, description TEXT, answers JSON, opened INSTANT, due INSTANT?, district TEXT, submission TEXT?)
INSERT INTO cases (number, service, service_version, class, state, state_type, state_since, team,
    place, reporter, lang, channel, confidentiality, is_hidden, description,
    is_description_public, answers, opened, updated, due, district, lock_version, submission)
VALUES (:number, :service, :service_version, '', :state, :state_type, :opened, :team,
    :place, :reporter, :lang, :channel, :confidentiality, FALSE, :description,
    FALSE, :answers, :opened, :opened, :due, :district, 1, :submission)
RETURNING id;

-- A case with its history, from another system.
-- name: case_import_add :insert (number TEXT, service I64, service_version I64, state TEXT, state_type I64, state_since INSTANT, outcome TEXT?, team I64?, place I64?, lang TEXT, channel TEXT, confidentiality I64, description TEXT, answers JSON, opened INSTANT, updated INSTANT, closed INSTANT?, district TEXT)
INSERT INTO cases (number, service, service_version, class, state, state_type, state_since,
    outcome, team, place, lang, channel, confidentiality, is_hidden, description,
    is_description_public, answers, opened, updated, closed, district, lock_version)
VALUES (:number, :service, :service_version, '', :state, :state_type, :state_since,
    :outcome, :team, :place, :lang, :channel, :confidentiality, FALSE, :description,
    FALSE, :answers, :opened, :updated, :closed, :district, 1)
RETURNING id;

-- name: case_index_add :exec (cases I64, field TEXT, text TEXT?, number I64?, instant INSTANT?)
INSERT INTO case_index (cases, field, text, number, instant)
VALUES (:cases, :field, :text, :number, :instant);

-- name: case_index_field :many (cases I64, field TEXT)
SELECT text, number, instant FROM case_index WHERE cases = :cases AND field = :field ORDER BY id;

-- How many answers to a field there are, up to so many: by each of the indexes they stand in.
-- name: case_index_texts :one (field TEXT, text TEXT, most I64)
-- column: total I64
SELECT count(*) AS total FROM (SELECT 1 FROM case_index x
    WHERE x.field = :field AND x.text = :text LIMIT :most) AS found;

-- name: case_index_numbers :one (field TEXT, least I64, greatest I64, most I64)
-- column: total I64
SELECT count(*) AS total FROM (SELECT 1 FROM case_index x
    WHERE x.field = :field AND x.number >= :least AND x.number <= :greatest LIMIT :most) AS found;

-- name: case_index_days :one (field TEXT, low INSTANT, high INSTANT, most I64)
-- column: total I64
SELECT count(*) AS total FROM (SELECT 1 FROM case_index x
    WHERE x.field = :field AND x.instant >= :low AND x.instant < :high LIMIT :most) AS found;

-- name: case_index_of :many (cases I64)
SELECT field, text, number, instant FROM case_index WHERE cases = :cases ORDER BY id;

-- What staff find a caller by, beside what it follows from: for rebuild --check.
-- name: party_names :each ()
-- column: has_proof BOOL
SELECT p.id, p.name, p.folded, p.is_proven, EXISTS (SELECT 1 FROM contact_point c
    WHERE c.party = p.id AND c.verified IS NOT NULL) AS has_proof
FROM party p ORDER BY p.id;

-- What rebuild --check compares: each projection beside what it is made of. (+k.met: without the
-- plus SQLite answers max(due) from the index of all clocks that run, once for every case.)
-- name: projections :each ()
-- column: clocks_due INSTANT?
-- column: clocks_alarm INSTANT?
-- column: watched INSTANT?
-- column: words TEXT?
-- column: public_words TEXT?
-- column: place_label TEXT?
-- column: place_layers JSON?
-- @sqlite
SELECT c.id, c.number, c.service_version, c.state_type, c.due, c.district,
    c.description, c.is_description_public, c.answers,
    (SELECT max(k.due) FROM clock k WHERE k.cases = c.id AND +k.met IS NULL AND k.paused IS NULL)
        AS clocks_due,
    (SELECT min(coalesce(k.warn, k.due)) FROM clock k WHERE k.cases = c.id AND +k.met IS NULL
        AND k.paused IS NULL AND k.missed IS NULL) AS clocks_alarm,
    j.due AS watched,
    t.words, u.words AS public_words, p.label AS place_label, p.layers AS place_layers
FROM cases c LEFT JOIN place p ON p.id = c.place
    LEFT JOIN job j ON j.once = 'clocks ' || c.id
    LEFT JOIN case_text t ON t.rowid = c.id
    LEFT JOIN case_public_text u ON u.rowid = c.id
ORDER BY c.id;
-- @postgres
SELECT c.id, c.number, c.service_version, c.state_type, c.due, c.district,
    c.description, c.is_description_public, c.answers,
    (SELECT max(k.due) FROM clock k WHERE k.cases = c.id AND +k.met IS NULL AND k.paused IS NULL)
        AS clocks_due,
    (SELECT min(coalesce(k.warn, k.due)) FROM clock k WHERE k.cases = c.id AND +k.met IS NULL
        AND k.paused IS NULL AND k.missed IS NULL) AS clocks_alarm,
    j.due AS watched,
    t.words, u.words AS public_words, p.label AS place_label, p.layers AS place_layers
FROM cases c LEFT JOIN place p ON p.id = c.place
    LEFT JOIN job j ON j.once = 'clocks ' || c.id
    LEFT JOIN case_text t ON t.id = c.id
    LEFT JOIN case_public_text u ON u.id = c.id
ORDER BY c.id;
-- @both

-- name: case_words_add :exec (id I64, words TEXT)
-- @sqlite
INSERT INTO case_text (rowid, words) VALUES (:id, :words);
-- @postgres
INSERT INTO case_text (id, words, vector) VALUES (:id, :words, to_tsvector('simple', :words));
-- @both

-- name: case_words_set :exec (id I64, words TEXT)
-- @sqlite
UPDATE case_text SET words = :words WHERE rowid = :id;
-- @postgres
UPDATE case_text SET words = :words, vector = to_tsvector('simple', :words) WHERE id = :id;
-- @both

-- name: case_public_words_add :exec (id I64, words TEXT)
-- @sqlite
INSERT INTO case_public_text (rowid, words) VALUES (:id, :words);
-- @postgres
INSERT INTO case_public_text (id, words, vector) VALUES (:id, :words, to_tsvector('simple', :words));
-- @both

-- name: case_public_words_set :exec (id I64, words TEXT)
-- @sqlite
UPDATE case_public_text SET words = :words WHERE rowid = :id;
-- @postgres
UPDATE case_public_text SET words = :words, vector = to_tsvector('simple', :words) WHERE id = :id;
-- @both

-- name: link_token_add :exec (token_hash BLOB, purpose TEXT, cases I64?, party I64?, subject TEXT, created INSTANT, expires INSTANT?)
INSERT INTO link_token (token_hash, purpose, cases, party, subject, created, expires)
VALUES (:token_hash, :purpose, :cases, :party, :subject, :created, :expires);

-- name: link_token_get :optional (token_hash BLOB)
SELECT id, purpose, cases, party, subject, created, expires, used
FROM link_token WHERE token_hash = :token_hash;

-- name: contact_prove :exec (id I64, verified INSTANT)
UPDATE contact_point SET verified = :verified, verified_by = 'link'
WHERE id = :id AND verified IS NULL;

-- name: party_prove :exec (id I64)
UPDATE party SET is_proven = TRUE WHERE id = :id AND is_proven = FALSE;

-- name: case_by_number :optional (number TEXT)
SELECT c.id, c.number, c.service, c.service_version, c.state, c.state_type, c.state_since,
    c.outcome, c.team, c.assignee, c.place, c.reporter, c.lang, c.channel, c.confidentiality,
    c.is_hidden, c.description, c.is_description_public, c.answers, c.opened, c.updated, c.closed,
    c.due, c.district, c.merged_into, c.lock_version,
    p.kind AS place_kind, p.label AS place_label, p.unit AS place_unit, p.address AS place_address,
    p.zip AS place_zip, p.lat_e7, p.lon_e7, p.layers AS place_layers
FROM cases c LEFT JOIN place p ON p.id = c.place
WHERE c.number = :number;

-- Who filed or entered it: as the record has it.
-- name: case_opener :optional (cases I64)
SELECT actor_kind, actor FROM event WHERE cases = :cases AND kind = 'case.opened' ORDER BY id LIMIT 1;

-- name: case_for_step :one (id I64)
SELECT id, number, service_version, state, state_type, state_since, team, assignee, reporter, lang,
    lock_version, opened, closed, place, merged_into, confidentiality
FROM cases WHERE id = :id;

-- name: case_step_set :exec (id I64, lock_version I64, state TEXT, state_type I64, state_since INSTANT, outcome TEXT?, updated INSTANT, closed INSTANT?, due INSTANT?)
UPDATE cases SET state = :state, state_type = :state_type, state_since = :state_since,
    outcome = :outcome, updated = :updated, closed = :closed, due = :due,
    lock_version = lock_version + 1
WHERE id = :id AND lock_version = :lock_version;

-- Which services the newest cases are of, the most first.
-- name: services_lately :many (most I64)
-- column: filed I64
SELECT service, count(*) AS filed
FROM (SELECT c.service FROM cases c ORDER BY c.opened DESC, c.id DESC LIMIT :most) AS lately
GROUP BY service ORDER BY filed DESC, service;

-- Who is told of what happens to their cases. An account that was closed hears nothing.
-- name: staff_mailbox :optional (id I64)
SELECT email, lang FROM account WHERE id = :id AND disabled IS NULL;

-- name: case_for_work :one (id I64)
-- column: assignee_login TEXT?
SELECT c.service_version, c.team, c.assignee, c.lock_version, a.login AS assignee_login
FROM cases c LEFT JOIN account a ON a.id = c.assignee
WHERE c.id = :id;

-- name: case_assign_set :exec (id I64, lock_version I64, assignee I64?, updated INSTANT)
UPDATE cases SET assignee = :assignee, updated = :updated, lock_version = lock_version + 1
WHERE id = :id AND lock_version = :lock_version;

-- name: case_touch :exec (id I64, updated INSTANT)
UPDATE cases SET updated = :updated WHERE id = :id;

-- name: last_note :optional (cases I64, actor_kind TEXT, actor I64)
-- column: payload TEXT?
SELECT e.at, e.audience, p.payload
FROM event e LEFT JOIN event_payload p ON p.event = e.id
WHERE e.cases = :cases AND e.kind = 'note.added' AND e.actor_kind = :actor_kind AND e.actor = :actor
ORDER BY e.id DESC LIMIT 1;

-- name: case_for_edit :one (id I64)
SELECT id, number, service, service_version, state, state_type, state_since, outcome, team,
    assignee, place, reporter, lang, channel, confidentiality, is_hidden, description,
    is_description_public, answers, opened, closed, due, district, merged_into, lock_version
FROM cases WHERE id = :id;

-- Says that the case is another from now on; 0 rows when somebody was quicker.
-- name: case_bump :exec (id I64, lock_version I64, updated INSTANT)
UPDATE cases SET updated = :updated, lock_version = lock_version + 1
WHERE id = :id AND lock_version = :lock_version;

-- name: case_team_set :exec (id I64, team I64?, assignee I64?)
UPDATE cases SET team = :team, assignee = :assignee WHERE id = :id;

-- name: case_place_set :exec (id I64, place I64, district TEXT)
UPDATE cases SET place = :place, district = :district WHERE id = :id;

-- name: case_service_set :exec (id I64, service I64, service_version I64, confidentiality I64, answers JSON, due INSTANT?)
UPDATE cases SET service = :service, service_version = :service_version,
    confidentiality = :confidentiality, answers = :answers, due = :due
WHERE id = :id;

-- name: case_state_set :exec (id I64, state TEXT, state_type I64, state_since INSTANT, outcome TEXT?, closed INSTANT?, due INSTANT?, merged_into I64?)
UPDATE cases SET state = :state, state_type = :state_type, state_since = :state_since,
    outcome = :outcome, closed = :closed, due = :due, merged_into = :merged_into
WHERE id = :id;

-- name: case_hidden_set :exec (id I64, is_hidden BOOL)
UPDATE cases SET is_hidden = :is_hidden WHERE id = :id;

-- name: case_description_set :exec (id I64, description TEXT, is_public BOOL)
UPDATE cases SET description = :description, is_description_public = :is_public WHERE id = :id;

-- name: case_answers_set :exec (id I64, answers JSON)
UPDATE cases SET answers = :answers WHERE id = :id;

-- name: case_index_drop :exec (cases I64)
DELETE FROM case_index WHERE cases = :cases;

-- Answers that are erased some time after closing (kept.h).
-- name: kept_of :many (cases I64)
SELECT id, field, service_version, until FROM case_kept WHERE cases = :cases ORDER BY field;

-- A field has one end, whichever version had it before.
-- name: kept_put :exec (cases I64, field TEXT, service_version I64, until INSTANT?)
INSERT INTO case_kept (cases, field, service_version, until)
VALUES (:cases, :field, :service_version, :until)
ON CONFLICT (cases, field) DO UPDATE SET service_version = excluded.service_version,
    until = excluded.until;

-- name: kept_set :exec (id I64, until INSTANT?)
UPDATE case_kept SET until = :until WHERE id = :id;

-- name: kept_drop :exec (id I64)
DELETE FROM case_kept WHERE id = :id;

-- Of an answer that an earlier version left behind.
-- name: kept_drop_left :exec (cases I64, service_version I64, field TEXT)
DELETE FROM case_kept
WHERE cases = :cases AND field = :field AND service_version <> :service_version;

-- A run of those whose time has come, after one.
-- name: kept_due :many (now INSTANT, at INSTANT, after_id I64, most I64)
SELECT id, cases, until FROM case_kept
WHERE until <= :now AND until >= :at AND (until > :at OR id > :after_id)
ORDER BY until, id LIMIT :most;

-- name: case_closed :one (id I64)
SELECT closed FROM cases WHERE id = :id;

-- name: place_get :one (id I64)
SELECT kind, label, unit, address, zip, lat_e7, lon_e7, layers FROM place WHERE id = :id;

-- Followers of a case that is merged, and those that the other one has.
-- name: merge_follower :optional (cases I64, email TEXT)
SELECT id, ended FROM follower WHERE cases = :cases AND email = :email;

-- name: merge_follower_of :optional (id I64)
SELECT party, email, lang FROM follower WHERE id = :id;

-- name: merge_follower_add :insert (cases I64, party I64?, email TEXT, lang TEXT, token_hash BLOB, created INSTANT)
INSERT INTO follower (cases, party, email, lang, token_hash, created, confirmed)
VALUES (:cases, :party, :email, :lang, :token_hash, :created, :created)
RETURNING id;

-- name: merge_follower_revive :exec (id I64)
UPDATE follower SET ended = NULL WHERE id = :id;

-- name: link_add :exec (kind TEXT, from_case I64, to_case I64, created INSTANT)
INSERT INTO link (kind, from_case, to_case, created)
VALUES (:kind, :from_case, :to_case, :created);

-- name: link_end :exec (kind TEXT, from_case I64, to_case I64, ended INSTANT)
UPDATE link SET ended = :ended
WHERE kind = :kind AND from_case = :from_case AND to_case = :to_case AND ended IS NULL;

-- name: link_live :optional (kind TEXT, one I64, two I64)
SELECT from_case, to_case FROM link
WHERE kind = :kind AND ended IS NULL
    AND ((from_case = :one AND to_case = :two) OR (from_case = :two AND to_case = :one))
LIMIT 1;

-- The draft that a case was filed from: its submission is made of the draft's token (draft.h).
-- name: case_submission :optional (id I64)
-- column: submission TEXT?
SELECT submission FROM cases WHERE id = :id;

-- name: draft_forget :exec (token_hash BLOB)
UPDATE draft SET answers = '{}' WHERE token_hash = :token_hash AND cases IS NOT NULL;

-- name: case_photo_parts :optional (id I64)
SELECT p.cases, p.file, t.id AS thumbnail, f.sha256, t.sha256 AS thumb_sha256
FROM case_file p JOIN file f ON f.id = p.file JOIN file t ON t.id = p.thumbnail
WHERE p.id = :id;

-- name: case_photo_drop :exec (id I64)
DELETE FROM case_file WHERE id = :id;

-- name: contacts_of_party :many (party I64)
SELECT id, kind, value, verified FROM contact_point WHERE party = :party ORDER BY id;

-- name: followers_of :many (cases I64)
SELECT id, party, email, lang FROM follower
WHERE cases = :cases AND confirmed IS NOT NULL AND ended IS NULL ORDER BY id;

-- name: case_place_label :optional (id I64)
SELECT label FROM place WHERE id = :id;

-- By the token of its first browser, or by one made for another device.
-- name: draft_get :optional (token_hash BLOB, now INSTANT)
SELECT id, token_hash, service_version, lang, answers, expires, cases FROM draft
WHERE token_hash = :token_hash OR id = (
    SELECT CAST(l.subject AS BIGINT) FROM link_token l
    WHERE l.token_hash = :token_hash AND l.purpose = 'draft' AND l.expires > :now);

-- name: draft_add :insert (token_hash BLOB, service_version I64, channel TEXT, lang TEXT, party I64?, answers JSON, created INSTANT, expires INSTANT)
INSERT INTO draft (token_hash, service_version, channel, lang, party, answers, created, updated,
    expires)
VALUES (:token_hash, :service_version, :channel, :lang, :party, :answers, :created, :created,
    :expires)
RETURNING id;

-- name: draft_set :exec (id I64, answers JSON, updated INSTANT, expires INSTANT)
UPDATE draft SET answers = :answers, updated = :updated, expires = :expires WHERE id = :id;

-- name: draft_sent :exec (id I64, cases I64)
UPDATE draft SET cases = :cases WHERE id = :id AND cases IS NULL;

-- name: case_number :optional (id I64)
SELECT number FROM cases WHERE id = :id;

-- name: draft_delete :exec (id I64)
DELETE FROM draft WHERE id = :id AND cases IS NULL;

-- name: link_case :optional (token_hash BLOB, now INSTANT)
SELECT l.subject, l.created, c.id AS case_id, c.number, c.reporter
FROM link_token l JOIN cases c ON c.id = l.cases
WHERE l.token_hash = :token_hash AND l.purpose = 'case'
    AND (l.expires IS NULL OR l.expires > :now);

-- One run of cases of one service and type of state, or of all, newest first: by when they were
-- opened, or by when something last happened to them. What no index holds does not choose the rows:
-- it is `fits`, so that no more rows are read than are given back, however few of them fit.
-- name: public_run :many (service I64, state_type I64, district TEXT, number TEXT, opened_from INSTANT, opened_until INSTANT, updated_from INSTANT, updated_until INSTANT, opened INSTANT, after_id I64, only I64, most I64)
-- column: fits BOOL
-- column: description TEXT
-- column: place_kind TEXT?
-- column: place_label TEXT?
-- column: place_address TEXT?
SELECT c.id, c.number, c.service_version, c.state, c.outcome, c.opened, c.updated, c.closed, c.due,
    c.district, c.is_description_public,
    (c.confidentiality = 0 AND c.is_hidden = FALSE
--? district: AND c.district = :district
--? opened_since: AND c.opened >= :opened_from
--? opened_before: AND c.opened < :opened_until
    ) AS fits,
    CASE WHEN c.is_description_public = TRUE THEN c.description ELSE '' END AS description,
    p.kind AS place_kind, p.label AS place_label, p.address AS place_address, p.lat_e7, p.lon_e7
FROM cases c LEFT JOIN place p ON p.id = c.place
WHERE TRUE
--? service: AND c.service = :service
--? state_type: AND c.state_type = :state_type
--? opened_from: AND c.opened >= :opened_from
--? opened_until: AND c.opened < :opened_until
--? updated_from: AND c.updated >= :updated_from
--? updated_until: AND c.updated < :updated_until
--? number: AND c.number = :number
--? after: AND c.opened <= :opened AND (c.opened < :opened OR c.id < :after_id)
--? only: AND c.id = :only
--? after_updated: AND c.updated <= :opened AND (c.updated < :opened OR c.id < :after_id)
ORDER BY
--= opened: c.opened DESC, c.id DESC
--= updated: c.updated DESC, c.id DESC
LIMIT :most;

-- How many places lie in a run of squares, up to `most`.
-- name: places_in_cells :one (cell_from I64, cell_to I64, most I64)
-- column: counted I64
SELECT count(*) AS counted FROM (
SELECT 1 FROM place WHERE cell >= :cell_from AND cell <= :cell_to LIMIT :most) AS counted_rows;

-- The cases there, in no order: what a list asks of them, all of it.
-- name: public_in_cells :many (cell_from I64, cell_to I64, most I64)
SELECT c.id, c.service, c.service_version, c.state_type, c.opened, c.updated, c.district, p.lat_e7,
    p.lon_e7
FROM place p CROSS JOIN cases c
WHERE p.cell >= :cell_from AND p.cell <= :cell_to AND c.place = p.id
LIMIT :most;

-- What the public may know of all cases' ways, within a time: a run of it, from its beginning or
-- from its end.
-- name: public_events_run :many (at_from INSTANT, at_until INSTANT, most I64, skipped I64)
-- column: cases I64?
-- column: payload TEXT?
SELECT e.id, e.at, e.kind, e.cases, p.payload
FROM (
    SELECT id FROM event WHERE audience = 0 AND at >= :at_from AND at < :at_until
    ORDER BY
--= oldest: at, id
--= newest: at DESC, id DESC
    LIMIT :most OFFSET :skipped) r
JOIN event e ON e.id = r.id LEFT JOIN event_payload p ON p.event = e.id;

-- Cases that have the words in public, the latest entered first, each with whether everybody may be
-- shown it and it is asked for: so many entries are looked at, however few of them fit.
-- name: public_words_run :many (words TEXT, before_id I64, service I64, state_type I64, district TEXT, opened_from INSTANT, opened_until INSTANT, most I64)
-- column: id I64
-- column: fits BOOL
SELECT h.id, EXISTS (
    SELECT 1 FROM cases c WHERE c.id = h.id AND c.confidentiality = 0 AND c.is_hidden = FALSE
--? service: AND c.service = :service
--? state_type: AND c.state_type = :state_type
--? district: AND c.district = :district
--? opened_from: AND c.opened >= :opened_from
--? opened_until: AND c.opened < :opened_until
) AS fits
FROM (
-- @sqlite
    SELECT rowid AS id FROM case_public_text
    WHERE case_public_text MATCH :words AND rowid < :before_id
    ORDER BY rowid DESC LIMIT :most
-- @postgres
    SELECT id FROM case_public_text
    WHERE vector @@ to_tsquery('simple', :words) AND id < :before_id
    ORDER BY id DESC LIMIT :most
-- @both
) h
ORDER BY h.id DESC;

-- Open cases of a service, of all its versions, whose place lies in a run of squares. The join goes
-- from the squares to the cases (CROSS JOIN fixes the order, the plus keeps the index of a
-- service's cases out of it), so that it costs what was filed there and not what the service has.
-- name: cases_near :many (service I64, cell_from I64, cell_to I64, opened_from INSTANT, most I64)
SELECT c.id, c.number, c.service_version, c.state, c.team, c.reporter, c.confidentiality,
    c.is_hidden, c.opened, p.label, p.lat_e7, p.lon_e7
FROM place p CROSS JOIN cases c
WHERE p.cell >= :cell_from AND p.cell <= :cell_to AND c.place = p.id AND +c.service = :service
    AND c.state_type < 2 AND c.opened >= :opened_from
ORDER BY c.id DESC
LIMIT :most;

-- A run of cases in one order, for lists (case_search.c): narrow, what is shown is asked for apart.
-- In the orders of closing and of change no other column may be asked for, or another index would be sorted.
-- name: case_run :many (state_type I64, team I64, service I64, assignee I64, reporter I64, number TEXT, field TEXT, text TEXT, least I64, greatest I64, words TEXT, codes TEXT, before_id I64, low INSTANT, high INSTANT, at INSTANT, after_id I64, most I64)
SELECT c.id, c.number, c.service, c.service_version, c.state, c.state_type, c.outcome, c.team,
    c.assignee, c.place, c.reporter, c.lang, c.channel, c.opened, c.updated, c.closed, c.due,
    c.district
FROM cases c
WHERE TRUE
--? state_type: AND c.state_type = :state_type
--? team: AND c.team = :team
--? service: AND c.service = :service
--? assignee: AND c.assignee = :assignee
--? reporter: AND c.reporter = :reporter
--? number: AND c.number = :number
--? field_text: AND c.id IN (SELECT x.cases FROM case_index x WHERE x.field = :field AND x.text = :text LIMIT :most)
--? field_number: AND c.id IN (SELECT x.cases FROM case_index x WHERE x.field = :field AND x.number >= :least AND x.number <= :greatest LIMIT :most)
--? field_day: AND c.id IN (SELECT x.cases FROM case_index x WHERE x.field = :field AND x.instant >= :low AND x.instant < :high LIMIT :most)
-- @sqlite
--? words: AND c.id IN (SELECT rowid FROM case_text WHERE case_text MATCH :words AND rowid < :before_id ORDER BY rowid DESC LIMIT :most)
--? words_or_codes: AND c.id IN (SELECT a.id FROM (SELECT rowid AS id FROM case_text WHERE case_text MATCH :words AND rowid < :before_id ORDER BY rowid DESC LIMIT :most) a UNION SELECT b.id FROM (SELECT rowid AS id FROM case_public_text WHERE case_public_text MATCH :codes AND rowid < :before_id ORDER BY rowid DESC LIMIT :most) b)
-- @postgres
--? words: AND c.id IN (SELECT t.id FROM case_text t WHERE t.vector @@ to_tsquery('simple', :words) AND t.id < :before_id ORDER BY t.id DESC LIMIT :most)
--? words_or_codes: AND c.id IN (SELECT a.id FROM (SELECT t.id FROM case_text t WHERE t.vector @@ to_tsquery('simple', :words) AND t.id < :before_id ORDER BY t.id DESC LIMIT :most) a UNION SELECT b.id FROM (SELECT u.id FROM case_public_text u WHERE u.vector @@ to_tsquery('simple', :codes) AND u.id < :before_id ORDER BY u.id DESC LIMIT :most) b)
-- @both
--? dated: AND c.due IS NOT NULL
--? undated: AND c.due IS NULL
--? due_low: AND c.due >= :low
--? due_high: AND c.due < :high
--? after_due: AND c.due >= :at AND (c.due > :at OR c.id > :after_id)
--? after_id: AND c.id > :after_id
--? opened_low: AND c.opened >= :low
--? opened_high: AND c.opened < :high
--? before_opened: AND c.opened <= :at AND (c.opened < :at OR c.id < :after_id)
--? after_opened: AND c.opened >= :at AND (c.opened > :at OR c.id > :after_id)
--? has_closed: AND c.closed IS NOT NULL
--? closed_low: AND c.closed >= :low
--? closed_high: AND c.closed < :high
--? before_closed: AND c.closed <= :at AND (c.closed < :at OR c.id < :after_id)
--? updated_low: AND c.updated >= :low
--? updated_high: AND c.updated < :high
--? before_updated: AND c.updated <= :at AND (c.updated < :at OR c.id < :after_id)
ORDER BY
--= due: c.due, c.id
--= newest: c.opened DESC, c.id DESC
--= oldest: c.opened, c.id
--= closed: c.closed DESC, c.id DESC
--= updated: c.updated DESC, c.id DESC
--= id: c.id DESC
LIMIT :most;

-- What a list shows of a case beside what it was found by.
-- name: case_line_of :one (id I64)
-- column: place_label TEXT?
-- column: assignee_name TEXT?
-- column: is_added BOOL
SELECT c.lock_version, c.description, p.label AS place_label, p.lat_e7, p.lon_e7,
    a.name AS assignee_name,
    coalesce((SELECT e.actor_kind = 'resident' AND e.at > c.opened FROM event e
        WHERE e.cases = c.id AND e.actor_kind IN ('staff', 'api', 'resident')
        ORDER BY e.id DESC LIMIT 1), FALSE) AS is_added
FROM cases c LEFT JOIN place p ON p.id = c.place LEFT JOIN account a ON a.id = c.assignee
WHERE c.id = :id;

-- name: case_has_words :optional (id I64, words TEXT)
-- column: id I64
-- @sqlite
SELECT rowid AS id FROM case_text WHERE case_text MATCH :words AND rowid = :id;
-- @postgres
SELECT t.id AS id FROM case_text t WHERE t.vector @@ to_tsquery('simple', :words) AND t.id = :id;
-- @both

-- name: case_words_of :optional (id I64)
-- column: words TEXT
-- @sqlite
SELECT words FROM case_text WHERE rowid = :id;
-- @postgres
SELECT words FROM case_text WHERE id = :id;
-- @both

-- Who has shown an address or number to be theirs, and the first who named it: at most twice as
-- many. What others file with somebody's address does not hide what is theirs.
-- name: parties_by_contact :many (folded TEXT, most I64)
SELECT a.party FROM (SELECT DISTINCT party FROM contact_point
    WHERE kind IN ('email', 'phone') AND folded = :folded AND verified IS NOT NULL
    ORDER BY party DESC LIMIT :most) a
UNION
SELECT b.party FROM (SELECT DISTINCT party FROM contact_point
    WHERE kind IN ('email', 'phone') AND folded = :folded ORDER BY party LIMIT :most) b
ORDER BY party;

-- name: public_answers_of :optional (id I64)
SELECT answers FROM cases WHERE id = :id;

-- What the public may know of a case's way, within a time.
-- name: public_events_of :many (cases I64, at_from INSTANT, at_until INSTANT)
-- column: payload TEXT?
SELECT e.id, e.at, e.kind, p.payload
FROM event e LEFT JOIN event_payload p ON p.event = e.id
WHERE e.cases = :cases AND e.audience = 0 AND e.at >= :at_from AND e.at < :at_until
ORDER BY e.id;

-- Whether the program of a key opened the case.
-- name: case_opened_by :one (cases I64, actor I64)
-- column: total I64
SELECT count(*) AS total FROM event
WHERE cases = :cases AND kind = 'case.opened' AND actor_kind = 'api' AND actor = :actor;

-- What another system calls a case, or something of it.
-- name: external_get :optional (system TEXT, kind TEXT, external_id TEXT)
SELECT r.id, r.cases, c.number FROM external_ref r JOIN cases c ON c.id = r.cases
WHERE r.system = :system AND r.kind = :kind AND r.external_id = :external_id;

-- name: external_add :insert (system TEXT, kind TEXT, external_id TEXT, cases I64)
INSERT INTO external_ref (system, kind, external_id, cases)
VALUES (:system, :kind, :external_id, :cases)
RETURNING id;

-- name: file_rows :one (sha256 BLOB)
-- column: total I64
SELECT count(*) AS total FROM file WHERE sha256 = :sha256;

-- name: file_add :insert (sha256 BLOB, bytes I64, media TEXT, width I64, height I64, name TEXT, class TEXT, created INSTANT)
INSERT INTO file (sha256, bytes, media, width, height, name, class, created)
VALUES (:sha256, :bytes, :media, :width, :height, :name, :class, :created)
RETURNING id;

-- name: file_drop :exec (id I64)
DELETE FROM file WHERE id = :id;

-- Where a run of so many files ends.
-- name: files_run_end :one (after_id I64, most I64)
-- column: last_id I64?
SELECT max(id) AS last_id FROM (
    SELECT id FROM file WHERE id > :after_id ORDER BY id LIMIT :most) AS run;

-- name: files_unused_drop :exec (after_id I64, last_id I64, before INSTANT)
DELETE FROM file WHERE id > :after_id AND id <= :last_id AND created < :before
    AND NOT EXISTS (SELECT 1 FROM draft_file d WHERE d.file = file.id)
    AND NOT EXISTS (SELECT 1 FROM draft_file d WHERE d.thumbnail = file.id)
    AND NOT EXISTS (SELECT 1 FROM case_file c WHERE c.file = file.id)
    AND NOT EXISTS (SELECT 1 FROM case_file c WHERE c.thumbnail = file.id);

-- name: draft_state :optional (id I64)
SELECT cases, expires FROM draft WHERE id = :id;

-- name: draft_file_add :insert (draft I64, file I64, thumbnail I64)
INSERT INTO draft_file (draft, file, thumbnail) VALUES (:draft, :file, :thumbnail) RETURNING id;

-- name: draft_file_drop :exec (draft I64, id I64)
DELETE FROM draft_file WHERE draft = :draft AND id = :id;

-- name: draft_files_drop :exec (draft I64)
DELETE FROM draft_file WHERE draft = :draft;

-- name: draft_files_expire :exec (now INSTANT)
DELETE FROM draft_file WHERE draft IN
    (SELECT id FROM draft WHERE expires < :now AND cases IS NULL);

-- name: draft_files :many (draft I64)
SELECT d.id, d.file, t.id AS thumbnail, f.name, f.bytes, f.sha256, t.sha256 AS thumb_sha256,
    t.width, t.height
FROM draft_file d JOIN file f ON f.id = d.file JOIN file t ON t.id = d.thumbnail
WHERE d.draft = :draft ORDER BY d.id;

-- name: case_photo_put :insert (cases I64, file I64, thumbnail I64, event I64, is_public BOOL, by_staff BOOL)
INSERT INTO case_file (cases, file, thumbnail, event, is_public, is_hidden, by_staff, caption)
VALUES (:cases, :file, :thumbnail, :event, :is_public, FALSE, :by_staff, '')
RETURNING id;

-- name: case_photos :many (cases I64)
SELECT c.id, c.is_public, c.is_hidden, c.by_staff, f.name, f.bytes, t.width, t.height
FROM case_file c JOIN file f ON f.id = c.file JOIN file t ON t.id = c.thumbnail
WHERE c.cases = :cases ORDER BY c.id;

-- A photo with all that decides who may see it.
-- name: case_photo_get :optional (id I64)
SELECT p.id, p.cases, p.is_public, p.is_hidden, f.sha256, t.sha256 AS thumb_sha256,
    c.service_version, c.team, c.reporter, c.confidentiality, c.is_hidden AS case_is_hidden
FROM case_file p JOIN cases c ON c.id = p.cases JOIN file f ON f.id = p.file
    JOIN file t ON t.id = p.thumbnail
WHERE p.id = :id;

-- name: case_photo_set :exec (id I64, is_public BOOL, is_hidden BOOL)
UPDATE case_file SET is_public = :is_public, is_hidden = :is_hidden WHERE id = :id;

-- Open cases whose place is known, with what their routing depends on.
-- name: open_placed_cases :each ()
SELECT c.id, c.service_version, c.opened, c.channel, c.lang, c.answers, p.label, p.lat_e7, p.lon_e7
FROM cases c JOIN place p ON p.id = c.place
WHERE c.state_type < 2 AND p.lat_e7 IS NOT NULL AND p.lon_e7 IS NOT NULL
ORDER BY +c.id;

-- name: link_use :exec (id I64, used INSTANT)
UPDATE link_token SET used = :used WHERE id = :id AND used IS NULL;

-- How many links of a purpose an address was sent lately.
-- name: links_since :one (purpose TEXT, subject TEXT, since INSTANT)
-- column: total I64
SELECT count(*) AS total FROM link_token
WHERE purpose = :purpose AND subject = :subject AND created > :since;

-- name: follower_get :optional (cases I64, email TEXT)
SELECT id, confirmed, ended FROM follower WHERE cases = :cases AND email = :email;

-- name: follower_by_id :optional (id I64)
SELECT id, cases, email, lang, confirmed, ended FROM follower WHERE id = :id;

-- name: follower_add :insert (cases I64, email TEXT, lang TEXT, token_hash BLOB, created INSTANT)
INSERT INTO follower (cases, email, lang, token_hash, created, confirmed)
VALUES (:cases, :email, :lang, :token_hash, :created, :created)
RETURNING id;

-- name: follower_renew :exec (id I64, lang TEXT, confirmed INSTANT)
UPDATE follower SET confirmed = :confirmed, ended = NULL, lang = :lang WHERE id = :id;

-- name: follower_set_ended :exec (id I64, ended INSTANT)
UPDATE follower SET ended = :ended WHERE id = :id AND ended IS NULL;

-- name: followers_of_email :many (email TEXT)
SELECT f.id, f.cases, f.created
FROM follower f
WHERE f.email = :email AND f.confirmed IS NOT NULL AND f.ended IS NULL
ORDER BY f.cases DESC LIMIT 200;

-- How often a case's reporter did something of a kind lately.
-- name: own_events_since :one (cases I64, kind TEXT, since INSTANT)
-- column: total I64
SELECT count(*) AS total FROM event
WHERE cases = :cases AND kind = :kind AND actor_kind = 'resident' AND at > :since;

-- name: own_message_last :optional (cases I64)
-- column: payload TEXT?
SELECT e.at, p.payload
FROM event e LEFT JOIN event_payload p ON p.event = e.id
WHERE e.cases = :cases AND e.kind = 'message.added' AND e.actor_kind = 'resident'
ORDER BY e.id DESC LIMIT 1;

-- name: satisfaction_get :optional (cases I64)
SELECT score, text, said FROM satisfaction WHERE cases = :cases;

-- name: satisfaction_put :exec (cases I64, score I64, text TEXT, said INSTANT)
INSERT INTO satisfaction (cases, score, text, said) VALUES (:cases, :score, :text, :said)
ON CONFLICT (cases) DO UPDATE SET score = excluded.score, text = excluded.text,
    said = excluded.said;

-- name: satisfaction_text_drop :exec (cases I64, text TEXT)
UPDATE satisfaction SET text = '' WHERE cases = :cases AND text = :text;

-- A case with what its rules ask about.
-- name: case_for_rules :optional (id I64)
-- column: place_kind TEXT?
SELECT c.id, c.number, c.service_version, c.state, c.state_since, c.team, c.place, c.reporter,
    c.lang, c.channel, c.confidentiality, c.description, c.is_description_public, c.answers, c.opened, c.lock_version,
    p.kind AS place_kind, p.address AS place_address, p.label AS place_label, p.unit AS place_unit, p.zip AS place_zip,
    p.lat_e7, p.lon_e7, p.layers AS place_layers
FROM cases c LEFT JOIN place p ON p.id = c.place
WHERE c.id = :id;

-- How many cases that are not closed are linked with one, by kind of link.
-- name: links_open :many (cases I64)
-- column: open I64
SELECT l.kind, count(*) AS open
FROM link l JOIN cases c
    ON c.id = CASE WHEN l.from_case = :cases THEN l.to_case ELSE l.from_case END
WHERE (l.from_case = :cases OR l.to_case = :cases) AND l.ended IS NULL AND c.state_type < 2
GROUP BY l.kind;

-- The stricter of who might know of it and who may under the new version.
-- name: case_version_set :exec (id I64, service_version I64, confidentiality I64, updated INSTANT)
UPDATE cases SET service_version = :service_version, updated = :updated,
    confidentiality = CASE WHEN confidentiality < :confidentiality THEN :confidentiality
        ELSE confidentiality END,
    lock_version = lock_version + 1
WHERE id = :id;

-- name: cases_of_other_versions :many (service I64, service_version I64, after_id I64, most I64)
SELECT id, number FROM cases
WHERE service = :service AND service_version <> :service_version AND state_type < 2
    AND id > :after_id
ORDER BY id LIMIT :most;

-- Whom people call by that: all of the name, its first word, or its last, as they are folded. Who has
-- shown an address to be theirs comes first: what others file by their name does not hide them.
-- name: parties_by_name :many (folded TEXT, most I64)
-- @sqlite
SELECT a.id, a.is_proven FROM (SELECT id, is_proven FROM party
    WHERE folded = :folded AND folded <> ''
    ORDER BY is_proven DESC, id DESC LIMIT :most) a
UNION SELECT b.id, b.is_proven FROM (SELECT id, is_proven FROM party
    WHERE substr(folded, 1, instr(folded || ' ', ' ') - 1) = :folded AND folded <> ''
    ORDER BY is_proven DESC, id DESC LIMIT :most) b
UNION SELECT c.id, c.is_proven FROM (SELECT id, is_proven FROM party
    WHERE replace(folded, rtrim(folded, replace(folded, ' ', '')), '') = :folded AND folded <> ''
    ORDER BY is_proven DESC, id DESC LIMIT :most) c
ORDER BY is_proven DESC, id DESC LIMIT :most;
-- @postgres
SELECT a.id, a.is_proven FROM (SELECT id, is_proven FROM party
    WHERE folded = :folded AND folded <> ''
    ORDER BY is_proven DESC, id DESC LIMIT :most) a
UNION SELECT b.id, b.is_proven FROM (SELECT id, is_proven FROM party
    WHERE split_part(folded, ' ', 1) = :folded AND folded <> ''
    ORDER BY is_proven DESC, id DESC LIMIT :most) b
UNION SELECT c.id, c.is_proven FROM (SELECT id, is_proven FROM party
    WHERE regexp_replace(folded, '^.* ', '') = :folded AND folded <> ''
    ORDER BY is_proven DESC, id DESC LIMIT :most) c
ORDER BY is_proven DESC, id DESC LIMIT :most;
-- @both

-- Whose contact an address is: the cases of a resident who has proven it, newest first; without
-- those whose row says that they are for staff alone (AUDIENCE_STAFF): the service may say so since.
-- name: cases_of_email :many (email TEXT, before I64, most I64)
SELECT c.id FROM contact_point p JOIN cases c ON c.reporter = p.party
WHERE p.kind = 'email' AND p.folded = :email AND c.id < :before AND c.confidentiality < 2
ORDER BY c.id DESC LIMIT :most;

-- name: own_case :optional (id I64)
-- column: place_label TEXT?
SELECT c.number, c.service_version, c.state, c.opened, c.updated, c.outcome, c.confidentiality,
    p.label AS place_label
FROM cases c LEFT JOIN place p ON p.id = c.place
WHERE c.id = :id;

-- name: drafts_of_party :many (party I64, now INSTANT)
SELECT id, service_version, answers, updated FROM draft
WHERE party = :party AND cases IS NULL AND expires > :now
ORDER BY updated DESC LIMIT 50;

-- name: draft_by_id :optional (id I64, now INSTANT)
SELECT id, service_version, party, answers, updated, expires FROM draft
WHERE id = :id AND cases IS NULL AND expires > :now;

-- The entries of both searches, with what they are made of. CROSS JOIN: from the cases to the entries,
-- or each run would read them all.
-- name: word_entries :many (after_id I64, most I64)
-- column: words TEXT
-- column: public_words TEXT
-- column: place_label TEXT?
-- @sqlite
SELECT c.id, c.number, c.service_version, c.description, c.is_description_public, c.answers,
    t.words, u.words AS public_words, p.label AS place_label
FROM cases c CROSS JOIN case_text t ON t.rowid = c.id
    CROSS JOIN case_public_text u ON u.rowid = c.id LEFT JOIN place p ON p.id = c.place
WHERE c.id > :after_id ORDER BY c.id LIMIT :most;
-- @postgres
SELECT c.id, c.number, c.service_version, c.description, c.is_description_public, c.answers,
    t.words, u.words AS public_words, p.label AS place_label
FROM cases c JOIN case_text t ON t.id = c.id
    JOIN case_public_text u ON u.id = c.id LEFT JOIN place p ON p.id = c.place
WHERE c.id > :after_id ORDER BY c.id LIMIT :most;
-- @both

-- What SQLite has written since the connection was opened.
-- name: rows_written :one ()
-- column: total I64
-- @sqlite
SELECT total_changes() AS total;
-- @postgres
SELECT CAST(0 AS BIGINT) AS total;
-- @both

-- SQLite leaves what an entry held in older parts of the index until these are merged; here so many
-- pages of it.
-- name: case_words_merge :exec (pages I64)
-- @sqlite
INSERT INTO case_text (case_text, rank) VALUES ('merge', :pages);
-- @postgres
UPDATE case_text SET words = words WHERE :pages = 0;
-- @both

-- name: case_public_words_merge :exec (pages I64)
-- @sqlite
INSERT INTO case_public_text (case_public_text, rank) VALUES ('merge', :pages);
-- @postgres
UPDATE case_public_text SET words = words WHERE :pages = 0;
-- @both

-- name: drafts_disown :exec (party I64)
UPDATE draft SET party = NULL WHERE party = :party;

-- name: jobs_sweep :exec (before INSTANT, most I64)
DELETE FROM job WHERE id IN (SELECT id FROM job WHERE done < :before ORDER BY done LIMIT :most);

-- name: draft_files_sweep :exec (now INSTANT, most I64)
DELETE FROM draft_file WHERE draft IN
    (SELECT id FROM draft WHERE expires < :now ORDER BY expires, id LIMIT :most);

-- name: drafts_sweep :exec (now INSTANT, most I64)
DELETE FROM draft WHERE id IN
    (SELECT id FROM draft WHERE expires < :now ORDER BY expires, id LIMIT :most);

-- name: link_tokens_sweep :exec (before INSTANT, most I64)
DELETE FROM link_token WHERE id IN
    (SELECT id FROM link_token WHERE expires < :before ORDER BY expires, id LIMIT :most);

-- name: mailboxes_sweep :exec (before I64, most I64)
DELETE FROM mailbox_day WHERE id IN (SELECT id FROM mailbox_day WHERE day < :before LIMIT :most);

-- name: sessions_sweep :exec (now INSTANT, most I64)
DELETE FROM session WHERE id IN
    (SELECT id FROM session WHERE expires < :now ORDER BY expires LIMIT :most);
