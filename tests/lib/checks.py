"""Checks as TAP lines, and running the program, for tests that are one story each.

A test puts this folder into sys.path itself (see tests/api/city.py). Tests of many independent cases
use tests/http/tap.py.
"""

import os
import random
import shutil
import socket
import subprocess

RESULTS = []
SHOWN_MAX = 1500


def check(name, is_good, shown=""):
    """One TAP line; `shown` is what explains a failure."""
    RESULTS.append(bool(is_good))
    print("%s %d - %s" % ("ok" if is_good else "not ok", len(RESULTS), name))
    if not is_good:
        print("# %s" % str(shown)[:SHOWN_MAX].replace("\n", "\n# "))


def end():
    """The plan; the exit code of the test."""
    print("1..%d" % len(RESULTS))
    return 0 if RESULTS and all(RESULTS) else 1


def free_port():
    """Below those that the system lends to whoever connects: such a one may be taken again before
    the server listens there."""
    while True:
        with socket.socket() as probe:
            port = random.randrange(20000, 32768)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Runner:
    """Runs the program's commands; what they make lies in `scratch`."""

    def __init__(self, program, scratch):
        self.program, self.scratch, self.count = program, scratch, 0

    def path(self, name):
        return os.path.join(self.scratch, name)

    def run(self, *arguments):
        return subprocess.run([self.program, *arguments], capture_output=True, text=True,
                              check=False)

    def copy_of(self, folder):
        self.count += 1
        copy = self.path("copy-%d" % self.count)
        shutil.copytree(folder, copy)
        return copy

    def expect(self, name, arguments, code, piece):
        """The command ends with that code and says that piece."""
        done = self.run(*arguments)
        said = done.stdout + done.stderr
        check(name, done.returncode == code and piece in said, repr((done.returncode, said)))
        return done
