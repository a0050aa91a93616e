#!/usr/bin/env python3
"""What every command says of wrong arguments: test_refusals.py PROGRAM CITYDIR. A sentence for who
typed them, which names the argument; never an error's name or a line of the source. Prints TAP."""
import os
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from checks import Runner, check, end  # noqa: E402

# Words of usage lines; any other name of five capitals is one of the program's own.
OF_USAGE = {"CITYDIR", "FOLDER", "LOGIN", "SCOPE", "NUMBER", "PREFIX", "RIGHT", "ADDRESS", "REASON",
            "ADDRESSES", "PROGRAM", "STATE", "VALUE"}
INTERNALS = re.compile(r"[A-Z_]{5,}")
SOURCES = re.compile(r"\.[ch]:\d|\.\./src|RC_|ERR_|constraint|account\.|SQL state")

LONG = "x" * 5000
WARD = ["--name", "Ada", "--role", "agent"]
KEY = ["key", "add", "D", "--name", "Works"]
HOOK = ["webhook", "add", "D", "https://works.city.example/hook"]

# The call ("D" is the data folder, "C" the city folder, "S" a scratch folder), and what is said.
REFUSED = [
    (["user", "add", "D", "Ada", *WARD], "a login is 2 to 60 of the letters a to z"),
    (["user", "add", "D", "t", *WARD], "a login is 2 to 60"),
    (["user", "add", "D", "7ada", *WARD], "begins with a letter"),
    (["user", "add", "D", LONG, *WARD], "LOGIN is too long: at most 60"),
    (["user", "add", "D", "", *WARD], "LOGIN is empty"),
    (["user", "add", "D", *WARD], "LOGIN is missing"),
    (["user", "add"], "DIR is missing"),
    (["user"], "say what to do: add, list, disable, enable or reset"),
    (["user", "remove", "D", "ada"], '"remove" is nothing that can be done'),
    (["user", "add", "D", "ada", "--role", "agent"], "--name NAME is missing"),
    (["user", "add", "D", "ada", "--name", "Ada"], "--role ROLE is missing"),
    (["user", "add", "D", "ada", "--name", "", "--role", "agent"], "--name is empty"),
    (["user", "add", "D", "ada", "--name", " ", "--role", "agent"], "--name must not be empty"),
    (["user", "add", "D", "ada", "--name", "A\nB", "--role", "agent"], "--name must be written on one"),
    (["user", "add", "D", "ada", "--name", LONG, "--role", "agent"], "--name is too long: at most 200"),
    (["user", "add", "D", "ada", "--name", "--role", "agent"], "--name needs a value: --name NAME"),
    (["user", "add", "D", "ada", *WARD, "--email", "foo"], "--email is no mail address"),
    (["user", "add", "D", "ada", *WARD, "--email", "a@localhost"], "--email is no mail address"),
    (["user", "add", "D", "ada", *WARD, "--lang", "tlh"], "a language is en, es or vi"),
    (["user", "add", "D", "ada", *WARD, "--scope", "team:none"], "a scope is city"),
    (["user", "add", "D", "ada", *WARD, "--team", "none"], "a scope is city"),
    (["user", "add", "D", "ada", *WARD, "--reason", LONG], "--reason is too long"),
    (["user", "add", "D", "ada", *WARD, "--naem", "x"], "there is no option --naem"),
    (["user", "add", "D", "ada", *WARD, "--role", "crew"], "--role is given twice"),
    (["user", "add", "D", "ada", *WARD, "--reason"], "--reason needs a value"),
    (["user", "add", "D", "ada", "--name", "Ada", "--role", "king"], "a role is agent"),
    (["user", "add", "D", "root", *WARD], 'there is an account "root" already'),
    (["user", "add", "D", "ada", "lovelace", *WARD], '"lovelace" is one word too many'),
    (["user", "list", "D", "--name", "x"], "--name is no option here; it takes --json"),
    (["user", "disable", "D", "nobody"], 'there is no account "nobody"'),
    (["user", "enable", "D", "nobody"], 'there is no account "nobody"'),
    (["user", "reset", "D", "nobody"], 'there is no account "nobody"'),
    (["user", "disable", "D", "root", "--reason", LONG], "--reason is too long"),
    (["user", "disable", "D", "root"], "the last account that administers"),
    (["user", "list", "S/none"], "there is no folder"),
    (["key", "revoke", "D", "AAAA"], "there is no key AAAA; cityhall key list"),
    (["key", "revoke", "D"], "PREFIX is missing"),
    ([*KEY, "--scope", "rule"], "a scope is RIGHT"),
    ([*KEY, "--scope", "read@team:none"], "no such department, team or service"),
    ([*KEY, "--scope", "read", "--days", "many"], "--days is a whole number"),
    ([*KEY, "--scope", "read", "--days", "0"], "--days is too small: the least is 1"),
    ([*KEY, "--scope", "read", "--days", "99999999"], "--days is too much: the most is"),
    ([*KEY, "--scope", "read", "--burst", "-1"], "--burst is too small"),
    ([*KEY, "--scope", "read", "--burst", "0"], "--burst is too small: the least is 1"),
    ([*KEY, "--scope", "read", "--per-minute", "0"], "--per-minute is too small: the least is 1"),
    ([*KEY, "--scope", "read", "--per-minute", "99999999999"], "--per-minute is too much"),
    (["key", "add", "D", "--name", "a\nb", "--scope", "read"], "--name must be written on one line"),
    (HOOK, "--key PREFIX is missing"),
    ([*HOOK, "--key", "AAAA"], "there is no valid key AAAA"),
    ([*HOOK, "--key", "AAAA", "--service", "none"], "--service names one that the city does not"),
    ([*HOOK, "--key", "AAAA", "--kind", "A CASE"], "--kind is the kind of an event"),
    (["webhook", "add", "D", "http://works.city.example", "--key", "AAAA"], "https"),
    (["webhook", "add", "D", "AAAA", "https://works.city.example/hook"], "is one word too many"),
    (["webhook", "remove", "D", "77"], "there is no webhook 77; cityhall webhook list"),
    (["webhook", "test", "D", "77"], "there is no webhook 77"),
    (["webhook", "remove", "D", "x"], "named by its number"),
    (["webhook", "test", "D"], "ID is missing"),
    (["case", "migrate", "D", "--service", "none", "--reason", "x"], "no such service"),
    (["case", "migrate", "D", "--service", "pothole"], "--reason TEXT is missing"),
    (["case", "migrate", "D", "--service", "pothole", "--reason", LONG], "--reason is too long"),
    (["case", "migrate", "D", "--service", "pothole", "--reason", "x", "--version", "n"], "version"),
    (["case", "migrate", "D", "--service", "pothole", "--reason", "x", "--number", "1"], "is no case"),
    (["case", "close", "D"], "say migrate"),
    (["setting", "set", "D", "colour", "red"], "names are smtp"),
    (["setting", "set", "D", "smtp", "relay"], "a relay is smtp://HOST:PORT"),
    (["setting", "set", "D", "smtp", "smtp://" + LONG + ":25"], "smtp is too long"),
    (["setting", "set", "D", "mail-from", "nobody"], "a sender is"),
    (["setting", "set", "D", "witnesses", "nobody"], "nobody is not a mail address"),
    (["setting", "set", "D", "smtp", "--file", "S/none"], "S/none"),
    (["setting", "set", "D", "smtp", "smtp://a:25", "--reason", LONG], "--reason is too long"),
    (["setting", "clear", "D", "colour"], "names are smtp"),
    (["setting", "clear", "D"], "NAME is missing"),
    (["closure", "add", "D", "tomorrow", "--reason", "x"], "a date is written 2026-12-24"),
    (["closure", "add", "D", "2026-02-30", "--reason", "x"], "a date is written 2026-12-24"),
    (["closure", "add", "D", "9999-12-31", "--reason", "x"], "within five years of today"),
    (["closure", "add", "D", "2026-12-25", "--reason", "x"], "does not work on that day anyway"),
    (["closure", "add", "D", "2026-11-27", "--reason", "x"], "a closure is noted on that day already"),
    (["closure", "add", "D", "2026-11-25"], "--reason TEXT is missing"),
    (["closure", "add", "D", "2026-11-25", "--reason", LONG], "--reason is too long"),
    (["closure", "list", "D", "--dry-run"], "--dry-run is no option here; it takes --json"),
    (["closure", "remove", "D", "2026-11-25"], "--reason TEXT is missing"),
    (["closure", "remove", "D", "2026-11-25", "--reason", "x"], "no closure is noted on that day"),
    (["closure", "remove", "D", "2026-12-25", "--reason", "x"], "the city's own calendar has that day"),
    (["closure", "remove", "D", "soon", "--reason", "x"], "a date is written 2026-12-24"),
    (["closure", "end", "D", "2026-11-25"], "is nothing that can be done: say add, remove or list"),
    (["jobs", "D", "--state", "lazy"], "a state is waiting"),
    (["jobs", "retry", "D", "77"], "there is no such job"),
    (["jobs", "drop", "D", "x"], "a job is named by its number"),
    (["jobs", "retry", "D"], "JOB is missing"),
    (["jobs", "end", "D", "77"], "say first what to do: list, retry or drop, then DIR"),
    (["jobs", "D", "retry", "77"], "say first what to do: list, retry or drop, then DIR"),
    (["jobs", "list"], "DIR is missing"),
    (["jobs"], "say what to do: list, retry or drop"),
    (["init", "D", "--city", "C"], "exists already"),
    (["init", "S/new"], "--city CITYDIR is missing"),
    (["init", "S/new", "--city", "S/none"], "S/none"),
    (["init", "S/none/new", "--city", "C"], "S/none/new"),
    (["init", "S/new", "--city", "C", "--store", "mysql://x"], "postgresql://"),
    (["init", "S/new", "--city", "C", "--store", "postgresql://127.0.0.1:1/x"], "Connection refused"),
    (["demo"], "DIR is missing"),
    (["demo", "S/new", "--cases", "many"], "--cases takes a number"),
    (["demo", "S/new", "--city", "S/none"], "S/none"),
    (["serve", "S/none"], "there is no folder"),
    (["serve", "D", "--listen", "nowhere"], "nowhere"),
    (["serve", "D", "--listen", "127.0.0.1:99999"], "127.0.0.1:99999"),
    (["serve", "D", "--image", "S/none"], "S/none"),
    (["serve", "D", "--port", "80"], "there is no option --port"),
    (["check", "S/none"], "S/none"),
    (["check"], "CITYDIR is missing"),
    (["publish", "D", "S/none"], "S/none"),
    (["publish", "D"], "CITYDIR is missing"),
    (["import", "people", "D"], '"people" is nothing that can be done: say cases or layer'),
    (["import", "cases", "D", "--map", "S/none", "S/none"], "S/none"),
    (["import", "cases", "D", "S/none"], "--map MAP.yaml is missing"),
    (["import", "layer", "D", "--map", "S/none", "S/none"], "S/none"),
    (["import", "layer", "D", "--map", "S/none", "S/none", "--rejects", "x"], "--rejects is no option"),
    (["rebuild", "D"], "--check is missing"),
    (["rebuild", "S/none", "--check"], "there is no folder"),
    (["audit", "verify", "D", "--head", "S/none"], "S/none"),
    (["audit", "verify", "D", "--head", "C/city.yaml"], "is no signed head of a record"),
    (["audit", "verify", "D", "--key", "S/none"], "S/none"),
    (["audit", "D"], "is nothing that can be done: say verify"),
    (["backup", "D", "D"], "D"),
    (["backup", "D"], "FOLDER is missing"),
    (["backup", "S/none", "S/new"], "there is no folder"),
    (["restore", "S/none", "S/new"], "S/none"),
    (["restore", "S/none", "S/new", "--store", "mysql://x"], "--store is the address of"),
    (["restore", "S", "S/new"], "S"),
    (["export", "D", "D"], "D"),
    (["export", "D", "S/none/new"], "S/none/new"),
    (["upgrade", "S/none"], "there is no folder"),
    (["upgrade", "S"], "S"),
    (["upgrade", "D", "--owner", "mysql://x"], "--owner"),
    (["routes", "all"], '"all" is one word too many'),
    (["version", "--long"], "there is no option --long"),
]


