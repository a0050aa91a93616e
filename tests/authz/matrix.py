#!/usr/bin/env python3
"""Who may use which route, asked of the built program and compared with matrix.txt. Prints TAP.

    matrix.py [--accept] PROGRAM CITYDIR

The routes are the program's own (`cityhall routes`), so that a new one is asked about by itself; each
is asked as every role, about a case of each of KINDS where the path names a case. The answer of each
is its status. A difference fails the test and says how to accept it: look at the line, and if that is
what is meant, run this program with --accept and commit matrix.txt.
"""

import argparse
import os
import re
import shutil
import sqlite3
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "http"))

from channels import report_to  # noqa: E402
from city import City  # noqa: E402
from client import File  # noqa: E402
from tap import Tap, must  # noqa: E402

GOLDEN = os.path.join(HERE, "matrix.txt")

# Columns: who asks. The case lies in streets-east; "reporter" reported it, "resident" another one.
ROLES = [("visitor", None), ("reporter", None), ("resident", None), ("crew in", "east"),
         ("crew out", "crew"), ("agent", "agent"), ("supervisor", "supervisor"),
         ("administrator", "administrator"), ("auditor", "auditor")]

# What stands for a {name} in a path; "1" for one that is not here.
PARAMETERS = {"service": "pothole", "group": "streets", "step": "details", "variant": "thumb",
              "format": "json"}
CASE_STEPS = {"/cases/": "withdraw", "/staff/": "start"}
OF_A_CASE = {"number", "photo", "token"}

# These end a session, so they are asked last.
LAST = re.compile(r"signout|sessions")

HEAD = """\
# Who may use which route: the status that each role gets. Made by matrix.py from the route table;
# `matrix.py --accept PROGRAM CITYDIR` writes it anew. A case lies in the team streets-east: "reporter"
# reported it, "resident" reported another, "crew in" is of that team, "crew out" of another; the other
# staff have the whole city. 303 on a page of staff leads to the sign-in, 303 on a POST is done; 404 is
# also what exists but not for who asks. A case "closed-off" was filed for everybody, and the newest
# version of its service is for staff alone.
"""


# Which cases: for everybody; for its parties alone from the moment it is filed; of a service whose
# next version was for staff alone.
KINDS = ("public", "confidential", "closed-off")


def publish_closed_off(city):
    """A service like that of the other cases, and then its version for staff alone."""
    folder = os.path.join(city.scratch, "folder")
    shutil.copytree(city.files, folder)
    with open(os.path.join(folder, "services/pothole.yaml"), encoding="utf-8") as file:
        service = file.read().replace("service: pothole", "service: closed-off", 1)
    for audience in ("public", "staff"):
        with open(os.path.join(folder, "services/closed-off.yaml"), "w", encoding="utf-8") as file:
            file.write("audience: %s\n%s" % (audience, service))
        city.run("publish", city.folder, folder)
    return city


class Case:
    """A case with a photo, of one of KINDS."""

    # What is done to the row of one, past the program.
    MADE = {
        "confidential": "UPDATE cases SET confidentiality = 1 WHERE number = ?",
        "closed-off": "UPDATE cases SET (service, service_version) = (SELECT s.id, v.id "
                      "FROM service s JOIN service_version v ON v.service = s.id "
                      "WHERE s.code = 'closed-off' AND v.version = 1) WHERE number = ?",
    }

    def __init__(self, city, kind):
        self.reporter = city.client()
        path = report_to("photos")(city, self.reporter)
        with open(os.path.join(HERE, "../data/images/grey.jpg"), "rb") as file:
            answer = self.reporter.post(path, [("csrf", self.reporter.csrf), ("add", "1"),
                                               ("photos", File(file.read()))])
        must(answer.status == 303, "the photo: %d" % answer.status)
        for step, fields in [("photos", {}), ("details", {"description": "Deep"}),
                             ("who", {"email": "ana@example.org"}), ("similar", {"case": "none"}),
                             ("check", {})]:
            answer = self.reporter.post("/report/pothole/" + step,
                                        {"csrf": self.reporter.csrf, **fields})
            must(answer.status == 303, "%s: %d" % (step, answer.status))
        self.number = re.search(r"\d\d-\d{5,}-\d", self.reporter.follow().text)[0]
        self.token = self.reporter.cookies["case"]
        rows = city.store.rows("SELECT f.id FROM case_file f JOIN cases c ON c.id = f.cases "
                               "WHERE c.number = '%s'" % self.number)
        self.photo = str(rows[0][0])
        if kind in self.MADE:
            db = sqlite3.connect(city.store.path, timeout=10)
            db.execute(self.MADE[kind], (self.number,))
            db.commit()
            db.close()


