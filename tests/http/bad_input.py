"""What bad input gets: a clear sentence at the field, what was typed kept, nothing stored, at most
one line in the log, no crash and nothing of the inside. Every item on every channel."""

import io
import os
import re
import time
import zipfile

from channels import channels, file_case, main_part, report_to
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


def one_text(city, channel, field, content, kind):
    client, path = channel.begin(city)
    around = Around(city)
    answer = channel.send(client, path, {**channel.good, field: content})
    typed = content.decode("utf-8", "replace")
    must_show_nothing(answer, typed)
    accepted = channel.is_accepted(answer)
    if kind == "refused" or (kind == "empty" and field in channel.required):
        must(not accepted, "%s: it was accepted" % field)
    if kind != "empty":
        shown = answer.text
        if accepted and answer.header("Location"):
            shown += client.follow().text
        for piece in ("<script>alert", "<img src=x", "<svg/onload"):
            must(piece not in shown, "%s: %s came back as it was" % (field, piece))
    if not accepted:
        channel.must_refuse(answer, field, "" if field in ("password", "code") else
                            typed.replace("\0", "\ufffd"))
        around.must_be_same()
    else:
        around.must_be_same(may_store=True)


def texts(tap, city):
    for channel in channels:
        for name, content, kind in TEXTS:
            def body(channel=channel, content=content, kind=kind):
                for field in channel.texts:
                    one_text(city, channel, field, content, kind)
            tap.test("%s: %s" % (channel.name, name), body)


def refused(city, channel, fields, statuses, headers=()):
    """Sends something that is no form of ours at all."""
    client, path = channel.begin(city)
    around = Around(city)
    answer = client.post(path, fields(client) if callable(fields) else fields, headers)
    must(answer.status in statuses, "status %d: %s" % (answer.status, main_part(answer)))
    must_show_nothing(answer)
    must(len(answer.text) > 60, "it says nothing")
    around.must_be_same()
    return answer


