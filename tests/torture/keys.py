"""What people press, in the orders in which they press it. Never q: the end comes from outside."""

from __future__ import annotations

import random
from collections.abc import Iterator

RIGHT, LEFT, UP, DOWN = b"\x1b[C", b"\x1b[D", b"\x1b[A", b"\x1b[B"
F2, F3, F4, F6 = b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[17~"
ENTER, ESC, TAB = b"\r", b"\x1b", b"\t"

Script = list[bytes]


def nudging(pick: random.Random) -> Script:
    """Place one crop after the other and keep it."""
    keys: Script = []
    for _ in range(6):
        keys += [pick.choice([b"1", b"2", b"3"])]
        keys += [pick.choice([RIGHT, LEFT, UP, DOWN, b"l", b"j", b"L"])] * pick.randint(1, 8)
        keys += [TAB] + [pick.choice([RIGHT, LEFT, UP, DOWN])] * pick.randint(0, 4) + [b"0"]
        keys += pick.choice(
            [[ENTER], [b"x", b"n"], [b"s", ENTER], [b"+", b"+", b"n"], [b"u", b"n"]]
        )
    return keys


def undoing(pick: random.Random) -> Script:
    """Do and undo, far back and forth."""
    keys: Script = []
    for _ in range(8):
        keys += [RIGHT] * pick.randint(1, 3) + [b"n", b"x"] + [b"u"] * pick.randint(1, 4)
        keys += [b"U"] * pick.randint(0, 3)
    return keys


def making(pick: random.Random) -> Script:
    """New crops, copies, deletions, twins, splits."""
    keys: Script = []
    for _ in range(8):
        keys += pick.choice(
            [[b"i", DOWN, DOWN], [b"y", RIGHT], [b"Y"], [b"X"], [b"f"], [b"N"], [b"P"],
             [b"N", b"t", ENTER], [b"r", b"+"], [b"S"], [b"u"]]
        )  # fmt: skip
    return keys


def suggesting(pick: random.Random) -> Script:
    """Figures found on the sheet that has none yet."""
    keys: Script = [b"N", b"N", b"a"]
    for _ in range(10):
        keys += pick.choice([[ENTER], [b"x"], [b"n"], [b"A"], [b"a"], [RIGHT, RIGHT], [b"N"]])
    return keys


def captioning(pick: random.Random) -> Script:
    """Words typed into the fields, picture after picture."""
    keys: Script = [F4]
    for _ in range(8):
        word = pick.choice(["sword drawn", "running", "angry", "from behind", "red scarf"])
        keys += [TAB] * pick.randint(0, 3) + [letter.encode() for letter in word]
        keys += pick.choice([[ENTER], [TAB], [b"\x12"], [b"\x1b[6~"]])
    return keys


def sheets(pick: random.Random) -> Script:
    """What each sheet is for, and notes."""
    keys: Script = [F2]
    for _ in range(8):
        keys += [pick.choice([DOWN, UP])]
        keys += pick.choice(
            [[b"p"], [b"v"], [b"y"], [b"t"], [b"e", *map(bytes, zip(b"a note")), ENTER], [b"u"]]
        )
    return keys


def marking(pick: random.Random) -> Script:
    """Many crops at once."""
    keys: Script = []
    for _ in range(3):
        keys += [b" "] * pick.randint(2, 4) + [b"M"]
        keys += [letter.encode() for letter in pick.choice(["reject", "keep", "draft"])] + [ENTER]
        keys += [ESC, b"n"]
    return keys


def building(pick: random.Random) -> Script:
    """Work, build, go on."""
    keys: Script = []
    for _ in range(3):
        keys += [RIGHT] * pick.randint(1, 3) + [ENTER] + [b"b"] + [b""] * pick.randint(1, 6) + [ESC]
    return keys


def adopting(pick: random.Random) -> Script:
    """Captions that somebody changed on disk: taken, written over, left."""
    keys: Script = [F4, ESC, b""]
    for _ in range(8):
        keys += [pick.choice([b"a", b"W", b"k"]), b"n", *pick.choice([[b""], [b"r", b"u"], []])]
    return keys


def generating(pick: random.Random) -> Script:
    """Images drawn, stopped, rejected and drawn anew; candidates that become sheets."""
    keys: Script = [F6, b"s", b"", b"", b""]
    for _ in range(5):
        keys += pick.choice(
            [[RIGHT, b"x"], [b"s", b"", b""], [b" ", b"", b" "], [b"S", b"", b"s", b""], [b"t"],
             [b"I", b"s", b""], [F3, RIGHT, RIGHT, ENTER, F6], [TAB, b"s", b"", b"", TAB]]
        )  # fmt: skip
    return keys


def settling(pick: random.Random) -> Script:
    """What holds for the whole set, field by field, and taken back."""
    keys: Script = []
    for _ in range(4):
        keys += [b"T", b""]
        for _ in range(pick.randint(1, 4)):
            words = pick.choice(
                ["red scarf, hat", "hat", "12", "auto", "10-30", "60 30 10", "x", ""]
            )
            keys += [TAB] * pick.randint(0, 5) + [letter.encode() for letter in words]
        keys += [TAB, ESC, b"", ESC, b""] + [b"u"] * pick.randint(0, 3) + [RIGHT]
    return keys


SCRIPTS = {
    "nudge": nudging, "undo": undoing, "make": making, "suggest": suggesting,
    "caption": captioning, "sheets": sheets, "mark": marking, "build": building,
    "adopt": adopting, "settle": settling, "generate": generating,
}  # fmt: skip
WEIGHTED = [*SCRIPTS, "generate", "generate"]


def pressed(name: str, pick: random.Random) -> Iterator[tuple[bytes, float]]:
    """Keys without an end, each with the seconds until the next: typed, held down, thought over."""
    while True:
        for key in SCRIPTS[name](pick):
            yield key, pick.choice([0.0, 0.01, 0.02, 0.05, 0.08, 0.2] if key else [0.3])
