"""Cells whose edges lie between pixels, as in xterm.js on a screen that is scaled (125%, say).

There a cell is 7.2 x 14.4 pixels, and what is drawn begins and ends at a whole pixel. A picture
covers as many cells as its pixels begin, so one of 8 pixels to the cell would run over what stands
beside it, and one of 7 leave it open. Surfaces work in whole pixels of a like shape; the last step
makes of them as many as the terminal has. Where a picture may end one pixel before the next cell
begins, it is made larger, until it does not; where that can't be, that pixel gets its colour as
text. Source: `ImageStorage` and `ImageRenderer` of the
image addon of xterm.js, 0.9 and 0.10: a cell's part of a picture is cut and placed by `floor`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import product
from operator import itemgetter
from typing import NamedTuple

from spyke_tui.model.geometry import Rect, Size

FARTHEST = 12
"""Cells by which a picture is made larger on each side at most."""

SMALLER, LARGER = 0.15, 0.5
"""What a cell of another size counts, beside one of another shape: a line that is doubled is
better than one that is left out."""


class Grid(NamedTuple):
    """How large a cell is, in pixels of the terminal."""

    width: float
    height: float

    @property
    def cell(self) -> Size:
        """Whole pixels of nearly the same shape and size."""
        across = {math.floor(self.width), math.ceil(self.width)}
        down = range(math.floor(self.height) - 1, math.ceil(self.height) + 2)
        return min(
            (Size(w, h) for w, h in product(sorted(across), down) if w > 0 and h > 0),
            key=self._unlike,
        )

    def _unlike(self, cell: Size) -> float:
        wider, higher = math.log(cell.width / self.width), math.log(cell.height / self.height)
        larger, smaller = max(wider, higher, 0), max(-wider, -higher, 0)
        return abs(wider - higher) + LARGER * larger + SMALLER * smaller


@lru_cache(8)
def grid_of(pixels: Size, cols: int, rows: int) -> Grid | None:
    """The grid of a terminal whose `cols` x `rows` cells are `pixels` large in all; None where
    cells are whole.

    `pixels` are rounded, but a cell is so many pixels of the screen, and that is scaled by one of
    few factors: the first with which both sizes come out is the one. Else it is a little less
    than the quotient, because a picture that is a little too large covers one cell more.
    """
    if cols < 1 or rows < 1 or pixels.width < cols or pixels.height < rows:
        return None
    for scale in _scales():
        width = round(pixels.width / cols * scale) / scale
        height = round(pixels.height / rows * scale) / scale
        if (_rounded(width * cols), _rounded(height * rows)) == (pixels.width, pixels.height):
            return None if scale == 1 else Grid(width, height)
    return Grid((pixels.width - 0.5) / cols, (pixels.height - 0.5) / rows)


@lru_cache(1)
def _scales() -> tuple[float, ...]:
    """How many pixels of the screen one of the terminal may be: that of the system, and what
    browsers and VS Code (1.2 for each step) make of it, with the precision of browsers."""
    system = (1.0, 2.0, 1.25, 1.5, 1.75, 3.0, 2.5, 2.25)
    zoomed = [a * b for b in (1.1, 1.2, 1 / 1.2, 0.9, 0.8, 1.2**2, 1.2**-2, 1.2**3) for a in system]
    both = struct.unpack("<72f", struct.pack("<72f", *system, *zoomed))
    return tuple(dict.fromkeys(both))


def _rounded(value: float) -> int:
    return math.floor(value + 0.5)


def stretched(rows: Sequence[bytes], cell: Size, grid: Grid) -> list[bytes]:
    """A picture of whole cells of `cell` pixels in the pixels that the terminal has for them."""
    across = _places(len(rows[0]) // cell.width, cell.width, grid.width)
    down = _places(len(rows) // cell.height, cell.height, grid.height)
    if len(across) < 2:
        return [bytes((rows[y][across[0]],)) for y in down]
    pick = itemgetter(*across)
    done: dict[int, bytes] = {}
    for y in down:
        if y not in done:
            done[y] = bytes(pick(rows[y]))
    return [done[y] for y in down]


@lru_cache(256)
def _places(cells: int, whole: int, exact: float) -> tuple[int, ...]:
    """For each pixel of the terminal the pixel of ours that it shows."""
    out: list[int] = []
    for cell in range(cells):
        size = max(1, _pixels(cell + 1, exact) - _pixels(cell, exact))
        out += [cell * whole + (2 * at + 1) * whole // (2 * size) for at in range(size)]
    return tuple(out)


def _pixels(cells: int, exact: float) -> int:
    """As many as fit into so many cells, by the same arithmetic as the terminal's."""
    most = math.floor(cells * exact)
    while most > 0 and math.ceil(most / exact) > cells:
        most -= 1
    return most


