"""What slow and careless clients may not do to others, and what honest programs must be able to: places
for files, bodies in chunks, health while everything waits."""

import http.client
import json
import select
import shutil
import socket
import subprocess
import time

from channels import PLACE, photo_channels, report_to, staff_case
from client import Client, File
from tap import must

HOMES = 16
OF_A_HOME = 8
FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\na=b"
FILES = (b"Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 100000\r\n\r\n"
         b"--B\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"a.jpg\"\r\n\r\nx")
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


class Slow:
    """Requests that have begun and bring nothing more: eight from each of sixteen addresses, half of
    them plain forms."""

    def __init__(self, city, path):
        self.wires = []
        address, port = city.host.split(":")
        for home in range(HOMES):
            for _ in range(OF_A_HOME):
                wire = socket.create_connection((address, int(port)), 10, ("127.7.7.%d" % (home + 1), 0))
                wire.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\n%s"
                             % (path.encode(), FORM if home % 2 else FILES))
                self.wires.append(wire)

    def __enter__(self):
        time.sleep(0.5)
        return self

    def __exit__(self, *_):
        for wire in self.wires:
            wire.close()

    def first_words(self, wait_s):
        """How the first answer to somebody slow begins."""
        self.wires[0].settimeout(wait_s)
        return self.wires[0].recv(12)


def at(client, address):
    """The same browser, come from there."""
    other = Client(client.host, address)
    other.cookies, other.csrf = dict(client.cookies), client.csrf
    return other


def places(tap, city):
    def staff():
        """An office behind one address, with a guest at its network who holds that address's places."""
        agent = city.client("agent")
        ask = staff_case("steps/ask")(city, agent)
        with Slow(city, ask):
            answer = at(agent, "127.7.7.1").post(ask, {"csrf": agent.csrf, "message": "Which side?"})
            must(answer.status == 303, "a step: %d %s" % (answer.status, answer.text[:200]))
            with_photo = next(w for w in photo_channels if w.name.startswith("staff"))
            _, path = with_photo.begin(city)
            answer = with_photo.send(at(agent, "127.7.7.1"), path, [File(JPEG)])
            must(answer.status in (303, 422), "a step with a photo: %d" % answer.status)

    def others():
        client = city.client()
        path = report_to("photos")(city, client)
        program = city.client()
        with Slow(city, path) as slow:
            answer = client.post(path, {"csrf": client.csrf})
            must(answer.status == 303, "a report without a photo: %d" % answer.status)
            answer = program.post("/open311/v2/requests.json", {
                "api_key": city.filing_key, "service_code": "pothole", "address_string": PLACE,
                "description": "Deep", "attribute[size]": "tire"})
            must(answer.status == 201, "Open311: %d %s" % (answer.status, answer.text[:200]))
            begun = time.monotonic()
            must(slow.first_words(20) == b"HTTP/1.1 408", "the slow are not told")
            must(time.monotonic() - begun < 15, "they keep their places")
            answer = photo_channels[0].send(client, path, [File(JPEG)])
            must(answer.status in (303, 422), "a photo: %d" % answer.status)

    tap.test("uploads: slow strangers do not hold up staff", staff)
    tap.test("uploads: nor reports without a photo, and not for long", others)


def a_report(city):
    return json.dumps({"service": "pothole", "place": {"text": PLACE}, "description": "Deep",
                       "fields": {"size": "tire"}}).encode(), city.program_key()


def chunks(tap, city):
    """Clients that send without saying how much: they are understood, and the connection ends."""
    def python():
        body, key = a_report(city)
        wire = http.client.HTTPConnection(city.host)
        wire.request("POST", "/api/v1/cases", iter([body[:10], body[10:]]), {
            "Authorization": "Bearer " + key, "Content-Type": "application/json",
            "Idempotency-Key": "chunks-python"}, encode_chunked=True)
        reply = wire.getresponse()
        must(reply.status == 201, "status %d: %s" % (reply.status, reply.read()[:300]))
        must(reply.getheader("Connection") == "close", "the connection goes on")

    def of(program, *arguments):
        def body():
            if not shutil.which(program):
                return "there is no %s" % program
            content, key = a_report(city)
            done = subprocess.run([program, *(a.format(url="http://%s/api/v1/cases" % city.host,
                                                       key=key) for a in arguments)],
                                  input=content, capture_output=True, check=False, timeout=30)
            must(done.stdout.startswith(b"201"), "%s %s" % (done.stdout[-300:], done.stderr[-300:]))
            return None
        return body

    def open311():
        """As an old client of Open311 does: a form, in one chunk."""
        form = ("api_key=%s&service_code=pothole&address_string=%s&attribute[size]=tire"
                % (city.filing_key, PLACE.replace(" ", "+"))).encode()
        wire = http.client.HTTPConnection(city.host)
        wire.request("POST", "/open311/v2/requests.xml", iter([form]), {
            "Content-Type": "application/x-www-form-urlencoded"}, encode_chunked=True)
        reply = wire.getresponse()
        must(reply.status == 201, "status %d: %s" % (reply.status, reply.read()[:300]))

    tap.test("chunks: python's http.client", python)
    tap.test("chunks: an Open311 form", open311)
    tap.test("chunks: curl from a pipe", of(
        "curl", "-s", "-T", "-", "-X", "POST", "-o", "/dev/null", "-w", "%{{http_code}}", "-H",
        "Content-Type: application/json", "-H", "Authorization: Bearer {key}", "-H",
        "Idempotency-Key: chunks-curl", "{url}"))
    tap.test("chunks: a stream of node's", of(
        "node", "-e", "const http = require('http');"
        "const ask = http.request(process.argv[1], {{method: 'POST', headers: {{'Content-Type': "
        "'application/json', Authorization: 'Bearer ' + process.argv[2], 'Idempotency-Key': "
        "'chunks-node'}}}}, reply => {{"
        "console.log(reply.statusCode); reply.resume();}});"
        "process.stdin.pipe(ask);", "{url}", "{key}"))


def waiting(wires):
    """How many have no answer yet."""
    sockets = [wire.sock for wire in wires]
    return len(sockets) - len(select.select(sockets, [], [], 0)[0])


def health(tap, city):
    def body():
        """All who read wait for a table."""
        if city.store.name != "postgres":
            return "SQLite's readers wait for nobody; the queue is tested in web/life"
        locker = subprocess.Popen(
            ["psql", "-h", city.store.socket, "-U", "postgres", "-d", city.store.base, "-X", "-q"],
            stdin=subprocess.PIPE, cwd="/")
        wires = []
        try:
            locker.stdin.write(b"BEGIN; LOCK TABLE cases IN ACCESS EXCLUSIVE MODE;\n")
            locker.stdin.flush()
            time.sleep(0.5)
            for _ in range(40):
                wires.append(http.client.HTTPConnection(city.host))
                wires[-1].request("GET", "/cases")
            time.sleep(0.5)
            held = waiting(wires)
            must(held, "nobody waits")
            answer = city.client().get("/healthz")
            must(answer.status == 200, "status %d" % answer.status)
            must(2 * waiting(wires) > held, "it came after those who wait")
        finally:
            locker.stdin.close()
            locker.wait()
            for wire in wires:
                wire.close()
        return None
    tap.test("health: it answers while all readers are held", body)


def run(tap, city):
    places(tap, city)
    chunks(tap, city)
    health(tap, city)
