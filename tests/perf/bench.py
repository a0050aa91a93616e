#!/usr/bin/env python3
"""Measures the budgets of docs/performance.md on a release build and prints them as a table.

    bench.py [--long | --smoke] [--cases N] [--only WORD] [--markdown] BUILD CITYDIR

BUILD is the folder of a release build with perf_bare_server, perf_bare_filing and bench programs.
Each figure stands beside its budget, and beside a bare reference from the same run where the budget
is a ratio: the machine's mood then changes both. The status is 1 when a budget is missed. --long adds
10,000 slow connections; --cases is for trying this program out (a million without it). --smoke, with
any build, measures for a moment each and only tells whether every line was printed: figures are then
no verdict, and the status is 1 when a part failed.
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
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "http"))

from channels import PLACE, report_to  # noqa: E402
from city import City  # noqa: E402
from client import Client  # noqa: E402

CONNECTIONS = 64
DRAFTS = 60000
ADDRESS = "resident%d@example.org"
PAGES_FIRST = ["/", "/services/pothole", "/report/pothole/where", "/cases", "/follow"]


class Table:
    """Lines of figures; remembers whether a budget was missed."""

    def __init__(self, is_markdown):
        self.is_markdown, self.missed, self.failed, self.is_begun = is_markdown, 0, 0, False

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

    def fail(self, part, why):
        """A part that could not be measured; the others still are."""
        self.failed += 1
        self.line(part, "FAILED", "", "", str(why).replace("\n", " ")[:300])

    def note(self, what, figure, reference=""):
        self.line(what, figure, reference, "-", "")


class Demo(City):
    """A demonstration city: staff sign in with a password alone."""

    def make(self, logins=()):
        self.run("demo", self.folder, "--city", self.files, "--cases", str(SHORTEN["demo"]))
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


class Failed(Exception):
    """A part cannot be measured."""


SHORTEN = {"seconds": None, "rounds": None, "drafts": DRAFTS, "demo": 5000, "versions": 67}  # --smoke sets them


def wrk(url, script=None, seconds=4, connections=CONNECTIONS):
    """Requests a second, refused ones counted out, and the 99th percentile in milliseconds."""
    seconds = SHORTEN["seconds"] or seconds
    command = ["wrk", "-t2", "-c%d" % connections, "-d%ds" % seconds, "--latency"]
    said = subprocess.run(command + (["-s", script] if script else []) + [url],
                          capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if wrong and not SHORTEN["seconds"]:
        raise Failed("%s: %s answers were refusals" % (url, wrong[1]))
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
        for i in range(SHORTEN["drafts"]):
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
            file.write(SCRIPT % (SHORTEN["drafts"] // 2, cookies, client.csrf))
        before = city.counts()["cases"]
        begun = time.monotonic()
        _, p99 = wrk("http://%s/" % city.host, script, seconds=5)
        seconds = time.monotonic() - begun
        ours = (city.counts()["cases"] - before) / seconds
        bench.load_mb = max(bench.load_mb, city.memory_mb("VmHWM"))
        city.stop()
        bare = city.copy()
        tool = subprocess.run([bench.tool("perf_bare_filing"), bare.store.path, "3"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if tool.returncode:
            raise Failed("perf_bare_filing: " + tool.stderr.strip())
        said = tool.stdout
        theirs = float(said.split()[0])
        bench.table.add("filings, form POST, %d connections, on disk" % CONNECTIONS,
                        "%.0f/s, ratio %.2f, p99 %.0f ms" % (ours, ours / theirs, p99), "0.25",
                        ours / theirs >= 0.25,
                        "%.0f/s bare, %s" % (theirs, said.strip().split("of ")[-1]))
    finally:
        city.remove()
        if bare:
            bare.remove()


def filed(city, clients, seconds):
    """Reports a second by that many programs at once, over Open311; refused ones end it."""
    key = city.program_key()
    end = time.monotonic() + (SHORTEN["seconds"] or seconds)
    done, refused = [0] * clients, []

    def work(at):
        client = city.client()
        while time.monotonic() < end and not refused:
            answer = client.post("/open311/v2/requests.json", {
                "api_key": key, "service_code": "pothole", "address_string": PLACE,
                "description": "%d of %d" % (done[at], at), "attribute[size]": "tire",
                "attribute[lane]": "true"})
            if answer.status not in (200, 201):
                refused.append("%d: %s" % (answer.status, answer.text[:200]))
            done[at] += 1

    threads = [threading.Thread(target=work, args=(at,)) for at in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if refused:
        raise Failed(refused[0])
    return sum(done) / (SHORTEN["seconds"] or seconds)


def postgres(bench):
    """Many who file at once on PostgreSQL take turns instead of having each other repeated."""
    name = "filings over Open311 on PostgreSQL, 16 clients"
    if "CITYHALL_TEST_POSTGRES" not in os.environ:
        bench.table.note(name, "not measured: it is not installed")
        return
    city = City(bench.city.program, bench.city.files, "postgres")
    try:
        city.make(logins=()).start()
        alone = filed(city, 1, 3)
        many = filed(city, 16, 5)
        said = re.search(r"^cityhall_store_repeated_total (\d+)", city.client().get("/metrics").text,
                         re.M)
        each = int(said[1]) / city.counts()["cases"]
        bench.table.add(name, "%.0f/s, %.2f repeated each" % (many, each), "0.10", each <= 0.1,
                        "%.0f/s by 1 client" % alone)
    finally:
        city.remove()


def sign_ins(city, at_once):
    """Passwords that are wrong cost what right ones do."""
    def work():
        client = city.client()
        client.get("/staff/signin")
        client.post("/staff/signin", {"csrf": client.csrf, "login": "agent", "password": "x" * 12})

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


YEARS_US = 5 * 365 * 86400 * 10**6

# What a case brings along, by its table: what is put instead of the columns of the pattern's rows.
# Places, links and messages get ids by themselves. Events get ids below all others: the record's
# tree, which is measured by no line here, then need not hold them.
BROUGHT = [
    ("link_token", "t.cases = m.old", {"cases": "m.id", "token_hash": "randomblob(32)"}),
    ("message", "t.cases = m.old AND t.id = (SELECT min(id) FROM message WHERE cases = m.old)",
     {"cases": "m.id", "once": "NULL", "external_id": "NULL", "created": "t.created - m.back"}),
]


def columns(db, table):
    return [row[1] for row in db.execute("PRAGMA table_info(%s)" % table)]


def copy_rows(db, table, where, made):
    names = [name for name in columns(db, table) if name != "id"]
    db.execute("INSERT INTO %s (%s) SELECT %s FROM copies m CROSS JOIN %s t WHERE %s" % (
        table, ", ".join(names), ", ".join(made.get(name, "t." + name) for name in names), table,
        where))


def grow_events(db):
    """Of each case that it was opened, and the last step that the public was told. -1 is left out:
    what an event without an id yet has for its triggers."""
    db.execute("CREATE TEMP TABLE told AS SELECT cases, min(id) AS event FROM event WHERE kind = "
               "'case.opened' GROUP BY cases UNION SELECT cases, max(id) FROM event WHERE kind = "
               "'case.step' AND audience = 0 GROUP BY cases")
    db.execute("CREATE INDEX temp.told_case ON told(cases)")
    db.execute("CREATE TEMP TABLE happened AS SELECT -1 - row_number() OVER (ORDER BY m.id DESC, t.event "
               "DESC) AS id, t.event AS old, m.id AS cases, m.back FROM copies m JOIN told t "
               "ON t.cases = m.old")
    made = {"id": "h.id", "at": "e.at - h.back", "cases": "h.cases"}
    names = columns(db, "event")
    db.execute("INSERT INTO event (%s) SELECT %s FROM happened h CROSS JOIN event e WHERE e.id = "
               "h.old ORDER BY h.id" % (", ".join(names),
                                        ", ".join(made.get(name, "e." + name) for name in names)))
    db.execute("INSERT INTO event_payload (event, salt, payload) SELECT h.id, p.salt, p.payload "
               "FROM happened h CROSS JOIN event_payload p WHERE p.event = h.old ORDER BY h.id")


def grow_words(db, table):
    db.execute("CREATE TEMP TABLE words_of AS SELECT rowid AS id, words FROM %s" % table)
    db.execute("CREATE UNIQUE INDEX temp.words_of_id ON words_of(id)")
    db.execute("INSERT INTO %s (rowid, words) SELECT m.id, w.words FROM copies m CROSS JOIN words_of w "
               "WHERE w.id = m.old ORDER BY m.id" % table)
    db.execute("DROP TABLE words_of")


def grow(city, cases):
    """More of the cases that are there, until there are so many, over five years and the oldest
    first: each with a place of its own, its words for staff and for everybody, a private link, a
    message and two events. The oldest copies are closed; open ones are in the youngest tenth."""
    db = sqlite3.connect(city.store.path)
    for pragma in ("synchronous = OFF", "cache_size = -400000", "temp_store = MEMORY",
                   "journal_mode = OFF"):
        db.execute("PRAGMA " + pragma).fetchall()
    first, count, last_open = db.execute(
        "SELECT max(id), count(*), sum(state_type < 2) FROM cases").fetchone()
    turns = max(1, round((cases - count) / (count - 0.9 * last_open)))
    db.execute(
        "CREATE TEMP TABLE copies AS WITH RECURSIVE k(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k "
        "WHERE k < %d) SELECT %d + row_number() OVER (ORDER BY k DESC, c.id) AS id, c.id AS old, k, "
        "k * %d AS back, c.place AS old_place, (SELECT max(id) FROM place) + row_number() OVER "
        "(ORDER BY k DESC, c.id) AS place FROM k, cases c WHERE c.state_type = 2 OR k <= %d" % (
            turns, first, YEARS_US // turns, turns // 10))
    made = {"id": "m.id", "number": "'b' || m.k || '-' || t.number", "submission": "NULL",
            "parent": "NULL", "merged_into": "NULL",
            "place": "CASE WHEN t.place IS NULL THEN NULL ELSE m.place END"}
    made.update({name: "t.%s - m.back" % name for name in
                 ("opened", "updated", "due", "closed", "state_since")})
    names = columns(db, "place")
    db.execute("INSERT INTO place (%s) SELECT %s FROM copies m CROSS JOIN place t WHERE t.id = "
               "m.old_place" % (", ".join(names),
                                ", ".join("m.place" if name == "id" else "t." + name
                                          for name in names)))
    names = columns(db, "cases")
    db.execute("INSERT INTO cases (%s) SELECT %s FROM copies m CROSS JOIN cases t WHERE t.id = m.old "
               "ORDER BY m.id" % (", ".join(names),
                                  ", ".join(made.get(name, "t." + name) for name in names)))
    for table, where, made in BROUGHT:
        copy_rows(db, table, where, made)
    grow_events(db)
    for table in ("case_text", "case_public_text"):
        grow_words(db, table)
    db.commit()
    db.execute("ANALYZE")
    db.commit()
    count = db.execute("SELECT count(*) FROM cases").fetchone()[0]
    db.execute("PRAGMA journal_mode = WAL").fetchall()
    db.close()
    return count


def ask(wire, path, cookies):
    """One request; the taken milliseconds, and the answer."""
    begun = time.perf_counter()
    wire.request("GET", path, headers={
        "Cookie": "; ".join("%s=%s" % c for c in cookies.items())})
    reply = wire.getresponse()
    body = reply.read()
    if reply.status != 200:
        raise Failed("%s: status %d" % (path, reply.status))
    return (time.perf_counter() - begun) * 1000, body


def p95_ms(host, cookies, paths, must_have=None, rounds=40):
    """The slowest 5 % of single requests on one connection, after one of each to warm up. Each
    answer has that piece: a list that finds nothing measures nothing."""
    wire = http.client.HTTPConnection(host)
    taken = []
    for turn in range((SHORTEN["rounds"] or rounds) + 1):
        for path in paths:
            ms, body = ask(wire, path, cookies)
            if must_have and must_have not in body:
                raise Failed("%s finds nothing" % path)
            if turn:
                taken.append(ms)
    taken.sort()
    return taken[len(taken) * 95 // 100]


QUEUE = ["/staff/queue", "/staff/queue?q=state:open+team:streets-east",
         "/staff/queue?q=service:pothole", "/staff/queue?q=overdue", "/staff/queue?q=state:closed",
         "/staff/queue?sort=newest", "/staff/queue?q=overdue+team:streets-west+service:pothole",
         "/staff/queue?q=lang:vi&sort=updated"]
SEARCH = ["/staff/queue?q=corner", "/staff/queue?q=dangerous+night",
          "/staff/queue?q=%22my+neighbor%22", "/staff/queue?q=concord+state:open"]
PUBLIC = ["/cases", "/cases?service=pothole", "/cases?state=closed", "/cases?state=open"]
PUBLIC_SEARCH = ["/cases?q=concord", "/cases?q=pothole+concord", "/cases?q=tree"]
# A box of some streets around the first case's place stands for {box}.
OPEN311 = ["/open311/v2/requests.json?page_size=50", "/open311/v2/requests.json?bbox={box}",
           "/open311/v2/requests.json?updated_after=2019-01-01T00:00:00Z&service_code=pothole"
           "&status=open&page_size=50",
           "/open311/v2/servicerequestupdates.json?start_date={day}T00:00:00Z"
           "&end_date={day}T06:00:00Z"]
OTHER = ["/cases.atom", "/cases.geojson", "/cases.json", "/cases.csv?service=pothole&state=closed",
         "/cases?bbox={box}", "/open311/v2/requests.json", "/open311/v2/requests.json?extensions=true",
         "/open311/v2/servicerequestupdates.json"]
STAFF_OTHER = ["/staff/queue.json", "/staff/dashboard", "/staff/dashboard?days=90",
               "/staff/dashboard?days=365", "/staff/cases/{number}"]


def fill(city, paths):
    """The places, days and numbers of this city's in those addresses."""
    lat, lon, number, opened = city.store.rows(
        "SELECT p.lat_e7, p.lon_e7, c.number, c.opened FROM cases c JOIN place p ON p.id = c.place "
        "WHERE c.id < 1000 AND c.confidentiality = 0 AND c.state_type = 2 AND NOT c.is_hidden "
        "AND p.lat_e7 IS NOT NULL ORDER BY c.id DESC LIMIT 1")[0]
    box = ",".join("%.5f" % (at / 1e7 + d) for at, d in
                   ((lon, -.002), (lat, -.002), (lon, .002), (lat, .002)))
    day = time.strftime("%Y-%m-%d", time.gmtime(opened / 1e6))
    return [path.format(box=box, day=day, number=number) for path in paths]