def refuse(runner, places, arguments, piece):
    """No answer may be a name of the program's own, and none the usage alone."""
    def put(text):
        for short, path in places.items():
            if text == short or text.startswith(short + "/"):
                return path + text[len(short):]
        return text

    done = runner.run(*[put(argument) for argument in arguments])
    said = done.stderr.replace(LONG, "")
    for path in places.values():
        said = said.replace(path, "")
    names = {name for name in INTERNALS.findall(said) if name.strip("_")} - OF_USAGE
    sentence = [line for line in done.stderr.split("\n") if not line.startswith("time=")][0]
    check(" ".join(a if len(a) < 100 else "LONG" for a in arguments).replace("\n", " "),
          done.returncode in (1, 2) and put(piece) in done.stderr and not names and
          not SOURCES.search(said) and sentence.startswith("cityhall ") and
          "ready" not in done.stdout, (done.returncode, names, done.stderr))


def main(program, city):
    scratch = tempfile.mkdtemp(prefix="cityhall-refusals-")
    runner = Runner(program, scratch)
    folder = os.path.join(scratch, "city")
    try:
        runner.expect("a city", ["init", folder, "--city", city], 0, "made")
        runner.expect("an administrator", ["user", "add", folder, "root", "--name", "Root", "--role",
                                           "administrator"], 0, "first password")
        runner.expect("a closure", ["closure", "add", folder, "2026-11-27", "--reason", "Storm"], 0,
                      "moved")
        for arguments, piece in REFUSED:
            refuse(runner, {"D": folder, "C": city, "S": scratch}, arguments, piece)
        commands = set(re.findall(r"^  cityhall (\w+)", runner.run("help").stdout, re.M))
        tried = {arguments[0] for arguments, _ in REFUSED}
        check("every command is tried", commands - tried == {"permissions"}, commands - tried)
    finally:
        shutil.rmtree(scratch)
    return end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
