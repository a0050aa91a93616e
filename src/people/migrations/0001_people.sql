-- Who deals with the city, and who works for it.

-- A person or organisation. Two rows may be one human being until somebody merges them.
CREATE TABLE party (
    id ID,
    kind TEXT(12),              -- 'person', 'organisation'
    name TEXT(200),             -- '' when not given
    lang TEXT(3),
    created INSTANT,
    merged_into REF(party) NULL,
    erased INSTANT NULL
);

-- A way to reach a party. `folded` is what look-ups compare.
CREATE TABLE contact_point (
    id ID,
    party REF(party),
    kind TEXT(8),               -- 'email', 'phone'
    value TEXT(320),
    folded TEXT(320),
    verified INSTANT NULL,
    verified_by TEXT(12) NULL,  -- 'link', 'code', 'staff'
    created INSTANT
);
CREATE INDEX contact_point_folded ON contact_point(kind, folded);
CREATE INDEX contact_point_party ON contact_point(party);

-- A unit of staff. Names come from the city folder; the row gives the code a number.
CREATE TABLE team (
    id ID,
    code TEXT(40) UNIQUE
);

-- Someone who works in the console.
-- @protected
CREATE TABLE account (
    id ID,
    login TEXT(60) UNIQUE,
    name TEXT(200),
    email TEXT(320),
    lang TEXT(3),
    password_hash TEXT(200),
    must_change BOOL,           -- the password was set by somebody else
    totp_secret BLOB NULL,      -- encrypted with the installation's key
    totp_step I64,              -- the last accepted step: a code counts once
    has_keys BOOL,              -- keyboard keys are on
    created INSTANT,
    disabled INSTANT NULL
);

CREATE TABLE recovery_code (
    id ID,
    account REF(account),
    code_hash BLOB,
    used INSTANT NULL
);
CREATE INDEX recovery_code_account ON recovery_code(account);

-- A role held by an account within a scope. `grant` is a reserved word.
-- @protected
CREATE TABLE grants (
    id ID,
    account REF(account),
    role TEXT(20),              -- 'agent', 'crew', 'supervisor', 'administrator', 'auditor'
    scope_kind TEXT(12),        -- 'city', 'department', 'team', 'service'
    scope TEXT(40),             -- its code; '' for the city
    granted INSTANT,
    granted_by REF(account) NULL,
    revoked INSTANT NULL
);
CREATE INDEX grants_account ON grants(account);

-- A signed-in browser. Only the hash of its token is stored.
CREATE TABLE session (
    id ID,
    token_hash BLOB UNIQUE,
    account REF(account) NULL,
    party REF(party) NULL,
    created INSTANT,
    seen INSTANT,
    expires INSTANT,
    address TEXT(45),
    agent TEXT(200),
    revoked INSTANT NULL
);
CREATE INDEX session_account ON session(account);
CREATE INDEX session_party ON session(party);