def lists(bench, city):
    table, agent = bench.table, city.client("agent").cookies
    queue = p95_ms(city.host, agent, QUEUE, b"/staff/cases/")
    table.add("queue, filtered and sorted, p95", "%.1f ms" % queue, "10 ms", queue <= 10)
    found = p95_ms(city.host, agent, SEARCH, b"/staff/cases/")
    table.add("search for words, p95", "%.1f ms" % found, "50 ms", found <= 50)
    public = p95_ms(city.host, {}, PUBLIC, b'href="/cases/')
    table.note("public list, p95", "%.1f ms" % public)
    public = p95_ms(city.host, {}, PUBLIC_SEARCH, b'href="/cases/')
    table.note("public search, p95", "%.1f ms" % public)
    program = p95_ms(city.host, {}, fill(city, OPEN311), b"service_request_id", rounds=10)
    table.note("Open311 lists, p95", "%.1f ms" % program)


def each_list_once(bench, city):
    """The most memory, after every list was asked for once."""
    supervisor = city.client("supervisor").cookies
    wire = http.client.HTTPConnection(city.host)
    slowest = (0, "")
    for path in fill(city, PUBLIC + PUBLIC_SEARCH + OPEN311 + OTHER):
        slowest = max(slowest, (ask(wire, path, {})[0], path))
    for path in fill(city, QUEUE + SEARCH + STAFF_OTHER):
        slowest = max(slowest, (ask(wire, path, supervisor)[0], path))
    bench.load_mb = max(bench.load_mb, city.memory_mb("VmHWM"))
    bench.table.note("each list once, the slowest: %s" % slowest[1].split("?")[0],
                     "%.0f ms" % slowest[0], "%.0f MB" % city.memory_mb("VmHWM"))


