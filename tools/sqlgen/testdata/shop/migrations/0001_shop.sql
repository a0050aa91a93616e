CREATE TABLE shop (
    id ID,
    name TEXT(40) UNIQUE,
    opened DATE NULL,
    -- a comment with 'a quote
    note TEXT(10) NULL DEFAULT 'a -- b; :c'
);

-- @protected
CREATE TABLE till (
    id ID,
    shop_id REF(shop),
    cents I64 CHECK (cents >= 0)
);
