#!/bin/sh
# Every data folder that an earlier version left opens with this one, whole.
#
#   tests/upgrade/run.sh PROGRAM
#
# Each archive here was made once, by the version it is named after, and is never made again.
# Prints TAP.
set -eu
program=$1
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

n=0
failed=0
check() {
    n=$((n + 1))
    what=$1
    shift
    if "$@" >"$dir/log" 2>&1; then
        echo "ok $n - $what"
    else
        echo "not ok $n - $what"
        sed 's/^/# /' "$dir/log"
        failed=1
    fi
}

for archive in "$here"/*.tar.gz; do
    version=$(basename "$archive" .tar.gz)
    mkdir "$dir/$version"
    tar -xzf "$archive" -C "$dir/$version"
    city=$dir/$version/city
    check "$version: a caller has a name" python3 "$here/callers.py" before "$city"
    check "$version opens and is brought to this version" "$program" upgrade "$city"
    check "$version opens again" "$program" upgrade "$city"
    check "$version: its record is whole" "$program" audit verify "$city"
    check "$version: its projections are right" "$program" rebuild "$city" --check
    check "$version: its staff are there" sh -c '"$1" user list "$2" | grep -q agent@city' sh \
        "$program" "$city"
    check "$version: its callers are found by name" python3 "$here/callers.py" find "$program" \
        "$city"
done
echo "1..$n"
exit $failed
