-- What publishing a city writes.

-- name: city_file_put :exec (path TEXT, hash BLOB, content BLOB, published INSTANT)
INSERT INTO city_file (path, hash, content, published)
VALUES (:path, :hash, :content, :published)
ON CONFLICT (path) DO UPDATE SET hash = excluded.hash, content = excluded.content,
    published = excluded.published;

-- name: stored_paths :many ()
SELECT path FROM city_file ORDER BY path;

-- name: city_file_drop :exec (path TEXT)
DELETE FROM city_file WHERE path = :path;

-- name: service_id :optional (code TEXT)
SELECT id FROM service WHERE code = :code;

-- name: service_add :insert (code TEXT, created INSTANT)
INSERT INTO service (code, created) VALUES (:code, :created) RETURNING id;

-- name: service_offer :exec (id I64, withdrawn INSTANT?)
UPDATE service SET withdrawn = :withdrawn WHERE id = :id;

-- name: service_latest :optional (service I64)
SELECT id, version, hash FROM service_version
WHERE service = :service ORDER BY version DESC LIMIT 1;

-- name: service_version_add :insert (service I64, version I64, hash BLOB, definition TEXT, workflow TEXT, published INSTANT, published_by I64?)
INSERT INTO service_version (service, version, hash, definition, workflow, published, published_by)
VALUES (:service, :version, :hash, :definition, :workflow, :published, :published_by)
RETURNING id;

-- name: publisher_add :exec (service_version I64, name TEXT)
INSERT INTO publisher (service_version, name) VALUES (:service_version, :name);

-- name: team_add :exec (code TEXT)
INSERT INTO team (code) VALUES (:code) ON CONFLICT (code) DO NOTHING;

-- name: services_offered :many ()
SELECT id, code FROM service WHERE withdrawn IS NULL ORDER BY code;