def million(bench):
    table = bench.table
    city = bench.city.copy()
    try:
        count = grow(city, bench.cases)
        name = "%s cases" % format(count, ",")
        begun = time.monotonic()
        city.start()
        start_s = time.monotonic() - begun
        table.add("start with " + name, "%.2f s" % start_s, "1 s", start_s <= 1)
        time.sleep(1)
        table.note("memory of the server, idle, " + name, "%.0f MB" % city.memory_mb("VmRSS"))
        lists(bench, city)
        each_list_once(bench, city)
    finally:
        city.remove()


def shortened(source, folder):
    """The first thousand rows of that file."""
    short = os.path.join(folder, "short.csv")
    with open(source, encoding="utf-8") as file, open(short, "w", encoding="utf-8") as out:
        out.writelines(line for line, _ in zip(file, range(1000)))
    return short


def import_rate(bench, files, source):
    """Cases taken from the table into a city of their own, and how many a second."""
    city = City(bench.city.program, files, "sqlite")
    if SHORTEN["rounds"]:
        source = shortened(source, city.scratch)
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


def versions(bench):
    """Each file of the city changed so often: a version for every time stays, as cases may be on it."""
    times, folder = SHORTEN["versions"], os.path.join(bench.city.folder, "..", "versions")
    bench.load_mb = max(bench.load_mb, bench.city.memory_mb("VmHWM"))
    bench.city.stop()
    shutil.copytree(bench.city.files, folder)
    files = glob.glob(os.path.join(folder, "services", "*.yaml"))
    for turn in range(times):
        for path in files:
            with open(path, "a", encoding="utf-8") as file:
                file.write("# %d\n" % turn)
        bench.city.run("publish", bench.city.folder, folder)
    shutil.rmtree(folder)
    bench.city.start()
    time.sleep(1)
    which = "%d versions of %d services" % ((times + 1) * len(files), len(files))
    bench.table.note("memory of the server, idle, " + which, "%.0f MB" % bench.city.memory_mb("VmRSS"))
    found = p95_ms(bench.city.host, bench.city.client("agent").cookies, SEARCH, b"/staff/cases/")
    bench.table.note("search for words, p95, " + which, "%.1f ms" % found)


