"""A strict client of Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2).

It knows the standard and nothing of this program: it finds the endpoints by discovery, fills in the
form of each service from its definition, and holds each answer against the tables of the standard:
names and order of the fields, their values, media types, status codes, and that JSON is the XML by
the Spark convention. The extensions are those in use: pages, updated_after, bbox, extensions=true,
multipart photos.
"""

import calendar
import json
import os
import re
import shutil
import threading
import time
import xml.etree.ElementTree as ElementTree
from urllib.parse import urlencode

from client import File
from tap import must

HERE = os.path.dirname(os.path.abspath(__file__))
PHOTO = os.path.join(HERE, "..", "data", "images", "baseline-exif6-p3.jpg")
BASE = "/open311/v2"
MEDIA = {"xml": "text/xml", "json": "application/json"}
WHEN = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$")
DAY_S = 86400

FIELDS = {
    "discovery": "changeset contact key_service endpoints",
    "endpoint": "specification url changeset type formats",
    "service": "service_code service_name description metadata type keywords group",
    "service_definition": "service_code attributes",
    "attribute": "variable code datatype required datatype_description order description values",
    "value": "key name",
    "request": "service_request_id status status_notes service_name service_code description "
               "agency_responsible service_notice requested_datetime updated_datetime "
               "expected_datetime address address_id zipcode lat long media_url",
    "error": "code description",
}
LISTS = {"services", "attributes", "values", "service_requests", "endpoints", "formats", "errors",
         "service_request_updates", "notes", "extended_attributes"}
BOOLEANS = {"metadata", "variable", "required", "is_block"}
NUMBERS = {"order": int, "lat": float, "long": float}


def spark(element, parent=""):
    """The JSON that the Spark convention makes of an element."""
    children = list(element)
    if element.tag in LISTS:
        return [spark(child, element.tag) for child in children]
    if children:
        return {child.tag: spark(child, element.tag) for child in children}
    text = element.text
    if not text:
        return None
    if element.tag in BOOLEANS:
        return {"true": True, "false": False}[text]
    if element.tag == "code" and parent == "error":
        return int(text)
    return NUMBERS.get(element.tag, str)(text)


def must_be_fields(name, thing, optional=()):
    """A thing has the fields of the standard in their order, and no others."""
    wanted = [field for field in FIELDS[name].split() if field in thing or field not in optional]
    must(list(thing) == wanted, "%s has %s, not %s" % (name, list(thing), wanted))


def must_be_when(text, what):
    must(isinstance(text, str) and WHEN.match(text), "%s is no date of the standard: %r"
         % (what, text))


def seconds(text):
    zone = text[19:]
    offset = 0 if zone == "Z" else int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
    at = calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
    return at + (offset if zone[0] == "-" else -offset)


def moment(at_s):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_s))


