"""Finds functions that no other file of the product calls, by the object files of a finished build.

    unused.py ROOT BUILD            prints FILE: sentence for each; fails if there are any

A test of every build.

A function that only its own file calls is static; one that nobody calls is deleted; one that only
tests call keeps code alive that nobody runs. A function that its own file calls and a test takes
apart may stay external. What templates and statements generate is left alone.
"""

import pathlib
import re
import subprocess
import sys

# What tests alone call, and why it stays.
FOR_TESTS = {
    "case_filter_text": "the fuzzer: what was written reads back the same",
    "cel_compile_unchecked": "the conformance of the language, which is wider than its checker",
    "cel_program_source": "a program can say what it was made from",
    "cel_program_uses": "which names it asks for",
    "csv_open_text": "the same reader as csv_open, without a file",
    "db_check_statements": "prepares every statement on the second store",
    "fault_arm": "tests of failing calls",
    "fault_count": "tests of failing calls",
    "fault_watch": "tests of failing calls",
    "fetch_address_is_public": "the fence, address by address",
    "html_json": "for {json}, which a template may write",
    "html_plain_z": "chosen by type in templates",
    "html_raw": "for {!}, which a template may write",
    "html_url_part_z": "chosen by type in templates",
    "html_url_z": "chosen by type in templates",
    "image_process": "one picture without a server",
    "json_get_array": "what programs are answered",
    "limiter_free": "the server's lives as long as the program",
    "log_set_level": "tests look at what is logged",
    "merkle_includes": "the other side of a proof, which others compute",
    "merkle_is_consistent": "the other side of a proof, which others compute",
    "msg_key": "each key leads back to its message",
    "msg_write": "made by the compiler of templates",
    "rc_name": "what a failed test prints",
    "server_ask_stop": "a server inside the test",
    "server_port": "a server inside the test",
    "sqlite_memory_kept_bytes": "that what is kept has an end",
}
TEST_OBJECT = re.compile(r"(^|[/_.])(test|bench|fuzz)_|_replay|_test\.a|^tests/")
GENERATED = re.compile(r"meson-generated")


def symbols(folder):
    """(object, name, kind) of what each object below has ("T") and wants ("U")."""
    objects = sorted(str(path) for path in folder.rglob("*.o"))
    out = subprocess.run(["nm", "-A", "-f", "posix", *objects], capture_output=True, text=True,
                         check=True)
    for line in out.stdout.splitlines():
        path, _, said = line.partition(".o: ")
        fields = said.split()
        if len(fields) > 1 and fields[1] in "TU":
            yield pathlib.Path(path + ".o"), fields[0], fields[1]


def source_text(root, stem):
    """The text of every file of that name below src: enough to count a word in."""
    return "\n".join(path.read_text(encoding="utf-8") for path in (root / "src").rglob(stem))


def main():
    root, build = map(pathlib.Path, sys.argv[1:])
    made, wanted, wanted_by_tests = {}, set(), set()
    for path, symbol, kind in symbols(build / "src"):
        name = path.relative_to(build).as_posix()
        is_test = bool(TEST_OBJECT.search(name))
        if kind == "U":
            (wanted_by_tests if is_test else wanted).add(symbol)
        elif not is_test and not GENERATED.search(name):
            made[symbol] = path.name.removesuffix(".o")
    wanted_by_tests.update(symbol for _, symbol, kind in symbols(build / "tests") if kind == "U")
    count = 0
    for symbol, file in sorted(made.items(), key=lambda item: item[::-1]):
        if symbol in wanted or symbol in FOR_TESTS or symbol == "main" or symbol.startswith("__"):
            continue
        stem = file.split("_", 1)[1] if not list((root / "src").rglob(file)) else file
        is_own = len(re.findall(rf"\b{symbol}\b", source_text(root, stem))) > 1
        if is_own and symbol in wanted_by_tests:
            continue
        count += 1
        print(f"{stem}: {symbol}: " + ("its own file alone calls it: make it static" if is_own
                                       else "nobody calls it" if symbol not in wanted_by_tests
                                       else "only tests call it"))
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
