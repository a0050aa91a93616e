"""Checks what the compiler does not: who may include whom, functions that are never called here,
files grown too long, messages that nobody says, classes without a style or styles without a page,
packages that a bare system would miss, documents' lines too long.

    lint.py ROOT                    prints FILE:LINE: sentence, fails if any
    lint.py ROOT --stamp FILE       every build runs this: the same but for the documents
    lint.py ROOT --stats            prints medians, so that a trend is seen

The layers are those of ARCHITECTURE.md. Reads files only; takes a second.
"""

import argparse
import pathlib
import re
import statistics
import sys

LOWER = {"base"}
CORE = LOWER | {"db", "rules", "people", "place", "engine"}
PAGES = CORE | {"web", "image"}
MAY_INCLUDE = {
    "base": set(),
    "db": LOWER,
    "rules": LOWER,
    "image": LOWER,
    "people": LOWER | {"db", "rules"},
    "place": LOWER | {"db", "rules"},
    "engine": CORE | {"image"},
    "web": LOWER,
    "portal": PAGES,
    "console": PAGES,
    "api": PAGES,
    "svc": PAGES | {"portal", "console", "api"},
    "app": PAGES | {"portal", "console", "api", "svc"},
}
# The subjects of the engine, the lower first: each may include those before it.
ENGINE = ["record", "work", "definition", "message", "clock", "cases", "publish"]
# What stands against that order, all of it. Take one away when it goes; nothing is added.
ENGINE_AGAINST = {
    # What is told of a case to whom asks who may read it, as its page does.
    "src/engine/message/webhook_send.c": {"engine/cases/access.h"},
}
# A folder's statements are called by its own files; others ask its functions, so that who may see and
# change what is decided in one place. Within the engine these change a case, its clocks and its
# events in one transaction, or read them for one answer.
STATEMENTS_OF_OTHERS = {
    "src/engine/cases/case_erase.c": {"engine/clock", "engine/record"},
    "src/engine/cases/case_merge.c": {"engine/clock", "engine/record"},
    "src/engine/cases/case_privacy.c": {"engine/message", "engine/record"},
    "src/engine/cases/case_read.c": {"engine/record"},
    "src/engine/cases/case_transfer.c": {"engine/clock", "engine/record"},
    "src/engine/cases/timer.c": {"engine/clock"},
}
# These depend on the process's locale or TZ, report no error, or write past the end; a shell has no
# place in a server. What to use instead stands beside each.
BANNED = {
    "strcpy": "struct buf", "strcat": "struct buf", "stpcpy": "struct buf", "gets": "fgets",
    "sprintf": "str_fmt or snprintf", "vsprintf": "vsnprintf", "strtok": "str_next",
    "atoi": "str_to_i64", "atol": "str_to_i64", "atoll": "str_to_i64", "atof": "decimal",
    "strtol": "str_to_i64", "strtoll": "str_to_i64", "strtoul": "str_to_i64", "strtoull": "str_to_i64",
    "sscanf": "a parser", "scanf": "a parser", "localtime": "base/zone.h", "gmtime": "base/date.h",
    "localtime_r": "base/zone.h", "gmtime_r": "base/date.h", "mktime": "base/zone.h",
    "alloca": "the arena", "system": "posix_spawn", "popen": "posix_spawn", "tmpnam": "mkstemp",
    "mkdtemp": "test_temporary, which removes it whatever fails",
    "rand": "crypto_random", "srand": "crypto_random", "setlocale": "base/lang.h",
}
# A test may start a shell, and read another project's file formats as that project does.
FREE_IN_TESTS = {"system", "popen", "strtoul", "strtoull", "strtol", "strtoll"}
# The file that the others are to ask.
OWN_OF = {"test_temporary.c": {"mkdtemp"}}
# Messages whose keys are put together when the program runs (the sentence of an error by its name),
# and the one that the tests of messages format.
COMPUTED_KEYS = ("error.", "form.change_what")
# Classes that Leaflet gives what it draws, and those of a picture that brings its own colours.
CLASSES_OF_OTHERS = ("leaflet-", "map-name-park", "map-pin-here")
MAX_FILE_LINES = 800
MAX_FUNCTION_LINES = 120
# A service of the demonstration is read at a glance, in three languages and with its examples.
MAX_SERVICE_LINES, MAX_SERVICE_COLUMNS, LEAST_EXAMPLES = 30, 100, 3
MAX_DOCUMENT_COLUMNS = 100
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"')
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
DEPENDENCY = re.compile(r"\b(?:dependency|find_library)\(\s*'([^']+)'([^)]*)")
CLASS = re.compile(r"\.([a-z][\w-]*)")
STYLE_NOISE = re.compile(r'/\*.*?\*/|url\([^)]*\)|"[^"]*"', re.DOTALL)
OUR_CLASS = re.compile(r"(?<![\w-])((?:ch|usa|map)-[\w-]+)")
OUR_DATA = re.compile(r"(?<![\w-])(data-[a-z-]+)")
WORD = re.compile(r"[a-z][\w-]*")
ADDRESS = re.compile(r"(?<=\])\([^)\s]*\)|https?://\S*")
OF_THE_COMPILER = {"threads", "m", "dl", "rt"}


