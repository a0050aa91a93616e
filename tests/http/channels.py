"""The forms and interfaces that bad input is sent to: a new one is one entry in `channels`.

A channel knows how to come to its form, what a good input is, how to send one, and how a refusal
looks there. `texts` names the inputs that take text; `bad_input.py` puts every item into each, but
for what `leaves_out` gives a reason for.
"""

import html
import itertools
import json
import re
from xml.etree import ElementTree

from tap import must

PLACE = "795 Massachusetts Ave"


class Channel:
    """`good` is an input that would be taken; `texts` its inputs that take text, `required` those
    that must not be empty, `choices` those that show a list, where what is not in it cannot be
    shown again."""

    login, is_program = None, False

    def __init__(self, name, good, texts, required=(), choices=()):
        self.name, self.good, self.texts = name, good, texts
        self.required, self.choices = required, choices

    def leaves_out(self, item):
        """Why an item does not apply here; None when it does."""
        return LEFT_OUT[self.is_program].get(item)


# Items that only one side has.
LEFT_OUT = {
    False: {},
    True: {
        "no form token": "a program carries a key that no foreign page can send",
        "an empty form token": "as above", "a cut form token": "as above",
        "another person's form token": "as above", "sent from another site": "as above",
    },
}


def page_sentence(answer):
    """What a page of its own says; it must say something."""
    said = re.sub(r"<[^>]*>", " ", main_part(answer)).split()
    must(len(" ".join(said)) > 60, "it says nothing: " + answer.text[:300])


class WebForm(Channel):
    """A form of the resident's or the staff's pages. `open` brings a client to the form and gives
    the path that the form is sent to; `at` names the element that shows the error of a field whose
    own name is not on the page."""

    def __init__(self, name, open, good, texts, login=None, required=(), choices=(), at=None):
        super().__init__(name, good, texts, required, choices)
        self.open, self.login, self.at = open, login, at or {}

    def begin(self, city):
        client = city.client(self.login)
        return client, self.open(city, client)

    def send(self, client, path, fields):
        return client.post(path, {"csrf": client.csrf, **fields})

    def headers(self, _client):
        return []

    def errors(self, answer, is_elsewhere=False):
        page_sentence(answer)

    def is_accepted(self, answer):
        return answer.status == 303

    def must_refuse(self, answer, field, typed):
        """A sentence at the field and what was typed."""
        must(answer.status in (422, 429), "status %d: %s" % (answer.status, main_part(answer)))
        shown = re.escape(self.at.get(field, field))
        said = re.search(r'id="[a-z-]*%s[a-z0-9-]*-error[^>]*>(.*?)</(?:span|p)>\s*<' % shown,
                         answer.text, re.S) or \
            self.at.get(field) == "" and re.search(r'role="alert"(.*?)</(?:section|div)>',
                                                   answer.text, re.S)
        must(said, "nothing at %s: %s" % (field, main_part(answer)))
        must(len(re.sub(r"<[^>]*>", "", said[1]).strip()) > 20, "it says nothing: " + said[0])
        if typed.strip() and field not in self.choices:
            kept = html.unescape(answer.text)
            must(typed.strip()[:200] in kept, "what was typed into %s is gone" % field)


class Program(Channel):
    """An interface for programs: `path` is what is called, with {number} a case's."""

    is_program = True

    def __init__(self, name, path, good, texts, required=(), says=None):
        super().__init__(name, good, texts, required)
        self.path, self.says, self.count = path, says or {}, 0

    def begin(self, city):
        client = city.client()
        client.key, client.number = city.program_key(), city.a_case()
        return client, self.path.replace("{number}", client.number)

    def is_accepted(self, answer):
        return answer.status in (200, 201)


