#!/usr/bin/env python3
"""Measures the budgets of docs/performance.md on a release build and prints them as a table.

    bench.py [--long] [--cases N] [--only WORD] [--markdown] BUILD CITYDIR

BUILD is the folder of a release build with perf_bare_server, perf_bare_filing and bench programs.
Each figure stands beside its budget, and beside a bare reference from the same run where the budget
is a ratio: the machine's mood then changes both. The status is 1 when a budget is missed. --long adds
10,000 slow connections; --cases is for trying this program out (a million without it).
"""

import argparse
import csv
import glob
import hashlib
import http.client
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "http"))

from channels import report_to  # noqa: E402
from city import City  # noqa: E402
from client import Client  # noqa: E402

CONNECTIONS = 64
DRAFTS = 60000
ADDRESS = "resident%d@example.org"
PAGES_FIRST = ["/", "/services/pothole", "/report/pothole/where", "/cases", "/follow"]


class Table:
    """Lines of figures; remembers whether a budget was missed."""

    def __init__(self, is_markdown):
        self.is_markdown, self.missed, self.is_begun = is_markdown, 0, False

    def line(self, *cells):
        if self.is_markdown:
            print("| " + " | ".join(cells) + " |")
            if not self.is_begun:
                print("|---" * len(cells) + "|")
        else:
            print("%-58s %-26s %-18s %-14s %s" % cells)
        self.is_begun = True
        sys.stdout.flush()

    def add(self, what, figure, budget, is_ok, reference=""):
        self.missed += not is_ok
        self.line(what, figure, reference, budget, "ok" if is_ok else "UNDER")

    def note(self, what, figure, reference=""):
        self.line(what, figure, reference, "-", "")


class Demo(City):
    """A demonstration city: staff sign in with a password alone."""

    def make(self, logins=()):
        self.run("demo", self.folder, "--city", self.files)
        with open(os.path.join(self.folder, "demo-logins.txt"), encoding="utf-8") as file:
            self.passwords = dict(line.split() for line in file)
        return self

    def _sign_in(self, login):
        client = Client(self.host)
        client.get("/staff/signin")
        client.post("/staff/signin", {"csrf": client.csrf, "login": login,
                                      "password": self.passwords[login]})
        return dict(client.cookies)

    def copy(self):
        other = Demo(self.program, self.files, "sqlite")
        shutil.copytree(self.folder, other.folder)
        other.passwords = self.passwords
        return other

    def memory_mb(self, key):
        with open("/proc/%d/status" % self.server.pid, encoding="ascii") as file:
            return int(re.search(key + r":\s+(\d+) kB", file.read())[1]) / 1024


