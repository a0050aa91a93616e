-- Where things are, as it was known when it was written down.

CREATE TABLE place (
    id ID,
    address TEXT(80) NULL,      -- the gazetteer's stable id
    kind TEXT(12),              -- 'address', 'intersection', 'landmark', 'point'
    label TEXT(300),
    unit TEXT(40),              -- '' when there is none
    zip TEXT(10),
    lat_e7 I64 NULL,            -- degrees times ten million
    lon_e7 I64 NULL,
    cell I64 NULL,              -- the square of about 80 m the point lies in: place/cell.h
    layers JSON                 -- {"district": {"id": "3", "version": "ab12"}, ...}
);
CREATE INDEX place_cell ON place(cell);
CREATE INDEX place_address ON place(address);
