"""What strangers may not get by another way: secrets in the log, files that others on the machine
can read, two readings of one request."""

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import time

import edge
from channels import file_case, report_to
from city import City
from tap import must

MAILS_PER_DAY = 10
TOKEN = "SECRETTOKEN" + "a" * 32


def change(city, statement):
    """Changes the database past the program."""
    if city.store.name == "postgres":
        city.store.psql(city.store.base, statement)
        return
    db = sqlite3.connect(city.store.path, timeout=10)
    db.execute("PRAGMA legacy_alter_table = ON")
    db.execute(statement)
    db.commit()
    db.close()


class Without:
    """The city without one of its tables: whatever asks it fails."""

    def __init__(self, city, table):
        self.city, self.table = city, table

    def __enter__(self):
        change(self.city, "ALTER TABLE %s RENAME TO gone" % self.table)

    def __exit__(self, *_):
        change(self.city, "ALTER TABLE gone RENAME TO %s" % self.table)


def line_of_failure(city, lines):
    """The log line of the request that failed; it comes after the answer."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        said = [line for line in city.log[lines:] if "request.failed" in line]
        if said:
            return said[0]
        time.sleep(0.02)
    must(False, "nothing in the log")
    return ""


def must_hide(city, table, route, ask):
    with Without(city, table):
        lines = len(city.log)
        answer = ask()
        must(answer.status >= 500, "status %d" % answer.status)
        line = line_of_failure(city, lines)
    must("SECRET" not in line and "example.org" not in line, "the log shows a secret: " + line)
    must(route in line, "the log does not say which route: " + line)


def secrets_in_the_log(tap, city):
    def link(path, table):
        def body():
            client = city.client()
            client.get("/me/sign-in")
            must_hide(city, table, path.replace("TOKEN", "{token}"),
                      lambda: client.post(path.replace("TOKEN", TOKEN), {"csrf": client.csrf}))
        return body

    def query(target, table):
        return lambda: must_hide(city, table, target.split("?")[0],
                                 lambda: city.client().get(target))

    def case():
        number, _ = file_case(city)
        must_hide(city, "case_file", "number=" + number,
                  lambda: city.client().get("/cases/%s?key=SECRET" % number))

    tap.test("log: a case's private link", link("/follow/TOKEN", "link_token"))
    tap.test("log: a resident's sign-in link", link("/me/open/TOKEN", "resident_ticket"))
    tap.test("log: the link to a draft", link("/continue/TOKEN", "draft"))
    tap.test("log: the key of a program in the query",
             query("/open311/v2/requests.json?api_key=SECRETKEY", "cases"))
    tap.test("log: words that were looked for",
             query("/cases.json?q=SECRET@example.org", "cases"))
    tap.test("log: which case it was", case)


def private_files(tap, city):
    """Whoever else has an account on the machine reads nothing, wherever the folder stands."""
    def body():
        backup = os.path.join(city.scratch, "backup")
        city.run("backup", city.folder, backup)
        for top in (city.folder, backup):
            for folder, _, names in os.walk(top):
                for path in [folder] + [os.path.join(folder, name) for name in names]:
                    mode = stat.S_IMODE(os.stat(path).st_mode)
                    must(mode & 0o077 == 0, "%s has the mode %o" % (path, mode))

    def older():
        """A city of an older version, whose database others could read."""
        if city.store.name == "postgres":
            return "there is no such file"
        path = os.path.join(city.folder, "cityhall.db")
        os.chmod(path, 0o644)
        city.run("user", "list", city.folder)
        must(stat.S_IMODE(os.stat(path).st_mode) == 0o600, "it stays as it is")
        return None

    tap.test("files: nobody else reads the city's and the backup's", body)
    tap.test("files: an older city's database is closed to others", older)


def links_in_the_outbox(tap, city):
    def body():
        client = city.client()
        client.get("/me/sign-in")
        client.post("/me/sign-in", {"csrf": client.csrf, "email": "ana@example.org"})
        token = re.search(r"/me/open/([A-Za-z0-9_-]{40,})", city.mail())
        must(token, "no link in the message")
        page = city.client("auditor").get("/staff/outbox")
        must(page.status == 200 and "/me/open/..." in page.text, "the message: %d" % page.status)
        must(token[1] not in page.text, "the outbox shows the link")
    tap.test("outbox: staff cannot take a resident's link from it", body)


def mails_to_strangers(tap, city):
    """Anybody can type anybody's address: it gets so many messages a day, and the page is honest."""
    def body():
        ends = []
        for _ in range(MAILS_PER_DAY + 1):
            client = city.client()
            path = report_to("check", email="victim@example.org")(city, client)
            client.post(path, {"csrf": client.csrf})
            ends.append(client.follow().text)
        must("A message to" in ends[MAILS_PER_DAY - 1], "the last message is not announced")
        must("A message to" not in ends[-1], "a message is announced that is not sent")
        must("No message about it" in ends[-1], "what to do without one is not said")

    def links():
        number, resident = file_case(city)
        for _ in range(MAILS_PER_DAY + 5):
            answer = resident.post("/cases/%s/link" % number,
                                   {"csrf": resident.csrf, "email": "linked+a@example.org"})
            must(answer.status == 303, "status %d" % answer.status)
        must(mails_to(city, "linked") == MAILS_PER_DAY, "%d mails" % mails_to(city, "linked"))

    tap.test("mails: an address nobody has proven gets ten a day", body)
    tap.test("mails: links of a case to one mailbox have an end, and the answers are the same", links)


