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
why=$({ "$cityhall" help; for command in $commands; do "$cityhall" "$command" --help; done; } | grep -c -e --why)
[ "$why" -eq 0 ] && echo "ok $n - a reason has one name" || echo "not ok $n - $why lines say --why"
n=$((n + 1))
folder=$(mktemp -d)
cp -r "$(dirname "$0")/../../cities/port-azalea" "$folder/city"
sed -i 's/^name:/nme:/' "$folder/city/services/pothole.yaml"
end=$("$cityhall" check "$folder/city" 2>&1 | sed -n '/^cityhall check: /,$p')
rm -r "$folder"
case $end in
"cityhall check: "*" errors above; nothing of this city folder can be published until they are mended")
    echo "ok $n - a failed check ends once, with its count" ;;
*) echo "not ok $n - a failed check ends once, with its count"; printf '%s\n' "$end" | sed 's/^/# /' ;;
esac
n=$((n + 1))
folder=$(mktemp -d)
said=$("$cityhall" init "$folder" --city "$(dirname "$0")/../../cities/port-azalea" 2>&1)
[ "$said" = "cityhall init: $folder exists already; choose another folder" ] &&
    echo "ok $n - what the detail has said is not said again" ||
    { echo "not ok $n - what the detail has said is not said again"; echo "# $said"; }
n=$((n + 1))
cp -r "$(dirname "$0")/../../cities/port-azalea" "$folder/city"
good=$("$cityhall" check --json "$folder/city" | python3 -c '
import json, sys
said = json.load(sys.stdin)
print(said["errors"], said["services"] > 10, said["routes_taken"] <= said["routes"])')
sed -i 's/^name:/nme:/' "$folder/city/services/pothole.yaml"
bad=$("$cityhall" check "$folder/city" --json 2>/dev/null | python3 -c '
import json, sys
said = json.load(sys.stdin)
first = [p for p in said["problems"] if p["kind"] == "error"][0]
print(said["errors"] > 0, first["file"].endswith("services/pothole.yaml"), first["line"] > 0)')
[ "$good/$bad" = "0 True True/True True True" ] && echo "ok $n - check --json" ||
    echo "not ok $n - check --json: $good/$bad"
n=$((n + 1))
"$cityhall" init "$folder/data" --city "$(dirname "$0")/../../cities/port-azalea" >/dev/null
publish() { "$cityhall" publish "$folder/data" "$@" --json 2>/dev/null; }
dry=$(publish "$(dirname "$0")/../../cities/port-azalea" --dry-run | python3 -c '
import json, sys
said = json.load(sys.stdin)
print(said["unchanged"] > 10, said["added"], said["dry_run"])')
bad=$(publish "$folder/city" | python3 -c '
import json, sys
said = json.load(sys.stdin)
print(said["errors"] > 0, "added" in said)')
[ "$dry/$bad" = "True 0 True/True False" ] && echo "ok $n - publish --json" ||
    echo "not ok $n - publish --json: $dry/$bad"
n=$((n + 1))
cp "$(dirname "$0")/../../cities/port-azalea/services/pothole.yaml" "$folder/city/services/pothole.yaml"
sed -i 's/^name: {en: Pothole,/name: {en: Hole,/' "$folder/city/services/pothole.yaml"
rm "$folder/city/services/graffiti.yaml"
said=$("$cityhall" publish "$folder/data" "$folder/city" --dry-run 2>&1)
as_json=$(publish "$folder/city" --dry-run | python3 -c '
import json, sys
said = json.load(sys.stdin)
print(said["changed_services"], said["withdrawn_services"], said["added_services"])')
case $said/$as_json in
*"1 changed"*"1 withdrawn"*"
changed: pothole
withdrawn: graffiti/['pothole'] ['graffiti'] []") echo "ok $n - publish names what it changes" ;;
*) echo "not ok $n - publish names what it changes"; printf '%s/%s\n' "$said" "$as_json" | sed 's/^/# /' ;;
esac
n=$((n + 1))
users=$("$cityhall" user list "$folder/data"); jobs=$("$cityhall" jobs "$folder/data" --state ended)
[ "$users/$jobs" = "there are no accounts of staff; cityhall user add makes one/there are no such jobs" ] &&
    echo "ok $n - an empty list says that it is" || echo "not ok $n - an empty list says that it is: $users/$jobs"
rm -r "$folder"
n=$((n + 1))
[ "$n" -gt 14 ] && echo "ok $n - the commands were found" || echo "not ok $n - the commands were found"
echo "1..$n"
