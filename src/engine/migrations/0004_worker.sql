-- The workers that serve this city: each writes once a minute that it is alive.
CREATE TABLE worker (
    id ID,
    name TEXT(100) UNIQUE,      -- machine and process
    began INSTANT,
    seen INSTANT
);