def mails_to(city, name):
    return int(city.store.rows(
        "SELECT count(*) FROM message WHERE address LIKE '%s%%'" % name)[0][0])


def sign_in(city, client, email):
    client.get("/me/sign-in")
    client.post("/me/sign-in", {"csrf": client.csrf, "email": email})
    path = "/me/open/" + re.search(r"/me/open/(\S+)", city.mail())[1]
    client.get(path)
    client.post(path, {"csrf": client.csrf})
    must(email in client.get("/me").text, "nobody is signed in")


def locked_mailboxes(tap, city):
    """Strangers who name a resident's address take nothing that the resident needs."""
    def sign_in_again():
        owner = city.client()
        sign_in(city, owner, "rita@example.org")
        owner.post("/me/sign-out", {"csrf": owner.csrf})
        for _ in range(12):
            stranger = city.client()
            stranger.get("/me/sign-in")
            stranger.post("/me/sign-in", {"csrf": stranger.csrf, "email": "rita@example.org"})
        before = mails_to(city, "rita")
        sign_in(city, owner, "rita@example.org")
        must(mails_to(city, "rita") == before + 1, "the owner gets no link")

    def confirmation():
        owner = city.client()
        sign_in(city, owner, "omar@example.org")
        owner.post("/me/sign-out", {"csrf": owner.csrf})
        for _ in range(MAILS_PER_DAY):
            client = city.client()
            path = report_to("check", email="omar@example.org")(city, client)
            client.post(path, {"csrf": client.csrf})
        before = mails_to(city, "omar")
        path = report_to("check", email="omar@example.org")(city, owner)
        owner.post(path, {"csrf": owner.csrf})
        must("A message to" in owner.follow().text, "the owner is not told of a message")
        must(mails_to(city, "omar") == before + 1, "the owner gets no message")

    tap.test("mailbox: who has signed in on a browser signs in there again, whatever strangers ask",
             sign_in_again)
    tap.test("mailbox: and hears of their report after ten of strangers", confirmation)


def shared_machines(tap, city):
    """What stays behind in a library's browser."""
    def link_of(text):
        return re.search(r"/follow/[A-Za-z0-9_-]{30,}", text)

    def forgotten(number, client):
        must("draft" not in client.cookies and "case" not in client.cookies,
             "it keeps %s" % list(client.cookies))
        must("/cases/%s/receipt" % number not in client.get("/cases/" + number).text,
             "the case is still open")
        must(client.get("/report/pothole/done").status == 404, "so is what was sent")

    def signed_out():
        number, client = file_case(city)
        must(link_of(client.get("/report/pothole/done").text), "no link on the first page")
        sign_in(city, client, "lee@example.org")
        must("Signing out also removes" in client.get("/me").text, "the page does not say so")
        client.post("/me/sign-out", {"csrf": client.csrf})
        forgotten(number, client)

    def without_account():
        number, client = file_case(city)
        client.get("/cases/" + number)
        answer = client.post("/forget", {"csrf": client.csrf})
        must(answer.status == 303, "status %d" % answer.status)
        must("no longer holds" in client.follow().text, "nothing is said")
        forgotten(number, client)
        must(list(client.cookies) in ([], ["form"]), "it keeps %s" % list(client.cookies))

    def later():
        number, client = file_case(city)
        change(city, "UPDATE link_token SET created = created - 3600000000")
        for path in ("/report/pothole/done", "/cases/" + number):
            page = client.get(path)
            must(page.status == 200 and not link_of(page.text), path + " shows the link again")
        answer = client.post("/cases/%s/link" % number,
                             {"csrf": client.csrf, "email": "thief@example.org"})
        must(answer.status == 303 and mails_to(city, "thief") == 0, "a stranger is mailed the link")

    tap.test("shared: signing out takes the keys of reports and drafts from the browser", signed_out)
    tap.test("shared: so does the button for who has no account", without_account)
    tap.test("shared: the private link is not shown again later, nor mailed to others", later)


