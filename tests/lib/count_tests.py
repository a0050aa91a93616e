"""Counts single checks over test programs, shows what failed, and ends with one line.

    count_tests.py testlog.json NAME:STATUS:OUTPUT.tap ...

Each argument is a log that meson wrote, or the output of one program with its exit status. A
program that breaks off, gives no plan or another number of checks than planned counts as one more
failure, so that a crash is never a smaller number of passes. The status is 1 when something
failed, and when nothing passed at all.
"""

import json
import re
import sys

SHOWN_LINES = 60
LINE = re.compile(r"(not )?ok\b(?:\s+(\d+))?\s*-?\s*([^#]*)(?:#\s*(.*))?$")
PLAN = re.compile(r"1\.\.(\d+)(?:\s*#\s*(skip)?.*)?$", re.IGNORECASE)


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.reports = []
        self.left_out = []  # what was skipped, and why

    def skip(self, name, line):
        self.skipped += 1
        self.left_out.append(f"skipped: {name}: {line}")

    def add_failures(self, name, failures, output):
        """Counts the failures of one program and keeps what is to be shown of it."""
        if failures:
            self.failed += len(failures)
            self.reports.append((name, failures, output))


def read_tap(name, text, count):
    """Counts the checks in TAP text; gives the sentences of those that failed."""
    planned, seen, failures = None, 0, []
    for line in text.splitlines():
        plan, check = PLAN.match(line), LINE.match(line)
        if plan:
            planned = int(plan[1]) + (planned or 0)
            if plan[2]:
                count.skip(name, line)
        elif check:
            seen += 1
            directive = (check[4] or "").lower()
            if directive.startswith("skip"):
                count.skip(name, line)
            elif check[1]:
                failures.append(check[3].strip() or f"check {seen}")
            else:
                count.passed += 1
        elif line.startswith("Bail out!"):
            failures.append(line)
    if planned is None:
        failures.append("no plan: the program did not say how many checks it has")
    elif planned != seen:
        failures.append(f"{seen} checks of {planned} planned")
    return failures


def read_program(name, status, is_tap, out, err, count):
    """Counts one program."""
    failures = read_tap(name, out, count) if is_tap else []
    if not is_tap and status == 77:
        count.skip(name, "status 77")
    elif not is_tap and status == 0:
        count.passed += 1
    elif status != 0 and not failures:
        failures.append(f"ended with status {status}")
    count.add_failures(name, failures, out + err)


def is_tap_text(text):
    return any(PLAN.match(line) or LINE.match(line) for line in text.splitlines())


def read_meson_log(path, count):
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            test = json.loads(line)
            out, err = test.get("stdout") or "", test.get("stderr") or ""
            status = test["returncode"] or (1 if test["result"] == "TIMEOUT" else 0)
            if test["result"] == "TIMEOUT":
                err += "\n(stopped: over its time)"
            is_tap = is_tap_text(out) or test["result"] == "ERROR"
            read_program(test["name"], status, is_tap, out, err, count)


def show(report):
    name, failures, output = report
    print(f"\n--- {name}")
    for failure in failures:
        print(f"    failed: {failure}")
    lines = [line for line in output.splitlines() if not line.startswith("ok ")]
    if len(lines) > SHOWN_LINES:
        print(f"    (the last {SHOWN_LINES} of {len(lines)} lines)")
    print("\n".join(lines[-SHOWN_LINES:]))


def main(arguments):
    count = Count()
    for argument in arguments:
        if argument.endswith(".json"):
            read_meson_log(argument, count)
        else:
            name, status, path = argument.split(":", 2)
            with open(path, encoding="utf-8", errors="replace") as out:
                read_program(name, int(status), True, out.read(), "", count)
    for report in count.reports:
        show(report)
    if not count.passed and not count.failed:
        print("no test ran")
    for line in count.left_out:
        print(line)
    skipped = f", {count.skipped} skipped" if count.skipped else ""
    print(f"\n{count.passed} passed, {count.failed} failed{skipped}")
    return 1 if count.failed or not count.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
