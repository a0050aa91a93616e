-- Events that have no place in the record yet. PostgreSQL alone fills it: there transactions end in
-- another order than the ids of their events, and only a list tells what is still to be placed.
-- @derived
CREATE TABLE event_unplaced (
    event I64 PRIMARY KEY
);

-- @postgres
INSERT INTO event_unplaced
SELECT id FROM event e WHERE NOT EXISTS (SELECT 1 FROM record_leaf l WHERE l.event = e.id);

CREATE FUNCTION event_wait_for_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event_unplaced (event) VALUES (NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER event_waits AFTER INSERT ON event
FOR EACH ROW EXECUTE FUNCTION event_wait_for_place();
-- @both
