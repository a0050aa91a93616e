-- Only places with an address are looked for by it: one that was imported as a point has none.
DROP INDEX place_address;
CREATE INDEX place_address ON place(address) WHERE address IS NOT NULL;
