#!/bin/sh
# Rebuilds ui/dist from the pinned packages of ui/package-lock.json. For developers only: it needs
# node, npm and the network. The build and the tests use the committed ui/dist and need neither.
#   ui/vendor.sh           install, purge, write ui/dist, ui/licenses and ui/VENDORED.md
#   ui/vendor.sh --update  first move the lock file to what ui/package.json names
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$here/package.json" "$work/"
if [ "${1:-}" = --update ]; then
    (cd "$work" && npm install --package-lock-only --ignore-scripts --no-audit --no-fund \
        --omit-lockfile-registry-resolved)
    cp "$work/package-lock.json" "$here/package-lock.json"
fi
if grep -q '"resolved": *"[a-z]*://' "$here/package-lock.json"; then
    echo "vendor.sh: package-lock.json names a download host; run vendor.sh --update" >&2
    exit 1
fi
cp "$here/package-lock.json" "$work/"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund)
cp "$here/vendor.mjs" "$work/"
(cd "$work" && node vendor.mjs "$here")