class Bench:
    def __init__(self, arguments):
        self.build = os.path.abspath(arguments.build)
        self.table = Table(arguments.markdown)
        self.cases, self.load_mb = arguments.cases, 0
        self.city = Demo(os.path.join(self.build, "cityhall"), os.path.abspath(arguments.city),
                         "sqlite")

    def tool(self, name):
        return glob.glob(os.path.join(self.build, "**", name), recursive=True)[0]

    def run(self, parts):
        self.table.line("what", "figure", "reference", "budget", "")
        self.city.make().start()
        time.sleep(1)
        idle = self.city.memory_mb("VmRSS")
        for part in parts:
            os.sync()  # what the part before left to be written is not this one's
            try:
                part(self)
            except Exception as why:  # whatever it is, the other figures are wanted
                traceback.print_exc()
                self.table.fail(part.__name__, why)
        if public_pages in parts:
            sign_ins(self.city, 4)
            self.load_mb = max(self.load_mb, self.city.memory_mb("VmHWM"))
            self.table.add("memory of the server, idle, %s cases" % format(SHORTEN["demo"], ","),
                           "%.0f MB" % idle, "40 MB",
                           idle <= 40)
            self.table.add("memory of the server, under load", "%.0f MB" % self.load_mb, "150 MB",
                           self.load_mb <= 150)
        self.city.stop()


PARTS = [public_pages, filings, postgres, million, imports, first_visit, slow_connections,
         versions]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--cases", type=int, default=1000000)
    parser.add_argument("--only", default="")
    parser.add_argument("build")
    parser.add_argument("city")
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    parts = [p for p in PARTS if arguments.only in p.__name__
             and (arguments.long or p is not slow_connections or arguments.only)]
    if arguments.smoke:
        SHORTEN.update(seconds=1, rounds=1, drafts=8000, demo=1500, versions=2)
    bench = Bench(arguments)
    try:
        bench.run(parts)
    finally:
        bench.city.remove()
    missed, failed = bench.table.missed, bench.table.failed
    if failed:
        print("\n%d parts could not be measured" % failed)
        return 1
    if arguments.smoke:
        return 0
    print("\n%s" % ("%d budgets are missed" % missed if missed else "every budget is kept"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
