#!/bin/sh
# with_postgres.sh COMMAND...: runs the command beside a PostgreSQL server of its own, in a
# temporary folder and on a socket there, and stops it afterwards. The command finds the socket's
# folder in CITYHALL_TEST_POSTGRES and a command that stops or starts the server in
# CITYHALL_TEST_POSTGRES_CTL. Without PostgreSQL's programs all of it is skipped.
#
# Where a server is there already (script/test has one), a program that only keeps its stores on it
# (CITYHALL_TEST_ENGINE=postgres) shares that one.
set -eu
if [ -n "${CITYHALL_TEST_POSTGRES:-}" ] && [ "${CITYHALL_TEST_ENGINE:-}" = postgres ]; then
    exec "$@"
fi
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$bin" ]; then
    echo '1..0 # SKIP PostgreSQL is not installed'
    exit 0
fi
folder=$(mktemp -d)
as=
if [ "$(id -u)" = 0 ]; then
    as='runuser -u postgres --'
    chown postgres "$folder"
fi
here=$PWD
cd /
options="-k $folder -c listen_addresses='' -c fsync=off -c max_connections=100"
# shellcheck disable=SC2089 # it is for eval
CITYHALL_TEST_POSTGRES_CTL="$as $bin/pg_ctl -s -w -m fast -D $folder/data -l $folder/log -o \"$options\""
CITYHALL_TEST_POSTGRES=$folder
# shellcheck disable=SC2090
export CITYHALL_TEST_POSTGRES CITYHALL_TEST_POSTGRES_CTL
stop() {
    eval "$CITYHALL_TEST_POSTGRES_CTL stop" >/dev/null 2>&1 || :
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' INT TERM
$as "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
eval "$CITYHALL_TEST_POSTGRES_CTL start" >/dev/null
cd "$here"
"$@"
