"""The order of the lists of cases for everybody: the newest report first, on every page and in every
form, whatever is asked for. What happens to a case later does not move it.
"""

import csv
import io
import json
import re

from city import City
from places import Typed, api
from tap import must

SERVICES = ("graffiti", "pothole")
CASES = 47  # three pages of twenty


def file_all(city):
    """Their numbers, the newest first: filed by turns, as runs of several indexes are merged."""
    numbers = []
    for i in range(CASES):
        answer = api(city, SERVICES[i % 3 == 0], Typed("%d Berkeley St" % (22 + i % 2)))
        must(answer.status == 201, answer.text)
        numbers.insert(0, json.loads(answer.body)["number"])
    return numbers


def work_on(city, number):
    client = city.client("agent")
    client.get("/staff/cases/" + number)
    version = re.search(r'name="lock_version" value="(\d+)"', client.last.text)
    answer = client.post("/staff/cases/%s/steps/start" % number,
                         {"csrf": client.csrf, "lock_version": version[1]})
    must(answer.status == 303, answer.text[:300])


def rows_of(page):
    """The numbers in the table of a page."""
    return re.findall(r'<th scope="row"><a href="[^"]*/cases/(\d\d-\d{5}-\d)"', page)


def all_pages(city, target):
    """The numbers on each page, from the first to the last."""
    pages, client = [], city.client()
    while target:
        must(len(pages) < CASES, "the pages have no end")
        page = client.get(target)
        must(page.status == 200, "%s: %d" % (target, page.status))
        pages.append(rows_of(page.text))
        older = re.search(r'rel="next" href="([^"]+)"', page.text) or \
            re.search(r'href="([^"]+)" rel="next"', page.text)
        target = older and older[1].replace("&amp;", "&")
    return pages


def pages_go_back_in_time(city, numbers):
    pages = all_pages(city, "/cases")
    must([len(page) for page in pages] == [20, 20, 7], [len(page) for page in pages])
    must(sum(pages, []) == numbers, "%s\n expected: %s" % (pages, numbers))


def filters_keep_the_order(city, numbers, of):
    for service in SERVICES:
        expected = [number for number in numbers if of[number] == service]
        must(expected and len(expected) < CASES, service)
        for more in ("", "&state=open"):
            found = sum(all_pages(city, "/cases?service=%s%s" % (service, more)), [])
            must(found == expected, "%s%s: %s\n expected: %s" % (service, more, found, expected))
    found = sum(all_pages(city, "/cases?state=open"), [])
    must(found == numbers, "open: %s\n expected: %s" % (found, numbers))


def files_are_in_the_same_order(city, numbers):
    client = city.client()
    rows = list(csv.DictReader(io.StringIO(client.get("/cases.csv").text)))
    must([row["number"] for row in rows] == numbers, "csv: %s" % rows[:3])
    answer = json.loads(client.get("/cases.json").body)
    found = [case["number"] for case in answer["cases"]]
    must(found == numbers, "json: %s" % found)


def feed_of(city):
    feed = city.client().get("/cases.atom").text
    return re.findall(r"<entry>.*?/cases/(\d\d-\d{5}-\d)", feed, re.DOTALL)


def a_step_moves_nothing(city, numbers):
    must(feed_of(city) == numbers, "the feed: %s" % feed_of(city))
    work_on(city, numbers[-1])
    must(sum(all_pages(city, "/cases"), []) == numbers, "a step moved a case in the list")
    must(feed_of(city) == numbers, "a step moved a case in the feed")


def run(tap, arguments):
    city = City(arguments.program, arguments.city, arguments.store)
    try:
        city.make(["agent"]).start()
        numbers = file_all(city)
        of = {number: SERVICES[(CASES - 1 - i) % 3 == 0] for i, number in enumerate(numbers)}
        tap.test("order: pages go back in time", lambda: pages_go_back_in_time(city, numbers))
        tap.test("order: filters keep it", lambda: filters_keep_the_order(city, numbers, of))
        tap.test("order: files have it", lambda: files_are_in_the_same_order(city, numbers))
        tap.test("order: a step moves nothing", lambda: a_step_moves_nothing(city, numbers))
    finally:
        city.remove()
