"""What a bad store gets: a full disk, a read-only one, a PostgreSQL that stops and comes back, a clock
set wrong. The page says so, nothing is half-written, and the city goes on when the cause is gone."""

import os
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from channels import file_case, main_part, report_to
from city import City, Broken, Postgres, STORES
from client import File
from tap import must, must_show_nothing

HERE = os.path.dirname(os.path.abspath(__file__))


def photo():
    with open(os.path.join(HERE, "../data/images/baseline-exif6-p3.jpg"), "rb") as file:
        return file.read()


class SmallDisk:
    """A file system in memory of a few megabytes; only root may mount one."""

    def __init__(self, folder, megabytes):
        self.folder = folder
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm,mode=700" % megabytes,
                               "cityhall-test", folder], capture_output=True, check=False)
        self.is_there = done.returncode == 0

    def fill(self):
        """Leaves no block free."""
        self.filler = os.path.join(self.folder, "filler")
        with open(self.filler, "wb", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    pass

    def empty(self):
        os.remove(self.filler)

    def remount(self, how):
        subprocess.run(["mount", "-o", "remount," + how, self.folder], check=True)

    def remove(self):
        if self.is_there:
            subprocess.run(["umount", self.folder], check=False)


def must_fail_clearly(city, client, path, fields, lines):
    """503 with a sentence, one line in the log, the server up."""
    answer = client.post(path, fields)
    must(answer.status == 503, "status %d: %s" % (answer.status, main_part(answer)))
    must_show_nothing(answer)
    must("<p" in answer.text, "no sentence")
    must(city.is_up(), "the server ended")
    deadline = time.monotonic() + 5  # the line comes after the answer
    while len(city.log) == lines and time.monotonic() < deadline:
        time.sleep(0.02)
    said = city.log[lines:]
    must(len(said) == 1, "log lines: %s" % said[:5])
    return answer


def full_disk(arguments):
    scratch = tempfile.mkdtemp(prefix="cityhall-disk-")
    disk = SmallDisk(scratch, 64)
    if not disk.is_there:
        os.rmdir(scratch)
        return "no right to mount a file system"
    city = City(arguments.program, arguments.city, "sqlite")
    city.folder = os.path.join(scratch, "city")
    city.store = STORES["sqlite"](city.folder)
    try:
        city.make([]).start()
        file_case(city)
        client = city.client()
        path = report_to("check")(city, client)
        photos = city.client()
        photos_path = report_to("photos")(city, photos)
        rows = city.counts()
        disk.fill()
        must_fail_clearly(city, client, path, {"csrf": client.csrf}, len(city.log))
        answer = photos.post(photos_path, [("csrf", photos.csrf), ("add", "1"),
                                           ("photos", File(photo()))])
        must(answer.status == 503, "a photo: status %d" % answer.status)
        must_show_nothing(answer)
        must(city.client().get("/cases").status == 200, "reading on a full disk")
        must(city.counts() == rows, "rows on a full disk")
        disk.empty()
        answer = client.post(path, {"csrf": client.csrf})
        must(answer.status == 303, "with room again: status %d" % answer.status)
        must(city.counts()["cases"] == rows["cases"] + 1, "cases")
        must(city.stop() == 0, "the end")
        city.run("audit", "verify", city.folder)
    finally:
        city.remove()
        disk.remove()
        os.rmdir(scratch)
    return None


def read_only_disk(arguments):
    """Nothing is served from a folder that cannot be written, and it says why."""
    scratch = tempfile.mkdtemp(prefix="cityhall-disk-")
    disk = SmallDisk(scratch, 64)
    if not disk.is_there:
        os.rmdir(scratch)
        return "no right to mount a file system"
    city = City(arguments.program, arguments.city, "sqlite")
    city.folder = os.path.join(scratch, "city")
    city.store = STORES["sqlite"](city.folder)
    try:
        city.make([])
        disk.remount("ro")
        done = subprocess.run([city.program, "serve", city.folder, "--listen", "127.0.0.1:0"],
                              capture_output=True, text=True, check=False, timeout=60)
        must(done.returncode == 1, "status %d: %s" % (done.returncode, done.stderr))
        must("data folder cannot be written" in done.stderr or "read-only" in done.stderr.lower()
             or "Read-only" in done.stderr, "it does not say why: " + done.stderr)
        must(len(done.stderr.splitlines()) <= 3, done.stderr)
        disk.remount("rw")
        city.start()
        file_case(city)
    finally:
        city.remove()
        disk.remove()
        os.rmdir(scratch)
    return None


def no_more_writing(arguments):
    """The kernel lets the server's files grow no further, as a quota does. From when it is ready: the
    thread sanitizer has a file of its own at the start."""
    city = City(arguments.program, arguments.city, "sqlite")

    try:
        city.make([])
        city.start(limit=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN))
        resource.prlimit(city.server.pid, resource.RLIMIT_FSIZE, (64 << 10, 64 << 10))
        client = city.client()
        client.get("/report/pothole/where")
        rows, failed = city.counts(), None
        for _ in range(60):
            answer = client.post("/report/pothole/where",
                                 {"csrf": client.csrf, "place": "795 Massachusetts Ave"})
            client.cookies.pop("draft", None)
            if answer.status != 303:
                failed = answer
                break
        must(failed, "60 drafts in 64 kB")
        must(failed.status == 503, "status %d: %s" % (failed.status, main_part(failed)))
        must_show_nothing(failed)
        must(city.is_up() and city.client().get("/").status == 200, "reading goes on")
        must(city.counts()["draft"] >= rows["draft"], "drafts")
        city.stop()
        city.run("audit", "verify", city.folder)
        city.start()
        file_case(city)
    finally:
        city.remove()


