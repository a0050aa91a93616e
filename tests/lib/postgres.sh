# shellcheck shell=sh
# A PostgreSQL server of the tests' own: a temporary folder, a socket there, no network, no waiting
# for the disk. To be sourced. postgres_start exports CITYHALL_TEST_PG (the address of an empty
# database) and CITYHALL_TEST_POSTGRES (the socket's folder), or returns 1 where PostgreSQL's
# programs are not installed; postgres_stop ends that server by its own process id.

postgres_as() {
    if [ "$(id -u)" = 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

postgres_start() {
    postgres_bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
    [ -n "$postgres_bin" ] || return 1
    postgres_dir=$(mktemp -d)
    [ "$(id -u)" != 0 ] || chown postgres "$postgres_dir"
    (
        cd /
        postgres_as "$postgres_bin/initdb" -D "$postgres_dir/data" -U postgres -A trust -E UTF8 \
            --locale=C.UTF-8 --no-sync
        postgres_as "$postgres_bin/pg_ctl" -s -w -D "$postgres_dir/data" -l "$postgres_dir/log" \
            -o "-k $postgres_dir -c listen_addresses='' -c fsync=off -c max_connections=100" start
        postgres_as "$postgres_bin/createdb" -h "$postgres_dir" -U postgres cityhall_test
    ) >"$postgres_dir/start.log" 2>&1 || {
        cat "$postgres_dir/start.log" >&2
        postgres_stop
        return 1
    }
    CITYHALL_TEST_PG="postgresql:///cityhall_test?host=$postgres_dir&user=postgres"
    CITYHALL_TEST_POSTGRES=$postgres_dir
    export CITYHALL_TEST_PG CITYHALL_TEST_POSTGRES
}

postgres_stop() {
    [ -n "${postgres_dir:-}" ] || return 0
    if [ -f "$postgres_dir/data/postmaster.pid" ]; then
        (cd / && postgres_as "$postgres_bin/pg_ctl" -s -w -m fast -D "$postgres_dir/data" stop) || :
    fi
    rm -rf "$postgres_dir"
    postgres_dir=
}
