#!/usr/bin/env python3
"""/healthz and /metrics of a served city, its numbers read by a strict parser of Prometheus' text
format (and by promtool where there is one), the daily mail to witnesses, and a webhook from end to
end: test_status.py PROGRAM CITYDIR. Prints TAP."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from checks import check, end  # noqa: E402
from city import DemoCity

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(r"^(%s)(?:\{(.*)\})? (-?(?:[0-9.]+(?:e[+-]?[0-9]+)?|Inf)|NaN)$" % NAME)
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')
TYPES = {"counter", "gauge", "histogram", "summary", "untyped"}


def parse(text):
    """The samples {(name, labels): value}, and what is wrong with the text."""
    samples, types, helped, faults, current = {}, {}, set(), [], None
    if not text.endswith("\n"):
        faults.append("no line end at the end")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split(" ")[2]
            if name in helped:
                faults.append("HELP twice: " + name)
            helped.add(name)
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            if name in types or kind not in TYPES:
                faults.append("TYPE: " + line)
            types[name] = kind
            current = name
            continue
        match = SAMPLE.match(line)
        if not match:
            faults.append("not a sample: " + line)
            continue
        name, labels, value = match[1], match[2] or "", match[3]
        pairs, rest = [], labels
        while rest:
            label = LABEL.match(rest)
            if not label:
                faults.append("labels: " + line)
                break
            pairs.append((label[1], label[2]))
            rest = rest[label.end():]
        if len({pair[0] for pair in pairs}) != len(pairs):
            faults.append("a label twice: " + line)
        family = re.sub("_(bucket|sum|count)$", "", name) if types.get(current) == "histogram" \
            else name
        if family != current:
            faults.append("outside its family: " + line)
        if types.get(current) == "counter" and not name.endswith("_total"):
            faults.append("a counter is called _total: " + name)
        key = (name, tuple(sorted(pairs)))
        if key in samples:
            faults.append("twice: " + line)
        samples[key] = float(value.replace("Inf", "inf"))
    for name, kind in types.items():
        if name not in helped:
            faults.append("no HELP: " + name)
        if kind == "histogram":
            faults += histogram_faults(name, samples)
    return samples, faults


def histogram_faults(name, samples):
    series, faults = {}, []
    for (sample, labels), value in samples.items():
        if sample == name + "_bucket":
            bound = float(dict(labels)["le"].replace("+Inf", "inf"))
            rest = tuple(pair for pair in labels if pair[0] != "le")
            series.setdefault(rest, []).append((bound, value))
    for labels, buckets in series.items():
        buckets.sort()
        counts = [count for _, count in buckets]
        if counts != sorted(counts) or buckets[-1][0] != float("inf"):
            faults.append("buckets: %s %s" % (name, labels))
        if samples.get((name + "_count", labels)) != counts[-1]:
            faults.append("count: %s %s" % (name, labels))
        if (name + "_sum", labels) not in samples:
            faults.append("no sum: %s %s" % (name, labels))
    return faults


def metrics(city):
    answer = city.ask("GET", "/metrics")
    return answer, *parse(answer.body.decode())


def value(samples, name, **labels):
    return samples.get((name, tuple(sorted(labels.items()))))


def test_health(city):
    answer = city.ask("GET", "/healthz")
    check("all is well", answer.status == 200 and answer.body == b"ok\n", answer.body)
    answer = city.ask("POST", "/healthz")
    check("it is only read", answer.status == 405, answer.status)


def test_metrics(city):
    for _ in range(3):
        city.ask("GET", "/api/v1/layers")
    city.ask("GET", "/nowhere")
    answer, samples, faults = metrics(city)
    check("numbers are given", answer.status == 200 and
          answer.headers["content-type"].startswith("text/plain; version=0.0.4"), answer.headers)
    check("in the format as it is described", not faults, faults[:5])
    check("requests by route and status", value(samples, "cityhall_requests_total",
          route="/api/v1/layers", method="GET", status="401") == 3, sorted(samples)[:30])
    check("those without a route too", value(samples, "cityhall_requests_total", route="",
                                             method="", status="404") >= 1)
    check("how long they took", value(samples, "cityhall_request_seconds_count",
                                      route="/api/v1/layers", method="GET") == 3)
    check("the worker's state", value(samples, "cityhall_worker_up") == 1)
    check("memory", value(samples, "process_resident_memory_bytes") > 1e6)
    groups = value(samples, "cityhall_store_groups_total")
    check("groups of transactions",
          groups >= 1 and value(samples, "cityhall_store_transactions_total") >= groups, groups)
    check("the rows of the store, counted", wait_for(lambda: counted(city)), counted(city))
    _, later, _ = metrics(city)
    check("counters go up", value(later, "cityhall_requests_total", route="/metrics",
                                  method="GET", status="200") >= 1)
    tool = shutil.which("promtool")
    if tool:
        done = subprocess.run([tool, "check", "metrics"], input=answer.body, capture_output=True,
                              check=False)
        check("promtool agrees", done.returncode == 0, done.stderr)


def counted(city):
    """Whether the numbers are those of the store: asked before and after, for it goes on working."""
    def rows():
        return [city.sql("SELECT count(*) FROM " + what)[0][0] for what in
                ("event", "message WHERE state = 'queued'", "job WHERE done IS NULL")]
    before = rows()
    samples = metrics(city)[1]
    told = [value(samples, "cityhall_record_size"),
            value(samples, "cityhall_outbox", route="mail", state="queued"),
            sum(value(samples, "cityhall_jobs", state=s) for s in ("due", "later", "failed"))]
    return before == rows() and told == before


def test_who_may(city):
    passed_on = {"X-Forwarded-For": "203.0.113.9"}
    answer = city.ask("GET", "/metrics", headers=passed_on)
    check("who comes through a proxy is not of this machine", answer.status == 403 and
          b"cityhall_" not in answer.body.replace(b"cityhall_info", b""), answer.body)
    reader, team = city.key("read"), city.key("read@team:streets-east")
    for key, status in ((reader, 200), (team, 403), (city.key("file"), 403), ("x", 403)):
        answer = city.ask("GET", "/metrics", headers={"Authorization": "Bearer " + key,
                                                      **passed_on})
        check("a key: %d" % status, answer.status == status, answer.status)
    answer = city.ask("GET", "/healthz", headers=passed_on)
    check("health is for everybody", answer.body == b"ok\n")


def wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    return what()


def test_witnesses(city):
    mails = wait_for(lambda: city.sql(
        "SELECT address, body FROM message WHERE notice = 'record.witness' ORDER BY address"))
    check("each witness gets a mail", [row[0] for row in mails] ==
          ["one@example.org", "two@example.org"], mails)
    size, root = city.sql("SELECT size, lower(hex(root)) FROM tree_head ORDER BY size LIMIT 1")[0]
    check("with a signed head", any("cityhall head 1\n%d\n%s\n" % head in mails[0][1] for head in
                                    city.sql("SELECT size, lower(hex(root)) FROM tree_head")),
          (size, root, mails[0][1]))
    city.stop()
    city.start()
    time.sleep(2)
    again = city.sql("SELECT count(*) FROM message WHERE notice = 'record.witness'")
    check("once a day, however often the program starts", again[0][0] == 2, again)


class Hook(http.server.BaseHTTPRequestHandler):
    taken = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Hook.taken.append((self.headers, body))
        self.send_response(500 if len(Hook.taken) == 1 else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


def is_signed(secret, headers, body):
    """As the specification of Standard Webhooks says it."""
    key = base64.b64decode(secret.split("_", 1)[1])
    signed = "%s.%s." % (headers["webhook-id"], headers["webhook-timestamp"])
    mac = base64.b64encode(hmac.new(key, signed.encode() + body, hashlib.sha256).digest()).decode()
    return headers["webhook-signature"] == "v1," + mac


def test_webhook(city):
    server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    key = city.key("file")
    prefix = key.split("_")[1]
    url = "http://127.0.0.1:%d/hook" % server.server_port
    added = city.run("webhook", "add", city.folder, url, "--key", prefix, "--kind", "case.opened",
                     "--service", "pothole")
    secret = added.rsplit(": ", 1)[1].strip()
    answer = city.ask("POST", "/api/v1/cases",
                      json.dumps({"service": "pothole", "place": {"text": "795 mass ave"}}),
                      {"Authorization": "Bearer " + key, "Content-Type": "application/json",
                       "Idempotency-Key": "a"})
    number = answer.json()["number"]
    wait_for(lambda: len(Hook.taken) >= 2, 30)
    check("it is told, and again when it did not take it", len(Hook.taken) == 2,
          len(Hook.taken))
    check("signed, each time", all(is_signed(secret, *taken) for taken in Hook.taken))
    check("by the same name", len({taken[0]["webhook-id"] for taken in Hook.taken}) == 1)
    told = json.loads(Hook.taken[-1][1])
    check("with the case and nothing else", told["type"] == "case.opened" and
          set(told["data"]) == {"number", "service", "event", "url"} and
          told["data"]["number"] == number, told)
    said = city.run("webhook", "test", city.folder, "1")
    check("a test is answered", "204" in said, said)
    line = json.loads(city.run("webhook", "list", city.folder, "--json"))[0]
    check("it is listed", line["state"] == "works" and line["url"] == url and
          line["waiting"] == 0, line)
    city.run("webhook", "remove", city.folder, "1")
    check("and removed", json.loads(city.run("webhook", "list", city.folder, "--json"))[0]["state"]
          == "ended")
    server.shutdown()


def main(program, folder):
    city = DemoCity(program, folder, 20)
    try:
        city.sql("INSERT INTO setting (name, value) VALUES ('witnesses', "
                 "'one@example.org, two@example.org, not an address')")
        city.start()
        test_health(city)
        test_metrics(city)
        test_who_may(city)
        test_witnesses(city)
        test_webhook(city)
        city.stop()
        log = "\n".join(city.log)
        check("the server had no trouble", "request.failed" not in log and "ERROR" not in log, log)
    finally:
        city.remove()
    return end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
