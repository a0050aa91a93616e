-- Residents who sign in: an address that was proven by a mailed link. Cases stay with the parties
-- that filed them; this says whose address it is now, by what name and in which language.
CREATE TABLE resident (
    id ID,
    party REF(party) UNIQUE,
    email TEXT(320) UNIQUE,     -- folded
    created INSTANT
);

-- Links by which one signs in: short-lived, used once, stored hashed.
CREATE TABLE resident_ticket (
    id ID,
    token_hash BLOB UNIQUE,
    email TEXT(320),
    created INSTANT,
    expires INSTANT,
    used INSTANT NULL
);
CREATE INDEX resident_ticket_email ON resident_ticket(email, created);
