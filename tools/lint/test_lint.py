"""The checks of lint.py, each seen to fail on a tree made for it."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import lint

PACKAGES = "build  libsodium-dev  libsodium\n"


class Lint(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.put("script/packages", PACKAGES)
        self.put("meson.build", "project('x', 'c')\n")

    def put(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def found(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            count = lint.check(self.root)
        lines = out.getvalue().splitlines()
        self.assertEqual(count, len(lines))
        return lines

    def test_nothing_to_say(self):
        self.put("src/engine/a.c", '#include "engine/a.h"\n#include "base/str.h"\n#include <gmp.h>\n')
        self.put("src/app/b.c", '#include "svc/requests/a.h"\n#include "console/a.h"\n')
        self.put("src/svc/requests/c.c", '#include "svc/requests/a.h"\n#include "portal/a.h"\n')
        self.assertEqual(self.found(), [])

    def test_layers(self):
        for here, there in (("base", "db"), ("db", "rules"), ("rules", "db"), ("place", "people"),
                            ("engine", "web"), ("web", "engine"), ("portal", "console"),
                            ("api", "svc/requests"), ("console", "app")):
            path = f"src/{here}/a.c"
            self.put(path, f'\n  # include "{there}/b.h"\n')
            self.assertEqual(self.found(), [
                f"{path}:2: {here} may not include {there.split('/')[0]} ({there}/b.h)"])
            (self.root / path).unlink()

    def test_a_service_beside_a_service(self):
        self.put("src/svc/permits/a.c", '#include "svc/requests/b.h"\n')
        self.assertEqual(self.found(), ["src/svc/permits/a.c:1: a service never includes another "
                                        "service (svc/requests/b.h)"])

    def test_the_order_of_the_engine(self):
        self.put("src/engine/record/a.c", '#include "engine/cases/b.h"\n')
        self.put("src/engine/cases/a.c", '#include "engine/record/b.h"\n')
        self.put("src/engine/record/test_a.c", '#include "engine/cases/b.h"\n')
        self.assertEqual(self.found(), ["src/engine/record/a.c:1: engine/record may not include "
                                        "engine/cases (engine/cases/b.h)"])

    def test_statements_are_a_folders_own(self):
        self.put("src/engine/cases/a.c", '#include "engine/cases/queries.h"\n')
        self.put("src/engine/cases/timer.c", '#include "engine/clock/queries.h"\n')
        self.put("src/app/test_a.c", '#include "engine/cases/queries.h"\n')
        self.assertEqual(self.found(), [])
        self.put("src/portal/a.c", '#include "engine/cases/queries.h"\n')
        self.put("src/engine/cases/a.h", '#include "engine/cases/queries.h"\n')
        self.assertEqual(self.found(), [
            "src/engine/cases/a.h:1: a header shows rows, not statements: include "
            "engine/cases/rows.h",
            "src/portal/a.c:1: the statements of engine/cases are its own: ask a function of it"])

    def test_long_lines_of_documents(self):
        long = "word " * 20 + "end"
        self.put("README.md", f"{long}\n\n| {long} |\n\n```\n{long}\n```\n\n    {long}\n")
        self.put("docs/a.md", f"[{'w' * 90}](docs/{'w' * 90}.md)\n<https://city.example/{'w' * 90}>\n")
        self.put("src/a.md", long)
        self.assertEqual(self.found(), ["README.md:1: a line of 103 columns: 100 are room enough"])

    def test_messages_that_nobody_says(self):
        self.put("ui/po/en.po", 'msgid "a.b"\nmsgstr "x"\n\nmsgid "a.c"\nmsgstr "x"\n\n'
                                'msgid "a.d"\nmsgstr "x"\n\nmsgid "error.FILE"\nmsgstr "x"\n')
        self.put("src/portal/a.c", "msg_text(lang, MSG_a_b);\n")
        self.put("src/portal/a.ct", '<p>{t "a.c"}</p>\n')
        self.put("src/portal/test_a.c", "msg_text(lang, MSG_a_d);\n")
        self.assertEqual(self.found(),
                         ["ui/po/en.po:7: nobody says a.d: take it out of ui/po"])

    def test_classes(self):
        self.put("ui/css/a.css", "/* .no-class */\n.ch-card, .ch-tag--open, .ch-tag--shut { color: red }\n"
                                 ".usa-link::after { content: \".x\" }\n.map-pin-b { }\n.leaflet-x { }\n")
        self.put("ui/dist/u.css", ".usa-link{color:red}.usa-b{color:red}")
        self.put("ui/README.md", '`ch-card`, `ch-tag--open` and `data-key`, a `ch-` name\n')
        self.put("src/portal/a.ct", '<p class="ch-card usa-b" data-key><b class="ch-tag--{= kind }">\n')
        self.put("src/portal/a.c", '/* ch-gone */ return is_shut ? "open" : "shut";\n')
        self.put("src/place/b.c", 'BUF_ADD(out, "<g class=\\"map-pin-"); kind = S("b");\n')
        self.put("ui/js/a.js", "make('a', { class: 'usa-link' });\n")
        self.assertEqual(self.found(), [])
        self.put("ui/css/a.css", ".ch-card { }\n.ch-tag--lost { }\n.ch-car { }\n.map-pin-b { }\n")
        self.put("src/portal/a.c", '\nreturn "ch-naked";\n')
        self.put("ui/README.md", "`ch-card`\n`ch-tag--open`, `data-palette`\n")
        self.assertEqual(self.found(), [
            "ui/css/a.css:2: no page gives the class ch-tag--lost: take its style out",
            "ui/css/a.css:3: no page gives the class ch-car: take its style out",
            "src/portal/a.c:2: ch-naked has no style: give it one in ui/css or drop it",
            "ui/README.md:2: no page has ch-tag--open: take it out",
            "ui/README.md:2: no page has data-palette: take it out"])

    def test_banned(self):
        self.put("src/base/a.c", 'int f(void)\n{\n    return atoi("1") + x->atoi (2);\n}\n'
                                 '/* atoi(3) */\nconst char *s = "atoi(4)"; // atoi(5)\n')
        self.assertEqual(self.found(), ["src/base/a.c:3: atoi is not used here: str_to_i64"])

    def test_banned_but_in_tests(self):
        self.put("src/base/test_a.c", 'int n = system("true");\nint m = sprintf(p, "");\n')
        self.assertEqual(self.found(), [
            "src/base/test_a.c:2: sprintf is not used here: str_fmt or snprintf"])

    def test_unfinished(self):
        self.put("tools/a.c", "/* " + "TO" + "DO: more */\n")
        self.assertEqual(len(self.found()), 1)

    def test_lengths(self):
        line = "    x();\n"
        body = line * (lint.MAX_FUNCTION_LINES - 2)
        self.put("src/base/a.c", f"static int short_one(int a,\n   int b)\n{{\n{line * (lint.MAX_FUNCTION_LINES - 4)}}}\n")
        self.assertEqual(self.found(), [])
        self.put("src/base/a.c", f"\nstatic int long_one(void)\n{{\n{body}}}\n")
        self.assertEqual(self.found(), ["src/base/a.c:2: long_one has "
                                        f"{lint.MAX_FUNCTION_LINES + 1} lines: a function fits on "
                                        "a screen"])
        self.put("src/base/a.c", "int x;\n" * (lint.MAX_FILE_LINES + 1))
        self.assertEqual(len(self.found()), 1)

    def test_services(self):
        good = "name: a\n" + "  - {place: x, expect: {team: b}}\n" * 3
        self.put("cities/c/services/a.yaml", good + "x: 1\n" * (lint.MAX_SERVICE_LINES - 4))
        self.assertEqual(self.found(), [])
        self.put("cities/c/services/a.yaml", "name: đ" + "x" * 93 + "\n" + good[8:])
        self.assertEqual(self.found(), [])
        self.put("cities/c/services/a.yaml", "name: " + "x" * 95 + "\n" + good * 10)
        self.put("cities/c/services/b.yaml", "name: b\n")
        self.assertEqual(self.found(), [
            "cities/c/services/a.yaml:1: 41 lines: a service fits in 30",
            "cities/c/services/a.yaml:1: 101 columns: a line has 100 at most",
            "cities/c/services/b.yaml:1: fewer than 3 examples: say what it shall do"])

    def test_packages(self):
        self.put("src/web/meson.build", "a = [dependency('threads'), dependency('libsodium')]\n"
                                        "b = dependency('libevil', required: false)\n")
        self.assertEqual(self.found(), ["src/web/meson.build:2: libevil: name its Debian package "
                                        "in script/packages"])


if __name__ == "__main__":
    unittest.main()