class Georeport:
    """One client. `get` asks in both formats and gives what both say."""

    def __init__(self, city, key):
        self.city, self.key = city, key

    def fetch(self, path, query=(), base=BASE):
        pairs = query.items() if isinstance(query, dict) else query
        target = base + path + ("?" + urlencode(list(pairs)) if query else "")
        return self.city.client().get(target)

    def read(self, answer, form, exactly=None):
        """An answer in one format, as Python has it."""
        wanted = exactly or MEDIA[form] + "; charset=utf-8"
        must(answer.header("Content-Type") == wanted, "it is %s, not %s: %s" % (
            answer.header("Content-Type"), wanted, answer.text[:300]))
        must(answer.header("Access-Control-Allow-Origin") == "*", "no page may read it")
        text = answer.body.decode("utf-8")
        if form == "json":
            return json.loads(text)
        must(re.match(r'<\?xml version="1\.0" encoding="utf-8"\?>', text, re.I),
             "no XML declaration: " + text[:60])
        root = ElementTree.fromstring(answer.body)
        must("{" not in root.tag and not root.attrib, "a namespace or attributes: " + text[:200])
        return spark(root)

    def get(self, path, query=(), status=200, exactly=False):
        said = {}
        for form in MEDIA:
            answer = self.fetch("%s.%s" % (path, form), query)
            must(answer.status == status, "%s.%s %s: %d: %s" % (path, form, query, answer.status,
                                                                answer.text[:500]))
            said[form] = self.read(answer, form, MEDIA[form] if exactly else None)
        must(said["xml"] == said["json"], "the formats differ: %s\n%s" % (said["xml"],
                                                                          said["json"]))
        if status >= 400:
            self.must_be_errors(said["json"], status)
        return said["json"]

    def must_be_errors(self, said, status):
        must(isinstance(said, list) and said, "no errors: %s" % said)
        for error in said:
            must_be_fields("error", error)
            must(error["code"] == status and error["description"], "an error says %s" % error)

    def post(self, fields, form="json", status=201, headers=()):
        pairs = list(fields.items() if isinstance(fields, dict) else fields)
        if self.key and "api_key" not in dict(pairs):
            pairs.insert(0, ("api_key", self.key))
        answer = self.city.client().post("%s/requests.%s" % (BASE, form), pairs, headers)
        must(answer.status == status, "POST %s: %d: %s" % (fields, answer.status,
                                                           answer.text[:500]))
        said = self.read(answer, form)
        if status >= 400:
            self.must_be_errors(said, status)
        return said

    def file(self, **fields):
        """Files a pothole; its id."""
        filled = {"service_code": "pothole", "address_string": "795 Massachusetts Ave"}
        filled.update(fields)
        return self.post(filled)[0]["service_request_id"]

    def file_as_told(self, fields):
        """Files, adding what the standard leaves open and the server says is missing."""
        contact = {"first_name": "Ann", "last_name": "Ba", "email": "ann@example.com",
                   "phone": "251-555-0111", "description": "It is there."}
        while True:
            answer = self.city.client().post(BASE + "/requests.json",
                                             [("api_key", self.key), *fields])
            said = self.read(answer, "json")
            if answer.status == 201:
                return said[0]["service_request_id"]
            self.must_be_errors(said, 400)
            missing = re.match(r"(\w+) is missing", said[0]["description"])
            must(missing and missing[1] in contact, "POST %s: %s" % (fields, said))
            fields = fields + [(missing[1], contact.pop(missing[1]))]

    def ids(self, **query):
        return [request["service_request_id"] for request in self.get("/requests", query)]


