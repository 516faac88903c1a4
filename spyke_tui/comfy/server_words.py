"""Text and JSON from a server, made harmless: what it sends may be hostile or simply broken."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from spyke_tui.model.table import printable

LARGEST = 2**63
"""Whole numbers beyond it are no count, step or size of anything."""
MOST_WORDS = 300
LONGEST_NAME = 1024
"""Characters in a file or node name that a server may give."""


def cleaned(text: object, most: int = MOST_WORDS) -> str:
    """A server's text for one line of a terminal: no controls, no line ends, `most` characters.

    Anything but a text is "". What is cut off ends in "...".
    """
    if not isinstance(text, str):
        return ""
    # The raw text is cut first: a message of 60 MB costs nothing then.
    line = printable(" ".join(text[: 4 * most].split()))
    return line if len(line) <= most else line[: most - 3] + "..."


def name_of(value: object) -> str | None:
    """A name to be used verbatim (file, checkpoint), or None if no terminal should ever see it."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        return None
    return value if printable(value) == value else None


def whole(value: object) -> int | None:
    """A whole number of sane size, a float without a fraction included; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float):
        if not math.isfinite(value) or value != int(value):
            return None
        value = int(value)
    return value if abs(value) < LARGEST else None


def decimal(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, int) and abs(value) >= LARGEST:
        return None
    return float(value) if math.isfinite(value) else None


def mapping(value: object) -> Mapping[str, object]:
    """`value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> Sequence[object]:
    """`value` if it is a JSON list, else an empty one."""
    return value if isinstance(value, list) else ()


def read_json(text: str | bytes) -> object:
    """The JSON value. ValueError for anything broken, too deep, or with numbers without end."""
    try:
        value: object = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value
