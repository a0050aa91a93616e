-- Links to sign in that were asked for by a browser which has signed in with the address before
-- count by that browser, and not with those that anybody may ask for ('').
ALTER TABLE resident_ticket ADD COLUMN device TEXT(32) NULL;
