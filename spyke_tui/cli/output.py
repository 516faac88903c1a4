"""Words on a terminal: a progress bar, wrapped rows, colour only where it is wanted."""

from __future__ import annotations

import os
import sys
from typing import TextIO

BAR_CELLS = 24


class ProgressBar:
    """``[######------] 12/20 front``, redrawn in place; silent where `stream` is no terminal."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = sys.stderr if stream is None else stream
        self.is_shown = self.stream.isatty() and os.environ.get("TERM") != "dumb"
        self._drawn = False

    def __call__(self, done: int, total: int, name: str) -> None:
        if not self.is_shown or total < 1:
            return
        filled = BAR_CELLS * done // total
        bar = "#" * filled + "-" * (BAR_CELLS - filled)
        line = f"[{bar}] {done}/{total} {name}"
        width = _columns() - 1
        self.stream.write(f"\r{line[:width]:<{width}}")
        self.stream.flush()
        self._drawn = True

    def close(self) -> None:
        """Clear the line."""
        if self._drawn:
            width = _columns() - 1
            self.stream.write("\r" + " " * width + "\r")
            self.stream.flush()


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size().columns


def painted(text: str, colour: str) -> str:
    """`text` in ``red``, ``yellow``, ``green`` or ``bold`` on a terminal that wants colour."""
    codes = {"red": "31", "yellow": "33", "green": "32", "bold": "1"}
    wants = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return f"\x1b[{codes[colour]}m{text}\x1b[0m" if wants else text


def wrapped(text: str, indent: str) -> str:
    """`text` folded to the terminal's width, every line after `indent`."""
    import shutil
    import textwrap

    width = max(40, min(shutil.get_terminal_size((100, 24)).columns, 120))
    # A path that is longer than the line stays in one piece: people copy it.
    return textwrap.fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def counted(number: int, noun: str) -> str:
    """``1 crop``, ``3 crops``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
