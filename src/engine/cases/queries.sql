-- Cases, what hangs on them, and drafts.

-- name: series_next :one (code TEXT, year I64)
INSERT INTO series (code, year, last) VALUES (:code, :year, 1)
ON CONFLICT (code, year) DO UPDATE SET last = series.last + 1
RETURNING last;

-- name: case_by_submission :optional (submission TEXT)
SELECT id, number, opened FROM cases WHERE submission = :submission;

-- name: place_add :insert (address TEXT?, kind TEXT, label TEXT, unit TEXT, zip TEXT, lat_e7 I64?, lon_e7 I64?, cell I64?, layers JSON)
INSERT INTO place (address, kind, label, unit, zip, lat_e7, lon_e7, cell, layers)
VALUES (:address, :kind, :label, :unit, :zip, :lat_e7, :lon_e7, :cell, :layers)
RETURNING id;

-- name: party_add :insert (kind TEXT, name TEXT, lang TEXT, created INSTANT)
INSERT INTO party (kind, name, lang, created) VALUES (:kind, :name, :lang, :created) RETURNING id;

-- name: contact_add :insert (party I64, kind TEXT, value TEXT, folded TEXT, created INSTANT)
INSERT INTO contact_point (party, kind, value, folded, created)
VALUES (:party, :kind, :value, :folded, :created) RETURNING id;

-- name: case_add :insert (number TEXT, service I64, service_version I64, state TEXT, state_type I64, team I64?, place I64?, reporter I64?, lang TEXT, channel TEXT, confidentiality I64, description TEXT, answers JSON, opened INSTANT, due INSTANT?, district TEXT, submission TEXT?)
INSERT INTO cases (number, service, service_version, class, state, state_type, state_since, team,
    place, reporter, lang, channel, confidentiality, is_hidden, description,
    is_description_public, answers, opened, updated, due, district, lock_version, submission)
VALUES (:number, :service, :service_version, '', :state, :state_type, :opened, :team,
    :place, :reporter, :lang, :channel, :confidentiality, FALSE, :description,
    FALSE, :answers, :opened, :opened, :due, :district, 1, :submission)
RETURNING id;

-- name: case_index_add :exec (cases I64, field TEXT, text TEXT?, number I64?, instant INSTANT?)
INSERT INTO case_index (cases, field, text, number, instant)
VALUES (:cases, :field, :text, :number, :instant);

-- name: case_index_of :many (cases I64)
SELECT field, text, number, instant FROM case_index WHERE cases = :cases ORDER BY id;

-- What rebuild --check compares: each projection beside what it is made of. (+k.met: without the
-- plus SQLite answers max(due) from the index of all clocks that run, once for every case.)
-- name: projections :each ()
-- column: clocks_due INSTANT?
-- column: words TEXT?
-- column: place_label TEXT?
-- column: place_layers JSON?
-- @sqlite
SELECT c.id, c.number, c.service_version, c.due, c.district, c.description, c.answers,
    (SELECT max(k.due) FROM clock k WHERE k.cases = c.id AND +k.met IS NULL AND k.paused IS NULL)
        AS clocks_due,
    t.words, p.label AS place_label, p.layers AS place_layers
FROM cases c LEFT JOIN place p ON p.id = c.place LEFT JOIN case_text t ON t.rowid = c.id
ORDER BY c.id;
-- @postgres
SELECT c.id, c.number, c.service_version, c.due, c.district, c.description, c.answers,
    (SELECT max(k.due) FROM clock k WHERE k.cases = c.id AND +k.met IS NULL AND k.paused IS NULL)
        AS clocks_due,
    t.words, p.label AS place_label, p.layers AS place_layers
FROM cases c LEFT JOIN place p ON p.id = c.place LEFT JOIN case_text t ON t.id = c.id
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

-- name: link_token_add :exec (token_hash BLOB, purpose TEXT, cases I64?, party I64?, subject TEXT, created INSTANT, expires INSTANT?)
INSERT INTO link_token (token_hash, purpose, cases, party, subject, created, expires)
VALUES (:token_hash, :purpose, :cases, :party, :subject, :created, :expires);

-- name: link_token_get :optional (token_hash BLOB)
SELECT id, purpose, cases, party, subject, created, expires, used
FROM link_token WHERE token_hash = :token_hash;

-- name: case_by_number :optional (number TEXT)
SELECT c.id, c.number, c.service, c.service_version, c.state, c.state_type, c.state_since,
    c.outcome, c.team, c.assignee, c.place, c.reporter, c.lang, c.channel, c.confidentiality,
    c.is_hidden, c.description, c.is_description_public, c.answers, c.opened, c.updated, c.closed,
    c.due, c.district, c.merged_into, c.lock_version,
    p.kind AS place_kind, p.label AS place_label, p.unit AS place_unit, p.address AS place_address,
    p.zip AS place_zip, p.lat_e7, p.lon_e7, p.layers AS place_layers
FROM cases c LEFT JOIN place p ON p.id = c.place
WHERE c.number = :number;

-- name: case_for_step :one (id I64)
SELECT id, number, service_version, state, state_type, state_since, team, assignee, reporter, lang,
    lock_version, opened, closed, place
FROM cases WHERE id = :id;

