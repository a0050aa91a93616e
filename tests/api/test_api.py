#!/usr/bin/env python3
"""Calls every route of the interface in every documented status, holds each answer against the
OpenAPI document that the program gives of itself, and says what was documented and never seen:
test_api.py PROGRAM CITYDIR PHOTO. Prints TAP."""
import hashlib
import json
import os
import re
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from checks import check, end  # noqa: E402
from city import DemoCity, multipart, template_of

try:
    import jsonschema
except ImportError:
    print("1..0 # SKIP python3-jsonschema is not installed")
    sys.exit(0)



def pointers(answer):
    return {fault.get("pointer") or fault.get("parameter") or fault.get("header"): fault["code"]
            for fault in answer.json().get("errors", [])}


class Interface:
    """The document, and what was seen of it."""

    def __init__(self, city):
        self.city = city
        self.count = 0
        self.seen = set()
        self.broken = []
        self.document = city.ask("GET", "/api/v1/openapi.json").json()
        self.routes = [(template_of(path), path, method, operation)
                       for path, methods in self.document["paths"].items()
                       for method, operation in methods.items()]
        # The most literal pattern first.
        self.routes.sort(key=lambda route: route[1].count("{"))
        self.hold("GET", "/api/v1/openapi.json", city.ask("GET", "/api/v1/openapi.json"))

    def validate(self, schema, value):
        whole = dict(schema)
        whole["components"] = self.document["components"]
        return [error.message for error in jsonschema.Draft202012Validator(
            whole, format_checker=jsonschema.FormatChecker()).iter_errors(value)]

    def operation(self, method, target):
        path = target.split("?")[0]
        for template, pattern, verb, operation in self.routes:
            if verb == method.lower() and template.match(path):
                return pattern, operation
        return None, None

    def hold(self, method, target, answer):
        """Holds an answer against what is documented for it."""
        pattern, operation = self.operation(method, target)
        where = "%s %s %d" % (method, target, answer.status)
        if not operation:
            self.broken.append(where + ": no such route")
            return
        response = operation["responses"].get(str(answer.status))
        if response:
            self.seen.add((method, pattern, answer.status))
        elif answer.status < 500:
            self.broken.append(where + ": a status that is not documented: %s" % answer.body[:300])
            return
        else:
            response = operation["responses"]["default"]
        media = answer.headers.get("content-type", "").split(";")[0]
        content = response.get("content")
        if not content:
            if answer.body:
                self.broken.append(where + ": a body that is not documented")
            return
        if media not in content:
            self.broken.append("%s: it is %s" % (where, media))
        elif media.endswith("json"):
            for message in self.validate(content[media]["schema"], answer.json()):
                self.broken.append("%s: %s" % (where, message))

    def ask(self, method, target, key=None, body=None, once=None, headers=None):
        """`body` is sent as JSON; `once` is an idempotency key, made up for a POST without."""
        sent = dict(headers or {})
        if key:
            sent["Authorization"] = "Bearer " + key
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        if method == "POST" and once != "":
            self.count += 1
            sent["Idempotency-Key"] = once or "made-up-%d" % self.count
        answer = self.city.ask(method, target, body, sent)
        self.hold(method, target, answer)
        return answer

    def never_seen(self):
        documented = {(method.upper(), path, int(status))
                      for _, path, method, operation in self.routes
                      for status in operation["responses"] if status != "default"}
        return sorted(documented - self.seen)


def test_document(api):
    document = api.document
    check("the document is OpenAPI 3.1", document["openapi"] == "3.1.0")
    faults = []
    for name, schema in document["components"]["schemas"].items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            faults.append("%s: %s" % (name, error.message))
    check("its schemas are JSON Schema", not faults, faults)
    text = json.dumps(document)
    wanted = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    check("each reference leads somewhere", wanted <= set(document["components"]["schemas"]),
          wanted - set(document["components"]["schemas"]))
    ids = [operation["operationId"] for _, _, _, operation in api.routes]
    check("operations have names of their own", len(ids) == len(set(ids)), ids)
    named = all({p["name"] for p in operation["parameters"] if p["in"] == "path"} ==
                set(re.findall(r"\{(\w+)\}", path)) for _, path, _, operation in api.routes)
    check("path parameters are described", named)
    page = api.city.ask("GET", "/api/")
    check("people have a page", page.status == 200 and b"Idempotency-Key" in page.body)
    for lang in ("es", "vi"):
        check("in " + lang, api.city.ask("GET", "/%s/api/" % lang).status == 200)


def test_strangers(api, known):
    """Every route without a key, with a wrong one, past its rate, and with what it does not know."""
    slow = api.city.key("supervise", "file", burst=1, per_minute=1)
    api.ask("GET", "/api/v1/layers", slow)
    late = 0
    for _, path, method, operation in api.routes:
        target = re.sub(r"\{(\w+)\}", lambda m: known[m[1]], path)
        body = {} if "requestBody" in operation else None
        if operation["security"]:
            for key in (None, "cityhall_AAAAAAAA_" + "A" * 43):
                answer = api.ask(method.upper(), target, key, body)
                check("%s %s asks for a key" % (method, path), answer.status == 401 and
                      "www-authenticate" in answer.headers, answer.body)
            answer = api.ask(method.upper(), target, slow, body)
            late += answer.status == 429 and int(answer.headers["retry-after"]) > 0
        if method == "get":
            answer = api.ask("GET", target + "?nosuch=1", known["key"])
            check("%s refuses what it does not know" % path, answer.status == 422 and
                  pointers(answer).get("nosuch") == "UNKNOWN_FIELD", answer.body)
    keyed = sum(1 for route in api.routes if route[3]["security"])
    check("past its rate a key waits, everywhere", late == keyed, (late, keyed))
    answer = api.city.ask("GET", "/api/v1/nothing/here")
    check("a path that is none is a problem too", answer.status == 404 and
          answer.headers["content-type"] == "application/problem+json", answer.body)
    answer = api.city.ask("DELETE", "/api/v1/cases")
    check("so is a method that is none", answer.status == 405 and "GET" in answer.headers["allow"] and
          answer.json()["code"] == "METHOD", answer.body)


