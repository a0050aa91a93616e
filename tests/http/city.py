"""A city of a test's own: made by the built program, served on a free port of this machine.

The store is SQLite in the folder, or a database of its own in the PostgreSQL server whose socket
folder is CITYHALL_TEST_POSTGRES (tests/lib/postgres.sh). Rows are counted past the program.
"""

import base64
import hashlib
import hmac
import os
import re
import sqlite3
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from client import Client
from served import Broken, ServedCity  # noqa: E402

STAFF_PASSWORD = "a long enough sentence 7"

# Filled by the program's own work in the background, whatever a request does.
BACKGROUND = {"record_leaf", "record_tile", "tree_head", "job", "job_state", "worker", "event_unplaced"}

STAFF = {  # login: role and team
    "agent": ("agent", None),
    "crew": ("crew", "streets-west"),
    "east": ("crew", "streets-east"),
    "supervisor": ("supervisor", None),
    "administrator": ("administrator", None),
    "auditor": ("auditor", None),
}


def totp(secret, step=0):
    """The code of RFC 6238 for a secret as an authenticator shows it."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return "%06d" % ((struct.unpack(">I", digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000)


class Sqlite:
    name = "sqlite"

    def __init__(self, folder):
        self.path = os.path.join(folder, "cityhall.db")
        self.options = []

    def rows(self, query):
        db = sqlite3.connect("file:%s?mode=ro" % self.path, uri=True, timeout=10)
        try:
            return db.execute(query).fetchall()
        finally:
            db.close()

    def tables(self):
        return [name for name, in self.rows(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
            "AND name NOT LIKE 'case_text_%' AND name NOT LIKE 'case_public_text_%'")]

    def drop(self):
        pass


class Postgres:
    name = "postgres"

    def __init__(self, _folder):
        self.socket = os.environ["CITYHALL_TEST_POSTGRES"]
        self.asker = None
        self.base = "http_%d_%d" % (os.getpid(), time.monotonic_ns() % 10**9)
        self.psql("cityhall_test", "CREATE DATABASE %s" % self.base)
        self.options = ["--store", "postgresql:///%s?host=%s&user=postgres"
                        % (self.base, self.socket)]

    def psql(self, base, query):
        done = subprocess.run(["psql", "-h", self.socket, "-U", "postgres", "-d", base, "-X", "-q",
                               "-v", "ON_ERROR_STOP=1", "-c", query], capture_output=True,
                              check=False, cwd="/")
        if done.returncode:
            raise Broken("psql: " + done.stderr.decode("utf-8", "replace"))

    def close(self):
        """Ends the connection that questions are asked on; the next one opens another."""
        if self.asker:
            self.asker.stdin.close()
            self.asker.wait()
        self.asker = None

    def rows(self, query):
        """One psql for all of a city's questions: starting one a question is most of the time."""
        if not self.asker:
            self.asker = subprocess.Popen(
                ["psql", "-h", self.socket, "-U", "postgres", "-d", self.base, "-X", "-A", "-t",
                 "-0", "-F", "\x1f", "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/")
        self.asker.stdin.write(query.encode() + b";\n\\echo :end:\n")
        self.asker.stdin.flush()
        out = b""
        while not out.endswith(b":end:\n"):
            piece = self.asker.stdout.read1()
            if not piece:
                raise Broken("psql ended: " + query)
            out += piece
        text = out[:-len(":end:\n")].decode("utf-8", "replace")
        return [tuple(row.split("\x1f")) for row in text.split("\0") if row]

    def tables(self):
        return [name for name, in self.rows(
            "SELECT tablename FROM pg_tables WHERE schemaname NOT IN "
            "('pg_catalog', 'information_schema')")]

    def drop(self):
        self.close()
        self.psql("cityhall_test", "DROP DATABASE IF EXISTS %s WITH (FORCE)" % self.base)


STORES = {"sqlite": Sqlite, "postgres": Postgres}


class City(ServedCity):
    """With a store and people. `program` and `files` are paths; `store` a key of STORES."""

    def __init__(self, program, files, store):
        super().__init__(program)
        self.files = files
        self.store = STORES[store](self.folder)
        self.sessions = {}
        self.wide_key = self.case = None
        self.addresses = 0  # of this machine that clients have come from
        self.count_query = ""

    def make(self, logins=STAFF):
        self.run("init", self.folder, "--city", self.files, *self.store.options)
        self.passwords = {}
        for login in logins:
            role, team = STAFF[login]
            said = self.run("user", "add", self.folder, login, "--name", login.title(), "--role",
                            role, *(["--team", team] if team else []))
            self.passwords[login] = re.search(r"shown once\): (\S+)", said)[1]
        self.filing_key = self.key("file@city", days=30)
        return self

    def program_key(self):
        """A program's key for everything, asked as often as a test likes."""
        if not self.wide_key:
            self.wide_key = self.key("file@city", "work@city", "read@city", days=3, burst=100000,
                                     per_minute=60000)
        return self.wide_key

    def a_case(self):
        """The number of some case."""
        from channels import file_case
        if not self.case:
            self.case = file_case(self)[0]
        return self.case

    def remove(self):
        try:
            self.stop()
        finally:
            self.store.drop()
            super().remove()

    def counts(self):
        """Rows of each table that only requests fill."""
        if not self.count_query:
            tables = sorted(set(self.store.tables()) - BACKGROUND)
            self.count_query = " UNION ALL ".join("SELECT '%s', count(*) FROM %s" % (t, t)
                                             for t in tables)
        return {table: int(count) for table, count in self.store.rows(self.count_query)}

    def mail(self):
        """The text of the newest message."""
        rows = self.store.rows("SELECT body FROM message ORDER BY id DESC LIMIT 1")
        return rows[0][0] if rows else ""

    def client(self, login=None):
        """A browser at an address of its own (what one address may do is limited); with a login,
        one that is signed in. Signing in is done once a login."""
        client = self._stranger()
        if login:
            if login not in self.sessions:
                self.sessions[login] = self._sign_in(login)
            client.cookies.update(self.sessions[login])
        return client

    def _stranger(self):
        return Client(self.host, self.next_address())

    def next_address(self):
        self.addresses += 1
        return "127.1.%d.%d" % (self.addresses // 250, self.addresses % 250 + 1)

    def _sign_in(self, login):
        """The first sign-in: a password of one's own and a second factor."""
        client = self._stranger()
        client.get("/staff/signin")
        page = client.post("/staff/signin",
                           {"csrf": client.csrf, "login": login, "password": self.passwords[login]})
        ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)
        secret = re.search(r"<code>([A-Z2-7 ]{16,})</code>", page.text)
        if not ticket or not secret:
            raise Broken("no sign-in for %s: %d %s" % (login, page.status, page.text[:300]))
        self.secret = secret[1].replace(" ", "")
        page = client.post("/staff/signin/setup", {
            "csrf": client.csrf, "ticket": ticket[1], "password": STAFF_PASSWORD,
            "again": STAFF_PASSWORD, "code": totp(self.secret)})
        if page.status != 200 or "session" not in "".join(client.cookies):
            raise Broken("no second factor for %s: %d %s" % (login, page.status, page.text[:300]))
        return dict(client.cookies)
