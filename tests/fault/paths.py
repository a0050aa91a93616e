#!/usr/bin/env python3
"""Runs the programs that make every change fail, and asks that none is left out. Prints TAP.

    paths.py SOURCE PROGRAM [ARGUMENT...]

A change is a function of the sources that calls db_tx. The program says which of them began inside
its scenarios, "# begins FILE FUNCTION"; one that never does needs a scenario in paths_*.c, or a
reason here.
"""

import glob
import os
import re
import subprocess
import sys

# FILE FUNCTION: why no scenario of tests/fault begins it.
ELSEWHERE = {
    "app/demo_photos.c demo_photo_give": "the demonstration's own, before anybody sees its folder",
    "console/bulk_run.c run_job": "its own change is past a hundred cases: the order of confirm "
                                  "once more, in console/test_lists",
    "db/db.c db_check_statements": "a test's own: it changes nothing",
}

FUNCTION = re.compile(r"^[a-z].*?\b(\w+)\(")
CALL = re.compile(r"\bdb_tx\(")
BEGINS = re.compile(r"# begins (?:.*/)?src/(\S+) (\w+)$")


def callers(source):
    """Every "FILE FUNCTION" of the program that calls db_tx."""
    found = set()
    for path in glob.glob(os.path.join(source, "src", "**", "*.c"), recursive=True):
        name = os.path.relpath(path, os.path.join(source, "src"))
        if os.path.basename(path).startswith(("test_", "bench_")):
            continue
        function = None
        with open(path, encoding="utf-8") as file:
            for line in file:
                heading = FUNCTION.match(line)
                if heading and not line.rstrip().endswith(";"):
                    function = heading[1]
                elif CALL.search(line):
                    found.add("%s %s" % (name, function))
    return found


def run(program, begun):
    """Passes the program's TAP on but for its plan; how many tests, and whether all is well."""
    tests = 0
    child = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    for line in child.stdout:
        begins = BEGINS.match(line.rstrip("\n"))
        if begins:
            begun.add("%s %s" % begins.groups())
        if re.match(r"(not )?ok \d+", line):
            tests += 1
        if not re.match(r"1\.\.\d+$", line):
            print(line, end="", flush=True)
    return tests, child.wait() == 0


def main():
    begun = set()
    tests, is_good = run(sys.argv[2:], begun)
    known = callers(sys.argv[1])
    missing = sorted(known - begun - ELSEWHERE.keys())
    stale = sorted(ELSEWHERE.keys() - known) + sorted(ELSEWHERE.keys() & begun)
    print("%s %d - each of the %d functions that change something is made to fail"
          % ("not ok" if missing or stale else "ok", tests + 1, len(known)))
    for name in missing:
        print("# no scenario begins " + name)
    for name in stale:
        print("# no reason is needed for " + name)
    print("1..%d" % (tests + 1))
    return 0 if is_good and not missing and not stale else 1


if __name__ == "__main__":
    sys.exit(main())
