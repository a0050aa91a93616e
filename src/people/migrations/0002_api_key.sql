-- A program that works through an interface: a service account with a key.
-- @protected
CREATE TABLE api_key (
    id ID,
    prefix TEXT(8) UNIQUE,      -- by which people recognise the key; no secret
    key_hash BLOB UNIQUE,       -- SHA-256 of the whole key
    name TEXT(200),             -- what program, whose
    burst I64,                  -- so many requests at once,
    per_minute I64,             -- and so many a minute
    created INSTANT,
    created_by REF(account) NULL,
    expires INSTANT,
    used INSTANT NULL,
    revoked INSTANT NULL
);

-- What the key may do, and where.
-- @protected
CREATE TABLE api_scope (
    id ID,
    api_key REF(api_key),
    allows TEXT(12),            -- 'read', 'file', 'work', 'supervise'
    scope_kind TEXT(12),        -- as in grants
    scope TEXT(40)
);
CREATE INDEX api_scope_key ON api_scope(api_key);
