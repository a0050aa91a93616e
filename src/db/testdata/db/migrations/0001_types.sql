-- Every abstract type, plain and NULL, and the shapes that need care.
CREATE TABLE team (
    id ID,
    name TEXT(40) UNIQUE,
    is_open BOOL DEFAULT TRUE
);

CREATE TABLE sample (
    id ID,
    team_id REF(team) NULL,
    label TEXT(10),
    note TEXT(1000) NULL,
    count I64 DEFAULT 0 CHECK (count >= 0),
    is_done BOOL,
    price MONEY NULL,
    at INSTANT,
    due DATE NULL,
    answers JSON,
    content BLOB NULL,
    weight F64 NULL,
    UNIQUE (team_id, label)
);
CREATE INDEX sample_at ON sample (at, id);