class Matrix:
    def __init__(self, city):
        self.city = city
        self.cases = {}
        self.other = Case(city, "public")

    def case(self, kind):
        if kind not in self.cases:
            self.cases[kind] = Case(self.city, kind)
        return self.cases[kind]

    def path(self, pattern, kind):
        def value(found):
            name = found[1]
            if name in OF_A_CASE:
                return getattr(self.case(kind), name)
            if name == "step" and "{number}" in pattern:
                return CASE_STEPS["/staff/" if pattern.startswith("/staff/") else "/cases/"]
            return PARAMETERS.get(name, "1")
        return re.sub(r"\{([a-z_]+)\}", value, pattern)

    def client(self, role, login, kind):
        client = self.city.client(login)
        if role == "reporter":
            client.cookies.update(self.case(kind or "public").reporter.cookies)
        if role == "resident":
            client.cookies.update(self.other.reporter.cookies)
        client.get("/staff/me" if login else "/report/pothole/where")
        return client

    def ask(self, method, pattern, kind, role, login):
        client = self.client(role, login, kind)
        path = self.path(pattern, kind)
        if method == "GET":
            answer = client.get(path)
        else:
            answer = client.ask(method, path, [("Content-Type", "application/x-www-form-urlencoded")],
                                ("csrf=" + client.csrf).encode())
        if method != "GET" and answer.status < 400:
            self.cases.pop(kind, None)  # it has changed
        must(answer.status, "%s %s as %s: no answer" % (method, path, role))
        return answer.status

    def line(self, method, pattern, kind):
        statuses = [self.ask(method, pattern, kind, role, login) for role, login in ROLES]
        return "%-6s %-60s %-13s %s" % (method, pattern, kind or "-",
                                        "".join("%-14d" % s for s in statuses).rstrip())


def routes(city):
    rows = [line.split()[:2] for line in city.run("routes").splitlines()]
    return sorted((pattern, method) for method, pattern in rows)


def make(city):
    matrix = Matrix(city)
    lines = {}
    known = routes(city)
    for pattern, method in sorted(known, key=lambda r: (bool(LAST.search(r[0])), r)):
        names = set(re.findall(r"\{([a-z_]+)\}", pattern))
        is_of_case = names & OF_A_CASE and not pattern.startswith("/report/")
        for kind in KINDS if is_of_case else (None,):
            lines[pattern, method, kind] = matrix.line(method, pattern, kind)
    title = "%-6s %-60s %-13s %s" % ("#", "route", "case", "".join("%-14s" % r for r, _ in ROLES).rstrip())
    return [title] + [lines[key] for key in sorted(lines, key=lambda k: (k[0], k[1], k[2] or ""))]


def compare(lines):
    with open(GOLDEN, encoding="utf-8") as file:
        golden = [line.rstrip("\n") for line in file if not line.startswith("# ") or "route " in line]
    tap = Tap()
    wanted = {tuple(line.split()[:3]): line for line in golden}
    for line in lines[1:]:
        def body(line=line):
            old = wanted.pop(tuple(line.split()[:3]), None)
            must(old == line, "is  %s\nwas %s\n%s" % (line, old or "not there", ACCEPT))
        tap.test(" ".join(line.split()[:3]), body)
    wanted = {key: line for key, line in wanted.items() if key[0] != "#"}
    tap.test("no route has gone", lambda: must(not wanted, "\n".join(wanted.values()) + "\n" + ACCEPT))
    return tap.end()


ACCEPT = "if that is meant: tests/authz/matrix.py --accept build-test/cityhall cities/port-azalea"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("program")
    parser.add_argument("city")
    arguments = parser.parse_args()
    city = City(os.path.abspath(arguments.program), os.path.abspath(arguments.city), "sqlite")
    try:
        lines = make(publish_closed_off(city.make()).start())
    finally:
        city.remove()
    if arguments.accept:
        with open(GOLDEN, "w", encoding="utf-8") as file:
            file.write(HEAD + "\n".join(lines) + "\n")
        print("written: " + GOLDEN)
        return 0
    return compare(lines)


if __name__ == "__main__":
    sys.exit(main())
