"""Strings and files that somebody might put into a project to do harm, or by sheer bad luck."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence

MARK = "PWNED"

STRINGS = (
    f"\x1b]0;{MARK}\x07", f"\x1b[31m{MARK}", f"\x1bP{MARK}\x1b\\", f"\x9b31m{MARK}",
    f"\x1b_Ga=T;{MARK}\x1b\\", f"\x1b]52;c;{MARK}\x07", f"{MARK}\x08\x08\x7f", f"a\n{MARK}\r\nb",
    f"[bold red]{MARK}[/]", f"[@click=app.quit]{MARK}[/]", f"[link=file:///etc/passwd]{MARK}[/link]",
    f"[/]{MARK}[", f"\\[{MARK}]", f"\u202e{MARK}\u202c", f"\u2066{MARK}", f"\u2028{MARK}\u2029",
    f"\u200b{MARK}\ufeff", f"{MARK}\x00", f"../../{MARK}", f"../{MARK}/../../x", f"/{MARK}",
    f"~/{MARK}", f"~nobody-there/{MARK}", f"./{MARK}/.", f"$(touch {MARK})", f"`touch {MARK}`",
    f"; touch {MARK} #", f"{MARK}%s%n{{0}}", f"{MARK}\U000e0041\U000e007f", f"{MARK}\ue000",
    "A" * 70_000, "e\u0301" * 4000, "\U0001f469\u200d\U0001f4bb" * 900, "", " ", ".", "..", "-",
    "--help", "\t", "\x7f", "NUL", "-1", "0", "true", "\uffff", "front_mirror", "final\u00e9",
)  # fmt: skip

_COMMANDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]"
)


def commands_in(text: str) -> list[str]:
    """What in `text` a terminal could take for a command; line ends and tabs are none."""
    return [f"{char!r} in {text[max(0, at - 30) : at + 30]!r}" for at, char in _found(text)]


def _found(text: str) -> list[tuple[int, str]]:
    text = text.replace("\r\n", "\n")
    return [(match.start(), match[0]) for match in _COMMANDS.finditer(text)]


def journal(words: Sequence[str], pick: random.Random, kind: str) -> str:
    """That of a run which a server, or whoever made the project, had their say in."""

    def word() -> str:
        return pick.choice(words)

    rows: list[dict[str, object]] = [
        {"t": "run", "at": 1, "run": word(), "pid": 1, "host": word(), "total": 4,
         "folder": word(), "settings": word(), "servers": [word(), word()],
         "checkpoint": word(), "family": word()},
        {"t": "model", "checkpoint": word(), "family": word()},
        {"t": "alias", "id": word(), "theirs": word()},
        *({"t": "log", "at": 1, "text": word(), "level": level} for level in ("info", "error")),
    ]  # fmt: skip
    for at in range(1, 5):
        rows.append({"t": "submit", "i": at, "id": word(), "prefix": word(), "server": word()})
        name = f"{kind}_{at:03}.png" if at < 3 else word()
        rows.append({"t": "about", "i": at, "name": name, "server": word(), "settings": word()})
        rows.append({"t": "done", "i": at, "mtime": 1})
    rows += [
        {"t": "there", "i": 1, "why": word()},
        {"t": "bad", "i": 3, "kind": word(), "why": word()},
        {"t": "failed", "i": 4, "kind": word(), "why": word()},
        {"t": "reject", "i": 2, "r": 1, "kept": word()},
        {"t": "end", "at": 2, "state": "failed", "message": word(), "hint": word(),
         "field": word(), "exit": 1},
    ]  # fmt: skip
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def mutated(data: bytes, pick: random.Random) -> bytes:
    """`data` with a few bytes or stretches changed, cut, doubled or swapped."""
    out = bytearray(data)
    for _ in range(pick.choice([1, 1, 2, 3, 8, 30])):
        at = pick.randrange(len(out) + 1)
        end = min(len(out), at + pick.choice([1, 1, 2, 4, 16, 200]))
        match pick.randrange(9):
            case 0:
                out[at:end] = b""
            case 1:
                out[at:at] = bytes(pick.randrange(256) for _ in range(pick.choice([1, 2, 8])))
            case 2 if out:
                out[at % len(out)] = pick.randrange(256)
            case 3 if out:
                out[at % len(out)] ^= 1 << pick.randrange(8)
            case 4:
                out[at:at] = out[at:end] * pick.choice([1, 2, 50])
            case 5:
                del out[at:]
            case 6:
                out[at:end] = pick.choice(
                    [b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"[" * 500, b'"', b"]]", b"9" * 5000,
                     b"-", b"1e999", b"nan", b"\\u001b", b"\n", b"= {", b"'''", b"\r"]
                )  # fmt: skip
            case 7:
                out[at:end] = pick.choice(STRINGS).encode(errors="replace")
            case _:
                other = pick.randrange(len(out) + 1)
                out[at:end] = out[other : other + (end - at)]
    return bytes(out)