class Open311(Program):
    """A form for it, the answer in XML or JSON as the path says."""

    def send(self, client, path, fields):
        fields = {name: client.number if value == "{number}" else value
                  for name, value in fields.items()}
        return client.post(path, {"api_key": client.key, **fields})

    def headers(self, client):
        return [("Authorization", "Bearer " + client.key)]

    def errors(self, answer, is_elsewhere=False):
        """The sentence, from a document that must be whole. Elsewhere the path has another end."""
        is_json = answer.header("Content-Type").startswith("application/json")
        if is_json if is_elsewhere else self.path.endswith(".json"):
            must(answer.header("Content-Type").startswith("application/json"), answer.headers)
            found = [(e["code"], e["description"]) for e in json.loads(answer.body)]
        else:
            must(answer.header("Content-Type").startswith("text/xml"), answer.headers)
            root = ElementTree.fromstring(answer.body)
            must(root.tag == "errors", root.tag)
            found = [(int(e.findtext("code")), e.findtext("description")) for e in root]
        must(found and found[0][0] == answer.status and len(found[0][1]) > 15, answer.text)
        return found[0][1]

    def must_refuse(self, answer, field, _typed):
        must(answer.status in (400, 404), "status %d: %s" % (answer.status, answer.text[:300]))
        sentence = self.errors(answer)
        must(self.says.get(field, field) in sentence, "%s is not named: %s" % (field, sentence))


class Api(Program):
    """JSON for it; a field is a path into the document: "contact.name"."""

    def send(self, client, path, fields):
        body = {}
        marks = {}
        for name, value in fields.items():
            at = body
            *way, last = name.split(".")
            for step in way:
                at = at.setdefault(step, {})
            at[last] = value
            if isinstance(value, bytes):
                at[last] = mark = "@%d@" % len(marks)
                marks[mark] = value
        text = json.dumps(body).encode()
        for mark, value in marks.items():
            text = text.replace(mark.encode(), as_json(value))
        return client.post(path, text, self.headers(client))

    def headers(self, client):
        self.count += 1
        return [("Authorization", "Bearer " + client.key), ("Content-Type", "application/json"),
                ("Idempotency-Key", "%s-%d" % (self.name.replace(" ", "-"), self.count))]

    def errors(self, answer, is_elsewhere=False):
        must(answer.header("Content-Type") == "application/problem+json", answer.headers)
        problem = json.loads(answer.body)
        must(problem["status"] == answer.status and len(problem["detail"]) > 15, answer.text)
        return problem

    def must_refuse(self, answer, field, _typed):
        must(answer.status in (404, 422), "status %d: %s" % (answer.status, answer.text[:300]))
        named = [e.get("pointer", "") for e in self.errors(answer).get("errors", [])]
        must(any(("#/" + field.replace(".", "/")).startswith(name) for name in named if name),
             "%s is not named: %s" % (field, answer.text[:400]))


def as_json(value):
    """Bytes inside a JSON string: escaped as far as they must be, broken UTF-8 left broken."""
    return re.sub(rb'["\\\x00-\x1f]', lambda found: b"\\u%04x" % found[0][0], value)


def main_part(answer):
    return answer.text[max(0, answer.text.find("<main")):][:1500]


REPORTERS = itertools.count(1)


def report_to(step, service="pothole", email=None):
    """Answers the steps of a report up to the one named, as somebody nobody has seen before."""
    def open(_city, client):
        path = "/report/%s/" % service
        answers = [("where", {"place": PLACE}), ("lane", {"lane": "true"}), ("size", {"size": "tire"}),
                   ("photos", {}), ("details", {"description": "Deep"}),
                   ("who", {"name": "", "phone": "",
                            "email": email or "ana%d@example.org" % next(REPORTERS)})]
        client.get(path + "where")
        for name, fields in answers:
            if name == step:
                break
            answer = client.post(path + name, {"csrf": client.csrf, **fields})
            must(answer.status == 303, "%s: %d %s" % (name, answer.status, main_part(answer)))
        if step == "check" and client.last.header("Location").endswith("/similar"):
            client.follow()
            client.post(path + "similar", {"csrf": client.csrf, "case": "none"})
        page = client.get(path + step)
        must(page.status == 200, "%s: %d" % (step, page.status))
        return path + step
    return open


def file_case(city):
    """Files a report; its number and the reporter's client."""
    client = city.client()
    path = report_to("check")(city, client)
    answer = client.post(path, {"csrf": client.csrf})
    must(answer.status == 303, "the report: %d %s" % (answer.status, main_part(answer)))
    number = re.search(r"\d\d-\d{5,}-\d", client.follow().text)
    must(number, "no number: " + main_part(client.last))
    return number[0], client


def own_case(action):
    """What the reporter may do to a case filed just before."""
    def open(city, client):
        number, reporter = file_case(city)
        client.cookies.update(reporter.cookies)
        client.get("/cases/" + number)
        return "/cases/%s/%s" % (number, action)
    return open


