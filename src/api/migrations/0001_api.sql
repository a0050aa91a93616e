-- Requests of programs that must count once: the answer of the first is the answer of all.
CREATE TABLE api_call (
    id ID,
    api_key REF(api_key),
    idempotency TEXT(128),
    request_hash BLOB,          -- over method, target and body
    begun INSTANT,
    status I64,                 -- 0 while the first is being worked on
    location TEXT(400),         -- of the answer; '' for none
    etag TEXT(200),
    answer BLOB NULL            -- its body, encrypted with the installation's key
);
CREATE UNIQUE INDEX api_call_once ON api_call(api_key, idempotency);
CREATE INDEX api_call_begun ON api_call(begun);
