#!/bin/sh
# The built program makes a demonstration city, serves it, answers a page and stops when told to.
#
#   tests/lib/smoke.sh [PROGRAM]
set -eu
cd "$(dirname "$0")/../.."

program=${1:-build/cityhall}
dir=$(mktemp -d)
pid=
stop() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || :
    rm -rf "$dir"
}
trap stop EXIT
trap 'exit 1' INT TERM
fail() {
    echo "smoke: $1" >&2
    cat "$dir"/*.log >&2
    exit 1
}

"$program" demo "$dir/city" >"$dir/demo.log" 2>&1 || fail "no demonstration city"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
"$program" serve "$dir/city" --listen "127.0.0.1:$port" >"$dir/serve.log" 2>&1 &
pid=$!
waited=0
until grep -q '^ready ' "$dir/serve.log"; do
    kill -0 "$pid" 2>/dev/null || fail "the server ended"
    waited=$((waited + 1))
    [ $waited -le 300 ] || fail "the server is not ready after 30 s"
    sleep 0.1
done
python3 - "http://127.0.0.1:$port/" <<'END' || fail "no page"
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=10) as answer:
    page = answer.read().decode()
assert answer.status == 200 and "</html>" in page, page[:500]
END
kill "$pid"
wait "$pid" || fail "the server did not stop well"
pid=
echo "smoke: a demonstration city was made and served"
