#!/bin/sh
# Settings by the command line: set, listed, cleared; a password never shown and never an argument.
set -u
cityhall=$1
city=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dir=$folder/data
n=0
echo "TAP version 13"
# says NAME WANTED-STATUS PATTERN COMMAND...: how it ends, and what it prints
says() {
    name=$1 status=$2 pattern=$3
    shift 3
    n=$((n + 1))
    text=$("$@" 2>&1)
    got=$?
    if [ "$got" -eq "$status" ] && printf '%s\n' "$text" | grep -q -e "$pattern"; then
        echo "ok $n - $name"
    else
        echo "not ok $n - $name"
        printf '%s: %s\n' "$got" "$text" | sed 's/^/# /'
    fi
}
password() { printf 'secret words\n' | "$cityhall" setting set "$dir" smtp-password; }

"$cityhall" init "$dir" --city "$city" >/dev/null || exit 1
says 'the relay is set' 0 '' "$cityhall" setting set "$dir" smtp smtps://relay.example:465
says 'a password needs somebody' 1 'set smtp-user first' password
says 'somebody signs in' 0 '' "$cityhall" setting set "$dir" smtp-user clerk
says 'a password is no argument' 2 'never from an argument' "$cityhall" setting set "$dir" smtp-password words
says 'it comes by the standard input' 0 '' password
says 'the relay is listed' 0 '^smtp  *smtps://relay.example:465$' "$cityhall" setting list "$dir"
says 'the password is not' 0 '^smtp-password  *(set; not shown)$' "$cityhall" setting list "$dir"
says 'nor as JSON' 0 '{"name":"smtp-password","is_set":true}' "$cityhall" setting list "$dir" --json
says 'nor is it stored as it is' 1 '' grep -r 'secret words' "$dir"
says 'a wrong relay is refused' 1 'nothing else' "$cityhall" setting set "$dir" smtp relay.example
says 'an unknown name is refused' 2 'names are' "$cityhall" setting set "$dir" demonstration false
says 'a setting is cleared' 0 '' "$cityhall" setting clear "$dir" smtp-user
says 'and the password with it' 0 '^smtp-password  *-$' "$cityhall" setting list "$dir"
says 'the record holds all of it' 0 'whole' "$cityhall" audit verify "$dir"
echo "1..$n"
