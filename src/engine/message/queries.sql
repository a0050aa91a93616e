-- Messages in and out.

-- name: message_add :insert (cases I64?, route TEXT, address TEXT, lang TEXT, notice TEXT, subject TEXT, body TEXT, unsubscribe TEXT, next_try INSTANT, created INSTANT, once TEXT?)
INSERT INTO message (cases, direction, route, address, lang, notice, subject, body, unsubscribe,
    state, attempts, next_try, created, trouble, once)
VALUES (:cases, 'out', :route, :address, :lang, :notice, :subject, :body, :unsubscribe,
    'queued', 0, :next_try, :created, '', :once)
ON CONFLICT (once) DO NOTHING
RETURNING id;

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

-- name: messages_of :many (cases I64)
SELECT id, body FROM message WHERE cases = :cases ORDER BY id;

-- name: message_body_set :exec (id I64, body TEXT)
UPDATE message SET body = :body WHERE id = :id;