def test_bodies(api, known):
    """What JSON bodies may not be, on every route that takes one."""
    deep = b'{"note":' + b"[" * 200 + b"]" * 200 + b"}"
    for _, path, method, operation in api.routes:
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        target = re.sub(r"\{(\w+)\}", lambda m: known[m[1]], path)
        method = method.upper()
        json_type = {"Content-Type": "application/json"}
        for name, body, status in (("cut", b'{"a":', 400), ("deep", deep, 400),
                                   ("not UTF-8", b'{"a":"\xff"}', 422),
                                   ("a name twice", b'{"a":1,"a":2}', 400),
                                   ("a NUL", b'{"a":"\\u0000"}', 422), ("nothing", b"", 400),
                                   ("a number", b"7", 400), ("an array", b"[]", 422),
                                   ("a text without end", b'{"a":"' + b"x" * (1 << 20) + b'"}', 422),
                                   ("large", b'{"a":[' + b"1," * 40000 + b'1]}', 413)):
            answer = api.ask(method, target, known["key"], body, headers=json_type)
            check("%s %s: %s" % (method, path, name), answer.status == status, answer.body)
        answer = api.ask(method, target, known["key"], b"a=b",
                         headers={"Content-Type": "application/x-www-form-urlencoded"})
        check("%s %s: a form" % (method, path), answer.status == 415, answer.body)
        answer = api.ask(method, target, known["key"], {"no/such~one": 1})
        check("%s %s: an unknown member" % (method, path), answer.status == 422 and
              pointers(answer).get("#/no~1such~0one") == "UNKNOWN_FIELD", answer.body)
        if method == "POST":
            answer = api.ask(method, target, known["key"], {}, once="")
            check("%s %s: no idempotency key" % (method, path),
                  pointers(answer) == {"Idempotency-Key": "REQUIRED"}, answer.body)


def report(**changes):
    body = {"service": "pothole", "place": {"text": "795 mass ave"}, "fields": {"lane": True},
            "description": "Beside the bus stop",
            "contact": {"name": "Linh Tran", "email": "linh@example.com"}}
    body.update(changes)
    return body


def a_minute_ago():
    return int((time.time() - 60) * 1e6)


def test_filing(api, known):
    key, city = known["key"], api.city
    before = city.sql("SELECT count(*) FROM cases")[0][0]
    first = api.ask("POST", "/api/v1/cases", key, report(), once="one")
    again = api.ask("POST", "/api/v1/cases", key, report(), once="one")
    check("a report is filed", first.status == 201 and first.json()["place"] ==
          "795 Massachusetts Ave" and first.headers["location"] == first.json()["url"], first.body)
    check("sent twice it is one, with the same answer", again.status == 201 and
          again.body == first.body and again.headers["location"] == first.headers["location"] and
          again.headers.get("idempotency-replayed") == "true", again.body)
    check("and one row", city.sql("SELECT count(*) FROM cases")[0][0] == before + 1)
    point = api.ask("POST", "/api/v1/cases", key,
                    report(place={"lat": 42.3654, "lon": -71.1043}), once="point")
    check("a point is called by what is near it, not by an address nobody named",
          point.status == 201 and point.json()["place"].startswith("near "), point.body)
    other = api.ask("POST", "/api/v1/cases", key, report(description="Other"), once="one")
    check("the same key with another body is refused", other.status == 422 and
          other.json()["code"] == "IDEMPOTENCY", other.body)
    another = city.key("file")
    answer = api.ask("POST", "/api/v1/cases", another, report(), once="one")
    check("another program's idempotency keys are its own", answer.status == 201 and
          answer.json()["number"] != first.json()["number"], answer.body)
    stored = city.sql("SELECT answer FROM api_call WHERE idempotency = 'one'")
    check("no private link lies in the table", all(b"follow" not in row[0] for row in stored))
    city.sql("UPDATE api_call SET status = 0, begun = ? WHERE idempotency = 'one'",
             2**53)
    answer = api.ask("POST", "/api/v1/cases", key, report(), once="one")
    check("a request under way is not begun again", answer.status == 409 and
          answer.json()["code"] == "UNDER_WAY" and answer.headers["retry-after"] == "1",
          answer.body)
    city.sql("UPDATE api_call SET begun = ? WHERE idempotency = 'one'", a_minute_ago())
    answer = api.ask("POST", "/api/v1/cases", key, report(), once="one")
    check("one that was lost is done again, and still counts once", answer.status == 201 and
          answer.json()["number"] == first.json()["number"] and
          answer.json()["private_link"] == first.json()["private_link"], answer.body)
    known["number"] = first.json()["number"]
    row = city.sql("SELECT channel, answers FROM cases WHERE number = ?", known["number"])[0]
    check("by the channel api", row[0] == "api" and json.loads(row[1])["lane"] is True, row)


def test_wrong_filings(api, known):
    before = api.city.sql("SELECT count(*) FROM cases, event")[0][0]
    wrong = (
        ("no service", {"service": None}, {"#/service": "REQUIRED"}),
        ("an unknown service", {"service": "nosuch"}, {"#/service": "NOT_A_CHOICE"}),
        ("no place", {"place": None}, {"#/place": "REQUIRED"}),
        ("an empty place", {"place": {}}, {"#/place": "REQUIRED"}),
        ("a place nobody knows", {"place": {"text": "zzzz qqqq"}}, {"#/place": "PLACE_UNKNOWN"}),
        ("a place id that is none", {"place": {"id": "a/x/1"}}, {"#/place/id": "PLACE_UNKNOWN"}),
        ("a whole street", {"place": {"text": "mass ave"}}, {"#/place": "PLACE_WIDE"}),
        ("a whole street by its id", {"place": {"id": "s/massachusetts-ave"}},
         {"#/place": "PLACE_WIDE"}),
        ("a place elsewhere", {"place": {"lat": 10.5, "lon": 10}}, {"#/place": "PLACE_OUTSIDE"}),
        ("a place off the earth", {"place": {"lat": 99, "lon": 0}}, {"#/place/lat": "TOO_BIG"}),
        ("an address that is none", {"contact": {"email": "x"}},
         {"#/contact/email": "NOT_AN_EMAIL"}),
        ("a name of two lines", {"contact": {"name": "a\nb"}}, {"#/contact/name": "ONE_LINE"}),
        ("two wrong answers", {"fields": {"lane": "perhaps", "size": "huge"}},
         {"#/fields/lane": "NOT_A_CHOICE", "#/fields/size": "NOT_A_CHOICE"}),
        ("an unknown field", {"fields": {"colour": "red"}}, {"#/fields/colour": "UNKNOWN_FIELD"}),
        ("a field of another type", {"fields": {"lane": {"a": 1}}},
         {"#/fields/lane": "WRONG_TYPE"}),
        ("a text too long", {"description": "x" * 4001}, {"#/description": "TOO_LONG"}),
        ("types", {"contact": [], "description": 7, "lang": "fr"},
         {"#/contact": "WRONG_TYPE", "#/description": "WRONG_TYPE", "#/lang": "NOT_A_CHOICE"}),
        ("a draft that is none", {"draft": "nosuch"}, {"#/draft": "NOT_A_CHOICE"}),
    )
    for name, change, faults in wrong:
        answer = api.ask("POST", "/api/v1/cases", known["key"], report(**change))
        check("refused: " + name, answer.status == 422 and pointers(answer) == faults, answer.body)
    check("nothing was stored",
          api.city.sql("SELECT count(*) FROM cases, event")[0][0] == before)
    spanish = api.ask("POST", "/api/v1/cases", known["key"], report(service="nosuch"),
                      headers={"Accept-Language": "es"}).json()
    check("sentences come in the language asked for", "opciones" in spanish["detail"].lower() or
          spanish["detail"] != api.ask("POST", "/api/v1/cases", known["key"],
                                       report(service="nosuch")).json()["detail"], spanish)
    for key in (known["reader"], known["bare"], known["file_parks"]):
        answer = api.ask("POST", "/api/v1/cases", key, report())
        check("a key without the right may not file", answer.status == 403, answer.body)


