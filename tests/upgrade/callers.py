#!/usr/bin/env python3
"""Staff find who called by name in a folder that an earlier version left.

    callers.py before CITY            gives one caller of it a name that is not ASCII alone
    callers.py find PROGRAM CITY      serves the upgraded folder, and looks for both
"""
import http.client
import json
import os
import sqlite3
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from served import Broken, ServedCity  # noqa: E402

NAME = "José  NÚÑEZ"
FIRST = "(SELECT id FROM party WHERE name <> '' ORDER BY id LIMIT 1)"


def before(city):
    with sqlite3.connect(os.path.join(city, "cityhall.db")) as db:
        db.execute("UPDATE party SET name = ? WHERE id = " + FIRST, (NAME,))


class LeftCity(ServedCity):
    def __init__(self, program, folder):
        super().__init__(program)
        self.folder = folder

    def counted(self, query, key):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        link.request("GET", "/api/v1/cases?" + urllib.parse.urlencode({"q": query, "view": "staff", "limit": 100}),
                     headers={"Authorization": "Bearer " + key})
        reply = link.getresponse()
        body = reply.read()
        link.close()
        if reply.status != 200:
            raise Broken("%s: %d %s" % (query, reply.status, body))
        return len(json.loads(body)["cases"])


def find(program, folder):
    city = LeftCity(program, folder)
    wanted = {"reporter:nunez": 1, "reporter:JOSÉ": 1, 'reporter:"jose nuñez"': 1,
              "reporter:RESIDENT": 100, "reporter:nobody": 0}
    try:
        key = city.key("read", "work")
        city.start()
        found = {query: city.counted(query, key) for query in wanted}
    finally:
        city.remove()
    if found != wanted:
        sys.exit("found %r, not %r" % (found, wanted))


if __name__ == "__main__":
    {"before": before, "find": find}[sys.argv[1]](*sys.argv[2:])
