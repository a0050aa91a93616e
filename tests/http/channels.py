"""The forms and interfaces that bad input is sent to: a new one is one entry in `channels`.

A channel knows how to come to its form, what a good input is, how to send one, and how a refusal
looks there. `texts` names the inputs that take text; `bad_input.py` puts every item into each.
"""

import html
import re

from tap import must, must_show_nothing

PLACE = "795 Massachusetts Ave"


class WebForm:
    """A form of the resident's or the staff's pages. `open` brings a client to the form and gives
    the path that the form is sent to; `good` is an input that would be taken."""

    def __init__(self, name, open, good, texts, login=None, required=(), choices=()):
        self.name, self.open, self.good, self.texts = name, open, good, texts
        self.login, self.required = login, required
        self.choices = choices  # inputs that show a list: what is not in it cannot be shown again

    def begin(self, city):
        client = city.client(self.login)
        return client, self.open(city, client)

    def send(self, client, path, fields):
        return client.post(path, {"csrf": client.csrf, **fields})

    def is_accepted(self, answer):
        return answer.status == 303

    def must_refuse(self, answer, field, typed):
        """A sentence at the field and what was typed; a page of its own where the input could not
        even be read as a form."""
        must(answer.status in (422, 429), "status %d: %s" % (answer.status, main_part(answer)))
        sentence = re.search(r"<p[^>]*>([^<]{20,})</p>|usa-error-message[^>]*>(.+?)</|"
                             r"usa-alert__text\">([^<]+)|role=\"alert\".*?<a [^>]*>([^<]{20,})", answer.text, re.S)
        must(sentence, "it says nothing: " + main_part(answer))
        if answer.status != 422:
            return
        must(re.search(r'id="[a-z-]*%s[a-z0-9-]*-error' % re.escape(field), answer.text)
             or 'role="alert"' in answer.text, "nothing at %s: %s" % (field, main_part(answer)))
        if typed.strip() and field not in self.choices:
            kept = html.unescape(answer.text)
            must(typed.strip()[:4000] in kept, "what was typed into %s is gone" % field)


def main_part(answer):
    return answer.text[max(0, answer.text.find("<main")):][:1500]


def report_to(step, service="pothole"):
    """Answers the steps of a report up to the one named."""
    def open(_city, client):
        path = "/report/%s/" % service
        answers = [("where", {"place": PLACE}), ("lane", {"lane": "true"}), ("size", {"size": "tire"}),
                   ("photos", {}), ("details", {"description": "Deep"}),
                   ("who", {"name": "", "email": "ana@example.org", "phone": ""})]
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


def own_case(step):
    """A step that the reporter may take on a case filed just before."""
    def open(city, client):
        number, reporter = file_case(city)
        client.cookies.update(reporter.cookies)
        client.get("/cases/" + number)
        return "/cases/%s/steps/%s" % (number, step)
    return open


def staff_case(action):
    """A form on the page of a case filed just before."""
    def open(city, client):
        number, _ = file_case(city)
        page = client.get("/staff/cases/" + number)
        must(page.status == 200, "the case: %d" % page.status)
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
    WebForm("resident: withdrawing", own_case("withdraw"), {"message": "Gone"}, ["message"]),
    WebForm("staff: sign-in", page("/staff/signin"),
            {"login": "agent", "password": "x", "code": "123456"}, ["login", "password", "code"]),
    WebForm("staff: a note", staff_case("notes"), {"note": "Called", "visibility": "private"},
            ["note"], "agent", required=["note"]),
    WebForm("staff: a question", staff_case("steps/ask"), {"message": "Which side?"}, ["message"],
            "agent", required=["message"]),
    WebForm("staff: resolving", staff_case("steps/resolve"),
            {"outcome": "done", "message": "Filled", "note": ""}, ["outcome", "message", "note"],
            "agent", choices=["outcome"]),
    WebForm("staff: a date", staff_case("steps/schedule"),
            {"year": "2027", "month": "1", "day": "5", "message": ""},
            ["year", "month", "day", "message"], "agent"),
    WebForm("staff: giving it to somebody", staff_case("assign"), {"assignee": "me"}, ["assignee"],
            "agent", choices=["assignee"]),
]
