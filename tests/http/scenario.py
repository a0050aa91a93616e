"""Reads and runs *.http files: requests with the answers they must get. README.md has the form."""

import os
import re

from client import File
from tap import must, must_show_nothing

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW")
STATUS = re.compile(r"(\d{3})( or \d{3})*$")
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|[rnt0\\])")
ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\"}


class Test:
    def __init__(self, title, place):
        self.title, self.place, self.steps = title, place, []


class Step:
    """One request with what is asked of its answer."""

    def __init__(self, line, place):
        self.line, self.place = line, place
        self.browser = "visitor"
        self.headers, self.fields, self.raw = [], [], ""
        self.statuses, self.checks = [], []


def read(path):
    """The tests of a file; a line that fits no rule stops with its place."""
    tests, browser = [], "visitor"
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for number, line in enumerate(lines, 1):
        place = "%s:%d" % (os.path.basename(path), number)
        step = tests[-1].steps[-1] if tests and tests[-1].steps else None
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("=== "):
            tests.append(Test(line[4:].strip(), place))
            browser = "visitor"
        elif line.startswith("[") and line.endswith("]"):
            browser = line[1:-1]
        elif line.split(" ")[0] in METHODS + ("RAW", "FOLLOW"):
            tests[-1].steps.append(Step(line, place))
            tests[-1].steps[-1].browser = browser
        elif not step:
            raise SystemExit("%s: a request is wanted" % place)
        elif STATUS.match(line):
            step.statuses = [int(word) for word in line.split() if word != "or"]
        elif line.startswith("| "):
            step.raw += line[2:]
        elif line.startswith("> "):
            step.fields.append(line[2:].partition("="))
        elif line[:2] in ("+ ", "- ", "= ") or line[0] == "$":
            step.checks.append((line[0], line[1:].lstrip(), place))
        elif ": " in line:
            name, _, value = line.partition(": ")
            if step.statuses:
                step.checks.append((":", (name, value), place))
            else:
                step.headers.append((name, value))
        else:
            raise SystemExit("%s: no rule fits this line" % place)
    for test in tests:
        for step in test.steps:
            if not step.statuses:
                raise SystemExit("%s: a status is wanted" % step.place)
    return tests


def unescape(text):
    """\\r \\n \\t \\0 \\\\ and \\xHH become bytes; the rest is UTF-8."""
    out, at = b"", 0
    for found in ESCAPE.finditer(text):
        out += text[at:found.start()].encode()
        code = found[1]
        out += bytes([int(code[1:], 16)]) if code[0] == "x" else ESCAPES[code].encode()
        at = found.end()
    return out + text[at:].encode()


def main_part(text):
    return text[max(0, text.find("<main")):][:1500]


class Run:
    """One test under way: its browsers and what it has captured."""

    def __init__(self, city, logins):
        self.city, self.logins = city, logins
        self.browsers, self.kept = {}, {"host": city.host, "key": city.filing_key}
        self.rows = {}

    def browser(self, name):
        if name not in self.browsers:
            self.browsers[name] = self.city.client(name if name in self.logins else None)
        return self.browsers[name]

    def fill(self, text):
        def value(found):
            must(found[1] in self.kept, "nothing was captured as {%s}" % found[1])
            return self.kept[found[1]]
        return re.sub(r"\{([a-z_]+)\}", value, text)

    def field(self, client, name, has_value, value):
        if name == "csrf" and not has_value:
            return name, client.csrf
        if value.startswith("<"):
            path, _, media = value[1:].partition(" ")
            with open(os.path.join(DATA, path), "rb") as file:
                return name, File(file.read(), os.path.basename(path), media or "image/jpeg")
        return name, unescape(self.fill(value))

    def ask(self, client, step):
        method, _, target = self.fill(step.line).partition(" ")
        headers = [(name, self.fill(value)) for name, value in step.headers]
        if method == "RAW":
            return client.send([unescape(self.fill(step.raw))])
        if method == "FOLLOW":
            return client.follow()
        if step.raw:
            return client.ask(method, target, headers, unescape(self.fill(step.raw)))
        if method == "POST":
            fields = [self.field(client, *field) for field in step.fields]
            return client.post(target, fields, headers)
        return client.ask(method, target, headers)

    def take(self, answer, what):
        name, _, rest = what.partition(" ")
        source, _, pattern = rest.partition(" ")
        texts = {"body": answer.text, "mail": self.city.mail() if source == "mail" else ""}
        text = texts[source] if source in texts else answer.header(source)
        found = re.search(pattern, text)
        must(found, "nothing like %s in %s: %s" % (pattern, source, main_part(text)))
        self.kept[name] = found[1] if found.groups() else found[0]

    def compare_rows(self, wanted):
        """What the request did: "same", or "draft +1, event +3"; no other table may change."""
        now = self.city.counts()
        changed = {table: now[table] - self.rows.get(table, 0) for table in now
                   if now[table] != self.rows.get(table, 0)}
        asked = {}
        if wanted != "same":
            for part in wanted.split(","):
                table, count = part.split()
                asked[table] = int(count)
        must(changed == asked, "rows changed by %s, not by %s" % (changed, asked))

    def check(self, answer, kind, what):
        if kind == "+":
            must(self.fill(what) in answer.text, "no %r in: %s" % (what, main_part(answer.text)))
        elif kind == "-":
            must(self.fill(what) not in answer.text, "%r in: %s" % (what, main_part(answer.text)))
        elif kind == "$":
            self.take(answer, what)
        elif kind == "=":
            self.compare_rows(what)
        else:
            name, value = what
            value = self.fill(value)
            found = answer.header(name)
            if value == "(none)":
                must(not found, "%s is %r" % (name, found))
            else:
                must(value in found, "%s is %r, not %r" % (name, found, value))

    def do(self, step):
        client, lines = self.browser(step.browser), len(self.city.log)
        if any(kind == "=" for kind, _, _ in step.checks):
            self.rows = self.city.counts()
        answer = self.ask(client, step)
        try:
            must(answer.status in step.statuses, "status %d, not %s: %s\n%s"
                 % (answer.status, step.statuses, "\n".join(self.city.log[lines:]),
                    main_part(answer.text)))
            must_show_nothing(answer)
            for kind, what, place in step.checks:
                try:
                    self.check(answer, kind, what)
                except Exception as error:
                    raise type(error)("%s: %s" % (place, error)) from error
            must(self.city.is_up(), "the server ended: " + "\n".join(self.city.log[-30:]))
            must(len(self.city.log) - lines <= 1, "log lines: " + "\n".join(self.city.log[lines:]))
        except Exception as error:
            raise type(error)("%s: %s\n%s" % (step.place, step.line, error)) from error


def run(test, city, logins):
    under_way = Run(city, logins)
    for step in test.steps:
        under_way.do(step)