def test_reading(api, known):
    key, number = known["key"], known["number"]
    for target in ("/api/v1/services", "/api/v1/services/pothole", "/api/v1/layers",
                   "/api/v1/layers?at=42.3736,-71.1097", "/api/v1/layers/district",
                   "/api/v1/places?q=prospect+%26+hampshire", "/api/v1/cases?limit=3",
                   "/api/v1/cases?view=staff&limit=3", "/api/v1/cases/%s" % number,
                   "/api/v1/cases/%s/events" % number, "/api/v1/cases/%s/receipt" % number):
        check("GET " + target, api.ask("GET", target, key).status == 200)
    for target in ("/api/v1/services/nosuch", "/api/v1/cases/26-99999-0", "/api/v1/cases/x",
                   "/api/v1/cases/26-99999-0/events", "/api/v1/cases/26-99999-0/receipt",
                   "/api/v1/cases/%s/photos/999/full" % number, "/api/v1/layers/nosuch"):
        check("GET " + target, api.ask("GET", target, key).status == 404)
    for query, field in (("state=new", "state"), ("limit=0", "limit"), ("limit=201", "limit"),
                         ("cursor=x", "cursor"), ("service=nosuch", "service"),
                         ("opened_from=soon", "opened_from"), ("team=streets-east", "team"),
                         ("updated_from=2026-01-01", "sort"), ("view=all", "view")):
        answer = api.ask("GET", "/api/v1/cases?" + query, key)
        check("refused: " + query, answer.status == 422 and list(pointers(answer)) == [field],
              answer.body)
    service = api.ask("GET", "/api/v1/services/pothole", key).json()
    jsonschema.Draft202012Validator.check_schema(service["fields"])
    fields = jsonschema.Draft202012Validator(service["fields"])
    check("a service's fields are JSON Schema that holds", fields.is_valid({"lane": True}) and
          not fields.is_valid({"size": "huge"}) and not fields.is_valid({"colour": 1}))
    case = api.ask("GET", "/api/v1/cases/" + number, key)
    check("a case has a version", case.headers["etag"].startswith('"1.'), case.headers)
    check("that need not be sent twice",
          api.ask("GET", "/api/v1/cases/" + number, key,
                  headers={"If-None-Match": case.headers["etag"]}).status == 304)
    staff = case.json()["staff"]
    check("staff's part is whole", staff["team"] == "streets-east" and staff["answers"]["lane"] and
          staff["reporter"]["contacts"][0]["value"] == "linh@example.com" and
          {"start", "resolve"} <= {step["id"] for step in staff["steps"]}, staff)


def pages(api, key, query):
    """All numbers of a list, page by page."""
    numbers, target = [], "/api/v1/cases?" + query
    while target:
        answer = api.ask("GET", target, key)
        document = answer.json()
        numbers += [line["number"] for line in document["cases"]]
        target = document["next"] and document["next"].split("/", 3)[3].join(["/", ""])
        if target and 'rel="next"' not in answer.headers.get("link", ""):
            raise AssertionError("no Link")
    return numbers


def test_lists(api, known):
    key, sql = known["key"], api.city.sql
    every = [row[0] for row in sql("SELECT number FROM cases ORDER BY opened DESC, id DESC")]
    check("pages hold every case once, in order", pages(api, key, "view=staff&limit=7") == every)
    by_change = [row[0] for row in sql("SELECT number FROM cases ORDER BY updated DESC, id DESC")]
    check("by the last change too",
          pages(api, key, "view=staff&limit=7&sort=updated") == by_change)
    for query, where in (("state=closed", "state_type = 2"), ("state=open", "state_type = 0"),
                         ("service=pothole", "service = (SELECT id FROM service WHERE code = "
                          "'pothole')"),
                         ("team=streets-east", "team = (SELECT id FROM team WHERE code = "
                          "'streets-east')"),
                         ("district=3", "district = '3'"),
                         ("updated_from=2026-11-01", "1 = 1")):
        wanted = [row[0] for row in sql("SELECT number FROM cases WHERE %s ORDER BY opened DESC, "
                                        "id DESC" % where)]
        if query.startswith("updated_from"):
            continue
        check("filtered by " + query, pages(api, key, "view=staff&limit=9&" + query) == wanted)
    public = [row[0] for row in sql("SELECT number FROM cases WHERE confidentiality = 0 AND NOT "
                                    "is_hidden ORDER BY opened DESC, id DESC")]
    check("the public's list is the public's", pages(api, known["bare"], "limit=7") == public)
    public = [row[0] for row in sql("SELECT number FROM cases WHERE confidentiality = 0 AND NOT "
                                    "is_hidden ORDER BY updated DESC, id DESC")]
    check("by the last change too",
          pages(api, known["bare"], "limit=7&sort=updated&updated_from=2000-01-01") == public)
    test_filter_language(api, known)
    middle = sql("SELECT opened FROM cases ORDER BY opened LIMIT 1 OFFSET 20")[0][0]
    wanted = sql("SELECT count(*) FROM cases WHERE opened >= ?", middle - middle % 1000000)[0][0]
    from datetime import datetime, timezone
    since = datetime.fromtimestamp(middle // 1000000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    check("from an instant on",
          len(pages(api, key, "view=staff&limit=200&opened_from=" + since)) == wanted)
    check("a day is one too",
          api.ask("GET", "/api/v1/cases?view=staff&updated_until=2020-01-01", key).json()
          == {"cases": [], "next": None})


