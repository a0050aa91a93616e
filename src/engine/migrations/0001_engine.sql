-- The case engine. Table names are singular, but where the singular is a reserved word.

-- What makes this city: the published files of the city folder that stay live.
CREATE TABLE city_file (
    id ID,
    path TEXT(200) UNIQUE,      -- 'city.yaml', 'calendars/city-hall.yaml', 'layers/districts.geojson'
    hash BLOB,
    content BLOB,
    published INSTANT
);

CREATE TABLE setting (
    name TEXT(60) UNIQUE,
    value TEXT(2000)
);

CREATE TABLE service (
    id ID,
    code TEXT(40) UNIQUE,
    created INSTANT,
    withdrawn INSTANT NULL      -- no longer offered; its cases go on
);

-- Immutable: a case stays on the version it was filed under.
CREATE TABLE service_version (
    id ID,
    service REF(service),
    version I64,
    hash BLOB,                  -- over both texts
    definition TEXT(1000000),
    workflow TEXT(1000000),
    published INSTANT,
    published_by REF(account) NULL
);
CREATE UNIQUE INDEX service_version_number ON service_version(service, version);

-- Public numbers: one row a series and year.
CREATE TABLE series (
    id ID,
    code TEXT(20),
    year I64,
    last I64
);
CREATE UNIQUE INDEX series_year ON series(code, year);

-- A case: one instance of a service. Its main track's state stands here; parallel tracks are rows
-- of case_track.
CREATE TABLE cases (
    id ID,
    number TEXT(20) UNIQUE,
    service REF(service),
    service_version REF(service_version),
    class TEXT(40),             -- '' where the service has none
    parent REF(cases) NULL,
    state TEXT(40),
    state_type I64,             -- 0 open, 1 waiting, 2 closed
    state_since INSTANT,
    outcome TEXT(40) NULL,
    team REF(team) NULL,
    assignee REF(account) NULL,
    place REF(place) NULL,
    reporter REF(party) NULL,
    lang TEXT(3),
    channel TEXT(12),           -- 'web', 'counter', 'phone', 'text', 'mail', 'open311', 'api', 'import'
    confidentiality I64,        -- 0 public, 1 parties, 2 staff
    is_hidden BOOL,             -- taken out of all public view by staff
    description TEXT(4000),     -- private until released
    is_description_public BOOL,
    answers JSON,
    opened INSTANT,
    updated INSTANT,
    closed INSTANT NULL,
    due INSTANT NULL,           -- projection: the nearest running deadline
    district TEXT(20),          -- projection of the place's layer, for lists
    merged_into REF(cases) NULL,
    lock_version I64,
    submission TEXT(64) NULL    -- the form's key: sent twice, it is one case
);
CREATE UNIQUE INDEX cases_submission ON cases(submission);
CREATE INDEX cases_team ON cases(team, state_type, due, id);
CREATE INDEX cases_service ON cases(service, state_type, opened, id);
CREATE INDEX cases_open ON cases(state_type, due, id);
CREATE INDEX cases_opened ON cases(opened, id);
CREATE INDEX cases_updated ON cases(updated, id);
CREATE INDEX cases_assignee ON cases(assignee, state_type);
CREATE INDEX cases_place ON cases(place);
CREATE INDEX cases_reporter ON cases(reporter);

CREATE TABLE case_track (
    id ID,
    cases REF(cases),
    track TEXT(100),
    state TEXT(40),
    state_type I64,
    since INSTANT
);
CREATE UNIQUE INDEX case_track_of ON case_track(cases, track);

-- Answers to fields marked indexed, one of the three values set.
CREATE TABLE case_index (
    id ID,
    cases REF(cases),
    field TEXT(40),
    text TEXT(400) NULL,
    number I64 NULL,            -- in millionths
    instant INSTANT NULL
);
CREATE INDEX case_index_text ON case_index(field, text);
CREATE INDEX case_index_number ON case_index(field, number);
CREATE INDEX case_index_case ON case_index(cases);

-- A running deadline. Paused time moves `due`; the trace says how it came about.
CREATE TABLE clock (
    id ID,
    cases REF(cases),
    kind TEXT(100),
    started INSTANT,
    due INSTANT,
    due_date DATE NULL,         -- a deadline in workdays or months is a local day
    warn INSTANT NULL,
    paused INSTANT NULL,        -- since when it stands still
    met INSTANT NULL,
    missed INSTANT NULL,        -- when it was found overdue
    trace JSON
);
CREATE INDEX clock_case ON clock(cases);
CREATE INDEX clock_due ON clock(met, due);

-- Days on which the city was closed against its calendar: a storm, a moved office.
CREATE TABLE closure (
    id ID,
    date DATE UNIQUE,
    reason TEXT(200),
    added INSTANT
);

-- The record: every change is an event. The header stays for ever; payload and salt can be erased
-- and the commitment still proves what stood there.
-- @insert_only
CREATE TABLE event (
    id ID,
    at INSTANT,
    kind TEXT(40),              -- 'case.opened', 'case.step', 'note.added', ...
    cases I64 NULL,             -- no reference: an event outlives what it speaks of
    actor_kind TEXT(12),        -- 'system', 'staff', 'resident', 'api', 'import'
    actor I64 NULL,             -- account or party
    audience I64,               -- 0 public, 1 parties, 2 staff
    commitment BLOB             -- SHA-256 over salt and payload
);
CREATE INDEX event_case ON event(cases, id);

CREATE TABLE event_payload (
    event I64 PRIMARY KEY,
    salt BLOB,
    payload TEXT(100000)        -- JSON, byte for byte as it was hashed: no JSON type
);