def programs(tap, city):
    def body():
        own, resident = file_case(city)
        said = city.run("key", "add", city.folder, "--name", "Fixer", "--scope",
                        "file@service:pothole", "--days", "30")
        key = re.search(r"shown once\): (\S+)", said)[1]
        answer = city.client().post("/open311/v2/servicerequestupdates.json", {
            "api_key": key, "service_request_id": own, "description": "PAYWORD"})
        must(answer.status == 201, "status %d" % answer.status)
        must("PAYWORD" not in resident.get("/cases/" + own).text, "a stranger's program writes to "
             "the resident")
        page = city.client("supervisor").get("/staff/cases/" + own).text
        must("PAYWORD" in page and "Fixer" in page, "staff do not read it, or not who says so")
        said = city.run("key", "add", city.folder, "--name", "Fixer Two", "--scope",
                        "work@city", "--scope", "file@city", "--days", "30")
        key = re.search(r"shown once\): (\S+)", said)[1]
        answer = city.client().post("/open311/v2/servicerequestupdates.json", {
            "api_key": key, "service_request_id": own, "description": "WORKWORD"})
        must(answer.status == 201, "status %d" % answer.status)
        page = resident.get("/cases/" + own).text
        must("WORKWORD" in page and "Fixer Two" in page, "the program is not named")
    tap.test("programs: one that may file does not write to whom it did not file for", body)


def folders(tap, city):
    def check(change, words):
        folder = os.path.join(city.scratch, "folder")
        shutil.copytree(city.files, folder)
        path = os.path.join(folder, "services", "pothole.yaml")
        outside = os.path.join(city.scratch, "outside.yaml")
        shutil.move(path, outside)
        change(path, outside)
        try:
            done = subprocess.run([city.program, "check", folder], capture_output=True, text=True,
                                  check=False, timeout=60)
        finally:
            shutil.rmtree(folder)
        must(done.returncode == 1 and words in done.stderr, "%d %s" % (done.returncode, done.stderr))

    tap.test("check: a link out of the city's folder is not followed",
             lambda: check(lambda path, outside: os.symlink(outside, path), "leads out"))
    tap.test("check: a pipe is not waited for",
             lambda: check(lambda path, outside: os.mkfifo(path), "no plain file"))


def over_https(tap, city):
    """Behind TLS each cookie has another name (__Host-): whoever sets one must find it again."""
    def body():
        number, resident = file_case(city)
        must(resident.cookies and all(name.startswith("__Host-") for name in resident.cookies),
             "the cookies: %s" % list(resident.cookies))
        must("/cases/%s/receipt" % number in resident.get("/cases/" + number).text,
             "the reporter does not know their case again")

    def injected():
        """A neighbour under the same domain can set a cookie without the prefix, and no other."""
        number, resident = file_case(city)
        other = city.client()
        other.cookies["case"] = resident.cookies["__Host-case"]
        must("/cases/%s/receipt" % number not in other.get("/cases/" + number).text,
             "a cookie without the prefix is believed")

    tap.test("https: a report is filed, and its reporter known again", body)
    tap.test("https: a cookie that is not bound to the site is not read", injected)
    tap.test("https: a resident signs in",
             lambda: sign_in(city, city.client(), "tls@example.org"))


def run(tap, arguments):
    city = City(arguments.program, arguments.city, arguments.store)
    try:
        city.make(["agent", "auditor", "supervisor"]).start()
        secrets_in_the_log(tap, city)
        private_files(tap, city)
        links_in_the_outbox(tap, city)
        mails_to_strangers(tap, city)
        locked_mailboxes(tap, city)
        shared_machines(tap, city)
        programs(tap, city)
        folders(tap, city)
        edge.run(tap, city)
        city.stop()
        city.start(base_url="https://city.example")
        over_https(tap, city)
        tap.test("guard: the server ends well", lambda: must(
            city.stop() == 0, "it did not: " + "\n".join(city.log[-40:])))
    finally:
        city.remove()