def shapes(tap, city):
    """Bodies of other kinds than the form's."""
    deep = b'{"a":' * 50000 + b"1" + b"}" * 50000
    entities = (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' +
                b"".join(b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (98 + i, 97 + i, 97 + i, 97 + i, 97 + i)
                         for i in range(12)) +
                b'<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&m;&f;</a>')
    others = [
        ("10,000 fields", lambda c: form([("csrf", c.csrf)] + [("f%d" % i, "x") for i in range(10000)]),
         (400, 413), ()),
        ("JSON nested 50,000 deep", deep, (400, 403, 413, 415), [("Content-Type", "application/json")]),
        ("XML with entities", entities, (400, 403, 415), [("Content-Type", "application/xml")]),
        ("a form without a media type", lambda c: form({"csrf": c.csrf}), (400, 403, 415),
         [("Content-Type", "")]),
        ("a form as plain text", lambda c: form({"csrf": c.csrf}), (400, 403, 415),
         [("Content-Type", "text/plain")]),
        ("broken percent signs", lambda c: b"csrf=" + c.csrf.encode() + b"&x=%zz%", (400, 422), ()),
        ("a truncated multipart form", lambda c: multipart({"csrf": c.csrf, "note": "x"})[:-30],
         (400,), [("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)]),
        ("multipart without a boundary", b"x", (400, 415), [("Content-Type", "multipart/form-data")]),
        ("a file where none is taken", lambda c: multipart({"csrf": c.csrf, "x": File(b"x")}),
         (400, 415, 422), [("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)]),
    ]
    for channel in channels:
        for name, fields, statuses, headers in others:
            tap.test("%s: %s" % (channel.name, name),
                     lambda c=channel, f=fields, s=statuses, h=headers: refused(city, c, f, s, h) and None)


def tokens(tap, city):
    """Form tokens that are missing, damaged, somebody else's, or sent from another site."""
    def send(channel, token, headers=()):
        client, path = channel.begin(city)
        csrf = token(client)
        fields = {**channel.good, **({"csrf": csrf} if csrf is not None else {})}
        around = Around(city)
        answer = client.post(path, fields, headers)
        must(answer.status == 403, "status %d: %s" % (answer.status, main_part(answer)))
        must_show_nothing(answer)
        around.must_be_same()

    def others_token(_client):
        other = city.client()
        other.get("/report/pothole/where")
        return other.csrf

    for channel in channels:
        for name, token in [("no form token", lambda c: None), ("an empty form token", lambda c: ""),
                            ("a cut form token", lambda c: c.csrf[:-1]),
                            ("another person's form token", others_token)]:
            tap.test("%s: %s" % (channel.name, name), lambda c=channel, t=token: send(c, t))

        def foreign(channel=channel):
            for header in [("Origin", "https://evil.example"), ("Origin", "null"),
                           ("Sec-Fetch-Site", "cross-site")]:
                send(channel, lambda c: c.csrf, [header])
        tap.test("%s: sent from another site" % channel.name, foreign)


def zip_bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", b"\0" * (64 * MEGABYTE))
    return out.getvalue()


def data(name):
    with open(os.path.join(DATA, name), "rb") as file:
        return file.read()


def photos(tap, city):
    """Files that are no photos, sent as photos."""
    jpeg = data("images/baseline-exif6-p3.jpg")
    script = b"<script>alert(1)</script>"

    def send(*files):
        client = city.client()
        path = report_to("photos")(city, client)
        around = Around(city)
        answer = client.post(path, [("csrf", client.csrf), ("add", "1")] +
                             [("photos", file) for file in files])
        must_show_nothing(answer)
        must(city.is_up(), "the server ended")
        return client, answer, around

    def refuse(*files):
        client, answer, around = send(*files)
        must(answer.status in (413, 422), "status %d: %s" % (answer.status, main_part(answer)))
        must(answer.status == 413 or "usa-error-message" in answer.text, "no sentence at the field")
        around.must_be_same()

    def polyglot(content):
        """What is a photo is made anew: nothing else that was in the file comes out."""
        client, answer, around = send(File(content))
        if answer.status == 422:
            around.must_be_same()
            return
        must(answer.status == 303, "status %d" % answer.status)
        shown = re.search(r'src="(/report/pothole/photos/\d+)"', client.follow().text)
        must(shown, "no photo on the page")
        photo = client.get(shown[1])
        must(photo.header("Content-Type").startswith("image/"), photo.header("Content-Type"))
        must(photo.header("X-Content-Type-Options") == "nosniff", "it may be sniffed")
        must(script not in photo.body and b"PK\x03\x04" not in photo.body, "it came out again")
        must(b"Exif" not in photo.body, "it kept what the camera wrote")

    def names():
        for name in ["../../../../etc/cron.d/x", "a\\..\\..\\b.jpg", "a%00.jpg", "x" * 5000 + ".jpg",
                     "<script>alert(1)</script>.jpg", "\u202egpj.exe"]:
            client, answer, _ = send(File(b"no photo", name))
            must(answer.status in (400, 413, 422), "%s: status %d" % (name[:20], answer.status))
            must("<script>alert" not in answer.text, "the name came back as it was")
        must(not os.path.exists("/etc/cron.d/x"), "a file outside the city")

    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    gif = b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1);"
    for name, content, media in [
            ("an empty file", b"", "image/jpeg"), ("a zip bomb", zip_bomb(), "image/jpeg"),
            ("an image of 30,000 x 30,000 points", data("images/bomb.png"), "image/png"),
            ("an SVG with a script", svg, "image/svg+xml"), ("an SVG as JPEG", svg, "image/jpeg"),
            ("a script that begins like a GIF", gif, "image/gif"),
            ("a web page", b"<!doctype html>" + script, "image/png"),
            ("a program", b"\x7fELF" + b"\0" * 2000, "image/webp"),
            ("a photo cut short", jpeg[:len(jpeg) // 2], "image/jpeg")]:
        tap.test("photos: " + name, lambda c=content, m=media: refuse(File(c, "p.jpg", m)))
    tap.test("photos: a photo that is a page too", lambda: polyglot(jpeg + script))
    tap.test("photos: a photo that is an archive too", lambda: polyglot(jpeg + zip_bomb()[:4000]))
    tap.test("photos: names that want out", names)
    tap.test("photos: twenty-five at once", lambda: refuse(*[File(jpeg)] * 25))
    tap.test("photos: one of 17 MB", lambda: refuse(File(jpeg + b"\0" * (17 * MEGABYTE))))
    tap.test("photos: six of five", lambda: six(city, jpeg))
    tap.test("photos: 5 GB announced", lambda: announced(city))
    tap.test("photos: 5 GB in pieces", lambda: streamed(city))


def six(city, jpeg):
    client = city.client()
    path = report_to("photos")(city, client)
    for i in range(6):
        answer = client.post(path, [("csrf", client.csrf), ("add", "1"), ("photos", File(jpeg))])
    must(answer.status == 422, "status %d" % answer.status)


def announced(city):
    """Five gigabytes in the head, and a little of them: refused at the head."""
    client = city.client()
    path = report_to("photos")(city, client)
    around, begun = Around(city), time.monotonic()
    head = client.head("POST", path, [("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)],
                       5 << 30)
    answer = client.send([head, b"--%s\r\n" % BOUNDARY.encode(), b"x" * 1000], "POST")
    must(answer.status == 413, "status %d" % answer.status)
    must(time.monotonic() - begun < 5, "it took %.1f s" % (time.monotonic() - begun))
    must_show_nothing(answer)
    around.must_be_same()


def streamed(city):
    """Five gigabytes without a length: refused once the limit of a photo is passed."""
    client = city.client()
    path = report_to("photos")(city, client)
    around, begun, sent = Around(city), time.monotonic(), [0]
    block = b"x" * (64 << 10)

    def pieces():
        yield client.head("POST", path, [
            ("Content-Type", "multipart/form-data; boundary=" + BOUNDARY),
            ("Transfer-Encoding", "chunked")])
        part = (b"--%s\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"a.jpg\"\r\n\r\n"
                % BOUNDARY.encode())
        yield b"%x\r\n%s\r\n" % (len(part), part)
        while sent[0] < 5 << 30:
            sent[0] += len(block)
            yield b"%x\r\n%s\r\n" % (len(block), block)
    answer = client.send(pieces(), "POST")
    must(answer.status in (413, 0), "status %d" % answer.status)
    must(sent[0] < 64 * MEGABYTE, "%d MB were taken" % (sent[0] >> 20))
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


def run(tap, arguments):
    city = City(arguments.program, arguments.city, arguments.store)
    try:
        city.make(["agent"]).start()
        city.client("agent")  # signs in before the sign-in is tried too often
        texts(tap, city)
        shapes(tap, city)
        tokens(tap, city)
        photos(tap, city)
        strangers(tap, city)
        tap.test("input: the server ends well", lambda: must(
            city.stop() == 0, "it did not: " + "\n".join(city.log[-40:])))
    finally:
        city.remove()
