#!/usr/bin/env python3
"""Runs the tests over HTTP against the built program and prints TAP.

    run.py [--store sqlite|postgres] [--only WORD] [--suite SUITE] PROGRAM CITYDIR

scenarios are the *.http files beside this program, open311 is a strict client of that standard,
input what bad input gets on every channel, disk what a full, read-only or stopped store gets, guard
what strangers get by another way, places one place on every channel, fields every kind of field on
every channel, order the order of the lists for everybody. Without --suite all run.
PostgreSQL is the server of tests/lib/postgres.sh; without one its tests are skipped.
CITYHALL_TEST_LONG=1 does more of each.
"""

import argparse
import glob
import os
import sys

import scenario
from city import City, STAFF
from tap import Tap

HERE = os.path.dirname(os.path.abspath(__file__))


def scenarios(tap, arguments):
    files = sorted(glob.glob(os.path.join(HERE, "*.http")))
    tests = [(path, test) for path in files for test in scenario.read(path)]
    city = City(arguments.program, arguments.city, arguments.store)
    try:
        city.make().start()
        for path, test in tests:
            name = "%s: %s" % (os.path.basename(path)[:-5], test.title)
            tap.test(name, lambda test=test: scenario.run(test, city, STAFF))
        tap.test("the server ends well", lambda: ends_well(city))
    finally:
        city.remove()


def ends_well(city):
    status = city.stop()
    if status:
        raise RuntimeError("status %d: %s" % (status, "\n".join(city.log[-40:])))


def suites():
    import bad_input
    import bad_store
    import fields
    import guard
    import open311
    import order
    import places
    return {"scenarios": scenarios, "open311": open311.run, "input": bad_input.run, "disk": bad_store.run,
            "guard": guard.run, "places": places.run, "fields": fields.run,
            "order": order.run}


def main():
    known = suites()
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--only", default="")
    parser.add_argument("--suite", choices=sorted(known))
    parser.add_argument("program")
    parser.add_argument("city")
    arguments = parser.parse_args()
    arguments.program = os.path.abspath(arguments.program)
    arguments.city = os.path.abspath(arguments.city)
    if arguments.store == "postgres" and not os.environ.get("CITYHALL_TEST_POSTGRES"):
        print("1..0 # SKIP there is no PostgreSQL server of the tests' own")
        return 0
    tap = Tap(arguments.only)
    for name, suite in known.items():
        if arguments.suite in (None, name):
            suite(tap, arguments)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
