"""What bad input gets: a clear sentence at the field, what was typed kept, nothing stored, at most
one line in the log, no crash and nothing of the inside. Every item on every channel; what does not
apply to one is listed at the end, with the reason. A clock set wrong and stores that fail are no
channel's: bad_store.py."""

import io
import os
import re
import time
import zipfile

from channels import UNSENT, channels, file_case, main_part, photo_channels, report_to
from city import City
from client import BOUNDARY, Client, File, form, multipart
from tap import must, must_show_nothing

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data")
IS_LONG = os.environ.get("CITYHALL_TEST_LONG") == "1"
MEGABYTE = 1 << 20

# Text as bytes. "harmless" may be taken: then it must never come back unescaped.
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`--><svg/onload=alert(3)>"
TEXTS = [
    ("nothing", b"", "empty"),
    ("spaces alone", b"   \t ", "empty"),
    ("1 MB of text", b"long " * (MEGABYTE // 5), "refused"),
    ("a NUL", b"a\0b", "refused"),
    ("invalid UTF-8", b"a\xff\xfe\xc0\x80b", "refused"),
    ("a surrogate in UTF-8", b"\xed\xa0\x80", "refused"),
    ("right-to-left and emoji", "مرحبا \u202eabc\u202c 👩‍👩‍👧‍👦 🕳️ e\u0301".encode(), "harmless"),
    ("markup", MARKUP.encode(), "harmless"),
    ("SQL", b"'; DROP TABLE cases; -- \" OR 1=1 /*", "harmless"),
    ("templates and formats", b"{{7*7}} ${7*7} <%= 7*7 %> %s%n%x ../../etc/passwd", "harmless"),
    ("a line break and a header", b"a@example.org\r\nBcc: b@example.org", "harmless"),
]


class Around:
    """What must be as it was: rows, the server, and the log but for one line."""

    def __init__(self, city):
        self.city, self.rows, self.lines = city, city.counts(), len(city.log)

    def must_be_same(self, may_store=False):
        must(self.city.is_up(), "the server ended: " + "\n".join(self.city.log[-40:]))
        if not may_store:
            now = self.city.counts()
            must(now == self.rows, "rows: %s" % {t: now[t] - self.rows[t] for t in now
                                                 if now[t] != self.rows[t]})
        lines = self.city.log[self.lines:]
        must(len(lines) <= 1, "%d log lines: %s" % (len(lines), "\n".join(lines[:10])))


class AtForm(Around):
    """A client at a channel's form. Coming there is most of the time, and who was refused is still
    there: the next test goes on as that client, from another address, as what one address may do
    is limited."""

    left_open = {}
    paths = set()  # that anything was sent to

    def __init__(self, city, channel):
        self.key = city, channel
        self.client, self.path = self.left_open.pop(self.key, None) or channel.begin(city)
        self.client.move_to(city.next_address())
        self.paths.add(self.path)
        super().__init__(city)

    def must_be_refused(self):
        self.must_be_same()
        self.left_open[self.key] = self.client, self.path


def one_text(city, channel, field, content, kind):
    at = AtForm(city, channel)
    answer = channel.send(at.client, at.path, {**channel.good, field: content})
    typed = content.decode("utf-8", "replace")
    must_show_nothing(answer, typed)
    accepted = channel.is_accepted(answer)
    must("bcc" not in "".join(name for name, _ in answer.headers).lower(), "a header of ours")
    if kind == "refused" or (kind == "empty" and field in channel.required) or (
            b"Bcc" in content and field.endswith("email")):
        must(not accepted, "%s: it was accepted" % field)
    if kind != "empty":
        shown = answer.text
        if accepted and answer.header("Location"):
            shown += at.client.follow().text
        for piece in ("<script>alert", "<img src=x", "<svg/onload"):
            must(piece not in shown, "%s: %s came back as it was" % (field, piece))
    if not accepted:
        channel.must_refuse(answer, field, "" if field in ("password", "code") else
                            typed.replace("\0", "\ufffd"))
        at.must_be_refused()
    else:
        at.must_be_same(may_store=True)


def texts(tap, city):
    for channel in channels:
        for name, content, kind in TEXTS:
            def body(channel=channel, content=content, kind=kind):
                for field in channel.texts:
                    one_text(city, channel, field, content, kind)
            tap.test("%s: %s" % (channel.name, name), body)


def refused(city, channel, body, statuses, headers=(), method="POST", target=None):
    """Sends something that is no input of ours at all; the answer is in the channel's format."""
    at = AtForm(city, channel)
    client, path = at.client, target(at.path) if target else at.path
    types = {name.lower() for name, _ in headers}
    headers = [*headers, *[h for h in channel.headers(client) if h[0].lower() not in types]]
    body = body(client) if callable(body) else body
    answer = client.ask(method, path, headers, body) if body is None else \
        client.post(path, body, headers)
    must(answer.status in statuses, "status %d: %s" % (answer.status, main_part(answer)))
    must_show_nothing(answer)
    if answer.status != 308:
        channel.errors(answer, target is not None)
    at.must_be_refused()


def csrf(client):
    return {"csrf": client.csrf} if client.csrf else {}


FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=" + BOUNDARY
DEEP = b'{"a":' * 50000 + b"1" + b"}" * 50000
ENTITIES = (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' +
            b"".join(b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (98 + i, 97 + i, 97 + i, 97 + i, 97 + i)
                     for i in range(12)) +
            b'<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&m;&f;</a>')

# Bodies of other kinds than the input's: name, body, statuses, content type.
SHAPES = [
    ("10,000 fields", lambda c: form([*csrf(c).items()] + [("f%d" % i, "x") for i in range(10000)]),
     (413,), FORM),
    ("JSON nested 50,000 deep", DEEP, (400, 403, 413, 415), "application/json"),
    ("XML with entities", ENTITIES, (400, 403, 415), "application/xml"),
    ("no media type", lambda c: form(csrf(c)), (400, 403, 415), ""),
    ("a form as plain text", lambda c: form(csrf(c)), (400, 403, 415), "text/plain"),
    ("broken percent signs", lambda c: form(csrf(c)) + b"&x=%zz%", (400,), FORM),
    ("a truncated multipart form", lambda c: multipart({**csrf(c), "note": "x"})[:-30], (400,),
     MULTIPART),
    ("multipart without a boundary", b"x", (400,), "multipart/form-data"),
    ("multipart that is a form", lambda c: form(csrf(c)) or b"a=b", (400,), MULTIPART),
    ("a file where none is taken", lambda c: multipart({**csrf(c), "x": File(b"x")}),
     (400, 415, 422), MULTIPART),
]

# Ways out of a path: what is put behind or in front of it.
TRICKS = [lambda p: p + "/../../../../etc/passwd", lambda p: p + "/%2e%2e/%2e%2e/etc/passwd",
          lambda p: p + "%00.txt", lambda p: p + "%2f..%2f..", lambda p: p + "\\..\\x",
          lambda p: p + "%5c..", lambda p: p + "/" * 40, lambda p: p + "/%ff%fe",
          lambda p: p + "/" + "a" * 9000]


def shapes(tap, city):
    for channel in channels:
        for name, body, statuses, media in SHAPES:
            tap.test("%s: %s" % (channel.name, name), lambda c=channel, b=body, s=statuses, m=media:
                     refused(city, c, b, s, [("Content-Type", m)]))

        def tricks(channel=channel):
            for trick in TRICKS:
                for method in ("GET", "POST"):
                    refused(city, channel, None, (308, 400, 403, 404, 405, 410, 415), (), method, trick)
        tap.test("%s: path tricks" % channel.name, tricks)

        def injected(channel=channel):
            at = AtForm(city, channel)
            for piece in (b"X-A: b\r\n c\r\n", b"X-A: b\0c\r\n", b"X-A : b\r\n", b"Host: x\r\n",
                          b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"):
                head = at.client.head("POST", at.path, channel.headers(at.client))
                answer = at.client.send([head[:-2], piece, b"\r\n"], "POST")
                must(answer.status == 400, "%r: status %d" % (piece, answer.status))
                if channel.is_program:
                    channel.errors(answer)
                must(len(answer.text) > 40, "it says nothing")
            at.must_be_refused()
        tap.test("%s: header injection" % channel.name, injected)
        tap.test("%s: 5 GB announced" % channel.name, lambda c=channel: announced(city, c))


def tokens(tap, city, left):
    """Form tokens that are missing, damaged, somebody else's, or sent from another site."""
    def send(channel, token, headers=()):
        at = AtForm(city, channel)
        csrf = token(at.client)
        fields = {**channel.good, **({"csrf": csrf} if csrf is not None else {})}
        answer = at.client.post(at.path, fields, headers)
        must(answer.status == 403, "status %d: %s" % (answer.status, main_part(answer)))
        must_show_nothing(answer)
        at.must_be_refused()

    def others_token(_client):
        other = city.client()
        other.get("/report/pothole/where")
        return other.csrf

    def foreign(channel):
        for header in [("Origin", "https://evil.example"), ("Origin", "null"),
                       ("Sec-Fetch-Site", "cross-site")]:
            send(channel, lambda c: c.csrf, [header])

    items = [("no form token", lambda c: send(c, lambda _: None)),
             ("an empty form token", lambda c: send(c, lambda _: "")),
             ("a cut form token", lambda c: send(c, lambda client: client.csrf[:-1])),
             ("another person's form token", lambda c: send(c, others_token)),
             ("sent from another site", foreign)]
    for channel in channels:
        for name, body in items:
            why = channel.leaves_out(name)
            if why:
                left.append((name, channel.name, why))
            else:
                tap.test("%s: %s" % (channel.name, name), lambda c=channel, b=body: b(c))


def zip_bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", b"\0" * (64 * MEGABYTE))
    return out.getvalue()


def data(name):
    with open(os.path.join(DATA, name), "rb") as file:
        return file.read()


SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
GIF = b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1);"


def no_photos(tap, city, way):
    """Files that are no photos, sent as photos."""
    jpeg = data("images/baseline-exif6-p3.jpg")

    def send(*files):
        at = AtForm(city, way)
        answer = way.send(at.client, at.path, files)
        must_show_nothing(answer)
        must(city.is_up(), "the server ended")
        return at, answer

    def refuse(*files):
        at, answer = send(*files)
        way.must_refuse(answer)
        at.must_be_refused()

    def polyglot(content):
        """What is a photo is made anew: nothing else that was in the file comes out."""
        at, answer = send(File(content))
        if answer.status not in (200, 201, 303):
            way.must_refuse(answer)
            at.must_be_refused()
        elif way is photo_channels[0]:
            shown = re.search(r'src="(/report/pothole/photos/\d+)"', at.client.follow().text)
            must(shown, "no photo on the page")
            photo = at.client.get(shown[1])
            must(photo.header("Content-Type").startswith("image/"), photo.header("Content-Type"))
            must(photo.header("X-Content-Type-Options") == "nosniff", "it may be sniffed")
            must(SCRIPT not in photo.body and b"PK\x03\x04" not in photo.body, "it came out again")
            must(b"Exif" not in photo.body, "it kept what the camera wrote")

    def names():
        for name in ["../../../../etc/cron.d/x", "a\\..\\..\\b.jpg", "a%00.jpg", "x" * 5000 + ".jpg",
                     "<script>alert(1)</script>.jpg", "\u202egpj.exe"]:
            at, answer = send(File(b"no photo", name))
            must(answer.status in (400, 413, 422), "%s: status %d" % (name[:20], answer.status))
            must("<script>alert" not in answer.text, "the name came back as it was")
            at.must_be_refused()
        must(not os.path.exists("/etc/cron.d/x"), "a file outside the city")

    for name, content, media in [
            ("an empty file", b"", "image/jpeg"), ("a zip bomb", zip_bomb(), "image/jpeg"),
            ("an image of 30,000 x 30,000 points", data("images/bomb.png"), "image/png"),
            ("an SVG with a script", SVG, "image/svg+xml"), ("an SVG as JPEG", SVG, "image/jpeg"),
            ("a script that begins like a GIF", GIF, "image/gif"),
            ("a web page", b"<!doctype html>" + SCRIPT, "image/png"),
            ("a program", b"\x7fELF" + b"\0" * 2000, "image/webp"),
            ("a photo cut short", jpeg[:len(jpeg) // 2], "image/jpeg"),
            ("one of 17 MB", jpeg + b"\0" * (17 * MEGABYTE), "image/jpeg")]:
        tap.test("%s: %s" % (way.name, name), lambda c=content, m=media: refuse(File(c, "p.jpg", m)))
    tap.test(way.name + ": a photo that is a page too", lambda: polyglot(jpeg + SCRIPT))
    tap.test(way.name + ": a photo that is an archive too",
             lambda: polyglot(jpeg + zip_bomb()[:4000]))
    tap.test(way.name + ": names that want out", names)


def photos(tap, city, left):
    jpeg = data("images/baseline-exif6-p3.jpg")
    for way in photo_channels:
        no_photos(tap, city, way)
    for channel in channels:
        left.append(("zip bombs, polyglots, bombs of points", channel.name,
                     "it takes no files; a file is refused (a file where none is taken)"))
    tap.test("photos: twenty-five at once", lambda: many_at_once(city, jpeg))
    tap.test("photos: six of five", lambda: six(city, jpeg))
    for way in photo_channels:
        tap.test("%s: 5 GB in pieces" % way.name, lambda w=way: streamed(city, w))
    for channel in channels:
        left.append(("5 GB in pieces", channel.name,
                     "the reader of forms is one for all: shown where files are taken"))


def many_at_once(city, jpeg):
    client = city.client()
    path = report_to("photos")(city, client)
    around = Around(city)
    answer = photo_channels[0].send(client, path, [File(jpeg)] * 25)
    must(answer.status == 413, "status %d" % answer.status)
    around.must_be_same()


def six(city, jpeg):
    client = city.client()
    path = report_to("photos")(city, client)
    for i in range(6):
        answer = client.post(path, [("csrf", client.csrf), ("add", "1"), ("photos", File(jpeg))])
    must(answer.status == 422, "status %d" % answer.status)


def announced(city, channel):
    """Five gigabytes in the head, and a little of them: refused at the head."""
    at, begun = AtForm(city, channel), time.monotonic()
    headers = [h for h in channel.headers(at.client) if h[0] != "Content-Type"]
    head = at.client.head("POST", at.path, [*headers, ("Content-Type", MULTIPART)], 5 << 30)
    answer = at.client.send([head, b"--%s\r\n" % BOUNDARY.encode(), b"x" * 1000], "POST")
    must(answer.status == 413, "status %d" % answer.status)
    channel.errors(answer)
    must(time.monotonic() - begun < 5, "it took %.1f s" % (time.monotonic() - begun))
    must_show_nothing(answer)
    at.must_be_refused()


def streamed(city, way):
    """Five gigabytes without a length: refused long before their end."""
    client, path = way.begin(city)
    around, begun, sent = Around(city), time.monotonic(), [0]
    block = b"x" * (64 << 10)
    headers = [h for h in way.reads.headers(client) if h[0] != "Content-Type"]

    def pieces():
        yield client.head("POST", path, [*headers, ("Content-Type", MULTIPART),
                                         ("Transfer-Encoding", "chunked")])
        part = (b"--%s\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"a.jpg\"\r\n\r\n"
                % BOUNDARY.encode())
        yield b"%x\r\n%s\r\n" % (len(part), part)
        while sent[0] < 5 << 30:
            sent[0] += len(block)
            yield b"%x\r\n%s\r\n" % (len(block), block)
    answer = client.send(pieces(), "POST")
    must(answer.status in (413, 0), "status %d" % answer.status)
    must(sent[0] < 80 * MEGABYTE, "%d MB were taken" % (sent[0] >> 20))
    must(time.monotonic() - begun < 30, "it took %.1f s" % (time.monotonic() - begun))
    around.must_be_same()
    left = os.listdir(os.path.join(city.folder, "uploads"))
    must(not left, "left in uploads: %s" % left)


def strangers(tap, city):
    """What is somebody else's: cases, links, drafts, photos."""
    def link():
        number, owner = file_case(city)
        other_number, other = file_case(city)
        around = Around(city)
        thief = city.client()
        for cookie in ["A" * 43, "", "' OR 1=1 --", "x" * 3000]:
            thief.cookies["case"] = cookie
            answer = thief.get("/cases/" + number)
            must(answer.status in (200, 400) and "Deep" not in answer.text, "a made-up cookie")
        thief.cookies = dict(other.cookies)
        page = thief.get("/cases/" + number)
        must("Deep" not in page.text and "steps/withdraw" not in page.text, "another case's cookie")
        thief.get("/cases/" + other_number)
        for step in ["withdraw", "resolve", "start", "none"]:
            answer = thief.post("/cases/%s/steps/%s" % (number, step), {"csrf": thief.csrf})
            must(answer.status in (403, 404), "%s: status %d" % (step, answer.status))
            must_show_nothing(answer)
        around.must_be_same()

    def draft():
        owner = city.client()
        report_to("who")(city, owner)
        for cookie in ["B" * 43, owner.cookies["draft"][:-1] + "A", owner.cookies["draft"][:20]]:
            thief = city.client()
            thief.cookies["draft"] = cookie
            answer = thief.get("/report/pothole/check")
            must("Deep" not in answer.text, "somebody else's draft")

    def many():
        around = Around(city)
        client = city.client()
        for _ in range(1000 if IS_LONG else 100):
            client.cookies.clear()
            must(client.get("/report/pothole/where").status == 200, "the form")
        around.must_be_same()

    tap.test("strangers: another person's private link", link)
    tap.test("strangers: another person's draft", draft)
    tap.test("drafts: looking at a form stores none", many)
    tap.test("drafts: by the thousand from one address", lambda: flood(city))


def flood(city):
    """One address begins reports without end: it is told to wait, others go on."""
    flooder, told = Client(city.host, "127.9.9.9"), 0
    flooder.get("/report/pothole/where")
    before = city.counts()["draft"]
    keep = dict(flooder.cookies)
    for _ in range(1000):
        flooder.cookies = dict(keep)
        answer = flooder.post("/report/pothole/where", {"csrf": flooder.csrf, "place": "795 Massachusetts Ave"})
        must(answer.status in (303, 429), "status %d: %s" % (answer.status, main_part(answer)))
        told += answer.status == 429
        if told == 3:
            break
    must(told, "1,000 drafts were taken")
    must(answer.header("Retry-After"), "no Retry-After")
    must("795 Massachusetts" in answer.text, "what was typed is gone")
    must_show_nothing(answer)
    must(city.counts()["draft"] - before <= 1000, "drafts")
    report_to("details")(city, city.client())


def route_of(path, routes):
    """The pattern that a path is of; a word stands before a name."""
    def is_of(pattern):
        return re.fullmatch(re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(pattern)), path)
    return min(filter(is_of, routes), key=lambda pattern: pattern.count("{"), default=None)


def no_route_is_forgotten(city):
    """A new form has a channel, or a reason."""
    rows = [line.split()[:2] for line in city.run("routes").splitlines()]
    routes = {pattern for method, pattern in rows if method == "POST"}
    sent = {route_of(path, routes) for path in AtForm.paths}
    missing, both = routes - sent - set(UNSENT), set(UNSENT) & sent
    must(not missing, "no channel in channels.py sends to " + ", ".join(sorted(missing)))
    must(not both, "UNSENT names what is sent to: " + ", ".join(sorted(both)))
    must(set(UNSENT) <= routes, "UNSENT names no route: %s" % (set(UNSENT) - routes))


def list_left(left):
    """What was not sent where, and why."""
    reasons = {}
    for item, channel, why in left:
        reasons.setdefault((item, why), []).append(channel)
    for (item, why), names in reasons.items():
        print("# does not apply: %s\n#   why: %s\n#   to: %s" % (item, why, ", ".join(names)))


def run(tap, arguments):
    city, left = City(arguments.program, arguments.city, arguments.store), []
    try:
        city.make(["agent", "supervisor"]).start()
        for login in ("agent", "supervisor"):
            city.client(login)  # signs in before the sign-in is tried too often
        texts(tap, city)
        shapes(tap, city)
        tokens(tap, city, left)
        photos(tap, city, left)
        strangers(tap, city)
        if not tap.only:
            tap.test("input: every form gets it", lambda: no_route_is_forgotten(city))
        tap.test("input: the server ends well", lambda: must(
            city.stop() == 0, "it did not: " + "\n".join(city.log[-40:])))
        left += [("everything", route, why) for route, why in UNSENT.items()]
        list_left(left)
    finally:
        city.remove()