-- Leaves of the Merkle tree (RFC 9162), in dense order.
-- @insert_only
CREATE TABLE record_leaf (
    id ID,                      -- the place: from 0, without gaps
    event I64 UNIQUE
);

-- The tree's hashes in tiles: level 0 has the leaves' hashes, 256 to a tile; level 1 the roots of
-- complete tiles of level 0, and so on. The last tile of a level grows.
CREATE TABLE record_tile (
    level I64,
    position I64,
    hashes BLOB
);
CREATE UNIQUE INDEX record_tile_at ON record_tile(level, position);

-- Signed statements of what the tree was; src/engine/record.h says what is signed.
CREATE TABLE tree_head (
    id ID,
    size I64 UNIQUE,
    root BLOB,
    at INSTANT,
    signature BLOB
);

-- Photos and papers: content by hash in the data folder, one row an upload.
CREATE TABLE file (
    id ID,
    sha256 BLOB,
    bytes I64,
    media TEXT(60),
    width I64,
    height I64,
    name TEXT(200),             -- as the sender named it
    class TEXT(20),             -- 'photo', 'original', 'thumbnail'
    created INSTANT
);
CREATE INDEX file_hash ON file(sha256);

CREATE TABLE case_file (
    id ID,
    cases REF(cases),
    file REF(file),
    thumbnail REF(file) NULL,
    event I64,
    is_public BOOL,
    is_hidden BOOL,
    by_staff BOOL,
    caption TEXT(400)
);
CREATE INDEX case_file_case ON case_file(cases);

-- Everything told or heard, by any channel.
CREATE TABLE message (
    id ID,
    cases REF(cases) NULL,
    direction TEXT(3),          -- 'out', 'in'
    route TEXT(8),              -- 'mail', 'text'
    external_id TEXT(200) NULL,
    address TEXT(320),
    lang TEXT(3),
    notice TEXT(40),
    subject TEXT(400),
    body TEXT(20000),
    unsubscribe TEXT(400),      -- the link of List-Unsubscribe; '' when there is none
    state TEXT(10),             -- 'queued', 'sending', 'sent', 'failed', 'uncertain', 'received'
    attempts I64,
    next_try INSTANT NULL,
    created INSTANT,
    sent INSTANT NULL,
    trouble TEXT(400),
    once TEXT(400) NULL         -- the same notice to the same address about the same event
);
CREATE UNIQUE INDEX message_external ON message(route, external_id);
CREATE UNIQUE INDEX message_once ON message(once);
CREATE INDEX message_queue ON message(state, next_try);
CREATE INDEX message_case ON message(cases);

-- Who is told about a case they did not file.
CREATE TABLE follower (
    id ID,
    cases REF(cases),
    party REF(party) NULL,
    email TEXT(320),
    lang TEXT(3),
    token_hash BLOB UNIQUE,     -- of the unsubscribe link
    created INSTANT,
    confirmed INSTANT NULL,
    ended INSTANT NULL
);
CREATE UNIQUE INDEX follower_once ON follower(cases, email);

-- A private link: exchanged by POST for a cookie, stored hashed.
CREATE TABLE link_token (
    id ID,
    token_hash BLOB UNIQUE,
    purpose TEXT(20),           -- 'case', 'sign-in', 'confirm-follow', 'draft'
    cases REF(cases) NULL,
    party REF(party) NULL,
    subject TEXT(320),          -- an address or draft the token stands for; '' when none
    created INSTANT,
    expires INSTANT NULL,
    used INSTANT NULL
);
CREATE INDEX link_token_case ON link_token(cases);

-- What somebody has begun to fill in, on any channel.
CREATE TABLE draft (
    id ID,
    token_hash BLOB UNIQUE,
    service_version REF(service_version),
    channel TEXT(12),
    lang TEXT(3),
    party REF(party) NULL,
    answers JSON,
    created INSTANT,
    updated INSTANT,
    expires INSTANT,
    cases REF(cases) NULL       -- what became of it
);
CREATE INDEX draft_expires ON draft(expires);

CREATE TABLE draft_file (
    id ID,
    draft REF(draft),
    file REF(file),
    thumbnail REF(file) NULL
);
CREATE INDEX draft_file_draft ON draft_file(draft);

CREATE TABLE link (
    id ID,
    kind TEXT(20),              -- 'duplicate-of', 'parent', ...
    from_case REF(cases),
    to_case REF(cases),
    created INSTANT,
    ended INSTANT NULL
);
CREATE INDEX link_from ON link(from_case);
CREATE INDEX link_to ON link(to_case);

CREATE TABLE external_ref (
    id ID,
    system TEXT(40),
    kind TEXT(20),
    external_id TEXT(200),
    cases REF(cases)
);
CREATE UNIQUE INDEX external_ref_once ON external_ref(system, kind, external_id);

-- Work for later; a claimed job whose worker stopped is seen by `claimed`.
CREATE TABLE job (
    id ID,
    kind TEXT(40),
    argument TEXT(2000),
    once TEXT(100) NULL,        -- at most one waiting job of this key
    due INSTANT,
    claimed INSTANT NULL,
    attempts I64,
    done INSTANT NULL,
    trouble TEXT(400)
);
CREATE UNIQUE INDEX job_once ON job(once);
CREATE INDEX job_due ON job(done, due);

-- @sqlite
CREATE VIRTUAL TABLE case_text USING fts5(words, tokenize="unicode61 remove_diacritics 0");
-- @postgres
CREATE TABLE case_text (
    id BIGINT PRIMARY KEY,
    words TEXT NOT NULL,
    vector TSVECTOR NOT NULL
);
CREATE INDEX case_text_vector ON case_text USING gin(vector);
-- @both
