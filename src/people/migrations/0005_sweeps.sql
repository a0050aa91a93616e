-- What is swept each day is found by its age.
CREATE INDEX session_expires ON session(expires);
CREATE INDEX resident_ticket_created ON resident_ticket(created);
