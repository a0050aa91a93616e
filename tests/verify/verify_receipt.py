#!/usr/bin/env python3
"""Checks a receipt against the city's public key: verify_receipt.py KEYFILE RECEIPT

The second opinion on receipts: it shares no code with the program. The format is what
src/engine/record/receipt.h says; signatures are RFC 8032 (Ed25519), proofs RFC 9162, section 2.1.3.
Only the standard library is used. Exit status: 0 proven, 3 promised but not yet proven, 1 wrong.
"""
import hashlib
import re
import sys

# Ed25519: the curve -x^2 + y^2 = 1 + d x^2 y^2 over the field of P (RFC 8032, section 5.1).
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


class Wrong(Exception):
    pass


def x_of(y, is_odd):
    """The x of a point of the curve, or None."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_1 % P
    if x * x % P != square or (x == 0 and is_odd):
        return None
    return x if x % 2 == is_odd else P - x


def decoded_point(data):
    number = int.from_bytes(data, "little")
    y = number & (2**255 - 1)
    x = x_of(y, number >> 255) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def added(a, b):
    """Extended coordinates, RFC 8032, section 5.1.4."""
    s = (a[1] - a[0]) * (b[1] - b[0]) % P
    t = (a[1] + a[0]) * (b[1] + b[0]) % P
    u = 2 * a[3] * b[3] * D % P
    v = 2 * a[2] * b[2] % P
    e, f, g, h = t - s, v - u, v + u, t + s
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiplied(factor, point):
    result = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            result = added(result, point)
        point = added(point, point)
        factor >>= 1
    return result


def is_same_point(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = x_of(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signed(key, message, signature):
    public, r = decoded_point(key), decoded_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if public is None or r is None or s >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    k = int.from_bytes(digest, "little") % ORDER
    return is_same_point(multiplied(s, BASE), added(r, multiplied(k, public)))


PROMISE = ["number", "service", "filed", "event", "at", "kind", "case", "actor-kind", "actor",
           "audience", "commitment", "key", "signature"]
PROOF = ["position", "size", "root", "signed", "head"]
HEX = {"commitment": 32, "key": 32, "signature": 64, "root": 32, "head": 64, "path": 32}
WHOLE = {"event", "at", "audience", "position", "size", "signed"}


def read_lines(text):
    """Name and value of each line after the first; the order is fixed."""
    lines = text.split("\n")
    if lines[0] != "cityhall receipt 1" or lines[-1] != "":
        raise Wrong("this is no receipt")
    pairs = [line.split(" ", 1) for line in lines[1:-1]]
    names = [pair[0] for pair in pairs]
    wanted = PROMISE if len(names) == len(PROMISE) else PROMISE + PROOF
    if names != wanted + ["path"] * (len(names) - len(wanted)) or \
            (wanted is PROMISE and len(names) > len(PROMISE)):
        raise Wrong("lines are missing, doubled or in another order")
    for pair in pairs:
        if len(pair) != 2 or pair[1] == "":
            raise Wrong("the line %s has no value" % pair[0])
        if pair[0] in HEX and not re.fullmatch("[0-9a-f]{%d}" % (2 * HEX[pair[0]]), pair[1]):
            raise Wrong("the line %s holds no %d bytes" % (pair[0], HEX[pair[0]]))
        if pair[0] in WHOLE and not re.fullmatch("0|-?[1-9][0-9]{0,18}", pair[1]):
            raise Wrong("the line %s holds no number" % pair[0])
    return pairs


def root_from(leaf, position, size, path):
    """RFC 9162, section 2.1.3.2; None when the path does not fit the position."""
    first, last, value = position, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if first % 2 == 1 or first == last:
            value = hashlib.sha256(b"\1" + sibling + value).digest()
            while first % 2 == 0 and first != 0:
                first >>= 1
                last >>= 1
        else:
            value = hashlib.sha256(b"\1" + value + sibling).digest()
        first >>= 1
        last >>= 1
    return value if last == 0 else None


def check(text, key):
    """True when proven, False when promised only."""
    pairs = read_lines(text)
    of = dict(pairs)
    if of["key"] != key.hex():
        raise Wrong("the receipt is not of this city: another key")
    promised = text[:text.index("\nsignature ") + 1]
    if not is_signed(key, promised.encode(), bytes.fromhex(of["signature"])):
        raise Wrong("the promise is not signed by this city")
    if len(pairs) == len(PROMISE):
        return False
    head = "cityhall head 1\n%s\n%s\n%s\n" % (of["size"], of["root"], of["signed"])
    if not is_signed(key, head.encode(), bytes.fromhex(of["head"])):
        raise Wrong("the head is not signed by this city")
    event = "cityhall event 1\n" + "".join(of[name] + "\n" for name in PROMISE[3:11])
    leaf = hashlib.sha256(b"\0" + event.encode()).digest()
    position, size = int(of["position"]), int(of["size"])
    path = [bytes.fromhex(value) for name, value in pairs if name == "path"]
    if not 0 <= position < size or root_from(leaf, position, size, path) != \
            bytes.fromhex(of["root"]):
        raise Wrong("the event is not in the record that was signed")
    return True


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with open(arguments[1], encoding="ascii") as file:
            key = bytes.fromhex(file.read().strip())
        with open(arguments[2], encoding="utf-8", newline="") as file:
            is_proven = check(file.read(), key)
    except (Wrong, ValueError) as reason:
        print("wrong: %s" % reason)
        return 1
    print("proven" if is_proven else "promised, not yet proven")
    return 0 if is_proven else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv))
