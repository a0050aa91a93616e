"""One text and one point on every channel: the same place, the same name, the same refusal.

A way is how a place comes in; each gives back the answer, and whether the case was made is read in
the store. `anywhere` is a service whose file does not bind it to the city.
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

ANYWHERE, IN_CITY = "graffiti", "pothole"
ANSWERS = {ANYWHERE: {"hateful": "false", "surface": "public"},
           IN_CITY: {"lane": "false", "size": "tire"}}
COUNT = itertools.count(1)


class Typed(str):
    """What somebody types where a text is asked for."""


class Shown(tuple):
    """A point, latitude and longitude, given as such; a text may come with it."""


def portal(city, service, place):
    client = city.client()
    path = "/report/%s/" % service
    client.get(path + "where")
    fields = {"place": place} if isinstance(place, Typed) else {
        "place.lat": place[0], "place.lon": place[1], "confirmed": "1"}
    answer = client.post(path + "where", {"csrf": client.csrf, **fields})
    if answer.status != 303:
        return answer
    for step in [*ANSWERS[service], "photos", "details", "who"]:
        fields = {step: ANSWERS[service][step]} if step in ANSWERS[service] else {}
        answer = client.post(path + step, {"csrf": client.csrf, **fields})
        must(answer.status == 303, "%s: %d %s" % (step, answer.status, main_part(answer)))
    return client.post(path + "check", {"csrf": client.csrf})


def desk(city, service, place):
    client = city.client("agent")
    path = "/staff/new/" + service
    page = client.get(path)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    asked = {"f-" + name: value for name, value in ANSWERS[service].items()}
    text = place if isinstance(place, Typed) else "%s,%s" % place[:2]
    return client.post(path, {**hidden, **asked, "csrf": client.csrf, "place": text})


def moving(city, service, place):
    """A case that is somewhere else already is moved there."""
    number = filed_elsewhere(city, service)
    client = city.client("agent")
    path = "/staff/cases/%s/place" % number
    client.get(path)
    text = place if isinstance(place, Typed) else "%s,%s" % place[:2]
    page = client.post(path, {"csrf": client.csrf, "act": "plan", "place": text})
    hidden = dict((name, html.unescape(value)) for name, value in re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    if "planned" not in hidden:
        return page
    return client.post(path, {**hidden, "csrf": client.csrf, "act": "do",
                              "place": hidden["planned"]})


def api(city, service, place):
    client = city.client()
    where = {"text": place} if isinstance(place, Typed) else {
        "lat": float(place[0]), "lon": float(place[1]), **({"text": place[2]} if place[2:] else {})}
    body = {"service": service, "place": where, "fields": ANSWERS[service], "description": "x"}
    return client.post("/api/v1/cases", json.dumps(body).encode(), [
        ("Authorization", "Bearer " + city.program_key()), ("Content-Type", "application/json"),
        ("Idempotency-Key", "place-%d" % next(COUNT))])


def open311(city, service, place):
    where = {"address_string": place} if isinstance(place, Typed) else {
        "lat": place[0], "long": place[1], **({"address_string": place[2]} if place[2:] else {})}
    asked = {"attribute[%s]" % name: value for name, value in ANSWERS[service].items()}
    return city.client().post("/open311/v2/requests.json", {
        "api_key": city.program_key(), "service_code": service, "description": "x", **asked,
        **where})


PEOPLE = {"portal": portal, "desk": desk, "moving": moving}
PROGRAMS = {"api": api, "open311": open311}
WAYS = {**PEOPLE, **PROGRAMS}


def filed_elsewhere(city, service):
    answer = api(city, service, Typed("22 Berkeley St"))
    must(answer.status == 201, answer.text)
    return json.loads(answer.body)["number"]


def newest_place(city):
    rows = city.store.rows("SELECT id, address, kind, label, lat_e7, lon_e7, layers FROM place "
                           "ORDER BY id DESC LIMIT 1")
    return rows[0] if rows else (0,)


def kept(city, way, service, place):
    """The place that a case is at after that."""
    before = newest_place(city)[0]
    answer = WAYS[way](city, service, place)
    after = newest_place(city)
    must(answer.status in (200, 201, 303) and after[0] != before,
         "%s: no case: %d %s" % (way, answer.status, main_part(answer) or answer.text))
    return after[1:]


def all_kept(city, service, place):
    """What every way made of it; they agree."""
    found = {way: kept(city, way, service, place) for way in WAYS}
    for way, row in found.items():
        must(row == found["portal"], "%s: %s\n the portal: %s" % (way, row, found["portal"]))
    return found["portal"]


def all_refused(city, service, place, sentence):
    for way, take in WAYS.items():
        filed = city.counts()["cases"]
        answer = take(city, service, place)
        must(sentence in html.unescape(answer.text),
             "%s: %d %s" % (way, answer.status, main_part(answer) or answer.text))
        must(city.counts()["cases"] - filed == (way == "moving"), "%s: a case was made" % way)


def a_text(city):
    for text in ("795 Massachusetts Ave", "795 mass ave", "795 MASSACHUSETTS AVENUE"):
        row = all_kept(city, ANYWHERE, Typed(text))
        must(row[:3] == ("a/massachusetts-ave/795", "address", "795 Massachusetts Ave"), row)


def a_point(city):
    shown = all_kept(city, ANYWHERE, Shown(("42.3654", "-71.1043")))
    must(shown[1] == "point" and shown[2].startswith("near "), shown)
    typed = all_kept(city, ANYWHERE, Typed("42.3654, -71.1043"))
    must(typed == shown, "typed: %s" % (typed,))


def a_point_with_an_address(city):
    at = newest_place(city)
    for way in PROGRAMS:
        row = kept(city, way, ANYWHERE, Shown(("42.36540", "-71.10430", "795 mass ave")))
        must(row[2] == "795 Massachusetts Ave", "%s: %s" % (way, row))
        row = kept(city, way, ANYWHERE, Shown(("42.36540", "-71.10430", "22 Berkeley St")))
        must(row[2].startswith("near "), "%s: an address elsewhere: %s" % (way, row))
        row = kept(city, way, ANYWHERE, Shown(("42.36540", "-71.10430", "Massachusetts Ave")))
        must(row[2].startswith("near "), "%s: a whole street: %s" % (way, row))
    must(at != newest_place(city), "nothing was filed")


def an_unsure_text(city):
    """People are asked which, programs are told; nobody gets a guess."""
    unsure = Typed("795 masachusets")
    for way, take in WAYS.items():
        filed = city.counts()["cases"]
        answer = take(city, ANYWHERE, unsure)
        said = html.unescape(answer.text)
        must("795 Massachusetts Ave" in said, "%s: %s" % (way, main_part(answer) or said))
        if way in PROGRAMS:
            must(answer.status in (400, 422) and "more than one place" in said,
                 "%s: %d %s" % (way, answer.status, said))
        else:
            must('type="radio"' in said, "%s: %s" % (way, main_part(answer)))
        must(city.counts()["cases"] - filed == (way == "moving"), "%s: a case was made" % way)


def outside(city):
    """The service's file says whether a place may be outside the city."""
    far = Shown(("42.30", "-71.30"))
    all_refused(city, IN_CITY, far, "outside the area")
    row = all_kept(city, ANYWHERE, far)
    must(row[3:5] in ((423000000, -713000000), ("423000000", "-713000000")), row)


