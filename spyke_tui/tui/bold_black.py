"""Where there are 16 colours, bold black is shown as bright black: grey, hard to read on a mark."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color as Ground

_BLACK = 0
_NOT_BOLD = Style(bold=False)


class NoBoldBlack(LineFilter):
    """Writes what comes out black in ordinary letters."""

    def apply(self, segments: list[Segment], background: Ground) -> list[Segment]:  # noqa: ARG002
        return [
            Segment(segment.text, segment.style + _NOT_BOLD, segment.control)
            if segment.style is not None
            and segment.style.bold
            and segment.style.color is not None
            and _is_black(segment.style.color)
            else segment
            for segment in segments
        ]


@lru_cache(256)
def _is_black(colour: Color) -> bool:
    return colour.downgrade(ColorSystem.STANDARD).number == _BLACK
