"""Containers that only arrange. Textual paints every container below its children, line by line;
these hand out one blank strip instead, which a first frame and every full repaint notice.
"""

from __future__ import annotations

from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


def blank_lines(widget: Widget, crop: Region) -> list[Strip]:
    """The lines of a widget that shows nothing of its own."""
    strip = Strip.blank(crop.width, widget.rich_style)
    for line_filter in widget.get_line_filters():
        strip = strip.apply_filter(line_filter, widget.background_colors[1])
    return [strip] * crop.height


class Columns(Horizontal):
    """Its children side by side."""

    def render_lines(self, crop: Region) -> list[Strip]:
        return blank_lines(self, crop)


class Rows(Vertical):
    """Its children one below the other."""

    def render_lines(self, crop: Region) -> list[Strip]:
        return blank_lines(self, crop)
