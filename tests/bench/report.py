"""Tables of figures with their targets, on standard output."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def heading(text: str) -> None:
    say()
    say(text)
    say("-" * len(text))


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """The first column to the left, the others to the right."""
    lines = [list(columns), *[list(row) for row in rows]]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    for line in lines:
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        say("  ".join(cells).rstrip())


def verdict(what: str, value: float, limit: float, unit: str = "") -> bool:
    """Say whether `value` is within `limit`; return it."""
    fine = value <= limit
    mark = "ok  " if fine else "MISS"
    say(f"{mark}  {what}: {value:.3g}{unit}, target <= {limit:g}{unit}")
    return fine
