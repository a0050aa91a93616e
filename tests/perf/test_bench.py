#!/usr/bin/env python3
"""Whether script/bench still measures: bench.py --smoke runs every part for a moment on a few
thousand cases, and each line that docs/performance.md has must be printed. Figures are no verdict:
the build has sanitizers, and the machine other work.

    test_bench.py BUILD CITYDIR
"""

import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LINES = {
    "million": [r"start with [\d,]+ cases +[\d.]+ s", r"memory of the server, idle, [\d,]+ cases +\d+ MB",
                r"queue, filtered and sorted, p95 +[\d.]+ ms", r"search for words, p95 +[\d.]+ ms",
                r"public list, p95 +[\d.]+ ms", r"public search, p95 +[\d.]+ ms",
                r"Open311 lists, p95 +[\d.]+ ms", r"each list once, the slowest: /\S+ +\d+ ms +\d+ MB"],
    "imports": [r"import of cases"],
    "first_visit": [r"first visit, \d pages, the largest: /\S* +[\d.]+ kB"],
    "public_pages": [r"page /cases/NUMBER, [\d.]+ kB, 64 connections +\d+/s, ratio [\d.]+ +\d+/s bare",
                     r"page /services/pothole", r"page /, ",
                     r"memory of the server, idle, [\d,]+ cases +\d+ MB",
                     r"memory of the server, under load +\d+ MB"],
    "filings": [r"filings, form POST, 64 connections, on disk +\d+/s, ratio [\d.]+, p99 \d+ ms +\d+/s bare"],
    "versions": [r"memory of the server, idle, \d+ versions of \d+ services +\d+ MB",
                 r"search for words, p95, \d+ versions of \d+ services +[\d.]+ ms"],
    "postgres": [r"filings over Open311 on PostgreSQL, 16 clients +(\d+/s, [\d.]+ repeated each|not measured)"],
}
NEED_WRK = {"public_pages", "filings"}


def main():
    build, city = sys.argv[1:]
    ran = subprocess.run([sys.executable, os.path.join(HERE, "bench.py"), "--smoke", "--cases", "4000",
                          build, city], capture_output=True, text=True)
    print("1..%d" % len(LINES))
    for number, (part, lines) in enumerate(LINES.items(), 1):
        if part in NEED_WRK and not shutil.which("wrk"):
            print("ok %d %s # SKIP wrk is not installed (script/bootstrap bench)" % (number, part))
            continue
        missing = [line for line in lines if not re.search("^" + line, ran.stdout, re.M)]
        has_failed = re.search("^%s +FAILED" % part, ran.stdout, re.M)
        print("%sok %d %s" % ("not " if missing or has_failed else "", number, part))
        for line in missing + (ran.stdout + ran.stderr).splitlines() if missing or has_failed else []:
            print("# " + line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
