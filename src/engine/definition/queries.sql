-- What the city has published, and its settings.

-- name: stored_files :many ()
SELECT path, hash, content FROM city_file ORDER BY path;

-- What says which days count: city.yaml, for the name of its calendar, and calendars/.
-- name: stored_calendars :many ()
SELECT path, content FROM city_file
WHERE path = 'city.yaml' OR (path >= 'calendars/' AND path < 'calendars0');

-- name: setting_put :exec (name TEXT, value TEXT)
INSERT INTO setting (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: setting_drop :exec (name TEXT)
DELETE FROM setting WHERE name = :name;

-- name: setting_get :optional (name TEXT)
SELECT value FROM setting WHERE name = :name;

-- name: service_versions :many ()
SELECT v.id, v.service, v.version, v.hash, v.definition, v.workflow, s.code, s.withdrawn
FROM service_version v JOIN service s ON s.id = v.service
ORDER BY s.code, v.version;

-- name: stored_teams :many ()
SELECT id, code FROM team ORDER BY code;

-- When the city was last published.
-- name: city_published :one ()
-- column: at INSTANT?
SELECT max(published) AS at FROM city_file;

-- Days that were closed against the calendar.
-- name: closures :many ()
SELECT date, reason FROM closure ORDER BY date;
