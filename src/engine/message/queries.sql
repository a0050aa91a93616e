-- Messages in and out.

-- name: message_add :insert (cases I64?, route TEXT, address TEXT, lang TEXT, notice TEXT, subject TEXT, body TEXT, unsubscribe TEXT, next_try INSTANT, created INSTANT, once TEXT?, waited_for I64?)
INSERT INTO message (cases, direction, route, address, lang, notice, subject, body, unsubscribe,
    state, attempts, next_try, created, trouble, once, waited_for)
VALUES (:cases, 'out', :route, :address, :lang, :notice, :subject, :body, :unsubscribe,
    'queued', 0, :next_try, :created, '', :once, :waited_for)
ON CONFLICT (once) DO NOTHING
RETURNING id;

-- One more mail to a mailbox, unless it has had its most.
-- name: mailbox_count :optional (day I64, mailbox BLOB, most I64)
INSERT INTO mailbox_day (day, mailbox, mails) VALUES (:day, :mailbox, 1)
ON CONFLICT (day, mailbox) DO UPDATE SET mails = mailbox_day.mails + 1
    WHERE mailbox_day.mails < :most
RETURNING mails;

-- Of what somebody waits for, which goes first.
-- name: message_due_waited_for :optional (now INSTANT)
SELECT id, attempts FROM message
WHERE state = 'queued' AND waited_for IS NOT NULL AND next_try <= :now AND route = 'mail'
ORDER BY next_try, id LIMIT 1;

-- name: message_due :optional (now INSTANT)
SELECT id, attempts FROM message
WHERE state = 'queued' AND next_try <= :now AND route = 'mail'
ORDER BY next_try, id LIMIT 1;

-- name: message_take :exec (id I64, attempts I64, until INSTANT)
UPDATE message SET state = 'sending', attempts = attempts + 1, next_try = :until
WHERE id = :id AND state = 'queued' AND attempts = :attempts;

-- name: message_taken :one (id I64)
-- column: number TEXT?
SELECT m.id, m.address, m.lang, m.subject, m.body, m.unsubscribe, m.attempts, m.created, c.number
FROM message m LEFT JOIN cases c ON c.id = m.cases WHERE m.id = :id AND m.state = 'sending';

-- name: message_settle :exec (id I64, attempts I64, state TEXT, next_try INSTANT?, sent INSTANT?, trouble TEXT)
UPDATE message SET state = :state, next_try = :next_try, sent = :sent, trouble = :trouble
WHERE id = :id AND state = 'sending' AND attempts = :attempts;

-- name: message_lost :exec (now INSTANT, trouble TEXT)
UPDATE message SET state = 'uncertain', next_try = NULL, trouble = :trouble
WHERE state = 'sending' AND next_try <= :now;

-- name: messages_of :many (cases I64)
SELECT id, body FROM message WHERE cases = :cases ORDER BY id;

-- Whether an address is told of a case.
-- name: message_to :optional (cases I64, address TEXT)
SELECT id FROM message WHERE cases = :cases AND address = :address LIMIT 1;

-- name: message_body_set :exec (id I64, body TEXT)
UPDATE message SET body = :body WHERE id = :id;

-- name: webhook_insert :insert (api_key I64, url TEXT, secret BLOB, kinds TEXT, services TEXT, created INSTANT)
INSERT INTO webhook (api_key, url, secret, kinds, services, created, failures, ended_why)
VALUES (:api_key, :url, :secret, :kinds, :services, :created, 0, '')
RETURNING id;

-- name: webhooks_all :many ()
-- column: queued I64
SELECT w.id, w.url, w.kinds, w.services, w.created, w.failures, w.failing, w.ended, w.ended_why,
    k.prefix, (SELECT count(*) FROM webhook_delivery d WHERE d.webhook = w.id
        AND d.state = 'queued') AS queued
FROM webhook w JOIN api_key k ON k.id = w.api_key ORDER BY w.id;

-- name: webhook_get :optional (id I64)
SELECT id, api_key, url, secret, failures, failing, ended FROM webhook WHERE id = :id;

-- name: webhook_end :exec (id I64, ended INSTANT, ended_why TEXT)
UPDATE webhook SET ended = :ended, ended_why = :ended_why WHERE id = :id AND ended IS NULL;

-- name: webhook_deliveries_drop :exec (webhook I64)
UPDATE webhook_delivery SET state = 'skipped', next_try = NULL, settled = created
WHERE webhook = :webhook AND state = 'queued';

-- name: webhook_due :optional (now INSTANT)
SELECT id, attempts FROM webhook_delivery
WHERE state = 'queued' AND next_try <= :now ORDER BY next_try, id LIMIT 1;

-- name: webhook_take :exec (id I64, attempts I64, until INSTANT)
UPDATE webhook_delivery SET state = 'sending', attempts = attempts + 1, next_try = :until
WHERE id = :id AND state = 'queued' AND attempts = :attempts;

-- name: webhook_taken :optional (id I64)
-- column: number TEXT?
-- column: service TEXT?
-- column: service_version I64?
-- column: team I64?
-- column: confidentiality I64?
-- column: is_hidden BOOL?
-- column: opener I64?
SELECT d.id, d.webhook, d.event, d.attempts, d.created, w.api_key, w.url, w.secret, w.failures,
    w.failing, w.ended, e.kind, e.at, e.audience, e.cases, c.number, s.code AS service,
    c.service_version, c.team, c.confidentiality, c.is_hidden,
    (SELECT o.actor FROM event o WHERE o.cases = e.cases AND o.kind = 'case.opened'
        AND o.actor_kind = 'api' ORDER BY o.id LIMIT 1) AS opener
FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook JOIN event e ON e.id = d.event
LEFT JOIN cases c ON c.id = e.cases LEFT JOIN service s ON s.id = c.service
WHERE d.id = :id;

-- name: webhook_settle :exec (id I64, attempts I64, state TEXT, next_try INSTANT?, settled INSTANT?, status I64, trouble TEXT)
UPDATE webhook_delivery SET state = :state, next_try = :next_try, settled = :settled,
    status = :status, trouble = :trouble
WHERE id = :id AND state = 'sending' AND attempts = :attempts;

-- name: webhook_set_health :exec (id I64, failures I64, failing INSTANT?)
UPDATE webhook SET failures = :failures, failing = :failing WHERE id = :id;

-- What else waits for a server that does not answer waits with it.
-- name: webhook_put_off :exec (webhook I64, until INSTANT)
UPDATE webhook_delivery SET next_try = :until
WHERE webhook = :webhook AND state = 'queued' AND next_try < :until;

-- And what waits for one that answers again need not.
-- name: webhook_put_on :exec (webhook I64, now INSTANT)
UPDATE webhook_delivery SET next_try = :now
WHERE webhook = :webhook AND state = 'queued' AND next_try > :now;

-- name: webhook_requeue_lost :exec (now INSTANT)
UPDATE webhook_delivery SET state = 'queued', trouble = 'the program ended while it was sent'
WHERE state = 'sending' AND next_try <= :now;

-- name: webhook_forget :exec (before INSTANT)
DELETE FROM webhook_delivery WHERE id IN
    (SELECT id FROM webhook_delivery WHERE settled < :before ORDER BY settled LIMIT 500);