-- name: case_step_set :exec (id I64, lock_version I64, state TEXT, state_type I64, state_since INSTANT, outcome TEXT?, updated INSTANT, closed INSTANT?, due INSTANT?)
UPDATE cases SET state = :state, state_type = :state_type, state_since = :state_since,
    outcome = :outcome, updated = :updated, closed = :closed, due = :due,
    lock_version = lock_version + 1
WHERE id = :id AND lock_version = :lock_version;

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

-- name: contacts_of_party :many (party I64)
SELECT id, kind, value, verified FROM contact_point WHERE party = :party ORDER BY id;

-- name: followers_of :many (cases I64)
SELECT id, email, lang FROM follower
WHERE cases = :cases AND confirmed IS NOT NULL AND ended IS NULL ORDER BY id;

-- name: case_place_label :optional (id I64)
SELECT label FROM place WHERE id = :id;

-- name: draft_get :optional (token_hash BLOB)
SELECT id, service_version, lang, answers, expires, cases FROM draft WHERE token_hash = :token_hash;

-- name: draft_add :insert (token_hash BLOB, service_version I64, channel TEXT, lang TEXT, answers JSON, created INSTANT, expires INSTANT)
INSERT INTO draft (token_hash, service_version, channel, lang, answers, created, updated, expires)
VALUES (:token_hash, :service_version, :channel, :lang, :answers, :created, :created, :expires)
RETURNING id;

-- name: draft_set :exec (id I64, answers JSON, updated INSTANT, expires INSTANT)
UPDATE draft SET answers = :answers, updated = :updated, expires = :expires WHERE id = :id;

-- name: draft_sent :exec (id I64, cases I64)
UPDATE draft SET cases = :cases WHERE id = :id;

-- name: draft_case :optional (token_hash BLOB)
SELECT c.number FROM draft d JOIN cases c ON c.id = d.cases WHERE d.token_hash = :token_hash;

-- name: link_case :optional (token_hash BLOB, now INSTANT)
SELECT l.id, l.purpose, c.id AS case_id, c.number, c.reporter
FROM link_token l JOIN cases c ON c.id = l.cases
WHERE l.token_hash = :token_hash AND (l.expires IS NULL OR l.expires > :now);

-- One run of cases of one service and type of state, or of all, newest first.
-- name: public_run :many (service I64, state_type I64, district TEXT, opened_from INSTANT, opened_until INSTANT, opened INSTANT, after_id I64, most I64)
-- column: description TEXT
-- column: place_kind TEXT?
-- column: place_label TEXT?
-- column: place_address TEXT?
SELECT c.id, c.number, c.service_version, c.state, c.outcome, c.opened, c.updated, c.closed, c.due,
    c.district, c.is_description_public,
    CASE WHEN c.is_description_public = TRUE THEN c.description ELSE '' END AS description,
    p.kind AS place_kind, p.label AS place_label, p.address AS place_address, p.lat_e7, p.lon_e7
FROM cases c LEFT JOIN place p ON p.id = c.place
WHERE c.confidentiality = 0 AND c.is_hidden = FALSE
--? service: AND c.service = :service
--? state_type: AND c.state_type = :state_type
--? district: AND c.district = :district
--? opened_from: AND c.opened >= :opened_from
--? opened_until: AND c.opened < :opened_until
--? after: AND c.opened <= :opened AND (c.opened < :opened OR c.id < :after_id)
ORDER BY c.opened DESC, c.id DESC
LIMIT :most;

-- name: file_rows :one (sha256 BLOB)
-- column: total I64
SELECT count(*) AS total FROM file WHERE sha256 = :sha256;

-- name: file_add :insert (sha256 BLOB, bytes I64, media TEXT, width I64, height I64, name TEXT, class TEXT, created INSTANT)
INSERT INTO file (sha256, bytes, media, width, height, name, class, created)
VALUES (:sha256, :bytes, :media, :width, :height, :name, :class, :created)
RETURNING id;

-- name: file_drop :exec (id I64)
DELETE FROM file WHERE id = :id;

-- name: files_unused_drop :exec (before INSTANT)
DELETE FROM file WHERE created < :before
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

-- name: case_file_add :insert (cases I64, file I64, thumbnail I64, event I64, is_public BOOL)
INSERT INTO case_file (cases, file, thumbnail, event, is_public, is_hidden, by_staff, caption)
VALUES (:cases, :file, :thumbnail, :event, :is_public, FALSE, FALSE, '')
RETURNING id;

-- name: case_files :many (cases I64)
SELECT c.id, c.is_public, c.is_hidden, f.name, t.width, t.height
FROM case_file c JOIN file f ON f.id = c.file JOIN file t ON t.id = c.thumbnail
WHERE c.cases = :cases ORDER BY c.id;

-- A photo with all that decides who may see it.
-- name: case_file_get :optional (id I64)
SELECT p.id, p.cases, p.is_public, p.is_hidden, f.sha256, t.sha256 AS thumb_sha256,
    c.service_version, c.team, c.reporter, c.confidentiality, c.is_hidden AS case_is_hidden
FROM case_file p JOIN cases c ON c.id = p.cases JOIN file f ON f.id = p.file
    JOIN file t ON t.id = p.thumbnail
WHERE p.id = :id;

-- name: case_file_set :exec (id I64, is_public BOOL, is_hidden BOOL)
UPDATE case_file SET is_public = :is_public, is_hidden = :is_hidden WHERE id = :id;
