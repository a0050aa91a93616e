-- Two kinds with every option.

-- The shops that are open,
-- by name.
-- name: shop_list :many (from_day DATE?, like TEXT)
-- column: tills I64
SELECT s.id, s.name, s.opened, count(t.id) AS tills -- counted
FROM shop AS s LEFT JOIN till AS t ON t.shop_id = s.id
WHERE s.name LIKE :like AND s.note <> 'not :a param'
--? opened: AND s.opened >= :from_day
GROUP BY s.id, s.name, s.opened
ORDER BY
--= name: s.name
--= newest: s.opened DESC, s.id
;

-- name: till_fill :exec (id I64, cents I64)
-- writes: till
UPDATE till SET cents = :cents WHERE id = :id;
