#!/usr/bin/env python3
"""Kills a loaded server with SIGKILL, again and again, and looks for what it had promised.

    run.py [--store sqlite|postgres] [--kills N] PROGRAM CITYDIR

Residents file reports over HTTP while the server is killed at a moment by chance. Each report whose
sending was answered must be there exactly once when the server is back; one whose answer was lost
may be there or not. All of them are then sent again, with the same submission: those that were
there keep their number, the others get one, and nothing is there twice. Prints TAP.
"""

import argparse
import os
import random
import re
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../http"))

from channels import PLACE  # noqa: E402
from city import Broken, City  # noqa: E402
from client import Client  # noqa: E402

RESIDENTS = 4
LEAST_MS, MOST_MS = 20, 400  # a life of the server under load
NUMBER = re.compile(r"\d\d-\d{5,}-\d")


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
            if self.client.post(path + step, {"csrf": self.client.csrf, **fields}).status != 303:
                return False
        return self.client.get(path + "check").status == 200

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
        self.problems = []

    def stored(self):
        """How often each report is there, and under which numbers."""
        found = {}
        for name, number in self.city.store.rows(
                "SELECT description, number FROM cases WHERE description LIKE 'life-%'"):
            found.setdefault(name, []).append(number)
        return found

    def one_life(self):
        city = self.city
        residents = [Resident(city, n, "life-%d" % self.kills) for n in range(RESIDENTS)]
        for resident in residents:
            resident.start()
        # The first reports take a while to be written: the clock starts when one is on its way.
        deadline = time.monotonic() + 60
        while not any(r.reports for r in residents) and time.monotonic() < deadline:
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

    def run(self, kills):
        while self.kills < kills and not self.problems:
            self.city.start()
            reports = self.one_life()
            self.check_life(reports)
            self.city.start()
            self.send_again(reports)
            self.city.server.send_signal(signal.SIGKILL)  # a second kill, of a quiet server
            self.city.server.wait()
            self.city.server = None
            self.kills += 1
            if self.kills % 100 == 0:
                print("# %d kills, %d answered" % (self.kills, self.answered), flush=True)


def check(results, name, is_good, shown=""):
    results.append(bool(is_good))
    print("%s %d - %s" % ("ok" if is_good else "not ok", len(results), name))
    if not is_good:
        print("# " + str(shown).replace("\n", "\n# "))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", default="sqlite")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randint(1, 10**9))
    parser.add_argument("program")
    parser.add_argument("city")
    arguments = parser.parse_args()
    if arguments.store == "postgres" and "CITYHALL_TEST_POSTGRES" not in os.environ:
        print("1..0 # SKIP no PostgreSQL")
        return 0
    print("# seed %d" % arguments.seed)
    results = []
    city = City(arguments.program, arguments.city, arguments.store)
    try:
        city.make([])
        trial = Trial(city, random.Random(arguments.seed))
        trial.run(arguments.kills)
        print("# %d kills; %d reports answered, %d not, of which %d were stored"
              % (trial.kills, trial.answered, trial.unanswered, trial.stored_unanswered))
        check(results, "%d kills: nothing answered is lost, nothing is there twice" % trial.kills,
              not trial.problems, "\n".join(trial.problems[:20]))
        check(results, "the server was loaded", trial.answered >= trial.kills / 2
              and trial.unanswered > 0, (trial.answered, trial.unanswered))
        for name, command in [("the record", ["audit", "verify", city.folder]),
                              ("what follows from the cases", ["rebuild", city.folder, "--check"])]:
            try:
                check(results, name + " is whole", city.run(*command))
            except Broken as broken:
                check(results, name + " is whole", False, broken)
    finally:
        city.remove()
    print("1..%d" % len(results))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