def wrong_clock(arguments):
    """A clock years behind or ahead changes what a day is, not that the city works."""
    city = City(arguments.program, arguments.city, arguments.store)
    try:
        city.make([]).start()
        file_case(city)
        city.stop()
        for clock in ["1970-01-01T00:00:01Z", "2001-02-29T00:00:00Z", "2026-01-01T00:00:00Z",
                      "2099-12-31T23:59:59Z"]:
            try:
                city.start(env={"CITYHALL_CLOCK": clock})
            except Broken:
                must(any("clock" in line.lower() for line in city.log), "%s: %s" % (clock, city.log[-3:]))
                continue
            client = city.client()
            for page in ["/", "/cases", "/es/find?q=bache", "/cases.atom"]:
                answer = client.get(page)
                must(answer.status == 200, "%s at %s: %d" % (page, clock, answer.status))
            path = report_to("check")(city, client)
            answer = client.post(path, {"csrf": client.csrf})
            must(answer.status == 303, "filing at %s: %d %s" % (clock, answer.status,
                                                               "\n".join(city.log[-3:])))
            must(city.stop() == 0, "the end at %s: %s" % (clock, "\n".join(city.log[-20:])))
        city.start()
        file_case(city)
        city.stop()
        city.run("audit", "verify", city.folder)
        city.run("rebuild", city.folder, "--check")
    finally:
        city.remove()