class Source:
    """One C file: its lines, and the same without comments and the contents of strings."""

    def __init__(self, root, path):
        self.path = path.relative_to(root)
        self.text = path.read_text(encoding="utf-8")
        self.lines = self.text.splitlines()
        self.code = TOKEN.sub(blank, self.text).splitlines()
        self.is_test = path.name.startswith(("test_", "bench_", "fuzz_")) or any(
            part in ("tests", "testdata") for part in self.path.parts)

    def functions(self):
        """(name, first line, number of lines); relies on clang-format's brace in column one."""
        head = start = None
        for at, line in enumerate(self.code):
            if line[:1].isalpha() and not line.startswith(("struct {", "union {", "enum {")):
                head = at
            if line.startswith("{") and head is not None:
                start = head
            elif line.rstrip() == "}" and head is not None and start is not None:
                name = re.search(r"(\w+)\s*\(", self.code[start])
                if name and "=" not in self.code[start]:
                    yield name[1], start + 1, at - start + 1
                head = None


def blank(match):
    """What a comment or string becomes: the same lines, an include's name kept."""
    text = match[0]
    if text.startswith("/"):
        return "\n" * text.count("\n")
    return text[0] + text[0]


def sources(root):
    for folder in ("src", "tools", "tests"):
        for path in sorted((root / folder).rglob("*.[ch]")):
            if "node_modules" not in path.parts:
                yield Source(root, path)


def layer_of(path):
    """The layer, and for a service its own name: ("svc", "requests")."""
    parts = pathlib.PurePath(path).parts
    return parts[0], parts[1] if parts[0] == "svc" and len(parts) > 2 else None


def check_includes(source):
    if source.path.parts[0] != "src":
        return
    here, service = layer_of(pathlib.PurePath(*source.path.parts[1:]))
    for at, line in enumerate(source.lines, 1):
        include = INCLUDE.match(line)
        if not include or "/" not in include[1]:
            continue
        there, other = layer_of(include[1])
        if there not in MAY_INCLUDE:
            continue
        if there == here == "svc" and other != service:
            yield at, f"a service never includes another service ({include[1]})"
        elif there != here and there not in MAY_INCLUDE.get(here, set()):
            yield at, f"{here} may not include {there} ({include[1]})"


def engine_subject(path):
    """The subject of a file below engine/, else None: "cases"."""
    parts = pathlib.PurePath(path).parts
    return parts[1] if len(parts) > 2 and parts[0] == "engine" and parts[1] in ENGINE else None


def check_engine(source):
    if source.path.parts[0] != "src" or source.is_test:
        return
    here = engine_subject(pathlib.PurePath(*source.path.parts[1:]))
    allowed = ENGINE_AGAINST.get(source.path.as_posix(), set())
    for at, line in enumerate(source.lines, 1):
        include = INCLUDE.match(line)
        there = engine_subject(include[1]) if include else None
        if here and there and ENGINE.index(there) > ENGINE.index(here) \
                and include[1] not in allowed:
            yield at, f"engine/{here} may not include engine/{there} ({include[1]})"


def check_statements(source):
    if source.path.parts[0] != "src" or source.is_test:
        return
    here = source.path.parent.relative_to("src").as_posix()
    allowed = {here} | STATEMENTS_OF_OTHERS.get(source.path.as_posix(), set())
    for at, line in enumerate(source.lines, 1):
        include = INCLUDE.match(line)
        if not include or not include[1].endswith("/queries.h"):
            continue
        folder = include[1].removesuffix("/queries.h")
        if source.path.suffix == ".h":
            yield at, f"a header shows rows, not statements: include {folder}/rows.h"
        elif folder not in allowed:
            yield at, f"the statements of {folder} are its own: ask a function of it"


def check_words(source):
    for at, line in enumerate(source.code, 1):
        for call in CALL.finditer(line):
            if source.is_test and call[1] in FREE_IN_TESTS or call[1] in OWN_OF.get(source.path.name, ()):
                continue
            yield at, f"{call[1]} is not used here: {BANNED[call[1]]}"
    for at, line in enumerate(source.lines, 1):
        if UNFINISHED.search(line):
            yield at, "finish it, or say in an issue what is left"


