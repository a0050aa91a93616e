#!/usr/bin/env python3
"""Runs `cityhall backup`, `restore` and `export` on cities of its own: test_store.py PROGRAM CITYDIR.
SQLite to SQLite always; PostgreSQL, both ways, on the server of src/db/with_postgres.sh
(CITYHALL_TEST_POSTGRES). Damaged backups, taken names and a store that is not empty must leave
nothing behind. Prints TAP."""
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from checks import Runner, check, end  # noqa: E402

CASES = "40"


class Stores(Runner):
    def is_whole(self, name, folder):
        self.expect(name + ": the record", ["audit", "verify", folder], 0, "the record is whole")
        self.expect(name + ": what follows from the cases", ["rebuild", folder, "--check"], 0,
                    " 0 differences")
        self.expect(name + ": it opens, staff are there", ["user", "list", folder], 0, "supervisor@")

    def nothing_else(self, name, expected):
        check(name, sorted(os.listdir(self.scratch)) == sorted(expected),
              sorted(os.listdir(self.scratch)))


class Postgres:
    """Databases with an owner, and a role for the server that may do less."""

    def __init__(self):
        self.socket = os.environ["CITYHALL_TEST_POSTGRES"]
        self.count = 0
        for role in ("store_owner", "store_server"):
            self.psql("postgres", "CREATE ROLE %s LOGIN" % role)

    def psql(self, base, sql):
        done = subprocess.run(["psql", "-h", self.socket, "-U", "postgres", "-d", base, "-XAtq",
                               "-v", "ON_ERROR_STOP=1", "-c", sql], capture_output=True, text=True,
                              check=True, cwd="/")
        return done.stdout.strip()

    def make(self):
        self.count += 1
        base = "store_%d_%d" % (os.getpid(), self.count)
        self.psql("postgres", "CREATE DATABASE %s OWNER store_owner" % base)
        address = "postgresql:///%s?host=%s&user=store_" % (base, self.socket)
        return base, ["--store", address + "server", "--owner", address + "owner"]


def put_photo(folder):
    """A file as the store of photos has it; no row names it, which a copy does not ask."""
    content = b"the bytes of a photo" * 100
    name = hashlib.sha256(content).hexdigest()
    os.makedirs(os.path.join(folder, "files", name[:2]), exist_ok=True)
    with open(os.path.join(folder, "files", name[:2], name[2:]), "wb") as file:
        file.write(content)
    return os.path.join("files", name[:2], name[2:]), content


def has_photo(folder, photo):
    with open(os.path.join(folder, photo[0]), "rb") as file:
        return file.read() == photo[1]


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))


def damages(photo):
    """What can become of a backup's photos: a name, and what does it to a folder."""
    def at(folder, name=photo):
        return os.path.join(folder, name)

    def append(path):
        with open(path, "ab") as file:
            file.write(b"x\n")

    return [
        ("a missing photo", lambda folder: os.remove(at(folder))),
        ("a photo cut short", lambda folder: os.truncate(at(folder), 100)),
        ("a photo with more", lambda folder: append(at(folder))),
        ("a photo changed", lambda folder: flip(at(folder), 50)),
        ("no list", lambda folder: os.remove(at(folder, "files.sha256"))),
        ("a list cut short", lambda folder: os.truncate(at(folder, "files.sha256"), 0)),
        ("a list with more", lambda folder: append(at(folder, "files.sha256"))),
    ]


def without_list(runner, backup, photo):
    """A backup of before there was a list: each photo's name is its digest."""
    old = runner.path("old")
    shutil.copytree(backup, old)
    os.remove(os.path.join(old, "files.sha256"))
    with open(os.path.join(old, "backup.json"), encoding="utf-8") as file:
        said = json.load(file)
    del said["files_sha256"]
    with open(os.path.join(old, "backup.json"), "w", encoding="utf-8") as file:
        json.dump(said, file)
    runner.expect("an older backup", ["restore", old, runner.path("x")], 0, "restored")
    shutil.rmtree(runner.path("x"))
    flip(os.path.join(old, photo), 50)
    runner.expect("its photo changed", ["restore", old, runner.path("x")], 1, photo)
    os.remove(os.path.join(old, photo))
    runner.expect("its photo missing", ["restore", old, runner.path("x")], 1, " files of the ")
    shutil.rmtree(old)


def strays(runner, backup, photo):
    """Files that somebody else put into the backup do not keep a city from coming back."""
    other, target = runner.path("other"), runner.path("x")
    shutil.copytree(backup, other)
    shutil.copy(os.path.join(other, photo),
                os.path.join(other, "files", "copy of a photo\x1b]0;mine\nrestored: all fine"))
    done = runner.expect("a file that it did not write", ["restore", other, target], 0, "restored")
    check("it is named, on one line and without what a terminal obeys",
          "copy of a photo\\x1b]0;mine\\x0arestored" in done.stderr and
          "\x1b" not in done.stderr, done.stderr)
    check("and left there", os.listdir(os.path.join(target, "files")) != os.listdir(
        os.path.join(other, "files")))
    shutil.rmtree(target)
    shutil.rmtree(other)