class OwnServer:
    """A PostgreSQL of this test alone, to be stopped and started."""

    def __init__(self):
        folders = sorted(os.listdir("/usr/lib/postgresql"), key=int)
        self.bin = "/usr/lib/postgresql/%s/bin/" % folders[-1]
        self.folder = tempfile.mkdtemp(prefix="cityhall-pg-")
        self.user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self.user:
            subprocess.run(["chown", "postgres", self.folder], check=True)
        self.run("initdb", "-D", self.folder + "/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-sync")
        self.start()
        self.run("createdb", "-h", self.folder, "-U", "postgres", "cityhall_test")

    def run(self, program, *arguments):
        subprocess.run([*self.user, self.bin + program, *arguments], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        self.run("pg_ctl", "-s", "-w", "-D", self.folder + "/data", "-l", self.folder + "/log", "-o",
                 "-k %s -c listen_addresses='' -c fsync=off" % self.folder, "start")

    def stop(self, how="immediate"):
        self.run("pg_ctl", "-s", "-w", "-m", how, "-D", self.folder + "/data", "stop")

    def remove(self):
        if os.path.exists(self.folder + "/data/postmaster.pid"):
            self.stop()
        subprocess.run(["rm", "-rf", self.folder], check=True)


def use_connections(city, clients):
    """Reads and drafts at the same time, so that every connection of both pools is open; the
    statuses that were not good."""
    bad = []

    def use(client):
        read = client.get("/cases").status
        client.cookies.pop("draft", None)
        written = client.post("/report/pothole/where",
                              {"csrf": client.csrf, "place": "795 Massachusetts Ave"}).status
        if (read, written) != (200, 303):
            bad.append((read, written))
    threads = [threading.Thread(target=use, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return bad


def restart_unseen(city, server, how):
    """PostgreSQL goes and comes while nobody asks: no connection from before costs anybody an
    answer."""
    clients = [city.client() for _ in range(16)]
    for client in clients:
        client.get("/report/pothole/where")
    must(not use_connections(city, clients), "before the restart")
    city.store.close()
    server.stop(how)
    server.start()
    lines = len(city.log)
    bad = use_connections(city, clients)
    must(not bad, "after a restart (%s): %s %s" % (how, bad, city.log[lines:lines + 2]))


def comes(what, seconds=10):
    """Whether it comes true within that time: the program looks into its store once a second."""
    deadline = time.monotonic() + seconds
    while not what() and time.monotonic() < deadline:
        time.sleep(0.1)
    return what()


def postgres_restarts(arguments):
    server = OwnServer()
    before = os.environ["CITYHALL_TEST_POSTGRES"]
    os.environ["CITYHALL_TEST_POSTGRES"] = server.folder
    city = City(arguments.program, arguments.city, "postgres")
    os.environ["CITYHALL_TEST_POSTGRES"] = before
    try:
        city.make([]).start()
        file_case(city)
        client = city.client()
        path = report_to("check")(city, client)
        cases = city.counts()["cases"]
        city.store.close()
        server.stop()
        lines = len(city.log)
        answer = client.post(path, {"csrf": client.csrf})
        must(answer.status == 503, "without PostgreSQL: %d %s" % (answer.status, city.log[lines:]))
        must_show_nothing(answer)
        answer = client.get("/cases")
        must(answer.status == 503, "the list without PostgreSQL: %d" % answer.status)
        must(answer.header("Retry-After"), "no Retry-After")
        must_show_nothing(answer)
        must(comes(lambda: client.get("/healthz").status == 503), "it says that all is well")
        must(city.is_up(), "the server ended: " + "\n".join(city.log[-20:]))
        must(len([l for l in city.log[lines:] if "request.failed" in l]) <= 2, "log: %s" % city.log[lines:])
        server.start()
        must(comes(lambda: client.get("/healthz").status == 200), "it says that all is not well")
        must(client.get("/cases").status == 200, "the list is not back: %s" % city.log[-1:])
        client.post(path, {"csrf": client.csrf})
        must(client.last.status == 303, "with PostgreSQL again: %d" % client.last.status)
        must(city.counts()["cases"] == cases + 1, "cases")
        for how in ("fast", "immediate"):
            restart_unseen(city, server, how)
    finally:
        city.stop()
        shutil.rmtree(city.scratch, ignore_errors=True)
        server.remove()


def run(tap, arguments):
    store = arguments.store
    if store == "sqlite":
        tap.test("store: a full disk", lambda: full_disk(arguments))
        tap.test("store: a read-only disk", lambda: read_only_disk(arguments))
        tap.test("store: files that may not grow", lambda: no_more_writing(arguments))
    else:
        tap.test("store: PostgreSQL is stopped and started", lambda: postgres_restarts(arguments))
    tap.test("store: a clock set wrong", lambda: wrong_clock(arguments))