def test_discovery(client):
    said = client.get("/discovery", exactly=True)
    must_be_fields("discovery", said)
    must(said["contact"] and said["key_service"], "nobody to ask: %s" % said)
    must(len(said["endpoints"]) >= 2, "clients read fewer than two endpoints as none: %s" % said)
    for endpoint in said["endpoints"]:
        must_be_fields("endpoint", endpoint)
        must_be_when(endpoint["changeset"], "changeset")
        must(seconds(endpoint["changeset"]) <= time.time(), "a changeset to come")
        must(endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2", endpoint)
        must(endpoint["type"] in ("production", "test"), endpoint)
        must("text/xml" in endpoint["formats"], "XML is what each endpoint must speak")
        base = re.sub(r"^https?://[^/]+", "", endpoint["url"])
        answer = client.fetch("/services.xml", base=base)
        must(answer.status == 200 and client.read(answer, "xml"), "no services at " + base)


def test_services(client):
    said = client.get("/services")
    codes = [service["service_code"] for service in said]
    must(said and len(set(codes)) == len(codes), "services by code: %s" % codes)
    for service in said:
        must_be_fields("service", service)
        must(service["service_name"] and service["description"] and service["group"], service)
        must(service["type"] == "realtime" and service["metadata"] in (True, False), service)
        for word in service["keywords"].split(","):
            must(word.strip(), "an empty keyword: %s" % service)
        definition = client.get("/services/" + service["service_code"])
        must(bool(definition["attributes"]) == service["metadata"], "metadata of %s" % service)


def test_definitions(client):
    for service in client.get("/services"):
        said = client.get("/services/" + service["service_code"])
        must_be_fields("service_definition", said)
        must(said["service_code"] == service["service_code"], said)
        orders = [attribute["order"] for attribute in said["attributes"]]
        must(len(set(orders)) == len(orders) and all(order > 0 for order in orders), orders)
        for attribute in said["attributes"]:
            must_be_fields("attribute", attribute, optional=("values",))
            must(attribute["variable"] is True and attribute["code"] and attribute["description"],
                 attribute)
            must(attribute["datatype"] in ("string", "number", "datetime", "text",
                                           "singlevaluelist", "multivaluelist"), attribute)
            must(("values" in attribute) == attribute["datatype"].endswith("list"), attribute)
            keys = [value["key"] for value in attribute.get("values", ())]
            must(len(set(keys)) == len(keys) and all(keys), attribute)
            for value in attribute.get("values", ()):
                must_be_fields("value", value)


def value_for(attribute):
    """What a client that knows the definition alone sends; nothing for a line that need not be
    written, which may be the number of a thing on the city's map."""
    if attribute["datatype"] == "string" and not attribute["required"]:
        return []
    if attribute["datatype"] == "multivaluelist":
        return [("attribute[%s][]" % attribute["code"], value["key"])
                for value in attribute["values"][:2]]
    typed = {"singlevaluelist": lambda: attribute["values"][0]["key"], "number": lambda: "3",
             "datetime": lambda: moment(time.time() - DAY_S), "string": lambda: "One line",
             "text": lambda: "Two\r\nlines"}[attribute["datatype"]]()
    return [("attribute[%s]" % attribute["code"], typed)]


def test_every_service(client):
    """Each service is filed from its definition, and refuses to be without what it requires."""
    for service in client.get("/services"):
        code = service["service_code"]
        attributes = client.get("/services/" + code)["attributes"]
        fields = [("service_code", code), ("address_string", "795 Massachusetts Ave")]
        required = [a for a in attributes if a["required"]]
        for form in MEDIA:
            if required:
                said = client.post(fields, form, status=400)
                must(any("attribute[%s]" % a["code"] in said[0]["description"] for a in required),
                     "%s: which attribute is missing? %s" % (code, said))
        filled = fields + [pair for attribute in attributes for pair in value_for(attribute)]
        number = client.file_as_told(filled)
        shown = client.get("/requests/" + number)
        must(shown[0]["service_code"] == code and shown[0]["status"] == "open", shown)


def test_places(client):
    """One of lat and long, an address, an address's id; and what is wrong with each."""
    fields = {"service_code": "pothole"}
    found = client.city.run("key", "add", client.city.folder, "--name", "Places", "--scope",
                            "read@city", "--days", "30")
    key = re.search(r"shown once\): (\S+)", found)[1]
    places = client.city.client().get("/api/v1/places?q=795+mass+ave",
                                      [("Authorization", "Bearer " + key)])
    choice = json.loads(places.text)["places"][0]
    for place in ({"lat": "42.3654", "long": "-71.1043"}, {"address_string": "795 mass ave"},
                  {"address_id": choice["id"]},
                  {"lat": "42.3654", "long": "-71.1043", "address_string": "somewhere else",
                   "address_id": ""},
                  {"lat": "42.3654", "long": "-71.1043", "address_string": "Massachusetts Ave"},
                  {"lat": "", "long": "", "address_string": "795 Massachusetts Ave"}):
        number = client.post({**fields, **place})[0]["service_request_id"]
        shown = client.get("/requests/" + number)[0]
        must(abs(shown["lat"] - 42.3654) < .01 and abs(shown["long"] + 71.1043) < .01, shown)
        must(shown["address"], shown)
    for place, named in (({}, "lat"), ({"lat": "42.3654"}, "long"), ({"long": "-71.1"}, "lat"),
                         ({"lat": "x", "long": "-71.1043"}, "lat"),
                         ({"lat": "42.3654", "long": "x"}, "long"),
                         ({"lat": "142", "long": "-71.1"}, "lat"),
                         ({"lat": "42.3", "long": "-271.1"}, "long"),
                         ({"lat": "10", "long": "10"}, ""),
                         ({"address_string": "zzzz qqqq"}, "address_string"),
                         ({"address_string": "mass ave"}, "address_string"),
                         ({"address_id": "s/massachusetts-ave"}, "address_id"),
                         ({"address_id": "nosuch"}, "address_id")):
        for form in MEDIA:
            said = client.post({**fields, **place}, form, status=400)
            must(re.match(r"(%s)\b" % named if place else ".*lat.*address_string.*",
                          said[0]["description"], re.S), "%s: %s" % (place, said))


def test_post(client):
    """All that may be sent; the answer has an id and therefore no token."""
    fields = {"jurisdiction_id": "port-azalea", "service_code": "pothole", "lat": "42.3654",
              "long": "-71.1043", "address_string": "795 Massachusetts Ave", "address_id": "",
              "email": "ann@example.com", "device_id": "tt222111", "account_id": "123456",
              "first_name": "Ann", "last_name": "Ba", "phone": "251-555-0111",
              "description": "A hole.\r\nDeep \U0001f573", "media_url": "",
              "attribute[lane]": "true"}
    for form in MEDIA:
        said = client.post(fields, form, headers=[
            ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")])
        must(len(said) == 1 and set(said[0]) <= {"service_request_id", "service_notice",
                                                 "account_id"}, said)
        must(said[0]["service_request_id"] and said[0]["account_id"] == "123456", said)
        shown = client.get("/requests/" + said[0]["service_request_id"])
        must(len(shown) == 1, shown)
        must_be_fields("request", shown[0])
        text = json.dumps(shown)
        must("Deep" not in text and "Ann" not in text and "example.com" not in text and
             "0111" not in text, "it tells what nobody released: " + text)
        token = client.get("/tokens/" + said[0]["service_request_id"])
        must(token == [{"service_request_id": said[0]["service_request_id"],
                        "token": said[0]["service_request_id"]}], token)
    answer = client.city.client().post("%s/requests.json?api_key=%s" % (BASE, client.key),
                                       {"service_code": "pothole",
                                        "address_string": "795 Massachusetts Ave"})
    must(answer.status == 201, "a key in the address: %d %s" % (answer.status, answer.text))
    answer = client.city.client().post("%s/requests.json" % BASE, {
        "api_key": client.key, "service_code": "pothole", "lat": "42.3654", "long": "-71.1043"},
        [("Origin", "https://reports.example"), ("Sec-Fetch-Site", "cross-site"),
         ("Sec-Fetch-Mode", "cors")])
    must(answer.status == 201, "from a page elsewhere: %d %s" % (answer.status, answer.text))
    with open(PHOTO, "rb") as file:
        number = client.file(media=File(file.read()))
    must(client.get("/requests/" + number)[0]["media_url"] is None, "an unseen photo is public")


def test_refused(client):
    """What is wrong is said by the right status in both formats, and nothing is stored."""
    good = {"service_code": "pothole", "address_string": "795 Massachusetts Ave"}
    before = client.city.counts()
    for change, status, says in (
            ({"service_code": ""}, 400, "service_code"), ({"service_code": "nosuch"}, 404, "nosuch"),
            ({"jurisdiction_id": "elsewhere.gov"}, 404, "elsewhere.gov"),
            ({"api_key": "nosuch"}, 403, ""), ({"api_key": ""}, 403, ""),
            ({"attribute[lane]": "perhaps"}, 400, "attribute[lane]"),
            ({"attribute[nosuch]": "x"}, 400, "attribute[nosuch]"),
            ({"email": "x"}, 400, "email"), ({"phone": "x"}, 400, "phone"),
            ({"description": "x" * 4001}, 400, "description"),
            ({"media_url": "http://127.0.0.1/x.jpg"}, 400, "media_url")):
        for form in MEDIA:
            said = client.post({**good, **change}, form, status=status)
            must(says in said[0]["description"], "%s: it does not say what: %s" % (change, said))
    for path in ("/services", "/services/pothole", "/requests", "/requests/x", "/tokens/x"):
        said = client.get(path, {"jurisdiction_id": "elsewhere.gov"}, status=404)
        must("elsewhere.gov" in said[0]["description"], said)
    for path in ("/services/nosuch", "/requests/nosuch", "/tokens/nosuch", "/nosuch"):
        client.get(path, status=404)
    for name in ("start_date", "end_date", "updated_after", "updated_before", "status", "page",
                 "page_size", "bbox"):
        said = client.get("/requests", {name: "nosuch"}, status=400)
        must(name in said[0]["description"], said)
    must(client.city.counts() == before, "something was stored")


def test_picture_not_there(client):
    """A picture that cannot be had costs nobody the report: the program and staff are told."""
    for form in MEDIA:
        said = client.post({"service_code": "pothole", "address_string": "795 Massachusetts Ave",
                            "media_url": "https://pictures.invalid/%s.jpg" % form}, form)
        must("photo" in said[0]["service_notice"], said)
        number = said[0]["service_request_id"]
        told = client.city.client().ask("GET", "/api/v1/cases/%s/events" % number,
                                        [("Authorization", "Bearer " + worker(client))])
        must("https://pictures.invalid/%s.jpg" % form in told.text, "staff are not told")


def test_nothing_is_not_declared(client):
    """A parameter without a value is as if it were not there."""
    client.file()
    for path, names in (("/services", "jurisdiction_id lang"),
                        ("/requests", "jurisdiction_id service_request_id service_code start_date "
                                      "end_date status page page_size bbox updated_after "
                                      "updated_before extensions")):
        plain = client.get(path)
        for name in names.split():
            must(client.get(path, {name: ""}) == plain, "%s?%s= is something else" % (path, name))
    number = client.file(**{name: "" for name in (
        "jurisdiction_id", "email", "device_id", "account_id", "first_name", "last_name", "phone",
        "description", "media_url", "lat", "long", "address_id", "attribute[lane]",
        "attribute[size]")})
    must(number, "not filed")


def test_filters(client):
    first, second = client.file(), client.file()
    animal = client.file_as_told([("service_code", "stray-animal"),
                                  ("address_string", "795 Massachusetts Ave")] + [
        pair for attribute in client.get("/services/stray-animal")["attributes"]
        for pair in value_for(attribute)])
    staff(client, second, "resolve", {"outcome": "done"})
    must(client.ids(service_request_id="%s, %s,nosuch" % (first, animal)) == [first, animal],
         "ids, comma delimited")
    must(client.ids(service_request_id=first, service_code="stray-animal", status="closed",
                    start_date="2001-01-01T00:00:00Z", end_date="2001-01-02T00:00:00Z") == [first],
         "ids override all other arguments")
    must(client.get("/requests", [("service_request_id", first), ("service_request_id", animal)])
         and len(client.get("/requests", [("service_request_id", first),
                                          ("service_request_id", animal)])) == 2,
         "ids, declared twice")
    must(client.ids(service_request_id="nosuch") == [], "ids that are none")
    every = client.ids()
    must({first, second, animal} <= set(every), "the last ninety days")
    dates = [seconds(r["requested_datetime"]) for r in client.get("/requests")]
    must(dates == sorted(dates, reverse=True), "not the newest first")
    must(client.ids(status="open,closed") == every and client.ids(
        service_code=",".join(s["service_code"] for s in client.get("/services"))) == every,
         "all that there is, comma delimited")
    for query in ([("status", "open"), ("status", "closed")],
                  [("service_code", "pothole"), ("service_code", "stray-animal")]):
        must({first, second, animal} <= {r["service_request_id"]
                                         for r in client.get("/requests", query)},
             "%s, declared twice" % query)
    must(second in client.ids(status="closed") and first not in client.ids(status="closed") and
         second not in client.ids(status="OPEN") and first in client.ids(status="OPEN"), "status")
    must(animal in client.ids(service_code="stray-animal") and
         first not in client.ids(service_code="stray-animal"), "service_code")
    shown = client.get("/requests/" + first)[0]
    at = shown["requested_datetime"]
    must(first in client.ids(start_date=at, end_date=at), "its own second is not in the range")
    must(first not in client.ids(end_date=moment(seconds(at) - 1)), "before it")
    must(first not in client.ids(start_date=moment(seconds(at) + 1)), "after it")
    box = "%f,%f,%f,%f" % (shown["long"] - .001, shown["lat"] - .001, shown["long"] + .001,
                           shown["lat"] + .001)
    must(first in client.ids(bbox=box) and not client.ids(bbox="10,10,11,11"), "bbox")


def worker(client):
    """The key of staff's own program."""
    if not hasattr(client, "worker"):
        said = client.city.run("key", "add", client.city.folder, "--name", "Staff", "--scope",
                               "work@city", "--days", "30", "--burst", "1000", "--per-minute",
                               "6000")
        client.worker = re.search(r"shown once\): (\S+)", said)[1]
    return client.worker


def staff(client, number, step, body):
    """A step of staff's, through the interface for programs."""
    answer = client.city.client().ask(
        "POST", "/api/v1/cases/%s/steps/%s" % (number, step),
        [("Authorization", "Bearer " + worker(client)), ("Content-Type", "application/json"),
         ("Idempotency-Key", number + step)], json.dumps(body).encode())
    must(answer.status == 200, "%s: %d %s" % (step, answer.status, answer.text[:300]))


def test_fields(client):
    """Each field of each request, open and closed."""
    number = client.file()
    staff(client, number, "resolve", {"outcome": "done"})
    said = client.get("/requests", {"extensions": "true"})
    must(any(r["status"] == "closed" for r in said) and any(r["status"] == "open" for r in said),
         "nothing to look at")
    for request in said:
        extra = {name: request.pop(name) for name in ("attributes", "extended_attributes", "notes")}
        must_be_fields("request", request)
        must(request["status"] in ("open", "closed") and request["service_code"] and
             request["service_request_id"] and request["service_name"], request)
        for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
            if request[name] is not None or name == "requested_datetime":
                must_be_when(request[name], name)
        must(seconds(request["requested_datetime"]) <= seconds(request["updated_datetime"]),
             request)
        must((request["lat"] is None) == (request["long"] is None), request)
        must(request["description"] is None or len(request["description"]) <= 4000, request)
        if request["status"] == "closed":
            closed = extra["extended_attributes"][0]["closed_datetime"]
            must(request["updated_datetime"] == closed and not request["expected_datetime"],
                 "a closed request was updated when it was closed: %s" % request)


def test_closed_is_when(client):
    """What happens after the end does not move updated_datetime; whoever asks for changes gets it
    with the time of the change."""
    number = client.file()
    staff(client, number, "resolve", {"outcome": "done"})
    closed = client.get("/requests/" + number)[0]["updated_datetime"]
    time.sleep(1.1)
    answer = client.city.client().post(BASE + "/servicerequestupdates.json", {
        "api_key": client.key, "service_request_id": number, "update_id": "later",
        "description": "Thank you"})
    must(answer.status == 201, answer.text)
    must(client.get("/requests/" + number)[0]["updated_datetime"] == closed, "it moved")
    since = moment(seconds(closed) + 1)
    said = [r for r in client.get("/requests", {"updated_after": since})
            if r["service_request_id"] == number]
    must(said and seconds(said[0]["updated_datetime"]) >= seconds(since), "a change: %s" % said)


def test_pages(client):
    while len(client.ids(service_code="pothole")) < 5:
        client.file()
    every = client.ids(service_code="pothole")
    query = {"service_code": "pothole", "page_size": 2}
    got, page, target = [], 1, "%s/requests.json?%s" % (BASE, urlencode(query))
    while target:
        answer = client.city.client().get(target)
        numbers = [r["service_request_id"] for r in client.read(answer, "json")]
        must(client.ids(page=page, **query) == numbers, "page %d" % page)
        got += numbers
        link = answer.header("Link")
        must(not link or re.match(r'<https?://[^>]+>; rel="next"$', link), "Link: " + link)
        must(len(numbers) == 2 or not link, "after a page that is not full: " + link)
        target = link and re.sub(r"^<https?://[^/]+|>.*", "", link)
        page += 1
    must(got == every, "page by page: %s, at once: %s" % (got, every))
    must(client.ids(page=100, **query) == [], "beyond the last page")
    must(client.ids(page_size=100000) == client.ids(), "a page of more than there may be")
    for wrong in ({"page": "0"}, {"page": "-1"}, {"page_size": "0"}, {"page": "1.5"}):
        client.get("/requests", wrong, status=400)


def test_read_alone(client):
    """Reading needs no key, keeps no cookie, and takes HEAD; what is not there to be done is 405."""
    for path in ("/discovery", "/services", "/services/pothole", "/requests",
                 "/servicerequestupdates"):
        for form in MEDIA:
            answer = client.fetch("%s.%s" % (path, form))
            must(answer.status == 200 and not answer.header("Set-Cookie"), path)
            answer = client.city.client().ask("HEAD", "%s%s.%s" % (BASE, path, form))
            must(answer.status == 200 and not answer.body, "HEAD " + path)
    for form in MEDIA:
        answer = client.city.client().ask("DELETE", "%s/requests.%s" % (BASE, form))
        must(answer.status == 405 and answer.header("Allow"), answer.text)
        client.must_be_errors(client.read(answer, form), 405)


def test_ninety_days(client):
    """Without dates the last ninety days; with both never more than ninety."""
    city = client.city
    now = time.time()
    numbers = {}
    for ago in (200, 100, 30):
        city.stop()
        city.start(env={"CITYHALL_CLOCK": moment(now - ago * DAY_S)})
        numbers[ago] = client.file()
        at = seconds(client.get("/requests/" + numbers[ago])[0]["requested_datetime"])
        if at > now - DAY_S:
            return "the program has no test clock"
    city.stop()
    city.start()
    recent = client.ids()
    must(numbers[30] in recent and numbers[100] not in recent, "the default is ninety days")
    old = client.ids(start_date=moment(now - 210 * DAY_S))
    must(numbers[200] in old and numbers[100] not in old, "from a start: ninety days from it")
    old = client.ids(end_date=moment(now - 90 * DAY_S))
    must(numbers[100] in old and numbers[200] not in old, "up to an end: ninety days before it")
    wide = client.get("/requests", {"start_date": moment(now - 210 * DAY_S),
                                    "end_date": moment(now)})
    dates = [seconds(r["requested_datetime"]) for r in wide]
    must(max(dates) - min(dates) <= 90 * DAY_S, "it spans %d days"
         % ((max(dates) - min(dates)) / DAY_S))
    must(numbers[30] in [r["service_request_id"] for r in wide], "the latest of the range")
    must(numbers[200] in client.ids(updated_after=moment(now - 210 * DAY_S)),
         "changes are told from whenever they are asked for")
    return None


def test_one_key_many_reports(client):
    """Different reports with one Idempotency-Key, sent at once: one is filed. The same: one case."""
    city = client.city

    def send(key, description, said):
        answer = city.client().post(BASE + "/requests.json", [
            ("api_key", client.key), ("service_code", "pothole"),
            ("address_string", "795 Massachusetts Ave"), ("description", description)],
            [("Idempotency-Key", key)])
        said.append((answer.status, answer.text))

    for key, name in (("at-once-1", "hole %d"), ("at-once-2", "hole")):
        before, said = city.counts()["cases"], []
        threads = [threading.Thread(target=send, args=(key, name % i if "%" in name else name, said))
                   for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        must(city.counts()["cases"] == before + 1, "%s: %s" % (key, said))
        taken = [text for status, text in said if status == 201]
        must(len(taken) == (1 if "%" in name else 8), "%s: %s" % (key, said))
        must({status for status, _ in said} <= {201, 422}, said)
    must(len({json.loads(text)[0]["service_request_id"] for text in taken}) == 1, taken)


def test_repeat_of_what_is_shut(client):
    """What has become staff's alone is told no more, though the same report come again."""
    city = client.city
    folder = os.path.join(city.folder, "..", "shut")
    headers = [("Idempotency-Key", "shut")]
    fields = {"service_code": "pothole", "address_string": "795 Massachusetts Ave",
              "description": "to be shut"}
    first = client.post(fields, headers=headers)[0]
    must(first["service_notice"], "it is not said when it is due")
    must(client.post(fields, headers=headers)[0] == first, "the same report is told otherwise")
    shutil.copytree(city.files, folder)
    try:
        path = os.path.join(folder, "services", "pothole.yaml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write("audience: staff\n" + text)
        city.run("publish", city.folder, folder)
        city.stop()
        city.start()
        client.get("/requests/" + first["service_request_id"], status=404)
        again = client.post(fields, headers=headers)[0]
        must(again["service_request_id"] == first["service_request_id"], again)
        must(not again["service_notice"], again)
    finally:
        shutil.rmtree(folder)


TESTS = (
    ("discovery leads to endpoints that answer", test_discovery),
    ("services are as the standard has them", test_services),
    ("definitions are as the standard has them", test_definitions),
    ("every service can be filed from its definition", test_every_service),
    ("a place is one of three, and what is wrong with it is said", test_places),
    ("all that may be sent is taken", test_post),
    ("a picture that is not there costs nobody the report", test_picture_not_there),
    ("what is wrong is refused with its status and a sentence", test_refused),
    ("a parameter without a value is not declared", test_nothing_is_not_declared),
    ("filters find what they say", test_filters),
    ("requests have the fields of the standard", test_fields),
    ("a closed request was updated when it was closed", test_closed_is_when),
    ("pages hold every request once", test_pages),
    ("reading needs nothing", test_read_alone),
    ("ninety days at most", test_ninety_days),
    ("one key is one report", test_one_key_many_reports),
    ("a repeat tells nothing that is shut", test_repeat_of_what_is_shut),
)


def run(tap, arguments):
    from city import City
    city = City(arguments.program, arguments.city, arguments.store)
    try:
        city.make(logins=())
        said = city.run("key", "add", city.folder, "--name", "A strict client", "--scope",
                        "file@city", "--days", "30", "--burst", "10000", "--per-minute", "60000")
        client = Georeport(city, re.search(r"shown once\): (\S+)", said)[1])
        city.start()
        for name, test in TESTS:
            tap.test("open311: " + name, lambda test=test: test(client))
    finally:
        city.remove()