def private_link(action):
    """The mailed link of a case, opened in a browser that never saw it."""
    def open(city, client):
        number, _ = file_case(city)
        link = re.search(r"/follow/[\w-]+", city.mail())
        must(link, "no link: " + city.mail())
        must(client.get(link[0]).status == 200, "the link")
        answer = client.post(link[0], {"csrf": client.csrf})
        must(answer.status == 303, "the link: %d" % answer.status)
        client.get("/cases/" + number)
        return "/cases/%s/%s" % (number, action)
    return open


def follow_by_mail(city, client):
    number, _ = file_case(city)
    client.get("/cases/%s/follow" % number)
    return "/cases/%s/follow" % number


def later(city, client):
    report_to("who")(city, client)
    client.get("/report/pothole/later")
    return "/report/pothole/later"


def staff_entry(_city, client):
    """The form on which a caller's report is taken down, with its hidden fields."""
    page = client.get("/staff/new/pothole")
    must(page.status == 200, "entry: %d" % page.status)
    client.hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    return "/staff/new/pothole"


class Entry(WebForm):
    def send(self, client, path, fields):
        return client.post(path, {**client.hidden, "csrf": client.csrf, **fields})

    def is_accepted(self, answer):
        """With a question that was not asked yet, or with cases nearby, the form comes again."""
        return answer.status in (200, 303)


def staff_case(action, page=""):
    """A form on the page of a case filed just before, or on a page of its own."""
    def open(city, client):
        number, _ = file_case(city)
        shown = client.get("/staff/cases/%s%s" % (number, page))
        must(shown.status == 200, "the case: %d" % shown.status)
        return "/staff/cases/%s/%s" % (number, action)
    return open


def similar(city, client):
    """The question whether it is one of the open cases around the place."""
    file_case(city)
    report_to("who")(city, client)
    client.post("/report/pothole/who", {"csrf": client.csrf})
    must(client.follow().status == 200, "similar: %d" % client.last.status)
    return "/report/pothole/similar"


def page(path, to=None):
    def open(_city, client):
        must(client.get(path).status == 200, path)
        return to or path
    return open