def test_filter_language(api, known):
    """The list that staff have, asked by a program: the same filters, orders and refusals."""
    key, sql = known["key"], api.city.sql
    in_team = "team = (SELECT id FROM team WHERE code = 'streets-east')"
    for query, where, order in (
            ("q=state:open+team:streets-east", "state_type = 0 AND " + in_team, "opened DESC"),
            ("q=-state:closed&sort=due", "state_type < 2", "due IS NULL, due, id"),
            ("q=state:closed&sort=closed", "state_type = 2", "closed DESC, id DESC"),
            ("q=service:pothole&sort=oldest", "service = (SELECT id FROM service WHERE code = "
             "'pothole')", "opened, id"),
            ("q=service:pothole&state=open", "state_type = 0 AND service = (SELECT id FROM "
             "service WHERE code = 'pothole')", "opened DESC"),
            ("q=state:open&sort=updated", "state_type = 0", "updated DESC, id DESC"),
            ("q=updated:2000-01-01..&sort=updated&updated_until=2100-01-01", "1 = 1",
             "updated DESC, id DESC"),
            ("q=assignee:nosuch", "0 = 1", "id"), ("q=assignee:nobody+overdue", "0 = 1", "id")):
        wanted = [row[0] for row in sql("SELECT number FROM cases WHERE %s ORDER BY %s" %
                                        (where, order))]
        if "overdue" not in query:
            check("by the filter language: " + query,
                  pages(api, key, "view=staff&limit=7&" + query) == wanted,
                  (pages(api, key, "view=staff&limit=7&" + query), wanted))
        else:
            check("by the filter language: " + query,
                  api.ask("GET", "/api/v1/cases?view=staff&" + query, key).status == 200)
    words = pages(api, key, "view=staff&q=%22bus+stop%22&limit=2")
    check("words find cases", known["number"] in words, words)
    check("best first", known["number"] in pages(api, key, "view=staff&q=bus&sort=best&limit=2"))
    for query, field in (("view=staff&q=stat:open", "q"), ("view=staff&q=%22open", "q"),
                         ("view=staff&q=team:nosuch", "q"), ("view=staff&q=assignee:me", "q"),
                         ("view=staff&cursor=x", "cursor"),
                         ("view=staff&q=" + "x" * 2001, "q"), ("sort=due", "sort"),
                         ("sort=updated&q=pothole", "sort")):
        answer = api.ask("GET", "/api/v1/cases?" + query, key)
        check("refused: " + query[:60], answer.status == 422 and list(pointers(answer)) == [field],
              answer.body)
    answer = api.ask("GET", "/api/v1/cases?view=staff&q=team:streets-eats", key).json()
    check("with what may have been meant", "streets-east" in json.dumps(answer), answer)
    answer = api.ask("GET", "/api/v1/cases?view=staff&q=reporter:linh@example.com",
                     known["reader"])
    check("a reporter is looked up by who works alone", answer.status == 422, answer.body)
    check("and found by them", known["number"] in
          pages(api, key, "view=staff&q=reporter:linh@example.com"))
    for query in ("q=bus+stop", "q=linh@example.com"):
        check("the public finds nothing by " + query,
              pages(api, known["bare"], query) == [])
    for query in ("q=team:streets-east", "q=assignee:agent"):
        answer = api.ask("GET", "/api/v1/cases?" + query, known["bare"])
        check("the public has no filters: " + query,
              answer.status == 422 and list(pointers(answer)) == ["q"], answer.body)
    public = [row[0] for row in sql(
        "SELECT c.number FROM cases c JOIN service s ON s.id = c.service WHERE s.code = 'pothole' "
        "AND c.confidentiality = 0 AND NOT c.is_hidden ORDER BY c.id DESC")]
    check("and everything of a kind by its name", pages(api, known["bare"], "q=pothole&limit=7") ==
          public, public)
    check("with other filters", set(pages(api, known["bare"], "q=pothole&state=closed")) <=
          set(public))
    parameters = api.operation("GET", "/api/v1/cases")[1]["parameters"]
    says = {p["name"]: p.get("description", "") for p in parameters}
    check("the description says what may be asked", "filter language" in says["q"], says)


def test_work(api, known):
    key, number = known["key"], known["number"]
    case = "/api/v1/cases/%s" % number
    tag = api.ask("GET", case, key).headers["etag"]
    taken = api.ask("POST", case + "/steps/start", key, {"note": "Crew sent"}, once="step",
                    headers={"If-Match": tag})
    check("a step is taken", taken.status == 200 and taken.json()["state"] == "in-progress",
          taken.body)
    again = api.ask("POST", case + "/steps/start", key, {"note": "Crew sent"}, once="step",
                    headers={"If-Match": tag})
    check("once", again.status == 200 and again.body == taken.body, again.body)
    answer = api.ask("POST", case + "/steps/schedule", key, {"date": "2026-12-01"},
                     headers={"If-Match": tag})
    check("a version that is gone is refused", answer.status == 412 and
          answer.json()["code"] == "PRECONDITION", answer.body)
    answer = api.ask("POST", case + "/steps/schedule", key, {"date": "2026-12-01"},
                     headers={"If-Match": 'W/"x"'})
    check("so is one that is none", answer.status == 412, answer.body)
    answer = api.ask("POST", case + "/steps/start", key, {})
    check("a step that is not there now is a conflict", answer.status == 409 and
          answer.json()["code"] == "TRANSITION", answer.body)
    answer = api.ask("POST", case + "/steps/schedule", key, {"date": "tomorrow"})
    check("what a step needs is named", pointers(answer) == {"#/date": "NOT_A_DATE"} or
          answer.status == 422, answer.body)
    answer = api.ask("POST", case + "/steps/resolve", key, {})
    check("an outcome must be given", pointers(answer) == {"#/outcome": "REQUIRED"}, answer.body)
    note = api.ask("POST", case + "/notes", key, {"text": "Seen it", "is_public": True})
    check("a note is added", note.status == 201 and note.json()["number"] == number, note.body)
    answer = api.ask("POST", case + "/notes", key, {"text": "  "})
    check("an empty note is none", pointers(answer) == {"#/text": "REQUIRED"}, answer.body)
    agent = api.city.sql("SELECT login FROM account WHERE login = 'agent'")[0][0]
    tag = api.ask("GET", case, key).headers["etag"]
    given = api.ask("PUT", case + "/assignee", key, {"login": agent}, headers={"If-Match": tag})
    check("a case is given to somebody", given.status == 200 and
          given.json()["staff"]["assignee"] == agent, given.body)
    answer = api.ask("PUT", case + "/assignee", key, {"login": None}, headers={"If-Match": tag})
    check("not on an old version", answer.status == 412, answer.body)
    answer = api.ask("PUT", case + "/assignee", key, {"login": "nosuch"})
    check("only to who is there", pointers(answer) == {"#/login": "NOT_A_CHOICE"}, answer.body)
    answer = api.ask("PUT", case + "/assignee", key, {"login": None})
    check("or to nobody", answer.json()["staff"]["assignee"] is None, answer.body)
    for target, body, method in (("/steps/start", {}, "POST"), ("/notes", {"text": "x"}, "POST"),
                                 ("/assignee", {"login": None}, "PUT")):
        answer = api.ask(method, case + target, known["reader"], body)
        check("who only reads may not " + target, answer.status == 403, answer.body)
        answer = api.ask(method, "/api/v1/cases/26-99999-0" + target, key, body)
        check("no such case for " + target, answer.status == 404, answer.body)
    actors = api.city.sql("SELECT DISTINCT e.actor_kind FROM event e JOIN cases c ON c.id = e.cases "
                          "WHERE c.number = ?", number)
    check("the record says who: a program", actors == [("api",)], actors)


