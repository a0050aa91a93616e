#!/usr/bin/env python3
"""Runs `cityhall audit verify` and `cityhall rebuild --check` on a city of its own, whole and
damaged: test_commands.py PROGRAM CITYDIR. The damage is done past the program, with SQLite alone.
Prints TAP."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from checks import Runner, check, end  # noqa: E402



def change(folder, sql):
    """The triggers stand aside meanwhile."""
    db = sqlite3.connect(os.path.join(folder, "cityhall.db"))
    triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        db.execute("DROP TRIGGER %s" % name)
    db.executescript(sql)
    for _, text in triggers:
        db.execute(text)
    db.commit()
    db.close()


def head_file(folder, path):
    """The newest head as the program publishes it."""
    db = sqlite3.connect(os.path.join(folder, "cityhall.db"))
    size, root, at, signature = db.execute(
        "SELECT size, root, at, signature FROM tree_head ORDER BY size DESC").fetchone()
    db.close()
    with open(path, "w", encoding="ascii") as file:
        file.write("cityhall head 1\n%d\n%s\n%d\n%s\n" % (size, root.hex(), at, signature.hex()))


def test_audit(runner, folder):
    head = os.path.join(runner.scratch, "head")
    other = os.path.join(runner.scratch, "other.pub")
    head_file(folder, head)
    with open(other, "w", encoding="ascii") as file:
        file.write("ab" * 32 + "\n")
    runner.expect("a whole record", ["audit", "verify", folder], 0, "the record is whole")
    runner.expect("a saved head", ["audit", "verify", folder, "--head", head], 0,
                  "continues the saved head")
    done = runner.expect("as JSON", ["audit", "verify", folder, "--json"], 0, "{")
    check("the JSON says it", json.loads(done.stdout)["good"] is True, done.stdout)
    runner.expect("another key", ["audit", "verify", folder, "--key", other], 1, "not the city's")
    runner.expect("no key", ["audit", "verify", folder, "--key", head], 1, "holds no key")
    runner.expect("no head", ["audit", "verify", folder, "--head", other], 1, "no signed head")
    runner.expect("no folder", ["audit", "verify", folder + "x"], 1, "no folder")
    runner.expect("misused", ["audit", folder], 2, "usage:")
    damaged = runner.copy_of(folder)
    change(damaged, "UPDATE event_payload SET payload = replace(payload, 'service', 'sorvice') "
                    "WHERE event = 3")
    runner.expect("a changed payload", ["audit", "verify", damaged], 1,
                  "a payload is not what was promised: event 3")
    done = runner.expect("changed, as JSON", ["audit", "verify", damaged, "--json"], 1, "{")
    check("the JSON names it", "event 3" in json.loads(done.stdout)["trouble"], done.stdout)
    cut = runner.copy_of(folder)
    change(cut, "DELETE FROM tree_head; DELETE FROM record_tile; DELETE FROM record_leaf;"
                "DELETE FROM event_payload; DELETE FROM event")
    planted = runner.copy_of(folder)
    change(planted, "CREATE TRIGGER sweep AFTER INSERT ON event BEGIN DELETE FROM account; END")
    runner.expect("a planted trigger", ["audit", "verify", planted], 1,
                  "trigger 'sweep' is none that this program makes")
    runner.expect("an empty record", ["audit", "verify", cut], 0, "0 events")
    runner.expect("emptied since", ["audit", "verify", cut, "--head", head], 1,
                  "shorter than the saved head")


def test_keys(runner, folder):
    check("the key is private", os.stat(os.path.join(folder, "record.key")).st_mode & 0o777 == 0o600)
    lost = runner.copy_of(folder)
    os.remove(os.path.join(lost, "record.key"))
    runner.expect("an audit needs no secret", ["audit", "verify", lost], 0, "whole")
    runner.expect("a lost key is not replaced", ["upgrade", lost], 1, "restore it")
    check("nothing was made", not os.path.exists(os.path.join(lost, "record.key")))


def test_rebuild(runner, folder):
    runner.expect("projections", ["rebuild", folder, "--check"], 0, "60 cases, 0 differences")
    runner.expect("misused", ["rebuild", folder], 2, "usage:")
    damaged = runner.copy_of(folder)
    change(damaged, "UPDATE cases SET district = '99' WHERE id = 7")
    runner.expect("a wrong district", ["rebuild", damaged, "--check"], 1, "district is \"99\"")
    done = runner.expect("as JSON", ["rebuild", damaged, "--check", "--json"], 1, "{")
    check("the JSON counts it", json.loads(done.stdout)["differences"] == 1, done.stdout)


def test_demonstration(folder):
    """What is said with a step fits the step, and residents say what is theirs."""
    store = sqlite3.connect(os.path.join(folder, "cityhall.db"))
    steps = store.execute(
        "SELECT json_extract(s.payload, '$.step'), e.actor_kind, "
        "json_extract(m.payload, '$.text') FROM event e "
        "JOIN event_payload s ON s.event = e.id "
        "LEFT JOIN event n ON n.id = e.id + 1 AND n.kind = 'message.added' "
        "LEFT JOIN event_payload m ON m.event = n.id WHERE e.kind = 'case.step'").fetchall()
    store.close()
    said = {step: [(who, text) for one, who, text in steps if one == step] for step, _, _ in steps}
    check("there are questions", len(said.get("ask", [])) > 2, said)
    check("a question asks", all(text.endswith("?") for _, text in said["ask"]), said["ask"])
    check("who begins says nothing yet", not any(text for _, text in said["start"]), said["start"])
    theirs = said["answer"] + said.get("withdraw", [])
    check("residents answer", theirs and all(who == "resident" for who, _ in theirs), theirs)


def main(program, city):
    scratch = tempfile.mkdtemp(prefix="cityhall-commands-")
    runner = Runner(program, scratch)
    folder = os.path.join(scratch, "city")
    try:
        runner.expect("a city", ["demo", folder, "--city", city, "--cases", "60"], 0, "made")
        test_demonstration(folder)
        test_audit(runner, folder)
        test_keys(runner, folder)
        test_rebuild(runner, folder)
    finally:
        shutil.rmtree(scratch)
    return end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