def closed(
    rect: Rect, within: Rect, origin: tuple[int, int], grid: Grid, free: Callable[[Rect], bool]
) -> Rect:
    """`rect`, or the least larger rectangle `within` the picture that leaves no pixel open between
    itself and the cells after it; where there is none, it leaves as few as it can.

    `origin`: column and row of the screen at which the pane begins. `free`: whether these cells,
    outside `rect`, may be drawn.
    """
    room = _room(rect, within, free)
    across = _spans(
        (rect.left, rect.right), (room.left, room.right), within.right, origin[0], grid.width
    )
    down = _spans(
        (rect.top, rect.bottom), (room.top, room.bottom), within.bottom, origin[1], grid.height
    )
    spans = sorted(
        product(across, down),
        key=lambda one: (one[0][1] - one[0][0]) * (one[1][1] - one[1][0]),
    )
    for (left, right), (top, bottom) in spans:
        larger = Rect(left, top, right - left, bottom - top)
        if larger.width == rect.width or larger.height == rect.height or free(larger):
            return larger
    return Rect(across[0][0], rect.top, across[0][1] - across[0][0], rect.height)


def _room(rect: Rect, within: Rect, free: Callable[[Rect], bool]) -> Rect:
    """How far `rect` may be made wider, or higher."""
    left, top, right, bottom = rect.box
    most = Rect.from_box(left - FARTHEST, top - FARTHEST, right + FARTHEST, bottom + FARTHEST)
    most = most.intersection(within)
    while left > most.left and free(Rect(left - 1, rect.top, 1, rect.height)):
        left -= 1
    while right < most.right and free(Rect(right, rect.top, 1, rect.height)):
        right += 1
    while top > most.top and free(Rect(rect.left, top - 1, rect.width, 1)):
        top -= 1
    while bottom < most.bottom and free(Rect(rect.left, bottom, rect.width, 1)):
        bottom += 1
    return Rect.from_box(left, top, right, bottom)


def _spans(
    least: tuple[int, int], most: tuple[int, int], end: int, origin: int, exact: float
) -> list[tuple[int, int]]:
    """Spans from `least` to `most` after which the next cell begins where they end, or nothing of
    the picture comes (`end`); the shortest first. `least` where there is none."""
    found = [
        (a, b)
        for a in range(least[0], most[0] - 1, -1)
        for b in range(least[1], most[1] + 1)
        if b == end or _ends(origin + a, b - a, exact)
    ]
    return sorted(found, key=lambda one: one[1] - one[0])[:FARTHEST] or [least]


def below(
    rows: Sequence[bytes],
    colours: Sequence[int],
    cell: Size,
    at: tuple[int, int],
    grid: Grid,
    *,
    after_open: bool = False,
) -> str:
    """What colours the cells in which a picture ends one pixel early, to be written before it:
    each like the most of its last pixels.

    `rows` are whole cells of `cell` pixels; `at`: column and row of the screen, from 0.
    `after_open`: what is above may end early, and be blurred into what is behind the first row.
    """
    left, top = at
    across, down = len(rows[0]) // cell.width, len(rows) // cell.height
    inks: dict[tuple[int, int], int] = {}
    if after_open:
        for col in range(across):
            first = rows[0][col * cell.width : (col + 1) * cell.width]
            inks[0, col] = colours[_most(first)]
    if not _ends(left, across, grid.width):
        for row in range(down):
            last = b"".join([line[-1:] for line in rows[row * cell.height :][: cell.height]])
            inks[row, across - 1] = colours[_most(last)]
    if not _ends(top, down, grid.height):
        for col in range(across):
            last = rows[-1][col * cell.width : (col + 1) * cell.width]
            inks[down - 1, col] = colours[_most(last)]
    out: list[str] = []
    before, ink = (-1, -1), -1
    for row, col in sorted(inks):
        if before != (row, col - 1):
            out.append(f"\x1b[{top + row + 1};{left + col + 1}H")
        if inks[row, col] != ink:
            ink = inks[row, col]
            out.append(f"\x1b[48;2;{ink >> 16};{ink >> 8 & 255};{ink & 255}m")
        out.append(" ")
        before = row, col
    return "".join([*out, "\x1b[0m"] if out else out)


def _most(pixels: bytes) -> int:
    return max(set(pixels), key=pixels.count)


def _ends(start: int, cells: int, exact: float) -> bool:
    """Whether a picture of so many cells ends where the next cell begins."""
    after = math.floor((start + cells) * exact)
    return math.floor(start * exact) + _pixels(cells, exact) >= after
