#!/usr/bin/env python3
"""Kills a loaded server with SIGKILL, again and again, and looks for what it had promised.

    run.py [--store sqlite|postgres] [--kills N] [--cities N] PROGRAM CITYDIR

Residents file reports over HTTP while the server is killed at a moment by chance. Each report whose
sending was answered must be there exactly once when the server is back; one whose answer was lost
may be there or not. All of them are then sent again, with the same submission: those that were
there keep their number, the others get one, and nothing is there twice.

Most of a kill is the next start, and most of a start is the map: so the city is CITYDIR with one
service and the few streets that its examples name. --cities are killed side by side; after
KILLS_PER_CITY each is checked as a whole and gives way to a fresh one. Prints TAP.
"""

import argparse
import concurrent.futures
import glob
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../http"))

from channels import PLACE  # noqa: E402
from city import Broken, City  # noqa: E402
from client import Client  # noqa: E402

RESIDENTS = 4
LEAST_MS, MOST_MS = 5, 150  # a life of the server under load
KILLS_PER_CITY = 1000
SERVICE = "pothole"
STREETS = ("Massachusetts Ave", "Sherman St", "Rindge Ave")
LAYERS = {"boundary", "district", "street", "intersection"}
NUMBER = re.compile(r"\d\d-\d{5,}-\d")


def small_city(files, target):
    """A copy of the city's folder that starts fast."""
    shutil.copytree(files, target, ignore=shutil.ignore_patterns("photos"))
    for path in glob.glob(os.path.join(target, "services", "*")):
        if os.path.basename(path) != SERVICE + ".yaml":
            os.unlink(path)
    for path in glob.glob(os.path.join(target, "layers", "*json")):
        name = os.path.basename(path).split(".")[0]
        if name not in LAYERS:
            os.unlink(path)
        elif name in ("street", "intersection"):
            with open(path, encoding="utf-8") as file:
                layer = json.load(file)
            layer["features"] = [feature for feature in layer["features"]
                                 if any(street in feature["properties"]["name"]
                                        for street in STREETS)]
            with open(path, "w", encoding="utf-8") as file:
                json.dump(layer, file)
    return target


class Report:
    """One report, from its draft to its number."""

    def __init__(self, host, name):
        self.client = Client(host)
        self.name = name
        self.was_sent = False  # the last request went out
        self.number = None     # as the server said

    def write(self):
        """All steps up to the last; false when the server went away on the way."""
        path = "/report/pothole/"
        self.client.get(path + "where")
        for step, fields in [("where", {"place": PLACE}), ("lane", {"lane": "true"}),
                             ("size", {"size": "tire"}), ("photos", {}),
                             ("details", {"description": self.name}),
                             ("who", {"name": "", "email": "", "phone": ""})]:
            if not self.goes_on(self.client.post(path + step,
                                                 {"csrf": self.client.csrf, **fields}), 303):
                return False
        answer = self.client.get(path + "check")
        if answer.status == 303 and answer.header("Location").endswith("/similar"):
            self.client.follow()
            if not self.goes_on(self.client.post(path + "similar", {"csrf": self.client.csrf,
                                                                    "case": "none"}), 303):
                return False
            answer = self.client.get(path + "check")
        return self.goes_on(answer, 200)

    def goes_on(self, answer, status):
        """False when the server went away."""
        if answer.status not in (0, status):
            raise Broken("%s: %d %s" % (self.name, answer.status, answer.text[:600]))
        return answer.status == status

    def send(self):
        """Sends it, for the first time or once more; its number, or None without an answer."""
        self.was_sent = True
        answer = self.client.post("/report/pothole/check", {"csrf": self.client.csrf})
        if answer.status == 403:  # the form is of a server before
            self.client.get("/report/pothole/check")
            answer = self.client.post("/report/pothole/check", {"csrf": self.client.csrf})
        if answer.status == 0:
            return None
        if answer.status != 303 or "/done" not in answer.header("Location"):
            raise Broken("%s: %d %s" % (self.name, answer.status, answer.header("Location")))
        found = NUMBER.search(self.client.follow().text)
        return found[0] if found else ""


class Resident(threading.Thread):
    """Files one report after another until the server is gone."""

    def __init__(self, city, number, ready):
        super().__init__(daemon=True)
        self.city, self.number, self.ready = city, number, ready
        self.reports = []
        self.trouble = None

    def file_one(self):
        report = Report(self.city.host, "%s-%d-%d" % (self.ready, self.number, len(self.reports)))
        if not report.write():
            return False
        self.reports.append(report)
        report.number = report.send()
        return report.number is not None

    def run(self):
        try:
            while self.file_one():
                pass
        except OSError:
            pass  # the server is gone
        except Broken as broken:
            self.trouble = str(broken)


