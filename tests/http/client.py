"""A browser as a test needs it: cookies, the form token of the page last seen, and requests that
no browser would send. Each request has a connection of its own."""

import functools
import http.client
import re
import socket
from urllib.parse import quote_from_bytes

WAIT_S = 30
BOUNDARY = "----cityhall-test-7d1b"


def to_bytes(value):
    return value if isinstance(value, bytes) else value.encode("utf-8")


@functools.lru_cache(maxsize=64)  # a megabyte takes a quarter of a second, and goes to every field
def quoted(value):
    return quote_from_bytes(to_bytes(value), safe="")


def form(fields):
    """Fields, a dict or pairs, as a form's body; bytes are sent as they are, whatever they hold."""
    pairs = fields.items() if isinstance(fields, dict) else fields
    return "&".join("%s=%s" % (quoted(name), quoted(value)) for name, value in pairs).encode()


class File:
    def __init__(self, content, name="photo.jpg", media="image/jpeg"):
        self.content, self.name, self.media = content, name, media


def multipart(fields):
    pairs = fields.items() if isinstance(fields, dict) else fields
    out = b""
    for name, value in pairs:
        out += b"--%s\r\nContent-Disposition: form-data; name=\"%s\"" % (
            BOUNDARY.encode(), to_bytes(name))
        if isinstance(value, File):
            out += b"; filename=\"%s\"\r\nContent-Type: %s" % (
                to_bytes(value.name), to_bytes(value.media))
            value = value.content
        out += b"\r\n\r\n" + to_bytes(value) + b"\r\n"
    return out + b"--%s--\r\n" % BOUNDARY.encode()


class Answer:
    """Status 0: the server closed the connection without an answer."""

    def __init__(self, status=0, headers=(), body=b""):
        self.status, self.headers, self.body = status, list(headers), body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def header(self, name):
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())


class Client:
    """`source` is the address of this machine that it comes from."""

    def __init__(self, host, source="127.0.0.1"):
        self.host = host
        self.move_to(source)
        self.cookies = {}
        self.csrf = ""
        self.last = Answer()

    def move_to(self, source):
        self.source = (source, 0)

    def send(self, pieces, method="GET"):
        """Sends bytes as they are, piece by piece; stops sending when the server hangs up."""
        address, port = self.host.rsplit(":", 1)
        with socket.create_connection((address, int(port)), WAIT_S, self.source) as wire:
            try:
                for piece in pieces:
                    wire.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                pass
            reply = http.client.HTTPResponse(wire, method=method)
            try:
                reply.begin()
                body = reply.read()
            except (http.client.HTTPException, ConnectionError, socket.timeout):
                self.last = Answer()
                return self.last
            self.last = Answer(reply.status, reply.getheaders(), body)
        self._look_at(self.last)
        return self.last

    def _look_at(self, answer):
        for key, value in answer.headers:
            if key.lower() == "set-cookie":
                name, _, rest = value.partition("=")
                content = rest.split(";")[0]
                if content:
                    self.cookies[name] = content
                else:
                    self.cookies.pop(name, None)
        token = re.search(r'name="csrf" value="([^"]+)"', answer.text)
        if token:
            self.csrf = token[1]

    def head(self, method, target, headers=(), length=None):
        lines = ["%s %s HTTP/1.1" % (method, target), "Host: " + self.host, "Connection: close"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join("%s=%s" % pair for pair in self.cookies.items()))
        if length is not None:
            lines.append("Content-Length: %d" % length)
        lines += ["%s: %s" % pair for pair in headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")

    def ask(self, method, target, headers=(), body=None):
        length = None if body is None else len(body)
        pieces = [self.head(method, target, headers, length)]
        return self.send(pieces + ([body] if body else []), method)

    def get(self, target, headers=()):
        return self.ask("GET", target, headers)

    def post(self, target, fields, headers=()):
        """A form; multipart when a field is a File. `fields` may be bytes with a type of their
        own in `headers`."""
        headers = list(headers)
        has_type = any(name.lower() == "content-type" for name, _ in headers)
        if isinstance(fields, bytes):
            body, media = fields, "application/x-www-form-urlencoded"
        elif any(isinstance(v, File) for v in
                 (fields.values() if isinstance(fields, dict) else (v for _, v in fields))):
            body, media = multipart(fields), "multipart/form-data; boundary=" + BOUNDARY
        else:
            body, media = form(fields), "application/x-www-form-urlencoded"
        if not has_type:
            headers.append(("Content-Type", media))
        return self.ask("POST", target, headers, body)

    def follow(self):
        """Goes where the last answer led."""
        target = re.sub(r"^https?://[^/]+", "", self.last.header("Location"))
        return self.get(target)
