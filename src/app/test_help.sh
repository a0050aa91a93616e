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
others=$("$cityhall" key list "$folder/data")/$("$cityhall" webhook list "$folder/data")
[ "$users/$jobs" = "there are no accounts of staff; cityhall user add makes one/there are no such jobs" ] &&
    [ "$others" = "there are no keys; cityhall key add makes one/there are no webhooks; cityhall webhook add makes one" ] &&
    echo "ok $n - an empty list says that it is" || echo "not ok $n - an empty list says that it is: $users/$jobs/$others"
n=$((n + 1))
none=$("$cityhall" closure list "$folder/data")
"$cityhall" closure add "$folder/data" 2027-03-04 --reason "Ice storm" >/dev/null
"$cityhall" closure add "$folder/data" 2027-03-03 --reason 'A "storm"' --dry-run >/dev/null
"$cityhall" closure add "$folder/data" 2027-03-02 --reason Snow >/dev/null
"$cityhall" closure add "$folder/data" 2027-03-05 --reason Mistyped >/dev/null
"$cityhall" closure remove "$folder/data" 2027-03-04 --reason Thaw --dry-run >/dev/null
"$cityhall" closure remove "$folder/data" 2027-03-05 --reason Thaw >/dev/null
some=$("$cityhall" closure list "$folder/data")/$("$cityhall" closure list "$folder/data" --json)
[ "$none" = "there are no closures; cityhall closure add notes one" ] && [ "$some" = \
'2027-03-02  Snow
2027-03-04  Ice storm/[{"date":"2027-03-02","reason":"Snow"},{"date":"2027-03-04","reason":"Ice storm"}]' ] &&
    echo "ok $n - closures are listed" || echo "not ok $n - closures are listed: $none/$some"
n=$((n + 1))
port=$(python3 -c '
import socket
probe = socket.socket(); probe.bind(("127.0.0.1", 0)); print(probe.getsockname()[1])')
python3 -c '
import socket, subprocess, sys
taken = socket.socket(); taken.bind(("127.0.0.1", int(sys.argv[3]))); taken.listen()
done = subprocess.run([sys.argv[1], "serve", sys.argv[2], "--listen", "127.0.0.1:" + sys.argv[3]],
                      capture_output=True, text=True, timeout=60)
said = done.stderr.strip().split("\n")
want = "cityhall serve: cannot listen on 127.0.0.1:%s: another program listens there, perhaps this city\u0027s own server; choose another address and port" % sys.argv[3]
sys.exit(0 if done.returncode == 1 and said[-1] == want and "again" not in done.stderr else repr(done))
' "$cityhall" "$folder/data" "$port" && echo "ok $n - a taken port is said as it is" ||
    echo "not ok $n - a taken port is said as it is"
n=$((n + 1))
rate=$("$cityhall" audit verify "$folder/data" --json)
case $rate in
*'"ms":'*per_second*) echo "not ok $n - no rate of a moment: $rate" ;;
*'"ms":'*) echo "ok $n - no rate of a moment" ;;
*) echo "not ok $n - no rate of a moment: $rate" ;;
esac
rm -r "$folder"
n=$((n + 1))
[ "$n" -gt 14 ] && echo "ok $n - the commands were found" || echo "not ok $n - the commands were found"
echo "1..$n"
