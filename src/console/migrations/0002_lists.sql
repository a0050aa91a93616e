-- A list that somebody keeps: their own, with an address. `view` is a reserved word.
CREATE TABLE saved_view (
    id ID,
    account REF(account),
    code TEXT(60),              -- in its address: "late-potholes"
    name TEXT(60),
    filter TEXT(2000),
    sort TEXT(10),              -- '' the order its filter is best read in
    columns TEXT(200),          -- '' the usual ones
    created INSTANT
);
CREATE UNIQUE INDEX saved_view_code ON saved_view(account, code);

-- One act on many cases: chosen, looked at, confirmed, done case by case.
CREATE TABLE bulk (
    id ID,
    token TEXT(64) UNIQUE,      -- its address
    account REF(account),
    act TEXT(60),               -- 'assign', 'note', 'step:resolve'
    filter TEXT(2000),          -- the list it was chosen from
    is_cut BOOL,                -- the list has more cases than one act takes
    input JSON,                 -- what was given with it, once confirmed
    created INSTANT,
    confirmed INSTANT NULL,
    ended INSTANT NULL
);
CREATE INDEX bulk_account ON bulk(account, created);

CREATE TABLE bulk_case (
    id ID,
    bulk REF(bulk),
    cases REF(cases),
    lock_version I64,           -- as it was when the preview was made
    state TEXT(8),              -- 'waiting', 'begun', 'done', 'refused'
    trouble TEXT(60)            -- why not: the name of an error
);
CREATE UNIQUE INDEX bulk_case_once ON bulk_case(bulk, cases);
CREATE INDEX bulk_case_state ON bulk_case(bulk, state, id);
