"""The ways in which the practice server can misbehave, one after the other or all at once.

A fault is named `name` or `name=number`; what the number says stands in `Fault.number`.
"""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spyke_tui.errors import UsageError


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave. `number` says what its number means, with the default in `default`."""

    about: str
    number: str = ""
    default: int = 0


_PROMPT = "every Nth prompt"
_REQUEST = "every Nth answer"
_PICTURE = "every Nth picture"

FAULTS: Mapping[str, Fault] = {
    # The socket.
    "late-reply": Fault("a prompt's events arrive before the answer to its own POST"),
    "deaf-socket": Fault(
        "a socket hears nothing more, but answers pings; opened again it hears",
        "after N events", 20,
    ),
    "drop-socket": Fault("the socket is cut without a word", "every N events", 30),
    "no-socket": Fault("sockets are refused; only HTTP answers"),
    "big-frame": Fault("every preview is a frame of 3 MB"),
    "endless-frames": Fault("previews come in floods", "N at each step", 50),
    "odd-events": Fault("events nobody knows, broken text and frames too short to be any"),
    "stranger": Fault("somebody else's prompts stand in the queue, and never end"),
    # What becomes of a prompt.
    "oom": Fault("the sampler runs out of memory", _PROMPT, 3),
    "node-error": Fault("a node fails", _PROMPT, 3),
    "interrupted": Fault("somebody else interrupts it", _PROMPT, 3),
    "lost": Fault("the prompt is accepted and never heard of again", _PROMPT, 3),
    "stuck": Fault("the sampler stops moving until it is interrupted", _PROMPT, 3),
    "empty-history": Fault("the history has no answer yet", "at the first N questions", 2),
    "restart": Fault("the server is gone for a second; queue and history are lost",
                     "once, after N prompts", 3),
    "mints-ids": Fault("the server ignores our prompt id and makes its own, as old ones do"),
    "old": Fault("version 0.3.64: interrupts whatever runs, knows no /api/jobs"),
    # What POST /prompt answers.
    "refuse": Fault("400: the checkpoint is not in the list", _PROMPT, 1),
    "partial-errors": Fault("200, but with errors of a node", _PROMPT, 3),
    # Pictures.
    "black": Fault("a picture is black, and called a success", _PICTURE, 3),
    "one-colour": Fault("a picture has a single colour", _PICTURE, 3),
    "wrong-size": Fault("a picture has another size", _PICTURE, 3),
    "same-picture": Fault("every picture is the same"),
    "half-file": Fault("the body ends before its Content-Length", _PICTURE, 3),
    "broken-file": Fault("the file is no picture", _PICTURE, 3),
    "bomb": Fault("a picture says that it has 60000x60000 pixels", _PICTURE, 3),
    "odd-mode": Fault("pictures have an alpha channel and 16 bits", _PICTURE, 1),
    "missing-file": Fault("the file is not there (404)", _PICTURE, 3),
    # HTTP.
    "slow": Fault("every answer waits", "N seconds", 1),
    "hang": Fault("an answer never comes", _REQUEST, 4),
    "garbage-json": Fault("an answer is no JSON", _REQUEST, 4),
    "500": Fault("an answer is 500 in plain text", _REQUEST, 4),
    "huge-body": Fault("an answer has no end", _REQUEST, 4),
    "redirect": Fault("an answer sends to another host", _REQUEST, 4),
}  # fmt: skip


class Faults:
    """The chosen faults; tests may `add` and `remove` while the server runs."""

    def __init__(self, chosen: Iterable[str] = ()) -> None:
        self._numbers: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        for text in chosen:
            self.add(text)

    def add(self, text: str) -> None:
        """Take up `name` or `name=number`. Raises `UsageError` for a name or number that is none.

        Several may stand in one text, parted by commas.
        """
        for one in text.split(","):
            name, _, number = one.strip().partition("=")
            if name not in FAULTS:
                near = difflib.get_close_matches(name, FAULTS, 1)
                raise UsageError(
                    f"There is no fault {name!r}.",
                    f"Did you mean {near[0]}?" if near else "--fault help names them all.",
                )
            if number and not (number.isascii() and number.isdigit() and len(number) < 7):
                raise UsageError(
                    f"The number of {name} is {number!r}.",
                    "Write a whole number, or leave it away.",
                )
            self._numbers[name] = int(number) if number else FAULTS[name].default

    def remove(self, name: str) -> None:
        self._numbers.pop(name, None)

    def has(self, name: str) -> bool:
        return name in self._numbers

    def number(self, name: str) -> int:
        """The number of a chosen fault, 0 where it is not chosen."""
        return self._numbers.get(name, 0)

    def strikes(self, name: str) -> bool:
        """Whether it is this one's turn: each call counts one prompt, picture or answer."""
        if name not in self._numbers:
            return False
        self._seen[name] = self._seen.get(name, 0) + 1
        return self._seen[name] % max(1, self._numbers[name]) == 0


def describe_faults(width: int = 80) -> str:
    """All faults for a person, folded to `width` cells."""
    indent = 4 + max(map(len, FAULTS))
    lines = []
    for name, fault in FAULTS.items():
        number = f" (=N: {fault.number}; {fault.default})" if fault.number else ""
        lines += textwrap.wrap(
            fault.about + number,
            width,
            initial_indent=f"  {name}".ljust(indent),
            subsequent_indent=" " * indent,
        )
    return "\n".join(lines)
