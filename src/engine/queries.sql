-- The case engine's statements: docs/decisions says how they are compiled.

-- name: city_file_put :exec (path TEXT, hash BLOB, content BLOB, published INSTANT)
INSERT INTO city_file (path, hash, content, published)
VALUES (:path, :hash, :content, :published)
ON CONFLICT (path) DO UPDATE SET hash = excluded.hash, content = excluded.content,
    published = excluded.published;

-- name: stored_files :many ()
SELECT path, hash, content FROM city_file ORDER BY path;

-- name: stored_paths :many ()
SELECT path FROM city_file ORDER BY path;

-- name: city_file_drop :exec (path TEXT)
DELETE FROM city_file WHERE path = :path;

-- name: setting_put :exec (name TEXT, value TEXT)
INSERT INTO setting (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: setting_get :optional (name TEXT)
SELECT value FROM setting WHERE name = :name;

-- name: closures :many ()
SELECT date, reason FROM closure ORDER BY date;

-- name: closure_put :exec (date DATE, reason TEXT, added INSTANT)
INSERT INTO closure (date, reason, added) VALUES (:date, :reason, :added);

-- Running deadlines that a day without work moves: begun before its end and due on it or later.
-- name: clocks_over_day :many (day DATE, day_begins INSTANT, day_ends INSTANT)
SELECT k.id, k.cases, k.kind, k.started, k.due, k.due_date, k.warn
FROM clock k JOIN cases c ON c.id = k.cases
WHERE k.met IS NULL AND c.state_type < 2 AND k.started < :day_ends
    AND (k.due_date >= :day OR (k.due_date IS NULL AND k.due > :day_begins))
ORDER BY k.cases, k.id;

-- name: clock_move :exec (id I64, due INSTANT, due_date DATE?, warn INSTANT?)
UPDATE clock SET due = :due, due_date = :due_date, warn = :warn WHERE id = :id;

-- The projection that lists sort by: the latest of the running deadlines.
-- name: case_due_again :exec (id I64, updated INSTANT)
UPDATE cases SET updated = :updated, lock_version = lock_version + 1, due = (
    SELECT max(k.due) FROM clock k WHERE k.cases = cases.id AND +k.met IS NULL AND k.paused IS NULL)
WHERE id = :id;

-- name: service_id :optional (code TEXT)
SELECT id FROM service WHERE code = :code;

-- name: service_add :insert (code TEXT, created INSTANT)
INSERT INTO service (code, created) VALUES (:code, :created) RETURNING id;

-- name: service_offer :exec (id I64, withdrawn INSTANT?)
UPDATE service SET withdrawn = :withdrawn WHERE id = :id;

-- name: service_latest :optional (service I64)
SELECT id, version, hash FROM service_version
WHERE service = :service ORDER BY version DESC LIMIT 1;

-- name: service_version_add :insert (service I64, version I64, hash BLOB, definition TEXT, workflow TEXT, published INSTANT, published_by I64?)
INSERT INTO service_version (service, version, hash, definition, workflow, published, published_by)
VALUES (:service, :version, :hash, :definition, :workflow, :published, :published_by)
RETURNING id;

-- name: service_versions :many ()
SELECT v.id, v.service, v.version, v.hash, v.definition, v.workflow, s.code, s.withdrawn
FROM service_version v JOIN service s ON s.id = v.service
ORDER BY s.code, v.version;

-- name: team_add :exec (code TEXT)
INSERT INTO team (code) VALUES (:code) ON CONFLICT (code) DO NOTHING;

-- name: stored_teams :many ()
SELECT id, code FROM team ORDER BY code;

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

-- name: clock_add :exec (cases I64, kind TEXT, started INSTANT, due INSTANT, due_date DATE?, warn INSTANT?, trace JSON)
INSERT INTO clock (cases, kind, started, due, due_date, warn, trace)
VALUES (:cases, :kind, :started, :due, :due_date, :warn, :trace);

-- name: clocks_of :many (cases I64)
SELECT id, kind, started, due, due_date, warn, paused, met, missed, trace
FROM clock WHERE cases = :cases ORDER BY id;

-- name: clock_set :exec (id I64, due INSTANT, due_date DATE?, warn INSTANT?, paused INSTANT?, met INSTANT?)
UPDATE clock SET due = :due, due_date = :due_date, warn = :warn, paused = :paused, met = :met
WHERE id = :id;

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
SELECT e.id, e.at, e.kind, e.actor_kind, e.actor, e.audience, p.payload, a.name AS actor_name
FROM event e LEFT JOIN event_payload p ON p.event = e.id
LEFT JOIN account a ON a.id = e.actor AND e.actor_kind = 'staff'
WHERE e.cases = :cases AND e.audience <= :audience
ORDER BY e.id;

-- name: message_add :insert (cases I64?, route TEXT, address TEXT, lang TEXT, notice TEXT, subject TEXT, body TEXT, unsubscribe TEXT, next_try INSTANT, created INSTANT, once TEXT?)
INSERT INTO message (cases, direction, route, address, lang, notice, subject, body, unsubscribe,
    state, attempts, next_try, created, trouble, once)
VALUES (:cases, 'out', :route, :address, :lang, :notice, :subject, :body, :unsubscribe,
    'queued', 0, :next_try, :created, '', :once)
ON CONFLICT (once) DO NOTHING
RETURNING id;

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

-- name: last_note :optional (cases I64, actor I64)
-- column: payload TEXT?
SELECT e.at, e.audience, p.payload
FROM event e LEFT JOIN event_payload p ON p.event = e.id
WHERE e.cases = :cases AND e.kind = 'note.added' AND e.actor_kind = 'staff' AND e.actor = :actor
ORDER BY e.id DESC LIMIT 1;

-- name: contacts_of_party :many (party I64)
SELECT id, kind, value, verified FROM contact_point WHERE party = :party ORDER BY id;

-- name: followers_of :many (cases I64)
SELECT id, email, lang FROM follower
WHERE cases = :cases AND confirmed IS NOT NULL AND ended IS NULL ORDER BY id;

-- name: case_place_label :optional (id I64)
SELECT label FROM place WHERE id = :id;

-- name: services_offered :many ()
SELECT id, code FROM service WHERE withdrawn IS NULL ORDER BY code;

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

-- name: leaf_last :optional ()
SELECT id AS position, event FROM record_leaf ORDER BY id DESC LIMIT 1;

-- name: leaf_of :optional (event I64)
SELECT id AS position FROM record_leaf WHERE event = :event;

-- name: leaf_add :exec (position I64, event I64)
-- writes: record_leaf
INSERT INTO record_leaf (id, event) VALUES (:position, :event);

-- Events in the order of their ids: on one writer that is the order of their transactions.
-- name: events_unplaced :each (after I64)
SELECT e.id, e.at, e.kind, e.cases, e.actor_kind, e.actor, e.audience, e.commitment
FROM event e WHERE e.id > :after ORDER BY e.id;

-- name: record_count :one ()
-- column: events I64
-- column: leaves I64
-- column: payloads I64
-- column: tiles I64
SELECT (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM record_leaf) AS leaves,
    (SELECT count(*) FROM event_payload) AS payloads, (SELECT count(*) FROM record_tile) AS tiles;

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

-- name: tile_put :exec (level I64, position I64, hashes BLOB)
INSERT INTO record_tile (level, position, hashes) VALUES (:level, :position, :hashes)
ON CONFLICT (level, position) DO UPDATE SET hashes = excluded.hashes;

-- name: heads_count :one ()
-- column: total I64
SELECT count(*) AS total FROM tree_head;

-- name: head_add :exec (id I64, size I64, root BLOB, at INSTANT, signature BLOB)
INSERT INTO tree_head (id, size, root, at, signature)
VALUES (:id, :size, :root, :at, :signature);

-- name: head_latest :optional ()
SELECT size, root, at, signature FROM tree_head ORDER BY size DESC LIMIT 1;

-- name: heads_all :many ()
SELECT id, size, root, at, signature FROM tree_head ORDER BY size;

-- Work for later: job.h, timer.h, outbox.h and sweep.h.

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

-- name: job_claim :exec (id I64, now INSTANT, stuck INSTANT, attempts I64, trouble TEXT)
UPDATE job SET claimed = :now, attempts = attempts + 1, trouble = :trouble
WHERE id = :id AND done IS NULL AND attempts = :attempts
    AND (claimed IS NULL OR claimed <= :stuck);

-- name: job_end :exec (id I64, claimed INSTANT, now INSTANT)
UPDATE job SET done = :now, once = NULL, claimed = NULL, trouble = ''
WHERE id = :id AND claimed = :claimed AND done IS NULL;

-- name: job_put_back :exec (id I64, claimed INSTANT, due INSTANT, trouble TEXT)
UPDATE job SET claimed = NULL, due = :due, trouble = :trouble
WHERE id = :id AND claimed = :claimed AND done IS NULL;

-- name: jobs_sweep :exec (before INSTANT, most I64)
DELETE FROM job WHERE id IN (SELECT id FROM job WHERE done < :before ORDER BY done LIMIT :most);

-- name: clock_warned :exec (id I64)
UPDATE clock SET warn = NULL WHERE id = :id;

-- name: clock_missed :exec (id I64, missed INSTANT)
UPDATE clock SET missed = :missed WHERE id = :id AND missed IS NULL;

-- name: message_due :optional (now INSTANT)
SELECT id, attempts FROM message
WHERE state = 'queued' AND next_try <= :now AND route = 'mail'
ORDER BY next_try, id LIMIT 1;

-- name: message_take :exec (id I64, attempts I64, until INSTANT)
UPDATE message SET state = 'sending', attempts = attempts + 1, next_try = :until
WHERE id = :id AND state = 'queued' AND attempts = :attempts;

-- name: message_taken :one (id I64)
SELECT id, address, lang, subject, body, unsubscribe, attempts, created FROM message
WHERE id = :id AND state = 'sending';

-- name: message_settle :exec (id I64, attempts I64, state TEXT, next_try INSTANT?, sent INSTANT?, trouble TEXT)
UPDATE message SET state = :state, next_try = :next_try, sent = :sent, trouble = :trouble
WHERE id = :id AND state = 'sending' AND attempts = :attempts;

-- name: message_lost :exec (now INSTANT, trouble TEXT)
UPDATE message SET state = 'uncertain', next_try = NULL, trouble = :trouble
WHERE state = 'sending' AND next_try <= :now;

-- name: draft_files_sweep :exec (now INSTANT, most I64)
DELETE FROM draft_file WHERE draft IN
    (SELECT id FROM draft WHERE expires < :now ORDER BY expires, id LIMIT :most);

-- name: drafts_sweep :exec (now INSTANT, most I64)
DELETE FROM draft WHERE id IN
    (SELECT id FROM draft WHERE expires < :now ORDER BY expires, id LIMIT :most);

-- name: sessions_sweep :exec (now INSTANT, most I64)
DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires < :now LIMIT :most);

-- Cases as the public sees them (public_case.h): read by no other way.

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
