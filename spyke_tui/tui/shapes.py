"""Reshaping rectangles as keys do it: about the centre, and with the aspect locked."""

from __future__ import annotations

import enum

from spyke_tui.model.geometry import Edge, Rect, Size, nearest_fit


class AspectLock(enum.Enum):
    """What an edge keeps while it moves. The order is that of the key."""

    FREE = "free"
    SQUARE = "1:1"
    KEEP = "keep"

    def next(self) -> AspectLock:
        locks = list(AspectLock)
        return locks[(locks.index(self) + 1) % len(locks)]


def nearest_fit_in(rect: Rect, ground: Rect) -> Rect:
    """The nearest rectangle inside `ground`; both in the same pixels."""
    inside = nearest_fit(rect.translated(-ground.left, -ground.top), ground.size)
    return inside.translated(ground.left, ground.top)


def stretched(rect: Rect, dx: int, dy: int, sheet: Size) -> Rect:
    """`dx` pixels more at the left and right, `dy` at the top and bottom; at least 1x1 stays."""
    rect = nearest_fit(rect, sheet)
    dx = min(max(dx, -((rect.width - 1) // 2)), (sheet.width - rect.width + 1) // 2)
    dy = min(max(dy, -((rect.height - 1) // 2)), (sheet.height - rect.height + 1) // 2)
    wider = Rect(rect.left - dx, rect.top - dy, rect.width + 2 * dx, rect.height + 2 * dy)
    return nearest_fit(wider, sheet)


def shaped(
    rect: Rect, before: Rect, edge: Edge, ratio: tuple[int, int] | None, sheet: Size
) -> Rect:
    """`rect`, one edge of which was moved, with the other axis following `ratio` (w, h).

    The other axis grows about its middle. Where that does not fit on the sheet nothing moves.
    """
    if ratio is None or edge is Edge.WHOLE or rect == before:
        return rect
    across, down = ratio
    if edge in (Edge.LEFT, Edge.RIGHT):
        height = max(1, round(rect.width * down / across))
        top = rect.top + (rect.height - height) // 2
        new = Rect(rect.left, top, rect.width, height)
    else:
        width = max(1, round(rect.height * across / down))
        left = rect.left + (rect.width - width) // 2
        new = Rect(left, rect.top, width, rect.height)
    if new.width > sheet.width or new.height > sheet.height:
        return before
    return nearest_fit(new, sheet)
