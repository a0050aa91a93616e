"""A city folder of a test's own, and the program that serves it on a free port of this machine.

What every test that talks to a served city needs; tests/http/city.py adds stores and people,
tests/api/city.py the demonstration city and its database.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading

from checks import free_port

STOP_S = 20
PORTS_TRIED = 5


class Broken(Exception):
    """The test cannot go on: its surroundings failed, or a check did."""


class ServedCity:
    """Made by who inherits this; served, and at the end stopped and removed."""

    def __init__(self, program):
        self.program = os.path.abspath(program)
        self.scratch = tempfile.mkdtemp(prefix="cityhall-test-")
        self.folder = os.path.join(self.scratch, "city")
        self.server, self.port, self.host = None, 0, ""
        self.log = []

    def run(self, *arguments, env=None):
        """What the command says; it must end well."""
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True,
                              check=False, env={**os.environ, **(env or {})})
        if done.returncode:
            raise Broken("cityhall %s: %d %s" % (" ".join(arguments), done.returncode, done.stderr))
        return done.stdout

    def key(self, *scopes, **options):
        """A fresh key of a program; days, burst and per_minute as options."""
        arguments = ["key", "add", self.folder, "--name", "A program for tests"]
        for scope in scopes:
            arguments += ["--scope", scope]
        for name, value in options.items():
            arguments += ["--" + name.replace("_", "-"), str(value)]
        return re.search(r"shown once\): (\S+)", self.run(*arguments))[1]

    def start(self, env=None, limit=None, base_url=None):
        """Serves it, as `base_url` when it stands behind a web server; `limit` runs in the child
        before the program does. Another port when somebody took the free one in between."""
        for _ in range(PORTS_TRIED):
            if self._start_once(env, limit, base_url):
                return self
            if not any("another program listens there" in line for line in self.log):
                break
        raise Broken("the server did not start: " + "\n".join(self.log))

    def _start_once(self, env, limit, base_url):
        self.port = free_port()
        self.host = "127.0.0.1:%d" % self.port
        self.log = []
        self.server = subprocess.Popen(
            [self.program, "serve", self.folder, "--listen", self.host,
             *(["--base-url", base_url] if base_url else [])],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limit,
            env={**os.environ, **(env or {})})
        self.reader = threading.Thread(target=self._keep_log, args=(self.server.stderr,),
                                       daemon=True)
        self.reader.start()
        line = self.server.stdout.readline().decode()
        if line.startswith("ready "):
            return True
        self.server.wait(STOP_S)
        self.reader.join(STOP_S)
        return False

    def _keep_log(self, pipe):
        for line in pipe:
            self.log.append(line.decode("utf-8", "replace").rstrip("\n"))

    def is_up(self):
        return self.server.poll() is None

    def stop(self):
        """Ends the server as an operator does; its exit status. The log is whole then."""
        if not self.server:
            return 0
        if self.is_up():
            self.server.send_signal(signal.SIGTERM)
        try:
            status = self.server.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.server.kill()
            status = self.server.wait(STOP_S)
        self.reader.join(STOP_S)
        self.server = None
        return status

    def remove(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)
