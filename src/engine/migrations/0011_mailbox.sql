-- How many mails a mailbox got in a day that nobody has shown to be theirs.
CREATE TABLE mailbox_day (
    id ID,
    day I64,                    -- of UTC, since 1970
    mailbox BLOB,               -- SHA-256: the address itself is in the message
    mails I64
);
CREATE UNIQUE INDEX mailbox_day_of ON mailbox_day(day, mailbox);
