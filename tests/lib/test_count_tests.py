"""What count_tests.py makes of programs that pass, fail, skip, crash and say nothing."""

import contextlib
import io
import json
import pathlib
import tempfile
import unittest

import count_tests


def test_of(out, status=0, result="OK", err=""):
    return {"name": "a", "stdout": out, "stderr": err, "returncode": status, "result": result}


class CountTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_main(self, *arguments):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = count_tests.main(list(arguments))
        return status, out.getvalue()

    def counted(self, *tests):
        """Status and last line for a log of meson's."""
        log = self.folder / "testlog.json"
        log.write_text("".join(json.dumps(test) + "\n" for test in tests), encoding="utf-8")
        status, text = self.run_main(str(log))
        return status, text.splitlines()[-1]

    def test_passes_are_added(self):
        self.assertEqual(self.counted(test_of("1..2\nok 1 - a\nok 2 - b\n"), test_of("ok 1\n1..1")),
                         (0, "3 passed, 0 failed"))

    def test_a_failed_check(self):
        self.assertEqual(self.counted(test_of("1..2\nok 1\nnot ok 2 - b\n", 1, "FAIL")),
                         (1, "1 passed, 1 failed"))

    def test_a_crash_is_a_failure_whatever_passed_before(self):
        self.assertEqual(self.counted(test_of("1..3\nok 1\n", -11, "ERROR")),
                         (1, "1 passed, 1 failed"))
        self.assertEqual(self.counted(test_of("", -11, "ERROR")), (1, "0 passed, 1 failed"))

    def test_a_bad_end_after_all_checks(self):
        self.assertEqual(self.counted(test_of("1..1\nok 1\n", 23, "ERROR", "leaked")),
                         (1, "1 passed, 1 failed"))

    def test_what_was_left_out_is_named(self):
        log = self.folder / "testlog.json"
        log.write_text(json.dumps(test_of("1..1\nok 1 - b # SKIP no npm\n")) + "\n", encoding="utf-8")
        _, text = self.run_main(str(log))
        self.assertIn("skipped: a: ok 1 - b # SKIP no npm", text)

    def test_no_plan(self):
        self.assertEqual(self.counted(test_of("ok 1\nok 2\n")), (1, "2 passed, 1 failed"))

    def test_bailing_out(self):
        self.assertEqual(self.counted(test_of("1..1\nBail out! no server\nok 1\n", 1)),
                         (1, "1 passed, 1 failed"))

    def test_over_time(self):
        self.assertEqual(self.counted(test_of("1..1\nok 1\n", 0, "TIMEOUT")),
                         (1, "1 passed, 1 failed"))

    def test_skips(self):
        self.assertEqual(self.counted(test_of("1..2\nok 1\nok 2 - b # SKIP no data\n"),
                                      test_of("1..0 # SKIP no PostgreSQL\n", 0, "SKIP")),
                         (0, "1 passed, 0 failed, 2 skipped"))

    def test_programs_without_checks(self):
        self.assertEqual(self.counted(test_of("done\n"), test_of("", 1, "FAIL"),
                                      test_of("", 77, "SKIP")),
                         (1, "1 passed, 1 failed, 1 skipped"))

    def test_nothing_is_no_success(self):
        self.assertEqual(self.counted(), (1, "0 passed, 0 failed"))
        self.assertEqual(self.counted(test_of("1..0 # SKIP all\n", 0, "SKIP")),
                         (1, "0 passed, 0 failed, 1 skipped"))

    def test_output_of_a_program(self):
        tap = self.folder / "journeys.tap"
        tap.write_text("TAP version 13\nok 1 - a\nnot ok 2 - b\n# why\n1..2\n", encoding="utf-8")
        status, text = self.run_main(f"journeys:1:{tap}")
        self.assertEqual(status, 1)
        self.assertIn("--- journeys\n    failed: b\n", text)
        self.assertIn("# why", text)
        self.assertTrue(text.endswith("\n1 passed, 1 failed\n"))


if __name__ == "__main__":
    unittest.main()
