#!/bin/bash
# Whether the subjects of commits are in the room that lists give them: check_commits.sh ROOT
#
# Looked at is what came since this check did; a copy without history has nothing to look at.
set -euo pipefail
cd "$1"
most=72

first=$(git log --diff-filter=A --format=%H -- tools/lint/check_commits.sh 2>/dev/null | tail -n 1) || exit 0
[ -n "$first" ] || exit 0
git log --no-merges --format='%h %s' "$first..HEAD" | {
    status=0
    while read -r commit subject; do
        [ ${#subject} -le $most ] && continue
        echo "$commit: a subject of ${#subject} characters: $most are room enough: $subject"
        status=1
    done
    exit $status
}