def check_lengths(source):
    if len(source.lines) > MAX_FILE_LINES:
        yield 1, f"{len(source.lines)} lines: a file has one subject and {MAX_FILE_LINES} at most"
    for name, start, count in source.functions():
        if count > MAX_FUNCTION_LINES:
            yield start, f"{name} has {count} lines: a function fits on a screen"


def check_services(root):
    for path in sorted((root / "cities").glob("*/services/*.yaml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        where = path.relative_to(root)
        if len(lines) > MAX_SERVICE_LINES:
            yield where, 1, f"{len(lines)} lines: a service fits in {MAX_SERVICE_LINES}"
        for at, line in enumerate(lines, 1):
            if len(line) > MAX_SERVICE_COLUMNS:
                yield where, at, f"{len(line)} columns: a line has {MAX_SERVICE_COLUMNS} at most"
        if sum("expect:" in line for line in lines) < LEAST_EXAMPLES:
            yield where, 1, f"fewer than {LEAST_EXAMPLES} examples: say what it shall do"


def check_packages(root):
    """Every library that the meson files ask for has a package in script/packages."""
    known = set()
    for line in (root / "script/packages").read_text(encoding="utf-8").splitlines():
        fields = line.split()
        if line and not line.startswith("#") and fields[2] != "-":
            known.update(fields[2:])
    files = [root / "meson.build"]
    for folder in ("src", "tools", "ui", "tests"):
        files += sorted((root / folder).rglob("meson.build"))
    for path in files:
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for wanted in DEPENDENCY.finditer(line):
                if wanted[1] not in known | OF_THE_COMPILER:
                    yield path.relative_to(root), at, (
                        f"{wanted[1]}: name its Debian package in script/packages")


def check_messages(root):
    """Every message is said by somebody: a template, C, or a script that the pages load."""
    said = set()
    for folder, endings in (("src", (".c", ".h", ".ct", ".def")), ("ui", (".js", ".ct"))):
        for path in (root / folder).rglob("*"):
            if path.suffix in endings and not path.name.startswith("test_"):
                text = path.read_text(encoding="utf-8")
                said.update(re.findall(r"\bMSG_(\w+)", text))
                said.update(key.replace(".", "_") for key in re.findall(r'"([a-z][\w.]*)"', text))
    path = root / "ui/po/en.po"
    if not path.exists():
        return
    for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        key = re.match(r'msgid "(.+)"', line)
        if key and not key[1].startswith(COMPUTED_KEYS) and key[1].replace(".", "_") not in said:
            yield path.relative_to(root), at, f"nobody says {key[1]}: take it out of ui/po"


def styled(path):
    """The classes of a sheet: {"ch-card": the line where it stands first}."""
    text = STYLE_NOISE.sub(lambda found: "\n" * found[0].count("\n"),
                           path.read_text(encoding="utf-8"))
    lines = {}
    for at, line in enumerate(text.splitlines(), 1):
        for name in CLASS.findall(line):
            lines.setdefault(name, at)
    return lines


def without_comment(match):
    return "\n" * match[0].count("\n") if match[0].startswith("/") else match[0]


def markup(root):
    """(path, text) of all that writes pages: templates, scripts and C without its comments."""
    for path in sorted((root / "src").rglob("*.c*")) + sorted((root / "ui/js").rglob("*.js")):
        if path.name.startswith("test_"):
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".c":
            text = TOKEN.sub(without_comment, text)
        yield path.relative_to(root), text


def check_classes(root):
    """Every class of our sheets is given by a page, every class that a page gives has a style, and
    ui/README.md tells of what there is. A name that ends in a hyphen is put together when the
    program runs: the rest of it is a word in quotes."""
    sheets = {path.relative_to(root): styled(path) for path in sorted((root / "ui/css").glob("*.css"))}
    if not sheets:
        return
    pages = list(markup(root))
    words = {word for _, text in pages for word in WORD.findall(text)}
    stems = tuple(word for word in words if OUR_CLASS.fullmatch(word) and word.endswith("-"))
    quoted = {word for _, text in pages for word in re.findall(r'"([a-z]+)"', text)}
    known = {name for names in sheets.values() for name in names}
    for path in sorted((root / "ui/dist").glob("*.css")):
        known |= set(styled(path))

    def is_given(name):
        return name in words or name.startswith(CLASSES_OF_OTHERS) or any(
            name.startswith(stem) and name[len(stem):] in quoted for stem in stems)

    for path, names in sheets.items():
        for name, at in names.items():
            if not is_given(name):
                yield path, at, f"no page gives the class {name}: take its style out"
    for path, text in pages:
        for at, line in enumerate(text.splitlines(), 1):
            for name in OUR_CLASS.findall(line):
                if not name.endswith("-") and name not in known and not name.startswith(
                        CLASSES_OF_OTHERS):
                    yield path, at, f"{name} has no style: give it one in ui/css or drop it"
    guide = root / "ui/README.md"
    for at, line in enumerate(guide.read_text(encoding="utf-8").splitlines(), 1):
        for name in OUR_CLASS.findall(line) + OUR_DATA.findall(line):
            if not name.endswith("-") and not is_given(name):
                yield guide.relative_to(root), at, f"no page has {name}: take it out"


def check_documents(root):
    """Lines of prose too long to be read beside another file; tables, samples and the addresses of
    links stay as they are."""
    for path in sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")]):
        is_sample = False
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.lstrip().startswith("```"):
                is_sample = not is_sample
            elif is_sample or line.startswith(("    ", "|")):
                continue
            elif len(ADDRESS.sub("", line)) > MAX_DOCUMENT_COLUMNS:
                yield path.relative_to(root), at, f"a line of {len(line)} columns: " \
                                                  f"{MAX_DOCUMENT_COLUMNS} are room enough"


def check(root, has_documents=True):
    rules = [check_packages, check_services, check_messages, check_classes]
    found = [(path, at, text) for rule in rules + [check_documents] * has_documents
             for path, at, text in rule(root)]
    for source in sources(root):
        for rule in (check_includes, check_engine, check_statements, check_words, check_lengths):
            found += [(source.path, at, text) for at, text in rule(source)]
    for path, at, text in found:
        print(f"{path}:{at}: {text}")
    return len(found)


def full_lines(source):
    return sum(1 for line in source.lines if line.strip())


def comment_lines(source):
    return full_lines(source) - sum(1 for line in source.code if line.strip())


def other_tests(root):
    """Lines of the tests that are not C: requests as data, journeys in a browser, scripts."""
    return sum(sum(1 for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
               for path in (root / "tests").rglob("*")
               if path.suffix in (".http", ".mjs", ".js", ".py", ".sh")
               and "node_modules" not in path.parts)


def spread(values):
    values = sorted(values)
    tenth = values[min(len(values) - 1, len(values) * 9 // 10)]
    return f"median {statistics.median(values):.0f}, nine in ten to {tenth}, longest {values[-1]}"


def show_longest(title, entries):
    print(f"\n{title}")
    for lines, where in sorted(entries, reverse=True)[:8]:
        print(f"  {lines:5}  {where}")


def stats(root):
    every = list(sources(root))
    code = [s for s in every if not s.is_test]
    tests = [s for s in every if s.is_test]
    files = [(len(s.lines), str(s.path)) for s in code if s.path.suffix == ".c"]
    functions = [(count, f"{s.path}:{at} {name}")
                 for s in code for name, at, count in s.functions()]
    written, tested = sum(map(full_lines, code)), sum(map(full_lines, tests)) + other_tests(root)
    two = sum(path.read_text(encoding="utf-8").count("@postgres")
              for path in (root / "src").rglob("queries.sql"))
    print(f"functions   {len(functions)}: {spread([n for n, _ in functions])} lines")
    print(f"C files     {len(files)}: {spread([n for n, _ in files])} lines")
    print(f"code        {written} lines, {sum(map(comment_lines, code)) / written:.0%}"
          " of them comments")
    headers = [s for s in code if s.path.suffix == ".h"]
    print(f"headers     {sum(map(comment_lines, headers)) / sum(map(full_lines, headers)):.0%}"
          " comments")
    print(f"tests       {tested} lines: {tested / written:.2f} for each line of code")
    print(f"statements  {two} with a body of their own for PostgreSQL")
    show_longest("longest functions", functions)
    show_longest("longest files", files)
    by_folder = {}
    for source in every:
        folder = "/".join(source.path.parts[:2])
        mine = by_folder.setdefault(folder, [0, 0])
        mine[source.is_test] += full_lines(source)
    print("\nfolder               code   tests   tests for each line")
    for folder, (lines, tested) in sorted(by_folder.items()):
        if lines:
            print(f"{folder:18} {lines:6}  {tested:6}   {tested / lines:.2f}")


def main():
    parser = argparse.ArgumentParser(description="checks the layers, banned functions and lengths")
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--stats", action="store_true")
    parser.add_argument("--stamp", type=pathlib.Path)
    options = parser.parse_args()
    if options.stats:
        stats(options.root)
        return 0
    found = check(options.root, has_documents=not options.stamp)
    if options.stamp and not found:
        options.stamp.write_text("")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
