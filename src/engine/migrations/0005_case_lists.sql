-- What lists are read from that nothing answered yet: cases by the day they were closed, and the
-- open ones as the supervisor's dashboard adds them up. Both hold every column it asks for.
CREATE INDEX cases_closed ON cases(closed, id, service, team, district, opened)
WHERE closed IS NOT NULL;
CREATE INDEX cases_at_work ON cases(service, team, district, state_type, opened, due)
WHERE state_type < 2;
