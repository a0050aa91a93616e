# shellcheck shell=sh
# Where the tests keep their cities and stores: in memory, where the machine has plenty of it, because
# making a database is mostly making files; else where temporary files are kept. To be sourced.
# scratch_start exports TMPDIR, a new folder; scratch_stop removes it and what was left in it.

# At least so much is free there, and of the memory, in KiB.
scratch_room=4194304
scratch_memory=8388608

scratch_start() {
    scratch_in=${TMPDIR:-/tmp}
    if [ -w /dev/shm ] && [ "$(df --output=avail /dev/shm | tail -n 1)" -ge $scratch_room ] &&
        [ "$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)" -ge $scratch_memory ]; then
        scratch_in=/dev/shm
    fi
    TMPDIR=$(mktemp -d "$scratch_in/cityhall-test-XXXXXX")
    chmod 711 "$TMPDIR" # PostgreSQL has a user of its own
    export TMPDIR
    scratch_made=$TMPDIR
}

scratch_stop() {
    [ -z "${scratch_made:-}" ] || rm -rf "$scratch_made"
    scratch_made=
}