def test_sqlite(runner, city, photo):
    backup, again = runner.path("backup"), runner.path("again")
    runner.expect("a backup", ["backup", city, backup], 0, "made")
    check("it has the photo", has_photo(backup, photo))
    check("nobody else reads it", os.stat(backup).st_mode & 0o77 == 0)
    runner.expect("a name that is taken", ["backup", city, backup], 1, "exists already")
    done = runner.expect("restored", ["restore", backup, again, "--json"], 0, '"files":1')
    check("JSON", json.loads(done.stdout)["made"] == again, done.stdout)
    runner.is_whole("SQLite to SQLite", again)
    check("the photo is back", has_photo(again, photo))
    runner.expect("a folder that is there", ["restore", backup, again], 1, "exists already")
    runner.expect("no backup", ["restore", city, runner.path("x")], 1, "is no backup")
    check("the bytes are counted", json.loads(done.stdout)["bytes"] > 1000, done.stdout)
    strays(runner, backup, photo[0])
    runner.expect("misused", ["backup", city], 2, "usage:")
    damaged = runner.path("damaged")
    shutil.copytree(backup, damaged)
    flip(os.path.join(damaged, "cityhall.db"), 200000)
    runner.expect("a flipped bit", ["restore", damaged, runner.path("x")], 1, "not as the backup")
    shutil.rmtree(damaged)
    shutil.copytree(backup, damaged)
    os.remove(os.path.join(damaged, "record.key"))
    runner.expect("a missing key", ["restore", damaged, runner.path("x")], 1, "record.key")
    shutil.rmtree(damaged)
    for name, damage in damages(photo[0]):
        shutil.copytree(backup, damaged)
        damage(damaged)
        runner.expect(name, ["restore", damaged, runner.path("x")], 1,
                      "files.sha256" if "list" in name else photo[0])
        shutil.rmtree(damaged)
    without_list(runner, backup, photo[0])
    done = subprocess.run(["sha256sum", "--quiet", "-c", "files.sha256"], cwd=backup,
                          capture_output=True, text=True, check=False)
    check("sha256sum reads the list", done.returncode == 0, done.stdout + done.stderr)
    runner.nothing_else("nothing half-made is left", ["city", "backup", "again"])


def forge(runner, sql):
    """A copy of the backup with another store, and the digest of that."""
    forged = runner.path("forged")
    shutil.copytree(runner.path("backup"), forged)
    store = os.path.join(forged, "cityhall.db")
    db = sqlite3.connect(store)
    db.executescript(sql)
    db.close()
    about = os.path.join(forged, "backup.json")
    with open(about, encoding="utf-8") as file:
        said = json.load(file)
    with open(store, "rb") as file:
        said["sha256"] = hashlib.sha256(file.read()).hexdigest()
    with open(about, "w", encoding="utf-8") as file:
        json.dump(said, file)
    return forged


def test_forged(runner):
    """Whoever changes the store in a backup, and its hash, is still found out by the record; and
    what would change rows later, by the schema."""
    grant = ("CREATE TRIGGER sweep AFTER INSERT ON migration BEGIN DELETE FROM account; END")
    for name, sql, piece in (
            ("a forged event", "UPDATE event_payload SET payload = replace(payload, 'service', "
             "'sorvice') WHERE event = 3", "a payload is not what was promised: event 3"),
            ("a planted trigger", grant, "trigger 'sweep' is none that this program makes"),
            ("a dropped trigger", "DROP TRIGGER event_no_delete",
             "trigger 'event_no_delete' is missing"),
            ("a planted table", "CREATE TABLE more (x)", "table 'more' is none"),
            ("a dropped index", "DROP INDEX cases_open", "index 'cases_open' is missing")):
        forged = forge(runner, sql)
        runner.expect(name, ["restore", forged, runner.path("x")], 1, piece)
        check(name + ": nothing is restored", not os.path.exists(runner.path("x")))
        shutil.rmtree(forged)


def test_export(runner, city, photo, name):
    out = runner.path("out")
    runner.expect(name + ": an export", ["export", city, out], 0, "rows")
    with open(os.path.join(out, "manifest.json"), encoding="utf-8") as file:
        tables = json.load(file)["tables"]
    good = True
    for table, about in tables.items():
        with open(os.path.join(out, "tables", table + ".jsonl"), "rb") as file:
            lines = file.read()
        rows = [json.loads(line) for line in lines.splitlines()]
        good = good and len(rows) == about["rows"]
        good = good and hashlib.sha256(lines).hexdigest() == about["sha256"]
    check(name + ": every table as the manifest says", good and len(tables) > 25, tables)
    check(name + ": its cases", tables["cases"]["rows"] == int(CASES), tables["cases"])
    with open(os.path.join(out, "tables", "cases.jsonl"), encoding="utf-8") as file:
        case = json.loads(file.readline())
    check(name + ": in words that others read",
          case["opened"].endswith("Z") and isinstance(case["is_hidden"], bool), case)
    with open(os.path.join(out, "README.txt"), encoding="utf-8") as file:
        text = file.read()
    check(name + ": it explains itself",
          all("\n%s\n" % table in text for table in tables) and "PERSONAL DATA" in text)
    check(name + ": the photo", has_photo(out, photo))
    check(name + ": no keys", not [n for n in os.listdir(out) if n.endswith(".key")])
    shutil.rmtree(out)
    return tables


