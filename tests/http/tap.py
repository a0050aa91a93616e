"""Checks as TAP lines: one a test, whatever number of checks it makes."""

import re
import sys
import time

from city import Broken

SLOW_S = 3

# What an answer may never show of the inside.
INSIDE = [
    re.compile(r"\b[a-z_]+\.[ch]:\d+"), re.compile(r"sqlite|libpq|PostgreSQL", re.I),
    re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.*\b(FROM|VALUES|SET|WHERE)\b"),
    re.compile(r"\b0x[0-9a-f]{6,}"), re.compile(r"backtrace|assertion|Sanitizer", re.I),
    re.compile(r"(?<![\w/.])/(home|tmp|var|root|work)/\w"), re.compile(r"\b(ERR|RC)_[A-Z]+"),
]


def must(is_so, sentence):
    if not is_so:
        raise Broken(sentence)


def must_show_nothing(answer, typed=""):
    """`typed` is what the test itself sent, which a page may show again."""
    text = answer.text.replace(typed, "") if typed else answer.text
    for pattern in INSIDE:
        found = pattern.search(text)
        must(not found, "the answer shows %r" % (found and text[max(0, found.start() - 80):
                                                               found.end() + 80]))


class Tap:
    def __init__(self, only=""):
        self.count = self.failed = 0
        self.only = only

    def test(self, name, body):
        """Runs one test; it fails by an exception."""
        if self.only and self.only not in name:
            return
        self.count += 1
        begun = time.monotonic()
        try:
            said = body()
        except Exception as error:  # whatever breaks a test is its failure
            self.failed += 1
            print("not ok %d - %s" % (self.count, name))
            for line in str(error or repr(error)).splitlines()[:15]:
                print("# " + line[:600])
        else:
            if time.monotonic() - begun > SLOW_S:
                print("# %.1f s: %s" % (time.monotonic() - begun, name))
            skip = " # SKIP " + said if isinstance(said, str) else ""
            print("ok %d - %s%s" % (self.count, name, skip))
        sys.stdout.flush()

    def end(self):
        print("1..%d" % self.count)
        return 1 if self.failed or not self.count else 0