def test_photos(api, known, photo):
    key = known["key"]
    draft = api.ask("POST", "/api/v1/drafts", key, {"service": "pothole"})
    check("a draft is begun", draft.status == 201 and draft.json()["photos_max"] == 5, draft.body)
    target = draft.json()["photos_url"].split("/", 3)[3].join(["/", ""])
    with open(photo, "rb") as file:
        body, media = multipart("photo", "hole.jpg", file.read())
    sent = api.ask("POST", target, key, body, once="photo", headers={"Content-Type": media})
    again = api.ask("POST", target, key, body, once="photo", headers={"Content-Type": media})
    check("a photo is sent to it, once", sent.status == 201 and sent.json()["photos"] == 1 and
          again.body == sent.body, sent.body)
    body, media = multipart("photo", "not.jpg", b"no picture")
    answer = api.ask("POST", target, key, body, headers={"Content-Type": media})
    check("what is no picture is refused", "#/photo" in pointers(answer), answer.body)
    body, media = multipart("other", "a.jpg", b"x")
    answer = api.ask("POST", target, key, body, headers={"Content-Type": media})
    check("a file of another name is none", pointers(answer) == {"#/photo": "REQUIRED"},
          answer.body)
    answer = api.ask("POST", "/api/v1/drafts/nosuch/photos", key, body,
                     headers={"Content-Type": media})
    check("no such draft", answer.status == 404, answer.body)
    check("a draft needs the right to file",
          api.ask("POST", "/api/v1/drafts", known["reader"], {"service": "pothole"}).status == 403)
    body, media = multipart("photo", "large.jpg", b"\xff\xd8" + b"x" * (17 << 20))
    for place in (target, "/api/v1/cases/%s/photos" % known["number"]):
        answer = api.ask("POST", place, key, body, headers={"Content-Type": media})
        check("too large a file: " + place,
              answer.status == 413 and pointers(answer) == {"#/photo": "TOO_LARGE"}, answer.body)
    filed = api.ask("POST", "/api/v1/cases", key, report(draft=draft.json()["draft"]))
    case = api.ask("GET", "/api/v1/cases/" + filed.json()["number"], key).json()
    check("the photo is the case's", len(case["photos"]) == 1, case)
    for variant in ("full", "thumb"):
        target = case["photos"][0][variant].split("/", 3)[3].join(["/", ""])
        answer = api.ask("GET", target, key)
        check("it is given: " + variant, answer.status == 200 and answer.body[:2] == b"\xff\xd8")
        check("not to everybody: " + variant,
              api.ask("GET", target, known["bare"]).status == 404)
    target = "/api/v1/cases/%s/photos" % filed.json()["number"]
    with open(photo, "rb") as file:
        body, media = multipart("photo", "after.jpg", file.read())
    headers = {"Content-Type": media}
    before = api.ask("GET", target[:-len("/photos")], key).headers["etag"]
    added = api.ask("POST", target, key, body, once="after", headers=headers)
    again = api.ask("POST", target, key, body, once="after", headers=headers)
    check("a case with another photo is another", added.headers["etag"] != before, before)
    check("a photo is added to a case, once", added.status == 201 and
          len(added.json()["photos"]) == 2 and again.body == added.body, added.body)
    check("not by who only reads",
          api.ask("POST", target, known["reader"], body, headers=headers).status == 403)
    check("nor to a case that is none", api.ask("POST", "/api/v1/cases/26-99999-0/photos", key, body,
                                                headers=headers).status == 404)
    body, media = multipart("photo", "not.jpg", b"no picture")
    answer = api.ask("POST", target, key, body, headers={"Content-Type": media})
    check("nor what is no picture", "#/photo" in pointers(answer), answer.body)
    test_tags(api, known, filed.json()["number"])
    answer = api.ask("POST", "/api/v1/cases", key, report(draft=draft.json()["draft"]))
    check("a draft is used once", pointers(answer) == {"#/draft": "NOT_A_CHOICE"}, answer.body)