class Trial:
    def __init__(self, city, chance):
        self.city, self.chance = city, chance
        self.kills = self.answered = self.unanswered = self.stored_unanswered = 0
        self.last_id = 0  # of the cases of the lives before
        self.problems = []

    def stored(self):
        """How often each report of this life is there, and under which numbers."""
        found = {}
        for name, number in self.city.store.rows(
                "SELECT description, number FROM cases WHERE id > %d" % self.last_id):
            found.setdefault(name, []).append(number)
        return found

    def check_all(self):
        """The same for all lives together, and what the program says of its store."""
        (total, names, numbers), = self.city.store.rows(
            "SELECT count(*), count(DISTINCT description), count(DISTINCT number) FROM cases")
        if not int(total) == int(names) == int(numbers) == self.answered + self.unanswered:
            self.problems.append("%s cases, %s reports, %s numbers; sent were %d" % (
                total, names, numbers, self.answered + self.unanswered))
        for command in ["audit", "verify", self.city.folder], ["rebuild", self.city.folder,
                                                                "--check"]:
            try:
                self.city.run(*command)
            except Broken as broken:
                self.problems.append(str(broken))

    def one_life(self):
        city = self.city
        residents = [Resident(city, n, "life-%d" % self.kills) for n in range(RESIDENTS)]
        for resident in residents:
            resident.start()
        # The first reports take a while to be written: the clock starts when one is on its way.
        deadline = time.monotonic() + 60
        while (not any(r.reports for r in residents) and any(r.is_alive() for r in residents)
               and time.monotonic() < deadline):
            time.sleep(0.005)
        time.sleep(self.chance.randint(LEAST_MS, MOST_MS) / 1000)
        city.server.send_signal(signal.SIGKILL)
        city.server.wait()
        city.server = None
        for resident in residents:
            resident.join(60)
            if resident.trouble:
                self.problems.append(resident.trouble)
        self.kills += 1
        return [report for resident in residents for report in resident.reports]

    def check_life(self, reports):
        found = self.stored()
        for report in reports:
            there = found.get(report.name, [])
            if report.number is None:
                self.unanswered += 1
                self.stored_unanswered += len(there)
            else:
                self.answered += 1
            if len(there) > 1:
                self.problems.append("%s is there %d times" % (report.name, len(there)))
            elif report.number is not None and not there:
                self.problems.append("%s was answered and is lost" % report.name)
            elif report.number and report.number != there[0]:
                self.problems.append("%s is %s, not %s" % (report.name, there[0], report.number))

    def send_again(self, reports):
        before = self.stored()
        for report in reports:
            report.client.host = self.city.host
            number = report.send()
            expected = before.get(report.name, [None])[0]
            if not number or (expected and number != expected):
                self.problems.append("%s sent again is %s, was %s" % (report.name, number, expected))
        found = self.stored()
        for report in reports:
            if len(found.get(report.name, [])) != 1:
                self.problems.append("%s sent again is there %d times"
                                     % (report.name, len(found.get(report.name, []))))
        (last,), = self.city.store.rows("SELECT coalesce(max(id), 0) FROM cases")
        self.last_id = int(last)

    def run(self, kills):
        self.city.start()
        while self.kills < kills and not self.problems:
            reports = self.one_life()
            self.check_life(reports)
            self.city.start()
            self.send_again(reports)
        self.check_all()


def try_one(program, files, store, kills, seed):
    """One city from its making to its end; (kills, answered, unanswered, stored, problems)."""
    city = City(program, files, store)
    try:
        city.make([])
        trial = Trial(city, random.Random(seed))
        trial.run(kills)
    finally:
        city.remove()
    return (trial.kills, trial.answered, trial.unanswered, trial.stored_unanswered, trial.problems)


def try_all(arguments, files):
    """All cities, so many at a time; the sums, and every problem."""
    chance = random.Random(arguments.seed)
    share = min(KILLS_PER_CITY, -(-arguments.kills // arguments.cities))
    parts = [min(share, arguments.kills - done) for done in range(0, arguments.kills, share)]
    sums, problems = [0] * 4, []
    with concurrent.futures.ProcessPoolExecutor(arguments.cities) as pool:
        waiting = [pool.submit(try_one, os.path.abspath(arguments.program), files, arguments.store,
                               kills, chance.randint(1, 10**9)) for kills in parts]
        for done in concurrent.futures.as_completed(waiting):
            *counts, troubles = done.result()
            sums = [a + b for a, b in zip(sums, counts)]
            problems += troubles
            print("# %d kills; %d reports answered, %d not, of which %d were stored" % tuple(sums),
                  flush=True)
            if troubles:
                for other in waiting:
                    other.cancel()
                break
    return sums, problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", default="sqlite")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--cities", type=int, default=1, help="side by side")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randint(1, 10**9))
    parser.add_argument("program")
    parser.add_argument("city")
    arguments = parser.parse_args()
    if arguments.store == "postgres" and "CITYHALL_TEST_POSTGRES" not in os.environ:
        print("1..0 # SKIP no PostgreSQL")
        return 0
    print("# seed %d" % arguments.seed, flush=True)
    with tempfile.TemporaryDirectory(prefix="cityhall-kill-") as scratch:
        (kills, answered, unanswered, _), problems = try_all(
            arguments, small_city(arguments.city, os.path.join(scratch, "city")))
    results = [
        ("%d kills: nothing answered is lost, nothing is there twice, the record and what follows "
         "from the cases are whole" % kills, kills == arguments.kills and not problems),
        ("the server was loaded", answered >= kills and unanswered > 0)]
    for number, (name, is_good) in enumerate(results, 1):
        print("%s %d - %s" % ("ok" if is_good else "not ok", number, name))
    for problem in problems[:20]:
        print("# " + problem.replace("\n", "\n# "))
    print("1..%d" % len(results))
    return 0 if all(is_good for _, is_good in results) else 1


if __name__ == "__main__":
    sys.exit(main())
