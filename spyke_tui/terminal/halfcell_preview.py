"""The training image in half cells, following a rectangle within so many bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.cells import Cell, Change
from spyke_tui.terminal.halfcell_frame import CELL, Frame, cell_of
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.surface import NOTHING, Place, Span, Update

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture

FOLLOW_TOLERANCE = 16
"""While the preview follows, a cell that differs less than this (of 255, in any channel) stays
as it is; `settle` writes the exact ones."""
SETTLE_TOLERANCE = 8
"""The same once the preview settles: too little to be seen."""
CELL_BYTES = 44
"""What writing one cell with colours of its own costs, about: colours, sign and position."""
FEWEST_CELLS = 8
"""Cells of the preview that follow even where nothing is left of the bytes of a nudge."""

REST = 0.35
"""Seconds without a change after which the real renderer draws the preview: some 6 kB, which keys
that are pressed one after the other need not wait for on a slow line."""


class HalfcellPreview:
    """The training image in half cells."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._place: Place | None = None
        self._frame = Frame()

    def cell(self, device: Size) -> Size:  # noqa: ARG002
        return CELL

    @property
    def side(self) -> int:
        if self._place is None:
            return 0
        return min(self._place.width, 2 * self._place.height)

    def recolour(self, palette: Palette) -> None:
        self._palette = palette

    def place(self, place: Place) -> Update:
        if place == self._place:
            return NOTHING
        self._place = place
        self._frame = Frame(self._blank())
        return Update(repaint=True)

    def follow(
        self, picture: SheetPicture | None, rect: Rect, pad: str, room: int | None = None
    ) -> Update:
        if self._place is None or self.side < 2:
            return NOTHING
        if picture is None or rect.is_empty:
            return self._take(Frame(self._blank()))
        frame = self._framed(picture.quick_preview(rect, self.side, pad))
        if room is not None and frame.size == self._frame.size:
            most = max(FEWEST_CELLS, room // CELL_BYTES)
            return self._approach(frame, most, FOLLOW_TOLERANCE)
        return self._take(frame)

    def settle(self, pixels: bytes, side: int) -> Update:
        if self._place is None or side != self.side:
            return NOTHING
        frame = self._framed(pixels)
        if frame.size != self._frame.size:
            return self._take(frame)
        return self._approach(frame, self._place.width * self._place.height, SETTLE_TOLERANCE)

    def rest(self, erased: bool) -> float | None:  # noqa: ARG002
        return REST

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:  # noqa: ARG002
        return NOTHING  # all of it is text, which the host paints

    def hide(self) -> Update:
        return NOTHING

    def close(self) -> Update:
        self._place, self._frame = None, Frame()
        return NOTHING

    def cells(self, row: int) -> Sequence[Cell]:
        return self._frame.cells(row)

    def _take(self, frame: Frame) -> Update:
        before, self._frame = self._frame, frame
        if before.size != frame.size:
            return Update(repaint=True)
        return Update(tuple(frame.changes_from(before)))

    def _approach(self, frame: Frame, most: int, tolerance: int) -> Update:
        """Take only the cells of `frame` that differ by `tolerance`, at most so many."""
        rows, changes = list(self._frame.rows), []
        for row, col in _worst_cells(rows, frame.rows, most, tolerance):
            pair = slice(3 * col, 3 * col + 3)
            for y in (2 * row, 2 * row + 1):
                rows[y] = rows[y][: pair.start] + frame.rows[y][pair] + rows[y][pair.stop :]
            changes.append(
                Change(row, col, cell_of(frame.rows[2 * row][pair], frame.rows[2 * row + 1][pair]))
            )
        self._frame = Frame(rows)
        return Update(tuple(changes))

    def _blank(self) -> list[bytes]:
        assert self._place is not None
        row = self._palette.background.to_bytes(3, "big") * self._place.width
        return [row] * (2 * self._place.height)

    def _framed(self, pixels: bytes) -> Frame:
        """The square picture in the middle of the pane, which is seldom square itself."""
        assert self._place is not None
        side, rows = self.side, self._blank()
        left, top = (self._place.width - side) // 2, (2 * self._place.height - side) // 2 // 2 * 2
        for y in range(side):
            line = pixels[3 * side * y : 3 * side * (y + 1)]
            ground = rows[top + y]
            rows[top + y] = ground[: 3 * left] + line + ground[3 * (left + side) :]
        return Frame(rows)


def _worst_cells(
    old: Sequence[bytes], new: Sequence[bytes], most: int, tolerance: int
) -> list[tuple[int, int]]:
    """(row, col) of the cells that differ most between two frames of one size, worst first."""
    from PIL import Image, ImageChops

    width, cells = len(new[0]) // 3, len(new) // 2

    def half(rows: Sequence[bytes], first: int) -> Image.Image:
        return Image.frombytes("RGB", (width, cells), b"".join(rows[first::2]))

    worst = Image.new("L", (width, cells))
    for first in (0, 1):
        difference = ImageChops.difference(half(old, first), half(new, first))
        for channel in difference.split():
            worst = ImageChops.lighter(worst, channel)
    levels = worst.tobytes()
    differing = [at for at, level in enumerate(levels) if level >= tolerance]
    differing.sort(key=lambda at: -levels[at])
    return [divmod(at, width) for at in differing[:most]]