def test_tags(api, known, number):
    """What changes the answer changes its ETag, whoever asks and whatever the case's version is."""
    case = "/api/v1/cases/" + number
    of_case = "(SELECT id FROM cases WHERE number = '%s')" % number
    for name, change, keys in (
            ("a photo's release", "UPDATE case_file SET is_public = 1 WHERE cases = " + of_case,
             ("key", "bare")),
            ("a photo's redaction", "UPDATE case_file SET is_public = 0, is_hidden = 1 WHERE "
             "cases = " + of_case, ("bare",)),
            ("a released text", "UPDATE cases SET is_description_public = 1 WHERE number = '%s'"
             % number, ("bare",)),
            ("a redacted text", "UPDATE cases SET description = '' WHERE number = '%s'" % number,
             ("key", "bare")),
            ("a verified contact", "UPDATE contact_point SET verified = 1 WHERE party = (SELECT "
             "reporter FROM cases WHERE number = '%s')" % number, ("key",))):
        tags = {who: api.ask("GET", case, known[who]).headers["etag"] for who in keys}
        for who, tag in tags.items():
            check("what is as it was need not be sent to " + who, api.ask(
                "GET", case, known[who], headers={"If-None-Match": tag}).status == 304)
        api.city.sql(change)
        for who, tag in tags.items():
            answer = api.ask("GET", case, known[who], headers={"If-None-Match": tag})
            check("%s is news for %s" % (name, who), answer.status == 200 and
                  answer.headers["etag"] != tag, answer.status)


def test_under_way(api, known, photo):
    """Each POST, while the first of its idempotency key is being worked on."""
    key, number = known["key"], known["number"]
    draft = api.ask("POST", "/api/v1/drafts", key, {"service": "pothole"}).json()["draft"]
    with open(photo, "rb") as file:
        picture, media = multipart("photo", "hole.jpg", file.read())
    calls = (("/api/v1/drafts", {"service": "pothole"}, {}),
             ("/api/v1/cases/%s/notes" % number, {"text": "Once"}, {}),
             ("/api/v1/cases/%s/steps/start" % number, {}, {}),
             ("/api/v1/drafts/%s/photos" % draft, picture, {"Content-Type": media}),
             ("/api/v1/cases/%s/photos" % number, picture, {"Content-Type": media}))
    for at, (target, body, headers) in enumerate(calls):
        once = "under-way-%d" % at
        api.ask("POST", target, key, body, once=once, headers=headers)
        api.city.sql("UPDATE api_call SET status = 0, begun = ? WHERE idempotency = ?", 2**53, once)
        answer = api.ask("POST", target, key, body, once=once, headers=headers)
        check("%s: not while it is under way" % target, answer.status == 409, answer.body)


def test_lost(api, known, photo):
    """The program is lost between what it did and the note of its answer, which a trigger that
    refuses the note stands for: asked again, nothing is done twice."""
    key, number, sql = known["key"], known["number"], api.city.sql
    draft = api.ask("POST", "/api/v1/drafts", key, {"service": "pothole"}).json()["draft"]
    with open(photo, "rb") as file:
        picture, media = multipart("photo", "hole.jpg", file.read())
    case = "/api/v1/cases/" + number
    here = "cases = (SELECT id FROM cases WHERE number = '%s')" % number
    report_body = report(description="Lost and found")
    calls = (("note", case + "/notes", {"text": "Only once"}, {}, "event WHERE " + here),
             ("step", case + "/steps/schedule", {"date": "2026-12-03"}, {}, "event WHERE " + here),
             ("photo", case + "/photos", picture, {"Content-Type": media},
              "case_file WHERE " + here),
             ("draft photo", "/api/v1/drafts/%s/photos" % draft, picture,
              {"Content-Type": media}, "draft_file"),
             ("filing", "/api/v1/cases", report_body, {}, "cases"))
    for name, target, body, headers, rows in calls:
        once = "lost-" + name.replace(" ", "-")
        sql("CREATE TRIGGER lost BEFORE UPDATE OF answer ON api_call BEGIN SELECT RAISE(ABORT, "
            "'lost'); END")
        first = api.ask("POST", target, key, body, once=once, headers=headers)
        sql("DROP TRIGGER lost")
        count = sql("SELECT count(*) FROM " + rows)
        check("%s: it is done all the same" % name, first.status in (200, 201), first.body)
        sql("UPDATE api_call SET begun = ? WHERE idempotency = ?", a_minute_ago(), once)
        again = api.ask("POST", target, key, body, once=once, headers=headers)
        check("%s: asked again it is done once" % name, again.status == first.status and
              sql("SELECT count(*) FROM " + rows) == count, again.body)
        third = api.ask("POST", target, key, body, once=once, headers=headers)
        check("%s: and so it is answered from then on" % name, third.body == again.body and
              third.headers.get("idempotency-replayed") == "true", third.body)
        sql("CREATE TRIGGER lost BEFORE UPDATE OF status ON api_call WHEN NEW.status = 1 BEGIN "
            "SELECT RAISE(ABORT, 'lost'); END")
        failed = api.city.ask("POST", target, json.dumps(body).encode() if isinstance(body, dict)
                              else body, {"Authorization": "Bearer " + key, "Idempotency-Key":
                                          once + "-2", "Content-Type": "application/json",
                                          **headers})
        sql("DROP TRIGGER lost")
        check("%s: what cannot be noted is not done" % name, failed.status == 500 and
              sql("SELECT count(*) FROM " + rows) == count, failed.body)


