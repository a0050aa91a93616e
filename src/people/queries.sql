-- Accounts, grants and sessions.

-- name: account_insert :insert (login TEXT, name TEXT, email TEXT, lang TEXT, password_hash TEXT, created INSTANT)
-- writes: account
INSERT INTO account (login, name, email, lang, password_hash, must_change, totp_step, has_keys, created)
VALUES (:login, :name, :email, :lang, :password_hash, TRUE, 0, TRUE, :created)
RETURNING id;

-- name: account_by_login :optional (login TEXT)
SELECT id, login, name, lang, password_hash, must_change, totp_secret, totp_step, disabled
FROM account WHERE login = :login;

-- name: account_by_id :optional (id I64)
SELECT id, login, name, lang, password_hash, must_change, totp_secret, totp_step, disabled
FROM account WHERE id = :id;

-- name: accounts_all :many ()
-- column: has_totp BOOL
SELECT id, login, name, email, lang, must_change, totp_secret IS NOT NULL AS has_totp, created,
    disabled
FROM account ORDER BY login;

-- name: account_details_of :one (id I64)
SELECT login, name, email, lang FROM account WHERE id = :id;

-- name: account_set_details :exec (id I64, name TEXT, email TEXT, lang TEXT)
-- writes: account
UPDATE account SET name = :name, email = :email, lang = :lang WHERE id = :id;

-- Enabled accounts that administer the whole city.
-- name: administrators :one ()
-- column: counted I64
SELECT count(DISTINCT a.id) AS counted FROM account a JOIN grants g ON g.account = a.id
WHERE a.disabled IS NULL AND g.revoked IS NULL AND g.role = 'administrator'
    AND g.scope_kind = 'city';

-- name: account_set_disabled :exec (id I64, disabled INSTANT?)
-- writes: account
UPDATE account SET disabled = :disabled WHERE id = :id;

-- name: account_set_password :exec (id I64, password_hash TEXT, must_change BOOL)
-- writes: account
UPDATE account SET password_hash = :password_hash, must_change = :must_change WHERE id = :id;

-- name: account_set_totp :exec (id I64, totp_secret BLOB?, totp_step I64)
-- writes: account
UPDATE account SET totp_secret = :totp_secret, totp_step = :totp_step WHERE id = :id;

-- name: account_use_step :exec (id I64, totp_step I64)
-- writes: account
UPDATE account SET totp_step = :totp_step WHERE id = :id AND totp_step < :totp_step;

-- name: account_set_keys :exec (id I64, has_keys BOOL)
-- writes: account
UPDATE account SET has_keys = :has_keys WHERE id = :id;

-- name: recovery_insert :exec (account I64, code_hash BLOB)
INSERT INTO recovery_code (account, code_hash) VALUES (:account, :code_hash);

-- name: recovery_clear :exec (account I64)
DELETE FROM recovery_code WHERE account = :account;

-- name: recovery_left :one (account I64)
-- column: has_authenticator BOOL
-- column: total I64
SELECT a.totp_secret IS NOT NULL AS has_authenticator,
    (SELECT count(*) FROM recovery_code r WHERE r.account = a.id AND r.used IS NULL) AS total
FROM account a WHERE a.id = :account;

-- name: recovery_use :exec (account I64, code_hash BLOB, used INSTANT)
UPDATE recovery_code SET used = :used
WHERE account = :account AND code_hash = :code_hash AND used IS NULL;

-- name: grant_insert :insert (account I64, role TEXT, scope_kind TEXT, scope TEXT, granted INSTANT, granted_by I64?)
-- writes: grants
INSERT INTO grants (account, role, scope_kind, scope, granted, granted_by)
VALUES (:account, :role, :scope_kind, :scope, :granted, :granted_by)
RETURNING id;

-- name: grants_of :many (account I64)
SELECT id, role, scope_kind, scope FROM grants
WHERE account = :account AND revoked IS NULL ORDER BY id;