def without_bounds(files):
    """A copy of the city's files in which one service does not say `within`."""
    copy = os.path.join(tempfile.mkdtemp(prefix="cityhall-places-"), "files")
    shutil.copytree(files, copy)
    path = os.path.join(copy, "services", ANYWHERE + ".yaml")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    text, bounds = re.subn(r"(?m)^(place: .*), within: city}$", r"\1}", text)
    # No question about what is near: all that is filed here is at one place.
    text, near = re.subn(r"(?m)^duplicates: .*\n", "", text)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    must(bounds == near == 1, "the file of %s reads otherwise" % ANYWHERE)
    return copy


def run(tap, arguments):
    files = without_bounds(arguments.city)
    city = City(arguments.program, files, arguments.store)
    try:
        city.make(["agent"]).start()
        tap.test("places: a text", lambda: a_text(city))
        tap.test("places: a point", lambda: a_point(city))
        tap.test("places: a point with an address", lambda: a_point_with_an_address(city))
        tap.test("places: a text that is not sure", lambda: an_unsure_text(city))
        tap.test("places: a whole street", lambda: all_refused(
            city, ANYWHERE, Typed("mass ave"), "too large an area"))
        tap.test("places: nothing like it", lambda: all_refused(
            city, ANYWHERE, Typed("zzzz qqqq"), "could not find this place"))
        tap.test("places: outside the city", lambda: outside(city))
    finally:
        city.remove()
        shutil.rmtree(os.path.dirname(files), ignore_errors=True)
