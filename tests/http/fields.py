"""Every kind of field on every channel: asked as such, and what is typed becomes the same answer.

The kinds are the rows FIELD(...) of src/engine/definition/field_types.def; a service of the test's
own asks one of each, and a kind without an example here fails.
"""

import html
import itertools
import json
import os
import re
import shutil
import tempfile

from channels import main_part
from city import City
from tap import must

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")
TABLE = os.path.join(ROOT, "src/engine/definition/field_types.def")
REFERENCE = os.path.join(ROOT, "docs/service-file.md")
SERVICE = "every-kind"
PLACE = "60 Banks St"
OPTIONS = "options: [%s]" % ", ".join(
    "{id: %s, text: {en: %s, es: %s, vi: %s}}" % (word, *[word.title()] * 3)
    for word in ("plate", "tire", "larger"))
COUNT = itertools.count(1)


class Kind:
    """`rest` is the field's own keys in the file; `typed` what people send, a list where it is
    several texts; `sent` what a program sends as JSON, `open311` what a client of that standard
    sends, both as typed unless they differ; `stored` is kept, `shown` read, and `found` finds it in
    lists; `vi` what is read in Vietnamese, for a kind whose form could be another one there. `asked` says how each channel asks: the portal's and the desk's markup, members of the
    JSON Schema, the datatype of Open311."""

    def __init__(self, rest, typed, shown, found, asked, **other):
        self.rest, self.typed, self.shown, self.found, self.asked = rest, typed, shown, found, asked
        self.sent = other.get("sent", typed)
        self.open311 = other.get("open311", typed)
        self.stored = other.get("stored", self.sent)
        self.vi = other.get("vi")

    @property
    def texts(self):
        return self.typed if isinstance(self.typed, list) else [self.typed]


def line(more):
    return r'<input[^>]* name="{name}" type="text"%s' % more


EXAMPLES = {
    "text": Kind("max: 40", "Shed", "Shed", "Shed",
                 (line(" value"), line(" autocomplete"), {"type": "string", "maxLength": 40},
                  "string")),
    "number": Kind("min: 1, max: 9", "3", "3", "2..4",
                   (line(' inputmode="decimal"'), line(' inputmode="decimal"'),
                    {"type": "number", "minimum": 1, "maximum": 9}, "number"), sent=3),
    "money": Kind("min: 1", "$12,500.5", "$12,500.50", "12500..12501",
                  (r'id="{name}-(?:hint|help)">Dollars and cents with a point(?s:.*?)'
                   r'-dollars">\$</span>\s*' + line(' inputmode="decimal"') +
                   r'[^>]* aria-describedby="{name}-(?:hint|help) {name}-dollars"',) * 2 +
                  ({"type": "number", "minimum": 1}, "number"),
                  sent=12500.5, stored="12500.50", vi="$12,500.50"),
    "date": Kind("", "2026-07-02", "Jul 2, 2026", "2026-07-01..2026-07-03",
                 (r'<input[^>]* name="{name}" type="date"',) * 2 +
                 ({"type": "string", "format": "date"}, "datetime"),
                 open311="2026-07-02T18:00:00Z"),
    "yes-no": Kind("", "true", "Yes", "yes",
                   (r'type="radio"[^>]* name="{name}" value="false"',
                    r'<select[^>]* name="{name}"(?s:.*?)<option value="false">No<',
                    {"type": "boolean"}, "singlevaluelist"), sent=True),
    "choice": Kind(OPTIONS, "tire", "Tire", "tire",
                   (r'type="radio"[^>]* name="{name}" value="larger"',
                    r'<select[^>]* name="{name}"(?s:.*?)<option value="larger">Larger<',
                    {"type": "string", "enum": ["plate", "tire", "larger"]}, "singlevaluelist")),
    "choices": Kind(OPTIONS, ["plate", "tire"], "Plate, Tire", "tire",
                    (r'type="checkbox"[^>]* name="{name}" value="larger"',) * 2 +
                    ({"type": "array", "uniqueItems": True}, "multivaluelist")),
    "asset": Kind("layer: street-light, within: 40 m", "48-12", "48-12", "48-12",
                  (r'type="radio"[^>]* name="{name}" value="48-12"', line(" autocomplete"),
                   {"type": "string"}, "string")),
}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def words():
    """The kinds that this version runs, as a service's file names them."""
    found = re.findall(r'^FIELD\(\w+,\s*"([a-z-]+)"', read(TABLE), re.M)
    must(len(found) > 5, "the table of kinds reads otherwise")
    return found


def name_of(word):
    return "a_" + word.replace("-", "_")


FIELDS = {name_of(word): kind for word, kind in EXAMPLES.items()}


def in_all(text):
    return "{en: %s, es: %s, vi: %s}" % ((json.dumps(text),) * 3)