def wrk(url, script=None, seconds=4, connections=CONNECTIONS):
    """Requests a second, refused ones counted out, and the 99th percentile in milliseconds."""
    command = ["wrk", "-t2", "-c%d" % connections, "-d%ds" % seconds, "--latency"]
    said = subprocess.run(command + (["-s", script] if script else []) + [url],
                          capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if wrong:
        raise SystemExit("bench: %s: %s answers were refusals" % (url, wrong[1]))
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", said).groups()
    return rate, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def public_pages(bench):
    """A case's page and others from the database, beside the library's constant reply."""
    table, city = bench.table, bench.city
    number = city.store.rows("SELECT number FROM cases WHERE confidentiality = 0 AND NOT is_hidden "
                             "ORDER BY id DESC LIMIT 1")[0][0]
    worst = None
    for path in ["/cases/" + number, "/services/pothole", "/"]:
        size = len(city.client().get(path).body)
        bare = subprocess.Popen([bench.tool("perf_bare_server"), str(size)], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        port = int(bare.stdout.readline())
        theirs = ours = 0
        for _ in range(2):
            theirs = max(theirs, wrk("http://127.0.0.1:%d/" % port)[0])
            ours = max(ours, wrk("http://%s%s" % (city.host, path))[0])
        bare.stdin.close()
        bare.wait()
        name = "page %s, %.1f kB, %d connections" % (re.sub(r"\d\d-\d+-\d", "NUMBER", path),
                                                    size / 1000, CONNECTIONS)
        figures = ("%.0f/s" % ours, "%.0f/s bare" % theirs)
        if worst is None:
            worst = ours / theirs
            table.add(name, "%s, ratio %.2f" % (figures[0], worst), "0.40", worst >= 0.4, figures[1])
        else:
            table.note(name, "%s, ratio %.2f" % (figures[0], ours / theirs), figures[1])


def make_drafts(city):
    """Fills in one report by hand and copies it under other tokens and for other residents, as each
    is mailed so often a day only."""
    city.start()
    client = city.client()
    report_to("check", email=ADDRESS % 0)(city, client)
    city.stop()
    digest = hashlib.sha256(client.cookies["draft"].encode()).digest()
    db = sqlite3.connect(city.store.path)
    names = [row[1] for row in db.execute("PRAGMA table_info(draft)")][1:]
    row = list(db.execute("SELECT %s FROM draft WHERE token_hash = ?" % ", ".join(names),
                          (digest,)).fetchone())
    token_at, answers_at = names.index("token_hash"), names.index("answers")
    answers = row[answers_at]
    insert = "INSERT INTO draft (%s) VALUES (%s)" % (", ".join(names), ", ".join("?" * len(names)))

    def rows():
        for i in range(DRAFTS):
            row[token_at] = hashlib.sha256(b"bench-%037d" % i).digest()
            row[answers_at] = answers.replace(ADDRESS % 0, ADDRESS % (i + 1))
            yield row
    db.executemany(insert, rows())
    db.commit()
    db.close()


SCRIPT = """
local count = 0
local threads = 0
function setup(thread) thread:set("first", threads * %d) threads = threads + 1 end
function request()
  local token = string.format("bench-%%037d", first + count)
  count = count + 1
  return wrk.format("POST", "/report/pothole/check",
    {["Content-Type"] = "application/x-www-form-urlencoded",
     ["Cookie"] = "%s; draft=" .. token}, "csrf=%s")
end
"""


def filings(bench):
    city = bench.city.copy()
    bare = None
    try:
        make_drafts(city)
        city.start()
        client = city.client()
        client.get("/report/pothole/where")
        cookies = "; ".join("%s=%s" % c for c in client.cookies.items() if c[0] != "draft")
        script = os.path.join(city.scratch, "file.lua")
        with open(script, "w", encoding="ascii") as file:
            file.write(SCRIPT % (DRAFTS // 2, cookies, client.csrf))
        before = city.counts()["cases"]
        begun = time.monotonic()
        _, p99 = wrk("http://%s/" % city.host, script, seconds=5)
        seconds = time.monotonic() - begun
        ours = (city.counts()["cases"] - before) / seconds
        bench.load_mb = max(bench.load_mb, city.memory_mb("VmHWM"))
        city.stop()
        bare = city.copy()
        said = subprocess.run([bench.tool("perf_bare_filing"), bare.store.path, "3"],
                              stdout=subprocess.PIPE, text=True, check=True).stdout
        theirs = float(said.split()[0])
        bench.table.add("filings, form POST, %d connections, on disk" % CONNECTIONS,
                        "%.0f/s, ratio %.2f, p99 %.0f ms" % (ours, ours / theirs, p99), "0.25",
                        ours / theirs >= 0.25, "%.0f/s bare" % theirs)
        bench.table.note("", "", said.strip().split("of ")[-1])
    finally:
        city.remove()
        if bare:
            bare.remove()


GROW = """
CREATE TEMP TABLE pattern AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, * FROM cases;
CREATE TEMP TABLE copies AS WITH RECURSIVE k(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k WHERE
k < (:cases / (SELECT count(*) FROM pattern))) SELECT k FROM k;
"""


def grow(city, cases):
    """More of the cases that are there, until there are so many: rows and words, older each time."""
    db = sqlite3.connect(city.store.path)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -200000")
    for statement in GROW.split(";\n"):
        if ":cases" in statement:
            db.execute(statement.replace(":cases", str(cases)))
        elif statement.strip():
            db.execute(statement)
    names = [row[1] for row in db.execute("PRAGMA table_info(cases)")]
    made = {"id": "(SELECT max(id) FROM main.cases) + (k - 1) * (SELECT count(*) FROM pattern) + n + 1",
            "number": "'b' || k || '-' || number", "submission": "NULL",
            "opened": "opened - k * 3600000000", "updated": "updated - k * 3600000000",
            "due": "due - k * 3600000000"}
    base = db.execute("SELECT max(id) FROM cases").fetchone()[0]
    made["id"] = "%d + (k - 1) * (SELECT count(*) FROM pattern) + n + 1" % base
    db.execute("INSERT INTO cases (%s) SELECT %s FROM copies, pattern ORDER BY k, n" % (
        ", ".join(names), ", ".join(made.get(name, name) for name in names)))
    db.execute("INSERT INTO case_text (rowid, words) SELECT c.id, t.words FROM cases c, pattern p, "
               "case_text t WHERE c.id > %d AND p.n = (c.id - %d - 1) %% (SELECT count(*) FROM "
               "pattern) AND t.rowid = p.id ORDER BY c.id" % (base, base))
    db.commit()
    db.execute("ANALYZE")
    db.commit()
    count = db.execute("SELECT count(*) FROM cases").fetchone()[0]
    db.close()
    return count


def p95_ms(host, cookies, paths, rounds=40):
    """The slowest 5 % of single requests on one connection, after one of each to warm up."""
    wire = http.client.HTTPConnection(host)
    taken = []
    for turn in range(rounds + 1):
        for path in paths:
            begun = time.perf_counter()
            wire.request("GET", path, headers={
                "Cookie": "; ".join("%s=%s" % c for c in cookies.items())})
            reply = wire.getresponse()
            reply.read()
            if reply.status != 200:
                raise SystemExit("bench: %s: status %d" % (path, reply.status))
            if turn:
                taken.append((time.perf_counter() - begun) * 1000)
    taken.sort()
    return taken[len(taken) * 95 // 100]


def million(bench):
    table = bench.table
    city = bench.city.copy()
    try:
        begun = time.monotonic()
        count = grow(city, bench.cases)
        made_s = time.monotonic() - begun
        name = "%s cases" % format(count, ",")
        begun = time.monotonic()
        city.start()
        start_s = time.monotonic() - begun
        table.add("start with " + name, "%.2f s" % start_s, "1 s", start_s <= 1)
        table.note("", "", "made in %.0f s" % made_s)
        agent = city.client("agent").cookies
        queue = p95_ms(city.host, agent, [
            "/staff/queue", "/staff/queue?team=streets-east", "/staff/queue?service=pothole",
            "/staff/queue?late=1", "/staff/queue?state=closed", "/staff/queue?sort=newest",
            "/staff/queue?team=streets-west&service=pothole&late=1"])
        table.add("queue, filtered and sorted, p95", "%.1f ms" % queue, "10 ms", queue <= 10)
        search = [path for path in ["/staff/queue?q=corner", "/staff/queue?q=school+dangerous",
                                    "/staff/queue?q=%22north+side%22", "/staff/queue?q=zzzz"]
                  if bench.has_search(city)]
        if search:
            found = p95_ms(city.host, agent, search)
            table.add("search for words, p95", "%.1f ms" % found, "50 ms", found <= 50)
        else:
            table.note("search for words, p95", "the queue has no search yet")
        public = p95_ms(city.host, {}, ["/cases", "/cases?service=pothole", "/cases?state=closed"])
        table.note("public list, p95", "%.1f ms" % public)
    finally:
        city.remove()


def import_rate(bench, files, source):
    """Cases taken from the table into a city of their own, and how many a second."""
    city = City(bench.city.program, files, "sqlite")
    try:
        city.run("init", city.folder, "--city", city.files)
        begun = time.monotonic()
        city.run("import", "cases", city.folder, "--map", os.path.join(files, "import-2017.yaml"),
                 source, "--rejects", os.path.join(city.scratch, "rejects.csv"))
        seconds = time.monotonic() - begun
        rows = city.counts()["cases"]
        return rows, rows / seconds
    finally:
        city.remove()


def ten_times(source, path):
    """The table's rows ten times over, each time with other ids, which stand in the first column."""
    with open(source, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(rows[0])
        for turn in range(10):
            table.writerows([["%s-%d" % (row[0], turn)] + row[1:] for row in rows[1:] if row])


def imports(bench):
    """Rows of a CSV a second, where the data are at hand: five days of Los Angeles, and ten times."""
    data = os.environ.get("CITYHALL_TEST_DATA", os.path.join(HERE, "../../../shared/data"))
    source = os.path.join(data, "requests/la-2017.csv")
    files = os.path.join(HERE, "../data/cities/los-angeles")
    if not os.path.exists(source):
        bench.table.note("import of cases", "no data here: CITYHALL_TEST_DATA")
        return
    rows, rate = import_rate(bench, files, source)
    bench.table.add("import of cases from CSV, %d rows" % rows, "%.0f rows/s" % rate,
                    "20,000 rows/s", rate >= 20000)
    with tempfile.TemporaryDirectory() as folder:
        larger = os.path.join(folder, "ten-times.csv")
        ten_times(source, larger)
        rows, rate = import_rate(bench, files, larger)
    bench.table.note("import of cases from CSV, %d rows" % rows, "%.0f rows/s" % rate)


def first_visit(bench):
    """Bytes of a page and all it loads, compressed as a browser asks for it, with the heads."""
    worst = (0, "")
    for page in PAGES_FIRST:
        client = bench.city.client()
        seen, waiting, total = set(), [page], 0
        while waiting:
            path = waiting.pop()
            seen.add(path)
            answer = client.get(path, [("Accept-Encoding", "br, gzip")])
            total += len(answer.body) + sum(len(n) + len(v) + 4 for n, v in answer.headers)
            if path == page:
                text = client.get(path).text
                links = re.findall(r'(?:<script[^>]* src|<link rel="(?:stylesheet|icon)" href|'
                                   r'<img[^>]* src|<use href)="(/[^"#]+)', text)
                waiting += [link for link in set(links) if link not in seen]
        worst = max(worst, (total, page))
    bench.table.add("first visit, %d pages, the largest: %s" % (len(PAGES_FIRST), worst[1]),
                    "%.1f kB" % (worst[0] / 1000), "50 kB", worst[0] <= 50000)


def slow_connections(bench):
    """10,000 clients that send a byte a second; how long others wait."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 11000:
        bench.table.note("10,000 slow connections", "the limit of open files is %d" % hard)
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    address, port = bench.city.host.split(":")
    head = b"POST /report/pothole/where HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n"
    wires, stop = [], threading.Event()
    for i in range(10000):
        wire = socket.create_connection((address, int(port)), 10)
        wire.setblocking(False)
        wires.append(wire)

    def trickle():
        sent = 0
        while not stop.is_set():
            begun = time.monotonic()
            for wire in wires:
                try:
                    wire.send(head[sent:sent + 1] if sent < len(head) else b"x")
                except OSError:
                    pass
            sent += 1
            stop.wait(max(0, 1 - (time.monotonic() - begun)))
    thread = threading.Thread(target=trickle)
    thread.start()
    time.sleep(2)
    rate, p99 = wrk("http://%s/services/pothole" % bench.city.host, seconds=10, connections=8)
    stop.set()
    thread.join()
    memory = bench.city.memory_mb("VmRSS")
    for wire in wires:
        wire.close()
    bench.table.add("10,000 slow connections: others' p99", "%.1f ms" % p99, "100 ms", p99 <= 100,
                    "%.0f/s, %.0f MB" % (rate, memory))


class Bench:
    def __init__(self, arguments):
        self.build = os.path.abspath(arguments.build)
        self.table = Table(arguments.markdown)
        self.cases, self.load_mb = arguments.cases, 0
        self.city = Demo(os.path.join(self.build, "cityhall"), os.path.abspath(arguments.city),
                         "sqlite")

    def tool(self, name):
        return glob.glob(os.path.join(self.build, "**", name), recursive=True)[0]

    @staticmethod
    def has_search(city):
        return 'name="q"' in city.client("agent").get("/staff/queue").text

    def run(self, parts):
        self.table.line("what", "figure", "reference", "budget", "")
        self.city.make().start()
        time.sleep(1)
        idle = self.city.memory_mb("VmRSS")
        for part in parts:
            part(self)
        if public_pages in parts:
            self.load_mb = max(self.load_mb, self.city.memory_mb("VmHWM"))
            self.table.add("memory of the server, idle", "%.0f MB" % idle, "40 MB", idle <= 40)
            self.table.add("memory of the server, under load", "%.0f MB" % self.load_mb, "150 MB",
                           self.load_mb <= 150)
        self.city.stop()


PARTS = [public_pages, filings, million, imports, first_visit, slow_connections]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--cases", type=int, default=1000000)
    parser.add_argument("--only", default="")
    parser.add_argument("build")
    parser.add_argument("city")
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    parts = [p for p in PARTS if arguments.only in p.__name__
             and (arguments.long or p is not slow_connections or arguments.only)]
    bench = Bench(arguments)
    try:
        bench.run(parts)
    finally:
        bench.city.remove()
    missed = bench.table.missed
    print("\n%s" % ("%d budgets are missed" % missed if missed else "every budget is kept"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
