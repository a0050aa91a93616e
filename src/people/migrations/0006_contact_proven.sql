-- What an address has shown to be its own is found beside whatever others filed with it.
CREATE INDEX contact_point_proven ON contact_point(kind, folded, id) WHERE verified IS NOT NULL;