def with_service(files):
    """A copy of the city's files with the service that asks every kind."""
    copy = os.path.join(tempfile.mkdtemp(prefix="cityhall-fields-"), "files")
    shutil.copytree(files, copy)
    lines = ["service: " + SERVICE, "name: " + in_all("Every kind"), "summary: " + in_all("All."),
             "department: traffic", "group: lights", "workflow: request",
             "place: {required: true, within: city}", "fields:"]
    for word, kind in EXAMPLES.items():
        lines.append("  - {id: %s, type: %s, required: false, indexed: true, %stext: %s}" % (
            name_of(word), word, kind.rest and kind.rest + ", ", in_all("Which %s?" % word)))
    given = ", ".join("%s: %s" % (name, json.dumps(kind.typed)) for name, kind in FIELDS.items())
    lines += ["route: [{team: lighting}]",
              "clocks: {respond: 2 workdays, resolve: 7 workdays}", "examples:"]
    lines += ["  - {place: %s, filed: 2026-06-0%d 09:00, %s, expect: {team: lighting}}"
              % (PLACE, day, given) for day in (1, 2, 3)]
    with open(os.path.join(copy, "services", SERVICE + ".yaml"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return copy


# ---- Filing, with an answer to every field


def must_ask(markup, name, page):
    must(re.search(markup.replace("{name}", name), page.text),
         "%s is not asked as such: %s" % (name, main_part(page)))


def must_show_in_vietnamese(page):
    for name, kind in FIELDS.items():
        if kind.vi:
            must(kind.vi in html.unescape(page.text),
                 "%s is not shown as %s: %s" % (name, kind.vi, main_part(page)))


def portal(city):
    client = city.client()
    path = "/report/%s/" % SERVICE
    client.get(path + "where")
    client.post(path + "where", {"csrf": client.csrf, "place": PLACE})
    for name, kind in FIELDS.items():
        must_ask(kind.asked[0], name, client.get(path + name))
        answer = client.post(path + name, [("csrf", client.csrf)] +
                             [(name, text) for text in kind.texts])
        must(answer.status == 303, "%s: %d %s" % (name, answer.status, main_part(answer)))
    for step in ("details", "who"):
        answer = client.post(path + step, {"csrf": client.csrf})
        must(answer.status == 303, "%s: %d %s" % (step, answer.status, main_part(answer)))
    page = client.get(path + "check")
    for name, kind in FIELDS.items():
        must(kind.shown in html.unescape(page.text), "%s is not shown" % name)
    must_show_in_vietnamese(client.get("/vi" + path + "check"))
    return client.post(path + "check", {"csrf": client.csrf})


def desk(city):
    client = city.client("agent")
    path = "/staff/new/" + SERVICE
    page = client.get(path)
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    for name, kind in FIELDS.items():
        must_ask(kind.asked[1], "f-" + name, page)
    return client.post(path, [pair for pair in hidden if pair[0] != "csrf"] + [
        ("csrf", client.csrf), ("place", PLACE)] + [
            ("f-" + name, text) for name, kind in FIELDS.items() for text in kind.texts])


def api(city):
    client = city.client()
    bearer = ("Authorization", "Bearer " + city.program_key())
    told = client.get("/api/v1/services/" + SERVICE, [bearer])
    asked = json.loads(told.body)["fields"]["properties"]
    for name, kind in FIELDS.items():
        members = {member: asked[name].get(member) for member in kind.asked[2]}
        must(members == kind.asked[2], "%s is described as %s" % (name, asked[name]))
    body = {"service": SERVICE, "place": {"text": PLACE}, "description": "x",
            "fields": {name: kind.sent for name, kind in FIELDS.items()}}
    return client.post("/api/v1/cases", json.dumps(body).encode(), [
        bearer, ("Content-Type", "application/json"),
        ("Idempotency-Key", "field-%d" % next(COUNT))])


def open311(city):
    client = city.client()
    told = json.loads(client.get("/open311/v2/services/%s.json" % SERVICE).body)["attributes"]
    datatypes = {attribute["code"]: attribute["datatype"] for attribute in told}
    for name, kind in FIELDS.items():
        must(datatypes[name] == kind.asked[3], "%s: %s" % (name, datatypes[name]))
    fields = [("api_key", city.program_key()), ("service_code", SERVICE), ("description", "x"),
              ("address_string", PLACE)]
    for name, kind in FIELDS.items():
        several = isinstance(kind.open311, list)
        fields += [("attribute[%s]%s" % (name, "[]" if several else ""), text)
                   for text in (kind.open311 if several else [kind.open311])]
    return client.post("/open311/v2/requests.json", fields)


CHANNELS = {"portal": portal, "desk": desk, "api": api, "open311": open311}


def all_answered(city, channel):
    """One case with an answer of each kind: kept, shown to staff and found by each."""
    before = city.counts()["cases"]
    answer = CHANNELS[channel](city)
    must(answer.status in (200, 201, 303) and city.counts()["cases"] == before + 1,
         "no case: %d %s" % (answer.status, main_part(answer) or answer.text))
    number, kept = city.store.rows("SELECT number, answers FROM cases ORDER BY id DESC LIMIT 1")[0]
    kept = json.loads(kept)
    client = city.client("agent")
    page = html.unescape(client.get("/staff/cases/" + number).text)
    must_show_in_vietnamese(client.get("/vi/staff/cases/" + number))
    must_show_in_vietnamese(city.client().get("/vi/cases/" + number))
    for name, kind in FIELDS.items():
        must(kept.get(name) == kind.stored, "%s is kept as %r" % (name, kept.get(name)))
        must(">%s<" % kind.shown in page, "%s is not shown as %s" % (name, kind.shown))
        found = client.get("/staff/queue?q=field.%s:%s" % (name, kind.found))
        must(number in found.text, "%s:%s does not find it" % (name, kind.found))


def has_examples():
    missing = set(words()) ^ set(EXAMPLES)
    must(not missing, "no row, or no example, of: " + ", ".join(sorted(missing)))
    untold = [word for word in words() if "\n| `%s` | " % word not in read(REFERENCE)]
    must(not untold, "docs/service-file.md does not tell of: " + ", ".join(untold))


def run(tap, arguments):
    tap.test("fields: every kind has an example", has_examples)
    files = with_service(arguments.city)
    city = City(arguments.program, files, arguments.store)
    try:
        city.make(["agent"]).start()
        for channel in CHANNELS:
            tap.test("fields: every kind by " + channel,
                     lambda channel=channel: all_answered(city, channel))
    finally:
        city.remove()
        shutil.rmtree(os.path.dirname(files), ignore_errors=True)
