"""A demonstration city of one's own, served on a free port, for the tests of the interface."""
import http.client
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from checks import free_port  # noqa: E402

START_S = 60


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class City:
    """Made, served, and at the end stopped and removed."""

    def __init__(self, program, city_folder, cases=40):
        self.program = os.path.abspath(program)
        self.scratch = tempfile.mkdtemp(prefix="cityhall-api-")
        self.folder = os.path.join(self.scratch, "city")
        self.port = free_port()
        self.server = None
        self.run("demo", self.folder, "--city", city_folder, "--cases", str(cases))

    def run(self, *arguments, code=0):
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True,
                              check=False)
        if done.returncode != code:
            raise RuntimeError("%r: %d %s" % (arguments, done.returncode, done.stderr))
        return done.stdout

    def key(self, *scopes, **options):
        """A fresh key; burst and per_minute as options."""
        arguments = ["key", "add", self.folder, "--name", "A program for tests"]
        for scope in scopes:
            arguments += ["--scope", scope]
        for name, value in options.items():
            arguments += ["--" + name.replace("_", "-"), str(value)]
        return self.run(*arguments).rsplit(": ", 1)[1].strip()

    def serve(self, *arguments, clock=None):
        environment = dict(os.environ)
        if clock:
            environment["CITYHALL_CLOCK"] = clock
        self.server = subprocess.Popen(
            [self.program, "serve", self.folder, "--listen", "127.0.0.1:%d" % self.port,
             *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment)
        line = self.server.stdout.readline()
        if not line.startswith("ready "):
            raise RuntimeError("the server did not start: " + line + self.server.stderr.read())

    def stop(self):
        if self.server:
            self.server.terminate()
            said = self.server.communicate(timeout=30)
            self.server = None
            return said[1]
        return ""

    def remove(self):
        self.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def sql(self, text, *values):
        with sqlite3.connect(os.path.join(self.folder, "cityhall.db"), timeout=20) as db:
            return db.execute(text, values).fetchall()

    def ask(self, method, target, body=None, headers=None):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            try:
                link.request(method, target, body, headers or {})
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused while it was being sent: the answer is there all the same
            reply = link.getresponse()
            return Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        finally:
            link.close()


def multipart(name, filename, content):
    """A form with one file, and its content type."""
    edge = "edge-of-a-part"
    head = ('--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n'
            "Content-Type: image/jpeg\r\n\r\n" % (edge, name, filename))
    return (head.encode() + content + ("\r\n--%s--\r\n" % edge).encode(),
            "multipart/form-data; boundary=" + edge)


def template_of(pattern):
    return re.compile("^" + re.sub(r"\{[^/]+\}", "[^/]+", pattern) + "$")