channels = [
    WebForm("resident: where", report_to("where"), {"place": PLACE}, ["place"], required=["place"]),
    WebForm("resident: a choice", report_to("size"), {"size": "tire"}, ["size"],
            choices=["size"]),
    WebForm("resident: a yes or no", report_to("lane"), {"lane": "true"}, ["lane"],
            choices=["lane"]),
    WebForm("resident: details", report_to("details"), {"description": "Deep"}, ["description"]),
    WebForm("resident: who", report_to("who"),
            {"name": "Ana", "email": "ana@example.org", "phone": "251-555-0142"},
            ["name", "email", "phone"]),
    WebForm("resident: is it one of these", similar, {"case": "none"}, ["case"], required=["case"],
            choices=["case"]),
    WebForm("resident: withdrawing", own_case("steps/withdraw"), {"message": "Gone"}, ["message"]),
    WebForm("resident: a comment", own_case("comments"), {"comment": "Deeper now"}, ["comment"],
            required=["comment"]),
    WebForm("resident: following by mail", follow_by_mail, {"email": "bo@example.org"}, ["email"],
            required=["email"]),
    WebForm("resident: signing in", page("/me/sign-in"), {"email": "bo@example.org"}, ["email"],
            required=["email"]),
    WebForm("draft: a link by mail", later, {"how": "mail", "email": "bo@example.org"}, ["email"],
            required=["email"]),
    WebForm("draft: a code", page("/continue"), {"code": "AAAA-AAAA"}, ["code"],
            required=["code"]),
    WebForm("private link: withdrawing", private_link("steps/withdraw"), {"message": "Gone"},
            ["message"]),
    WebForm("private link: a comment", private_link("comments"), {"comment": "Deeper now"},
            ["comment"], required=["comment"]),
    # What is wrong of the three is never said.
    WebForm("staff: sign-in", page("/staff/signin"),
            {"login": "agent", "password": "x", "code": "123456"}, ["login", "password", "code"],
            at={"login": "", "password": "", "code": ""}),
    Entry("staff: entry", staff_entry,
          {"place": PLACE, "description": "Deep", "name": "Ana", "email": "ana@example.org",
           "phone": "251-555-0142"}, ["place", "description", "name", "email", "phone"], "agent",
          required=["place"]),
    WebForm("staff: transfer", staff_case("transfer", "/transfer"),
            {"service": "sidewalk", "reason": "Not the street", "planned": "sidewalk",
             "act": "do"}, ["reason"],
            "agent", required=["reason"]),
    WebForm("staff: another place", staff_case("place", "/place"), {"place": PLACE, "act": "plan"},
            ["place"], "agent", required=["place"]),
    WebForm("staff: another team", staff_case("team", "/team"),
            {"team": "streets-west", "reason": "Not theirs", "act": "do"}, ["reason"],
            "supervisor", required=["reason"]),
    WebForm("staff: redacting", staff_case("redact", "/redact"),
            {"what": "description", "sure": "yes", "reason": "A name", "act": "do"}, ["reason"],
            "supervisor", required=["reason"]),
    WebForm("staff: a link", staff_case("links"), {"other": "26-00001-7", "act": "add"}, ["other"],
            "agent", required=["other"]),
    WebForm("staff: hiding", staff_case("hide", "/hide"), {"reason": "A name", "act": "do"},
            ["reason"], "supervisor", required=["reason"]),
    WebForm("staff: merging", staff_case("merge", "/merge"),
            {"into": "26-00001-7", "reason": "The same", "planned": "26-00001-7",
             "act": "do"}, ["into", "reason"],
            "supervisor", required=["into", "reason"]),
    WebForm("staff: a follower", staff_case("followers"), {"email": "bo@example.org"}, ["email"],
            "agent", required=["email"]),
    WebForm("staff: a note", staff_case("notes"), {"note": "Called", "visibility": "private"},
            ["note"], "agent", required=["note"]),
    WebForm("staff: a question", staff_case("steps/ask"), {"message": "Which side?"}, ["message"],
            "agent", required=["message"]),
    WebForm("staff: resolving", staff_case("steps/resolve"),
            {"outcome": "done", "message": "Filled", "note": ""}, ["outcome", "message", "note"],
            "agent", choices=["outcome"]),
    WebForm("staff: a date", staff_case("steps/schedule"),
            {"year": "2027", "month": "1", "day": "5", "message": ""},
            ["year", "month", "day", "message"], "agent",
            at={"year": "date", "month": "date", "day": "date"}),
    WebForm("staff: giving it to somebody", staff_case("assign"), {"assignee": "me"}, ["assignee"],
            "agent", choices=["assignee"]),
] + [
    Open311("open311 %s: a request" % kind, "/open311/v2/requests." + kind,
            {"service_code": "pothole", "address_string": PLACE, "description": "Deep",
             "first_name": "Ana", "last_name": "Lee", "email": "ana@example.org",
             "phone": "251-555-0142", "attribute[size]": "tire"},
            ["service_code", "address_string", "description", "first_name", "last_name", "email",
             "phone", "attribute[size]"], required=["service_code", "address_string"],
            says={"service_code": "service", "address_string": "address", "first_name": "name",
                  "last_name": "name"})
    for kind in ("xml", "json")] + [
    Open311("open311 %s: an update" % kind, "/open311/v2/servicerequestupdates." + kind,
            {"service_request_id": "{number}", "description": "Deeper now", "email": "a@example.org"},
            ["description", "email", "service_request_id"],
            required=["description", "service_request_id"],
            says={"service_request_id": "service"})
    for kind in ("xml", "json")] + [
    Api("api: a report", "/api/v1/cases",
        {"service": "pothole", "place.text": PLACE, "description": "Deep", "contact.name": "Ana",
         "contact.email": "ana@example.org", "contact.phone": "251-555-0142", "fields.size": "tire"},
        ["service", "place.text", "description", "contact.name", "contact.email", "contact.phone",
         "fields.size"], required=["service", "place.text"]),
    Api("api: a note", "/api/v1/cases/{number}/notes", {"text": "Called"}, ["text"],
        required=["text"]),
    Api("api: a draft", "/api/v1/drafts", {"service": "pothole"}, ["service"],
        required=["service"]),
]


