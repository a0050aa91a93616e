#!/usr/bin/env python3
"""Holds every command line of the documents and of the commands' own help to the program's usage:
test_documents.py PROGRAM FORMS ROOT. FORMS takes a command's words and says whether the program
would understand them (src/app/test_command_form.c). Prints TAP."""
import glob
import os
import re
import shlex
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from checks import check, end  # noqa: E402

ENDS = re.compile(r"^(\||\|\||&&|;|#.*|\d?>.*|<.*)$")


def code_lines(text):
    """Lines of code with their numbers: indented ones and those between fences."""
    is_fenced, number = False, 0
    lines = iter(text.split("\n"))
    for line in lines:
        number += 1
        begun = number
        if line.lstrip().startswith("```"):
            is_fenced = not is_fenced
            continue
        if not is_fenced and not line.startswith("    "):
            continue
        while line.endswith("\\"):
            line = line[:-1] + " " + next(lines, "").strip()
            number += 1
        yield begun, line


def spans(text):
    """What stands between backticks, which may go over a line's end."""
    for paragraph in re.finditer(r"(?:[^\n]+\n)+", text):
        for span in re.finditer(r"`([^`]+)`", paragraph.group()):
            line = text.count("\n", 0, paragraph.start() + span.start()) + 1
            yield line, " ".join(span.group(1).split())


def words_of(line):
    """The words after the program's name, or None: who else is called cityhall is no command."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return None
    at = [i for i, word in enumerate(words[:-1]) if os.path.basename(word) == "cityhall"
          and not word.startswith("/var/") and re.match(r"[a-z]+$", words[i + 1])]
    if not at or (at[-1] > 0 and words[at[-1] - 1] not in ("--", "cityhall", "exec", "$")
                  and not words[at[-1] - 1].startswith("localhost/")):
        return None
    words = words[at[-1] + 1:]
    for i, word in enumerate(words):
        if ENDS.match(word):
            words = words[:i]
            break
    return [word.strip("[]") for word in words]


def understood(forms, words):
    done = subprocess.run([forms, *words], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout.strip()


def is_mention(words, said):
    """`cityhall closure add` in a sentence names the command and calls nothing."""
    return all(re.match(r"[a-z]+$", word) for word in words) and (
        said.endswith(" is missing") or said.startswith("say what to do"))


def calls(root, paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        name = os.path.relpath(path, root)
        for line, code in code_lines(text):
            words = words_of(code)
            if words and "`cityhall " not in code:
                yield "%s:%d" % (name, line), words, False
        for line, code in spans(text):
            if re.match(r"(build/)?cityhall [a-z]", code):
                yield "%s:%d" % (name, line), words_of(code), True


def examples(program):
    commands = subprocess.run([program, "help"], capture_output=True, text=True, check=True).stdout
    for command in re.findall(r"^  cityhall (\w+)", commands, re.M):
        text = subprocess.run([program, command, "--help"], capture_output=True, text=True,
                              check=True).stdout
        text = text.replace("\\\n", " ")
        for line in re.findall(r"^  (cityhall .*)", text[text.index("Example"):], re.M):
            yield "%s --help" % command, words_of(line), False


def main(program, forms, root):
    documents = [os.path.join(root, "README.md"), os.path.join(root, "ARCHITECTURE.md"),
                 *sorted(glob.glob(os.path.join(root, "docs/**/*.md"), recursive=True))]
    count = 0
    for place, words, may_mention in [*calls(root, documents), *examples(program)]:
        if words == ["help"]:
            continue
        is_good, said = understood(forms, words)
        check("%s: %s" % (place, " ".join(words).replace("#", "")),
              is_good or (may_mention and is_mention(words, said)), said)
        count += 1
    check("the documents' commands were found", count > 60, count)
    return end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3]))
