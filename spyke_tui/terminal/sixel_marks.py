"""Lines and hatching in rows of colour indices."""

from __future__ import annotations

from collections.abc import Sequence

from spyke_tui.model.geometry import Edge, Rect, Size
from spyke_tui.terminal.labels import edge_of

GROUND, ACTIVE, EDGE, KEEP, DRAFT, REJECT, ERASE = range(7)
"""The registers after the sheet's own, in this order."""


def framed(
    lit: Sequence[bytes],
    dim: Sequence[bytes],
    size: Size,
    rect: Rect,
    edge: Edge,
    line: int,
    marks: int,
) -> list[bytes]:
    """`dim` with `lit` inside `rect`, which is framed. `marks`: the first register of the lines.

    Only the rows of `rect` are made anew, from slices: this runs for every key.
    """
    rows = list(dim)
    left, right = max(0, rect.left), min(size.width, rect.right)
    if left >= right:
        return rows
    thick = min(line, rect.width, rect.height)
    ink = bytes((marks + ACTIVE,))
    full = ink * (right - left)
    inner_left = max(left, min(right, rect.left + thick))
    inner_right = max(inner_left, min(right, rect.right - thick))
    before, after = ink * (inner_left - left), ink * (right - inner_right)
    for y in range(max(0, rect.top), min(size.height, rect.bottom)):
        old = dim[y]
        if y < rect.top + thick or y >= rect.bottom - thick:
            rows[y] = old[:left] + full + old[right:]
        else:
            inside = lit[y][inner_left:inner_right]
            rows[y] = b"".join((old[:left], before, inside, after, old[right:]))
    if edge is not Edge.WHOLE:
        strip = edge_of(rect, edge, line).intersection(Rect(0, 0, size.width, size.height))
        ink = bytes((marks + EDGE,)) * strip.width
        for y in range(strip.top, strip.bottom):
            rows[y] = rows[y][: strip.left] + ink + rows[y][strip.right :]
    return rows


def frame(rows: list[bytearray], size: Size, rect: Rect, line: int, ink: int) -> None:
    """Lines along the inside of `rect`, where that is in view."""
    thick = min(line, rect.width, rect.height)
    for edge in (Edge.TOP, Edge.BOTTOM, Edge.LEFT, Edge.RIGHT):
        shown = edge_of(rect, edge, thick).intersection(Rect(0, 0, size.width, size.height))
        colour = bytes((ink,)) * shown.width
        for y in range(shown.top, shown.bottom):
            rows[y][shown.left : shown.right] = colour


def hatch(rows: list[bytearray], size: Size, rect: Rect, line: int, ink: int) -> None:
    """Diagonals: the picture stays readable below."""
    apart = 4 * line
    shown = rect.intersection(Rect(0, 0, size.width, size.height))
    for y in range(shown.top, shown.bottom):
        for x in range(shown.left + (-(shown.left + y) % apart), shown.right, apart):
            rows[y][x] = ink
    frame(rows, size, rect, line, ink)
