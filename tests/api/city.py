"""The demonstration city, served, for the tests of the interface."""
import http.client
import json
import os
import re
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from served import ServedCity  # noqa: E402


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class DemoCity(ServedCity):
    """With cases, and its database to look into."""

    def __init__(self, program, city_folder, cases=40):
        super().__init__(program)
        self.run("demo", self.folder, "--city", city_folder, "--cases", str(cases))

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