# Routes that take a POST and get none of this, and why.
BUTTON = "nobody types a word there: a button, with what the page itself put into the form"
IN_C = "a few words, each refused in %s"
UNSENT = {
    **{route: BUTTON for route in [
        "/continue/{token}", "/cases/{number}/link", "/drafts/{id}", "/drafts/{id}/drop",
        "/follow/{token}", "/follows/{token}", "/forget", "/me/delete", "/me/follows/{id}/end",
        "/me/open/{token}", "/me/sessions/{id}/end", "/me/sign-out",
        "/staff/admin/people/{login}/code", "/staff/admin/people/{login}/disabled",
        "/staff/admin/people/{login}/grants/{grant}/revoke",
        "/staff/admin/people/{login}/password", "/staff/admin/people/{login}/sessions",
        "/staff/admin/settings/test", "/staff/bulk", "/staff/cases/{number}/description",
        "/staff/cases/{number}/photos/{photo}", "/staff/cases/{number}/unmerge", "/staff/me/codes",
        "/staff/me/keys", "/staff/me/sessions", "/staff/signout", "/staff/views/{view}/drop",
        "/unfollow/{token}"]},
    **{route: IN_C % "console/test_admin.c" for route in [
        "/staff/admin/jobs/{job}", "/staff/admin/people", "/staff/admin/people/{login}/details",
        "/staff/admin/people/{login}/grants", "/staff/admin/settings"]},
    "/cases/{number}/rating": IN_C % "portal/test_case_page.c",
    "/me/settings": IN_C % "portal/test_my.c",
    "/staff/bulk/{bulk}": "the words of a step, read by what reads the step's",
    "/staff/me/password": "passwords, which are never shown again",
    "/staff/signin/setup": "as above",
    "/staff/views": IN_C % "console/test_lists.c",
    "/api/v1/cases/{number}/photos": "the photos of a draft are read by the same",
    "/api/v1/cases/{number}/steps/{step}": "the document is read as a note's",
}


class Photos:
    """A way for photos: `send` gives the answer to one or more files, `reads` is the channel whose
    errors it has."""

    def __init__(self, name, begin, send, reads):
        self.name, self.begin, self.send, self.reads = name, begin, send, reads

    def must_refuse(self, answer, field="photo"):
        if not self.reads.is_program:
            must(answer.status in (413, 422), "status %d: %s" % (answer.status, main_part(answer)))
            must("-error" in answer.text and len(main_part(answer)) > 60,
                 "no sentence at the field: " + main_part(answer))
            return
        must(answer.status in (400, 413, 415, 422), "status %d: %s"
             % (answer.status, answer.text[:300]))
        must(field in json.dumps(self.reads.errors(answer)) or answer.status == 413,
             "the photo is not named: " + answer.text[:300])


def with_page(open, login=None):
    def begin(city):
        client = city.client(login)
        return client, open(city, client)
    return begin


def web_photos(fields, name):
    def send(client, path, files):
        return client.post(path, [("csrf", client.csrf), *fields] + [(name, f) for f in files])
    return send


def open311_photos(kind):
    channel = next(c for c in channels if c.name == "open311 %s: a request" % kind)

    def send(client, path, files):
        return client.post(path, [("api_key", client.key), *channel.good.items()] +
                           [("photo", f) for f in files])
    return Photos("open311 %s: photos" % kind, channel.begin, send, channel)


def api_photos():
    channel = next(c for c in channels if c.name == "api: a draft")

    def begin(city):
        client, path = channel.begin(city)
        made = channel.send(client, path, channel.good)
        must(made.status == 201, "a draft: %d %s" % (made.status, made.text[:300]))
        return client, "/api/v1/drafts/%s/photos" % json.loads(made.body)["draft"]

    def send(client, path, files):
        headers = [h for h in channel.headers(client) if h[0] != "Content-Type"]
        return client.post(path, [("photo", f) for f in files], headers)
    return Photos("api: photos", begin, send, channel)


photo_channels = [
    Photos("resident: photos", with_page(report_to("photos")), web_photos([("add", "1")], "photos"),
           channels[0]),
    Photos("resident: photos later", with_page(own_case("photos")), web_photos([], "photos"),
           channels[0]),
    Photos("staff: a step's photos", with_page(staff_case("steps/resolve"), "agent"),
           web_photos([("outcome", "done"), ("message", "Filled")], "photo"), channels[0]),
    open311_photos("xml"), open311_photos("json"), api_photos(),
]
