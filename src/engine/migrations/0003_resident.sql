-- What residents do beyond filing: they follow, go on elsewhere, and say how it went.

CREATE INDEX link_token_subject ON link_token(purpose, subject, created);
CREATE INDEX follower_email ON follower(email, cases);
CREATE INDEX draft_party ON draft(party);

-- How the reporter found it, after closing; the last word counts, the record has all of them.
CREATE TABLE satisfaction (
    id ID,
    cases REF(cases) UNIQUE,
    score I64,                  -- 1 bad to 5 good
    text TEXT(2000),            -- '' when nothing was said
    said INSTANT
);
