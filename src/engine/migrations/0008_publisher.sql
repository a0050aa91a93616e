-- Who published a version by a command: a name, for who has no account of staff.
CREATE TABLE publisher (
    id ID,
    service_version REF(service_version) UNIQUE,
    name TEXT(100)
);