-- name: grants_all :many ()
SELECT id, account, role, scope_kind, scope FROM grants WHERE revoked IS NULL ORDER BY account, id;

-- name: grant_get :optional (id I64)
SELECT id, account, role, scope_kind, scope FROM grants WHERE id = :id AND revoked IS NULL;

-- name: grant_set_revoked :exec (id I64, revoked INSTANT)
-- writes: grants
UPDATE grants SET revoked = :revoked WHERE id = :id AND revoked IS NULL;

-- name: session_insert :insert (token_hash BLOB, account I64, created INSTANT, expires INSTANT, address TEXT, agent TEXT)
INSERT INTO session (token_hash, account, created, seen, expires, address, agent)
VALUES (:token_hash, :account, :created, :created, :expires, :address, :agent)
RETURNING id;

-- name: session_by_token :optional (token_hash BLOB)
SELECT s.id, s.account, s.created, s.seen, s.expires, s.revoked, a.login, a.name, a.lang,
    a.has_keys, a.disabled
FROM session s JOIN account a ON a.id = s.account
WHERE s.token_hash = :token_hash;

-- name: session_touch :exec (id I64, seen INSTANT, expires INSTANT)
UPDATE session SET seen = :seen, expires = :expires
WHERE id = :id AND revoked IS NULL AND seen < :seen;

-- name: session_revoke :exec (id I64, account I64, revoked INSTANT)
UPDATE session SET revoked = :revoked WHERE id = :id AND account = :account AND revoked IS NULL;

-- name: session_revoke_token :exec (token_hash BLOB, revoked INSTANT)
UPDATE session SET revoked = :revoked WHERE token_hash = :token_hash AND revoked IS NULL;

-- name: sessions_revoke_all :exec (account I64, revoked INSTANT)
UPDATE session SET revoked = :revoked WHERE account = :account AND revoked IS NULL;

-- name: sessions_revoke_others :exec (account I64, session I64, revoked INSTANT)
UPDATE session SET revoked = :revoked
WHERE account = :account AND id <> :session AND revoked IS NULL;

-- name: sessions_alive :many (account I64?, party I64?, now INSTANT)
SELECT id, created, seen, address, agent FROM session
WHERE (account = :account OR party = :party) AND revoked IS NULL AND expires > :now
ORDER BY seen DESC, id DESC;

-- name: api_key_insert :insert (prefix TEXT, key_hash BLOB, name TEXT, burst I64, per_minute I64, created INSTANT, created_by I64?, expires INSTANT)
-- writes: api_key
INSERT INTO api_key (prefix, key_hash, name, burst, per_minute, created, created_by, expires)
VALUES (:prefix, :key_hash, :name, :burst, :per_minute, :created, :created_by, :expires)
RETURNING id;

-- name: api_scope_insert :exec (api_key I64, allows TEXT, scope_kind TEXT, scope TEXT)
-- writes: api_scope
INSERT INTO api_scope (api_key, allows, scope_kind, scope)
VALUES (:api_key, :allows, :scope_kind, :scope);

-- name: api_scopes_of :many (api_key I64)
SELECT allows, scope_kind, scope FROM api_scope WHERE api_key = :api_key ORDER BY id;

-- name: api_key_by_hash :optional (key_hash BLOB)
SELECT id, prefix, name, burst, per_minute, created, expires, used, revoked
FROM api_key WHERE key_hash = :key_hash;

-- name: api_key_by_prefix :optional (prefix TEXT)
SELECT id, name, revoked FROM api_key WHERE prefix = :prefix;

-- name: api_keys_all :many ()
SELECT id, prefix, name, burst, per_minute, created, expires, used, revoked
FROM api_key ORDER BY id;

-- name: api_key_touch :exec (id I64, used INSTANT)
-- writes: api_key
UPDATE api_key SET used = :used WHERE id = :id AND (used IS NULL OR used < :used);