def test_read_only(runner, city):
    """Proving a copy on a disk that takes no writes, as somebody who may not write to it."""
    copy = runner.path("frozen")
    shutil.copytree(city, copy)
    for folder, _, files in os.walk(copy):
        os.chmod(folder, 0o555)
        for file in files:
            os.chmod(os.path.join(folder, file), 0o444)
    os.chmod(runner.scratch, 0o755)
    before = sorted(os.listdir(copy))

    def be_nobody():
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
    done = subprocess.run([runner.program, "audit", "verify", copy], capture_output=True, text=True,
                          check=False, preexec_fn=be_nobody)
    check("an audit on a read-only disk", done.returncode == 0 and "is whole" in done.stdout,
          done.stdout + done.stderr)
    check("it wrote nothing", sorted(os.listdir(copy)) == before)
    for folder, _, _ in os.walk(copy):
        os.chmod(folder, 0o755)
    shutil.rmtree(copy)


def test_postgres(runner, city, photo):
    server = Postgres()
    base, store = server.make()
    moved, backup, back = runner.path("moved"), runner.path("backup-pg"), runner.path("back")
    runner.expect("SQLite to PostgreSQL", ["restore", runner.path("backup"), moved, *store], 0,
                  "rows")
    runner.is_whole("SQLite to PostgreSQL", moved)
    check("its photo", has_photo(moved, photo))
    check("no SQLite store is left", not [n for n in os.listdir(moved) if n.endswith(".db")])
    check("new rows get ids of their own",
          server.psql(base, "SELECT nextval(pg_get_serial_sequence('event', 'id')) > max(id) "
                            "FROM event") == "t")
    check("references are checked at once again",
          server.psql(base, "SELECT count(*) FROM pg_constraint WHERE condeferrable") == "0")
    runner.expect("a store that is not empty", ["restore", runner.path("backup"), runner.path("x"),
                                                *store], 1, "holds a city already")
    server.psql(base, "SET session_replication_role = replica; UPDATE event_payload SET payload "
                      "= replace(payload, 'service', 'sorvice') WHERE event = 3")
    runner.expect("a change is found there too", ["audit", "verify", moved], 1, "event 3")
    server.psql(base, "SET session_replication_role = replica; UPDATE event_payload SET payload "
                      "= replace(payload, 'sorvice', 'service') WHERE event = 3")
    here = test_export(runner, moved, photo, "PostgreSQL")
    there = test_export(runner, city, photo, "SQLite")
    check("the same rows on both", {t: a["rows"] for t, a in here.items()}
          == {t: a["rows"] for t, a in there.items()}, (here, there))
    runner.expect("a backup of PostgreSQL", ["backup", moved, backup], 0, "rows")
    runner.expect("PostgreSQL to SQLite", ["restore", backup, back], 0, "rows")
    runner.is_whole("PostgreSQL to SQLite", back)
    check("its photo, back", has_photo(back, photo))
    _, store = server.make()
    runner.expect("PostgreSQL to PostgreSQL", ["restore", backup, runner.path("pg2"), *store], 0,
                  "rows")
    runner.is_whole("PostgreSQL to PostgreSQL", runner.path("pg2"))
    flip(os.path.join(backup, "tables", "cases.jsonl"), 40)
    _, store = server.make()
    runner.expect("a flipped bit in a table", ["restore", backup, runner.path("x"), *store], 1, "")
    runner.expect("and the store stays empty for a good one",
                  ["restore", runner.path("backup"), runner.path("good"), *store], 0, "rows")
    runner.nothing_else("nothing half-made is left", ["city", "backup", "again", "moved",
                                                      "backup-pg", "back", "pg2", "good"])


def test_past(city):
    """The demonstration's past: a deadline was missed when it was due, not when the city was made."""
    store = sqlite3.connect("file:%s?mode=ro" % os.path.join(city, "cityhall.db"), uri=True)
    missed, late = store.execute(
        "SELECT count(*), coalesce(max(missed - due), 0) FROM clock"
        " WHERE missed IS NOT NULL AND kind = 'respond'"
    ).fetchone()
    store.close()
    check("some first responses were late", missed > 0)
    check("each was told within the hour", late <= 3600 * 1000000)


def main(program, files):
    scratch = tempfile.mkdtemp(prefix="cityhall-store-")
    runner = Stores(program, scratch)
    city = runner.path("city")
    try:
        runner.expect("a city", ["demo", city, "--city", files, "--cases", CASES], 0, "made")
        test_past(city)
        photo = put_photo(city)
        test_sqlite(runner, city, photo)
        test_forged(runner)
        test_export(runner, city, photo, "SQLite")
        test_read_only(runner, city)
        if "CITYHALL_TEST_POSTGRES" in os.environ:
            test_postgres(runner, city, photo)
    finally:
        shutil.rmtree(scratch)
    return end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
