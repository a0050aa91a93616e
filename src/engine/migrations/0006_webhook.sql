-- Servers of others that are told when something happens to a case.
CREATE TABLE webhook (
    id ID,
    api_key REF(api_key),       -- what it may see decides what is told
    url TEXT(2000),
    secret BLOB,                -- encrypted with the installation's key
    kinds TEXT(1000),           -- of events, each between blanks; '' for all
    services TEXT(1000),        -- codes, each between blanks; '' for all
    created INSTANT,
    failures I64,               -- since it last worked
    failing INSTANT NULL,       -- since when it has not
    ended INSTANT NULL,
    ended_why TEXT(200)
);

-- What is to be told to whom: added with the event, in its transaction.
CREATE TABLE webhook_delivery (
    id ID,
    webhook REF(webhook),
    event I64,
    state TEXT(10),             -- 'queued', 'sending', 'sent', 'skipped', 'failed', 'uncertain'
    attempts I64,
    next_try INSTANT NULL,
    created INSTANT,
    settled INSTANT NULL,
    status I64,                 -- of the last answer; 0 for none
    trouble TEXT(200)
);
CREATE UNIQUE INDEX webhook_delivery_once ON webhook_delivery(webhook, event);
CREATE INDEX webhook_delivery_queue ON webhook_delivery(state, next_try);
CREATE INDEX webhook_delivery_settled ON webhook_delivery(settled);