-- name: api_key_set_revoked :exec (id I64, revoked INSTANT)
-- writes: api_key
UPDATE api_key SET revoked = :revoked WHERE id = :id AND revoked IS NULL;

-- name: api_key_by_id :optional (id I64)
SELECT id, prefix, name, burst, per_minute, created, expires, used, revoked
FROM api_key WHERE id = :id;

-- Residents.

-- name: ticket_put :exec (token_hash BLOB, email TEXT, created INSTANT, expires INSTANT, device TEXT)
INSERT INTO resident_ticket (token_hash, email, created, expires, device)
VALUES (:token_hash, :email, :created, :expires, :device);

-- How many were asked for lately: by one browser, or by all that nobody knows ('').
-- name: tickets_since :one (email TEXT, device TEXT, since INSTANT)
-- column: total I64
SELECT count(*) AS total FROM resident_ticket
WHERE email = :email AND created > :since AND device = :device;

-- name: ticket_get :optional (token_hash BLOB)
SELECT id, email, expires, used FROM resident_ticket WHERE token_hash = :token_hash;

-- name: ticket_use :exec (id I64, used INSTANT)
UPDATE resident_ticket SET used = :used WHERE id = :id AND used IS NULL;

-- name: tickets_forget :exec (before INSTANT)
DELETE FROM resident_ticket WHERE created < :before;

-- name: resident_by_email :optional (email TEXT)
SELECT id, party FROM resident WHERE email = :email;

-- name: resident_party_put :insert (lang TEXT, created INSTANT)
INSERT INTO party (kind, name, folded, is_proven, lang, created)
VALUES ('person', '', '', TRUE, :lang, :created) RETURNING id;

-- name: resident_contact_put :insert (party I64, email TEXT, created INSTANT)
INSERT INTO contact_point (party, kind, value, folded, verified, verified_by, created)
VALUES (:party, 'email', :email, :email, :created, 'link', :created) RETURNING id;

-- name: resident_put :insert (party I64, email TEXT, created INSTANT)
INSERT INTO resident (party, email, created) VALUES (:party, :email, :created) RETURNING id;

-- name: resident_session_put :exec (token_hash BLOB, party I64, created INSTANT, expires INSTANT, address TEXT, agent TEXT)
INSERT INTO session (token_hash, party, created, seen, expires, address, agent)
VALUES (:token_hash, :party, :created, :created, :expires, :address, :agent);

-- name: resident_by_session :optional (token_hash BLOB)
SELECT s.id, s.party, s.created, s.seen, s.expires, s.revoked, r.email, p.name, p.lang
FROM session s JOIN resident r ON r.party = s.party JOIN party p ON p.id = s.party
WHERE s.token_hash = :token_hash;

-- name: resident_session_revoke :exec (id I64, party I64, revoked INSTANT)
UPDATE session SET revoked = :revoked WHERE id = :id AND party = :party AND revoked IS NULL;

-- name: resident_sessions_revoke :exec (party I64, revoked INSTANT)
UPDATE session SET revoked = :revoked WHERE party = :party AND revoked IS NULL;

-- name: resident_set :exec (party I64, name TEXT, folded TEXT, lang TEXT)
UPDATE party SET name = :name, folded = :folded, lang = :lang WHERE id = :party;

-- name: resident_drop :exec (party I64)
DELETE FROM resident WHERE party = :party;

-- name: resident_contact_drop :exec (party I64)
DELETE FROM contact_point WHERE party = :party;

-- name: resident_party_erase :exec (party I64, erased INSTANT)
UPDATE party SET name = '', folded = '', is_proven = FALSE, erased = :erased WHERE id = :party;

-- Names that a version before wrote.
-- name: parties_unfolded :many (most I64)
SELECT id, name FROM party WHERE folded IS NULL ORDER BY id LIMIT :most;

-- name: party_fold :exec (id I64, folded TEXT)
UPDATE party SET folded = :folded WHERE id = :id AND folded IS NULL;
