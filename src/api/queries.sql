-- What programs ask and have asked.

-- name: api_call_get :optional (api_key I64, idempotency TEXT)
SELECT id, request_hash, begun, status, location, etag, answer
FROM api_call WHERE api_key = :api_key AND idempotency = :idempotency;

-- name: api_call_add :insert (api_key I64, idempotency TEXT, request_hash BLOB, begun INSTANT)
INSERT INTO api_call (api_key, idempotency, request_hash, begun, status, location, etag)
VALUES (:api_key, :idempotency, :request_hash, :begun, 0, '', '')
RETURNING id;

-- name: api_call_again :exec (id I64, begun INSTANT)
UPDATE api_call SET begun = :begun WHERE id = :id;

-- What was asked for is done; the answer is not kept yet.
-- name: api_call_acted :exec (id I64)
UPDATE api_call SET status = 1 WHERE id = :id;

-- name: api_call_settle :exec (id I64, status I64, location TEXT, etag TEXT, answer BLOB?)
UPDATE api_call SET status = :status, location = :location, etag = :etag, answer = :answer
WHERE id = :id;

-- name: api_call_drop :exec (id I64)
DELETE FROM api_call WHERE id = :id;

-- name: api_calls_forget :exec (before INSTANT, most I64)
DELETE FROM api_call WHERE id IN
    (SELECT id FROM api_call WHERE begun < :before ORDER BY begun LIMIT :most);

-- name: api_case_people :one (id I64)
-- column: assignee TEXT?
-- column: reporter TEXT?
SELECT a.login AS assignee, p.name AS reporter
FROM cases c LEFT JOIN account a ON a.id = c.assignee LEFT JOIN party p ON p.id = c.reporter
WHERE c.id = :id;

-- What happened to a case, as far as one may know, from an event on.
-- name: api_events :many (cases I64, audience I64, after I64, most I64)
-- column: payload TEXT?
-- column: salt BLOB?
-- column: account TEXT?
-- column: program TEXT?
SELECT e.id, e.at, e.kind, e.actor_kind, e.actor, e.audience, e.commitment, p.payload, p.salt,
    a.login AS account, k.name AS program
FROM event e LEFT JOIN event_payload p ON p.event = e.id
LEFT JOIN account a ON a.id = e.actor AND e.actor_kind = 'staff'
LEFT JOIN api_key k ON k.id = e.actor AND e.actor_kind = 'api'
WHERE e.cases = :cases AND e.audience <= :audience AND e.id > :after
ORDER BY e.id LIMIT :most;

-- For /metrics.
-- name: api_jobs :one (now INSTANT, tries I64)
-- column: due I64
-- column: later I64
-- column: failed I64
SELECT
    (SELECT count(*) FROM job WHERE done IS NULL AND due <= :now)
        - (SELECT count(*) FROM job WHERE done IS NULL AND attempts > 0 AND attempts >= :tries
            AND due <= :now) AS due,
    (SELECT count(*) FROM job WHERE done IS NULL AND due > :now)
        - (SELECT count(*) FROM job WHERE done IS NULL AND attempts > 0 AND attempts >= :tries
            AND due > :now) AS later,
    (SELECT count(*) FROM job WHERE done IS NULL AND attempts > 0 AND attempts >= :tries) AS failed;

-- Each from the index of its own.
-- name: api_messages_by_state :many ()
-- column: state TEXT
-- column: total I64
SELECT 'queued' AS state, count(*) AS total FROM message WHERE state = 'queued'
UNION ALL SELECT 'sending', count(*) FROM message WHERE state = 'sending'
UNION ALL SELECT 'failed', count(*) FROM message WHERE state = 'failed'
UNION ALL SELECT 'uncertain', count(*) FROM message WHERE state = 'uncertain';

-- name: api_deliveries_by_state :many ()
-- column: total I64
SELECT state, count(*) AS total FROM webhook_delivery
WHERE state IN ('queued', 'sending', 'failed', 'uncertain') GROUP BY state;
