"""Which cells of a pane Textual has just painted, and which ones something lies over.

Read from Textual's own updates, because a picture drawn in text cells is lost where text is
written over it, and Textual does not say where it wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual._compositor import ChopsUpdate, LayoutUpdate

from spyke_tui.model.geometry import Rect
from spyke_tui.terminal.surface import Span

if TYPE_CHECKING:
    from textual.geometry import Region
    from textual.screen import Screen


def spans_in(update: object, region: Region) -> list[Span]:
    """The painted cells inside `region` of the screen, counted from its corner."""
    if isinstance(update, LayoutUpdate):
        painted = update.region
        found = [(y, painted.x, painted.right) for y in painted.line_range]
    elif isinstance(update, ChopsUpdate):
        found = list(_written(update))
    else:
        return []
    spans: list[Span] = []
    for y, left, right in found:
        left, right = max(left, region.x), min(right, region.right)
        if region.y <= y < region.bottom and left < right:
            spans.append(Span(y - region.y, left - region.x, right - region.x))
    return spans


def _written(update: ChopsUpdate) -> Iterator[tuple[int, int, int]]:
    """(row, left, right) of what is written: whole pieces of rows, often more than was asked."""
    for y, left, right in update.spans:
        for end, (start, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and start <= right and end > left:
                yield y, start, end


def covered_in(screen: Screen[object], region: Region) -> list[Rect]:
    """The cells of `region` under notifications and tooltips, counted from its corner."""
    found: list[Rect] = []
    for widget in screen.query("Toast, Tooltip"):
        over = widget.region.intersection(region)
        if widget.display and over:
            found.append(Rect(over.x - region.x, over.y - region.y, over.width, over.height))
    return found
