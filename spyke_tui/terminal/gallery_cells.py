"""A gallery in half cells; without pictures at all its slots stay blank."""

from __future__ import annotations

from collections.abc import Sequence

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.cells import ANY, Cell, Change, half_cell
from spyke_tui.terminal.gallery import Framed
from spyke_tui.terminal.halfcell_frame import CELL
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.surface import NOTHING, Place, Span, Update

TOLERANCE = 20
"""Of a picture that changes all the time, a cell that differs less than this (of 255, in every
channel) stays as it is: the picture is noise until its last steps."""


class CellGallery:
    """Pictures as cells; only those that differ are written."""

    def __init__(self, palette: Palette, blank: bool, *, changing: bool = False) -> None:
        self._palette = palette
        self._blank = blank
        self._tolerance = TOLERANCE if changing else 1
        self._place: Place | None = None
        self._slots: tuple[Rect, ...] = ()
        self._shown: list[Framed | None] = []
        self._rows: list[list[Cell]] = []

    def cell(self, device: Size) -> Size:  # noqa: ARG002
        return CELL

    def place(self, place: Place, slots: Sequence[Rect]) -> Update:
        self._place, self._slots = place, tuple(slots)
        self._shown = [None] * len(self._slots)
        ground = self._palette.background
        self._rows = [[Cell(" ", ANY, ground)] * place.width for _ in range(place.height)]
        return Update(repaint=True)

    def size_of(self, slot: Rect) -> Size:
        return Size(slot.width, 2 * slot.height)

    def show(self, pictures: Sequence[Framed | None]) -> Update:
        if self._place is None or self._blank:
            return NOTHING
        changes: list[Change] = []
        for at, (slot, picture) in enumerate(zip(self._slots, pictures, strict=True)):
            before = self._shown[at]
            if picture == before or (picture and before and picture.key == before.key):
                continue
            if picture is not None and picture.size != self.size_of(slot):
                continue
            self._shown[at] = picture
            changes += self._changes(slot, picture)
        for change in changes:
            self._rows[change.row][change.col] = change.cell
        return Update(tuple(changes))

    def recolour(self, palette: Palette) -> None:
        self._palette = palette

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:  # noqa: ARG002
        return NOTHING  # all of it is text, which the host paints

    def hide(self) -> Update:
        return NOTHING

    def close(self) -> Update:
        self._place, self._slots, self._shown, self._rows = None, (), [], []
        return NOTHING

    def cells(self, row: int) -> Sequence[Cell]:
        return self._rows[row] if row < len(self._rows) else ()

    def _changes(self, slot: Rect, picture: Framed | None) -> list[Change]:
        assert self._place is not None
        out: list[Change] = []
        empty = Cell(" ", ANY, self._palette.background)
        for y in range(min(slot.height, self._place.height - slot.top)):
            row = slot.top + y
            for x in range(min(slot.width, self._place.width - slot.left)):
                cell = empty
                if picture is not None:
                    at = 3 * (2 * y * slot.width + x)
                    below = at + 3 * slot.width
                    # A preview is noise: a memory of its cells would only grow.
                    cell = half_cell(
                        int.from_bytes(picture.pixels[at : at + 3], "big"),
                        int.from_bytes(picture.pixels[below : below + 3], "big"),
                    )
                old = self._rows[row][slot.left + x]
                if cell != old and (picture is None or _differ(old, cell, self._tolerance)):
                    out.append(Change(row, slot.left + x, cell))
        return out


def _differ(old: Cell, new: Cell, tolerance: int) -> bool:
    before = (old.bg if old.fg == ANY else old.fg, old.bg)
    after = (new.bg if new.fg == ANY else new.fg, new.bg)
    return any(
        abs((a >> shift & 255) - (b >> shift & 255)) >= tolerance
        for a, b in zip(before, after, strict=True)
        for shift in (16, 8, 0)
    )
