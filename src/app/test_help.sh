#!/bin/sh
# Every command that `cityhall help` lists says how it is used, with an example.
set -u
cityhall=$1
commands=$("$cityhall" help | sed -n 's/^  cityhall \([a-z]*\) .*/\1/p')
echo "TAP version 13"
n=0
for command in $commands; do
    n=$((n + 1))
    text=$("$cityhall" "$command" --help)
    case $text in
    "usage: cityhall $command"*Example*"  cityhall $command"*) echo "ok $n - $command" ;;
    *) echo "not ok $n - $command"; printf '%s\n' "$text" | sed 's/^/# /' ;;
    esac
done
wide=$(for command in $commands; do "$cityhall" "$command" --help; done | awk 'length > 100' | wc -l)
n=$((n + 1))
[ "$wide" -eq 0 ] && echo "ok $n - no line is wider than 100" || echo "not ok $n - $wide lines are wider than 100"
n=$((n + 1))
if [ "$("$cityhall" help serve)" = "$("$cityhall" serve --help)" ] &&
   [ "$("$cityhall" -h)" = "$("$cityhall" help)" ]; then
    echo "ok $n - help COMMAND and -h"
else
    echo "not ok $n - help COMMAND and -h"
fi
n=$((n + 1))
"$cityhall" help nosuch >/dev/null 2>&1
[ $? -eq 2 ] && echo "ok $n - help of no command ends with 2" || echo "not ok $n - help of no command ends with 2"
n=$((n + 1))
[ "$n" -gt 12 ] && echo "ok $n - the commands were found" || echo "not ok $n - the commands were found"
echo "1..$n"
