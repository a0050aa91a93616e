#!/usr/bin/env python3
"""Checks the receipts of a folder: test_receipts.py FOLDER

For FOLDER/record.pub and each FOLDER/*.receipt: it is good as it stands (its name begins with
"proven" or "promised"), and every change of it is refused: each byte flipped, each line left out,
doubled, or swapped with the next, and the text cut anywhere. The Ed25519 arithmetic is tried on
the first test vectors of RFC 8032, section 7.1. Prints TAP.
"""
import pathlib
import sys

import verify_receipt as verifier

VECTORS = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b4"
     "6bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"),
]


def is_refused(text, key):
    try:
        verifier.check(text, key)
    except (verifier.Wrong, ValueError):
        return True
    return False


def damaged(text):
    """Every way in which it is spoilt. Bytes of the two signatures are slow to refuse: a few."""
    slow = 0
    for at in range(len(text)):
        line = text.rfind("\n", 0, at) + 1
        if text.startswith(("signature ", "head ", "path "), line) and at - line > 12:
            slow += 1
            if slow % 32:
                continue
        elif at % 13:
            continue
        yield text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1:]
    lines = text.splitlines(keepends=True)
    for i in range(len(lines)):
        yield "".join(lines[:i] + lines[i + 1:])
        yield "".join(lines[:i] + [lines[i]] + lines[i:])
        if i + 1 < len(lines) and lines[i] != lines[i + 1]:
            yield "".join(lines[:i] + [lines[i + 1], lines[i]] + lines[i + 2:])


def is_cut_refused(text, key):
    """Cut after the signature's line it is the promise alone, which is good."""
    promise = text.index("\n", text.index("\nsignature ") + 1) + 1
    return all(is_refused(text[:n], key)
               for n in list(range(0, len(text) - 1, 29)) + [promise - 1, promise + 1]
               if n != promise and n < len(text))


def main(folder):
    results = []
    for public, message, signature in VECTORS:
        key, said, signed = (bytes.fromhex(hex) for hex in (public, message, signature))
        results.append(("RFC 8032 vector", verifier.is_signed(key, said, signed)
                        and not verifier.is_signed(key, said + b"x", signed)
                        and not verifier.is_signed(key, said, signed[:-1] + b"\x80")))
    key = bytes.fromhex((folder / "record.pub").read_text().strip())
    receipts = sorted(folder.glob("*.receipt"))
    for path in receipts:
        text = path.read_text()
        results.append((path.name + " is good",
                        verifier.check(text, key) == path.name.startswith("proven")))
        results.append((path.name + " of another city",
                        is_refused(text, bytes.fromhex(VECTORS[0][0]))))
        results.append((path.name + " damaged", all(is_refused(d, key) for d in damaged(text))))
        results.append((path.name + " cut", is_cut_refused(text, key)))
    print("1..%d" % len(results))
    for number, (name, is_good) in enumerate(results, 1):
        print("%s %d - %s" % ("ok" if is_good else "not ok", number, name))
    return 0 if receipts and all(good for _, good in results) else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
