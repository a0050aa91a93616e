-- Mail that somebody asked for and waits for at a screen goes before what the city has to tell. The
-- index holds those alone that are on their way.
ALTER TABLE message ADD COLUMN waited_for I64 NULL;     -- 1, or NULL
CREATE INDEX message_waited_for ON message(next_try, id)
    WHERE waited_for IS NOT NULL AND state = 'queued';