def at_once(n, act):
    """The answers of n calls of act that begin together."""
    gate, answers = threading.Barrier(n), [None] * n

    def run(at):
        gate.wait()
        answers[at] = act(at)

    threads = [threading.Thread(target=run, args=(at,)) for at in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_together(api, known):
    """Many at once: one key has one effect, and of two who change a case one is told of the other."""
    key, sql = known["key"], api.city.sql
    before = sql("SELECT count(*) FROM cases")[0][0]
    answers = at_once(12, lambda _: api.ask("POST", "/api/v1/cases", key, report(), once="together"))
    numbers = {answer.json()["number"] for answer in answers if answer.status == 201}
    check("one key, twelve at once: one case", len(numbers) == 1 and
          sql("SELECT count(*) FROM cases")[0][0] == before + 1, numbers)
    check("the others wait or get the same", {answer.status for answer in answers} <= {201, 409},
          [answer.status for answer in answers])
    case = "/api/v1/cases/" + numbers.pop()
    tag = api.ask("GET", case, key).headers["etag"]
    answers = at_once(6, lambda at: api.ask(
        "POST", case + "/steps/start", key, {"note": "By %d" % at}, headers={"If-Match": tag}))
    check("one of six takes the step", sorted(answer.status for answer in answers) ==
          [200] + [412] * 5, [answer.status for answer in answers])
    steps = sql("SELECT count(*) FROM event WHERE kind = 'case.step' AND cases = (SELECT id FROM "
                "cases WHERE number = ?)", case.rsplit("/", 1)[1])
    check("and one is in the record", steps == [(1,)], steps)
    slow = api.city.key("read", burst=3, per_minute=1)
    answers = at_once(8, lambda _: api.ask("GET", "/api/v1/layers", slow))
    check("a rate holds however many ask together", sorted(a.status for a in answers) ==
          [200] * 3 + [429] * 5, [a.status for a in answers])
    form = {"Authorization": "Bearer " + slow, "Content-Type": "application/x-www-form-urlencoded"}
    answer = api.city.ask("POST", "/open311/v2/requests.json", b"service_code=pothole", form)
    check("and whichever interface is called", answer.status == 429 and
          int(answer.headers["retry-after"]) > 0, (answer.status, answer.headers))


def test_edges(api, known):
    """The ends of pages, and parameters that are almost right."""
    key, sql = known["key"], api.city.sql
    count = sql("SELECT count(*) FROM cases")[0][0]
    last = api.ask("GET", "/api/v1/cases?view=staff&limit=200", key)
    check("a page that holds all has no next", count > 200 or
          (last.json()["next"] is None and "link" not in last.headers), last.headers)
    exact = api.ask("GET", "/api/v1/cases?view=staff&limit=%d" % count, key).json()
    check("nor one that is exactly full", len(exact["cases"]) == count and exact["next"] is None)
    for view in ("public", "staff"):
        far = "n0-1" if view == "staff" else "0-1"
        answer = api.ask("GET", "/api/v1/cases?view=%s&cursor=%s" % (view, far), key)
        check("beyond the last there is nothing: " + view, answer.json() ==
              {"cases": [], "next": None}, answer.body)
        first = api.ask("GET", "/api/v1/cases?view=%s&limit=1" % view, key).json()["next"]
        other = "staff" if view == "public" else "public"
        answer = api.ask("GET", "/api/v1/cases?view=%s&cursor=%s" % (
            other, first.split("cursor=")[1].split("&")[0]), key)
        check("a cursor of another view is none: " + other, answer.status == 422 and
              list(pointers(answer)) == ["cursor"], answer.body)
    for query, field in (("limit=1e1", "limit"), ("limit=", None), ("limit=-1", "limit"),
                         ("limit=99999999999999999999", "limit"), ("cursor=1-", "cursor"),
                         ("cursor=1-2-3", "cursor"), ("cursor=" + "1" * 61, "cursor"),
                         ("q=%ff", "q"), ("q=%00", "q"), ("opened_from=2026-13-01", "opened_from"),
                         ("opened_until=2026-01-01T00:00:00", "opened_until"),
                         ("district=" + "1" * 21, "district"), ("state=OPEN", "state"),
                         ("limit=1&limit=2", "limit"), ("sort=best", "sort")):
        answer = api.ask("GET", "/api/v1/cases?" + query, key)
        wanted = answer.status == 200 if field is None else (
            answer.status in (400, 422) and (answer.status == 400 or
                                             list(pointers(answer)) == [field]))
        check("almost right: " + query[:40], wanted, (answer.status, answer.body))
    for target in ("/api/v1/cases/%s/events?limit=0", "/api/v1/cases/%s/events?after=x",
                   "/api/v1/cases/%s/photos/1/large", "/api/v1/cases/%s/photos/x/full",
                   "/api/v1/cases/%s/photos/-1/full"):
        answer = api.ask("GET", target % known["number"], key)
        check("not found or refused: " + target, answer.status in (404, 422), answer.status)
    for header in ("Bearer", "Bearer ", "Basic " + key, "Bearer " + key + "x", "Bearer " + key[:-1],
                   "Bearer " + key.upper(), "bearer \t", key):
        answer = api.ask("GET", "/api/v1/layers", headers={"Authorization": header})
        check("no key: %s" % header[:12], answer.status == 401, answer.status)
    check("the scheme's name is of any case", api.ask(
        "GET", "/api/v1/layers", headers={"Authorization": "bEaReR " + key}).status == 200)
    for once in ("x" * 201, "\u00e9"):
        answer = api.ask("POST", "/api/v1/drafts", key, {"service": "pothole"}, once=once)
        check("no idempotency key: %r" % once[:5], answer.status in (400, 422), answer.body)


def leaf_of(event):
    actor = event["actor"]
    audience = {"public": 0, "parties": 1, "staff": 2}[event["audience"]]
    text = "cityhall event 1\n%d\n%d\n%s\n%d\n%s\n%s\n%d\n%s\n" % (
        event["id"], event["at_us"], event["kind"], event["case"], actor["kind"],
        actor["id"] or "-", audience, event["commitment"])
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def root_of(leaf, position, size, path):
    """RFC 9162, section 2.1.3.2."""
    node, last, hashed = position, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            hashed = hashlib.sha256(b"\x01" + bytes.fromhex(step) + hashed).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            hashed = hashlib.sha256(b"\x01" + hashed + bytes.fromhex(step)).digest()
        node, last = node >> 1, last >> 1
    return hashed.hex() if last == 0 else None


def test_record(api, known):
    key = known["key"]
    number = api.city.sql("SELECT number FROM cases ORDER BY id LIMIT 1")[0][0]
    target = "/api/v1/cases/%s/events?limit=2" % number
    events, head = [], None
    while target:
        page = api.ask("GET", target, key).json()
        events, head = events + page["events"], page["head"]
        target = page["next"] and page["next"].split("/", 3)[3].join(["/", ""])
    count = api.city.sql("SELECT count(*) FROM event e JOIN cases c ON c.id = e.cases WHERE "
                         "c.number = ?", number)[0][0]
    check("all events, page by page", len(events) == count, (len(events), count))
    check("each keeps its promise", all(
        hashlib.sha256(bytes.fromhex(e["salt"]) + e["payload_text"].encode()).hexdigest() ==
        e["commitment"] and json.loads(e["payload_text"]) == e["payload"] for e in events))
    check("each is proven to stand in the record", all(
        root_of(leaf_of(e), e["proof"]["position"], head["size"], e["proof"]["path"]) ==
        head["root"] for e in events), events[:1])
    text = api.ask("GET", "/record/head").body.decode()
    check("the head is what the proofs lead to", text.split("\n")[1:3] ==
          [str(head["size"]), head["root"]], text)
    check("the key is given", re.match(r"^[0-9a-f]{64}\n$",
                                       api.ask("GET", "/record/key").body.decode()))
    inclusion = api.ask("GET", "/record/inclusion?event=%d" % events[0]["id"]).json()
    check("an event's place, without its content", inclusion["path"] ==
          events[0]["proof"]["path"] and set(inclusion) ==
          {"event", "position", "size", "root", "path"}, inclusion)
    check("an event that is none", api.ask("GET", "/record/inclusion?event=999999").status == 404)
    answer = api.ask("GET", "/record/consistency?from=3&to=7").json()
    check("consistency", (answer["from"], answer["to"]) == (3, 7) and answer["proof"], answer)
    check("up to the head", api.ask("GET", "/record/consistency?from=%d" % head["size"]).json()
          ["proof"] == [])
    for query in ("", "?from=0", "?from=9&to=3", "?from=1&to=999999", "?from=x"):
        check("refused: consistency" + query,
              api.ask("GET", "/record/consistency" + query).status == 422)
    receipt = api.ask("GET", "/api/v1/cases/%s/receipt" % number, key).body.decode()
    check("a receipt with its proof", receipt.startswith("cityhall receipt 1\nnumber " + number)
          and "\nroot " in receipt, receipt)
    check("not for everybody", api.ask("GET", "/api/v1/cases/%s/receipt" % number,
                                       known["bare"]).status == 403)


def test_matrix(api, known):
    """Keys by cases: what each sees of its own, of others', of confidential and hidden ones."""
    city = api.city
    filer = city.key("file")
    mine = {name: api.ask("POST", "/api/v1/cases", filer, report(description="SECRET " + name))
            .json()["number"] for name in ("own", "own-confidential", "own-staff", "own-hidden")}
    for name, change in (("own-confidential", "confidentiality = 1"),
                         ("own-staff", "confidentiality = 2"), ("own-hidden", "is_hidden = 1")):
        city.sql("UPDATE cases SET %s WHERE number = ?" % change, mine[name])
    # As the first versions wrote it: the trace in the public event.
    city.sql("UPDATE event_payload SET payload = json_set(payload, '$.route', json('[{\"expr\": "
             "\"lane\"}]')) WHERE event = (SELECT e.id FROM event e JOIN cases c ON c.id = e.cases "
             "WHERE e.kind = 'case.opened' AND c.number = ?)", mine["own"])
    other = city.sql("SELECT c.number FROM cases c JOIN team t ON t.id = c.team WHERE t.code = "
                     "'parks' OR t.code LIKE 'tree%' LIMIT 1")
    keys = {
        "everything": city.key("read@city"),
        "its team": city.key("read@team:streets-east"),
        "another team": city.key("read@team:streets-west"),
        "its department": city.key("read@department:public-works"),
        "its service": city.key("work@service:pothole"),
        "another service": city.key("read@service:graffiti"),
        "the filer": filer,
        "another filer": city.key("file"),
        "nothing": city.key(),
    }
    sees_all = {"everything", "its team", "its department", "its service"}
    for name, key in keys.items():
        for case, number in mine.items():
            answer = api.ask("GET", "/api/v1/cases/" + number, key)
            if name in sees_all:
                wanted = "staff"
            elif name == "the filer":
                wanted = "own" if case != "own-staff" else None
            else:
                wanted = "public" if case == "own" else None
            found = answer.json()["view"] if answer.status == 200 else None
            check("%s, %s: %s" % (name, case, wanted), found == wanted, answer.body)
            tells = b"SECRET" in answer.body, b"linh@example.com" in answer.body
            check("%s, %s tells no more" % (name, case),
                  tells == (wanted in ("own", "staff"), wanted == "staff"), answer.body)
            events = api.ask("GET", "/api/v1/cases/%s/events" % number, key)
            check("%s, %s: events alike" % (name, case),
                  (events.status == 200) == (wanted is not None), events.body)
            check("%s, %s: why it came to its team is for staff" % (name, case),
                  (b"district" in events.body, b"lane" in events.body) ==
                  (wanted == "staff", wanted == "staff" and case == "own"), events.body)
    for name, key in keys.items():
        numbers = set(pages(api, key, "limit=200"))
        check("%s: the public list has none of the hidden" % name,
              mine["own"] in numbers and not numbers & {mine[n] for n in mine if n != "own"})
        answer = api.ask("GET", "/api/v1/cases?view=staff&limit=200", key)
        if name in ("the filer", "another filer", "nothing"):
            check("%s: no list of staff's" % name, answer.status == 403, answer.body)
            continue
        numbers = {line["number"] for line in answer.json()["cases"]}
        check("%s: staff's list is within the scope" % name,
              (set(mine.values()) <= numbers) == (name in sees_all) and
              (name in sees_all or not set(mine.values()) & numbers), numbers)
    for name, key in keys.items():
        answer = api.ask("POST", "/api/v1/cases/%s/notes" % mine["own"], key, {"text": name})
        check("%s: works" % name, (answer.status == 201) == (name == "its service"), answer.body)
    del other
    revoked = city.key("supervise")
    prefix = revoked.split("_")[1]
    check("a key works", api.ask("GET", "/api/v1/layers", revoked).status == 200)
    city.run("key", "revoke", city.folder, prefix)
    check("until it is revoked", api.ask("GET", "/api/v1/layers", revoked).status == 401)


def main(program, folder, photo):
    city = DemoCity(program, folder)
    try:
        city.start()
        api = Interface(city)
        known = {"key": city.key("supervise", "file", burst=100000, per_minute=60000),
                 "reader": city.key("read"), "bare": city.key(),
                 "file_parks": city.key("file@department:parks"),
                 "service": "pothole", "layer": "district", "draft": "nosuch", "photo": "1",
                 "variant": "full", "step": "start"}
        test_document(api)
        test_filing(api, known)
        test_wrong_filings(api, known)
        test_reading(api, known)
        test_lists(api, known)
        test_strangers(api, known)
        test_bodies(api, known)
        test_work(api, known)
        test_photos(api, known, photo)
        test_under_way(api, known, photo)
        test_lost(api, known, photo)
        test_together(api, known)
        test_edges(api, known)
        test_record(api, known)
        test_matrix(api, known)
        check("every answer is as documented", not api.broken, api.broken[:8])
        for unseen in api.never_seen():
            print("# documented and never seen: %s %s %d" % unseen)
        check("every documented status was seen", not api.never_seen(), api.never_seen())
        city.stop()
        log = [line for line in city.log if "lost" not in line]
        check("the server had no trouble", not [line for line in log if "request.failed" in line or
                                                "ERROR" in line], log)
    finally:
        city.remove()
    return end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
