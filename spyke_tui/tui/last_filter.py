"""The last look at all text that Textual paints: nothing in it may be a command to the terminal.

Whoever puts text from a file on the screen makes it plain first (`cells.plain`), so that one sees
that something was there. Where somebody forgets, this still holds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

_COMMANDS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Controls (C0, DEL, C1), marks that turn the writing direction, line separators, and halves of
characters, which no terminal's encoding can say. They take no cell: nothing moves without them."""


class NoCommands(LineFilter):
    """Leaves them out."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [
            segment
            if segment.control
            else Segment(_COMMANDS.sub("", segment.text), segment.style, None)
            for segment in segments
        ]
