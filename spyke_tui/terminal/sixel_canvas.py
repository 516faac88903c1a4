"""A rectangle of sixel pixels on the screen, cell by cell: what should be there, and what is not.

Text that is written over a sixel picture erases it, so the canvas keeps its pixels and knows
which of its cells are stale. A changed picture draws its changed cells at once, whole ones in few
colours first; larger repairs go out as a transfer, row after row, always from the newest pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.patches import cells_of, merged
from spyke_tui.terminal.rough import Rough, rows_of_few
from spyke_tui.terminal.sixel_wire import only_new, sixel
from spyke_tui.terminal.surface import NOTHING, Place, Update
from spyke_tui.terminal.uneven_cells import below, closed, stretched

AT_ONCE = 400
"""So many stale cells are drawn at once; more go out as a transfer."""

PIECE_CELLS = 300
"""Cells in one piece of a transfer; a key press waits behind one piece."""

FINISH_CELLS = 80
"""The same, where a key is likely to come: what keys have drawn in few colours is drawn again."""

FEWEST, MOST = 2, 8
"""Colours of the sheet in a patch that follows a key."""

SHARE = 300
"""Cells times colours that one key may draw."""


class SixelCanvas:
    """`area`: the cells of the pane that hold pixels. `clear`: pixels can be left out."""

    def __init__(self, clear: bool) -> None:
        self._clear = clear
        self._place = Place(0, 0, 0, 0, Size(1, 1))
        self.area = Rect(0, 0, 0, 0)
        self._rows: list[bytes] = []
        self._colours: Sequence[int] = ()
        self._text: set[tuple[int, int]] = set()
        self._covered: tuple[Rect, ...] = ()
        self._stale: set[tuple[int, int]] = set()
        self._repair: Repair | None = None
        self._ready: dict[int, tuple[int, str]] = {}
        self._lines = 0
        self._rough = Rough(self._in_all_colours, FINISH_CELLS)

    def lay(
        self,
        place: Place,
        area: Rect,
        rows: list[bytes],
        colours: Sequence[int],
        text: set[tuple[int, int]],
        ready: Sequence[tuple[int, str]] = (),
        lines: int = 0,
    ) -> None:
        """Other pixels in another place: all of it is stale.

        `lines`: the first of the colours that are never replaced by similar ones. `ready`: all of
        these rows as sixel pictures, where somebody has encoded them already, from the top: how
        many rows of cells, and the picture.
        """
        self._ready, top = {}, area.top
        for down, picture in ready:
            self._ready[top] = (down, picture)
            top += down
        self._place, self.area = place, area
        self._rows, self._colours, self._text = rows, colours, text
        self._lines = lines
        self._rough.forget()
        self._stale = {
            (row, col)
            for row in range(area.top, area.bottom)
            for col in range(area.left, area.right)
        }

    def change(self, rows: list[bytes], text: set[tuple[int, int]]) -> Update:
        """Other pixels in the same place, in the same colours: what draws the changed cells."""
        before, self._rows, self._ready = self._rows, rows, {}
        uncovered = self._text - text
        self._text = text
        dirty = (self._changed(before, rows) | uncovered) - text - self._stale
        dirty = {cell for cell in dirty if not self._is_covered(*cell)}
        patches = self._patches(dirty)
        if not self._clear:
            return self._roughly(patches, max(FEWEST, min(MOST, SHARE // max(1, len(dirty)))))
        out: list[str] = []
        for rect in patches:
            if not any(cell in uncovered for cell in cells_of(rect)):
                out.append(self._drawn(rect, before))
            else:
                out.append(self._drawn(rect))
        return Update(text="".join(out))

    def _roughly(self, patches: Sequence[Rect], most: int) -> Update:
        """Whole cells in at most `most` colours of the sheet; the rest of them follows at rest."""
        out: list[str] = []
        rough: set[tuple[int, int]] = set()
        for rect in patches:
            own = self._pixels(rect)
            few = rows_of_few(own, self._colours, self._lines, most)
            out.append(self._patch(rect, few))
            if few == own:
                self._rough.discard(set(cells_of(rect)))
            else:
                rough.update(cells_of(rect))
        return Update(text="".join(out), transfers=self._rough.add(rough))

    def _in_all_colours(self, cells: Sequence[tuple[int, int]]) -> Update:
        """What is stale is drawn by `repair`, in all its colours."""
        shown = {cell for cell in cells if not self._is_covered(*cell)} - self._stale - self._text
        return Update(text="".join(self._drawn(rect) for rect in self._patches(shown)))

    def painted(self, cells: Iterable[tuple[int, int]], covered: Sequence[Rect]) -> None:
        """Text was written there."""
        self._covered = tuple(covered)
        area = self.area
        self._stale.update(
            (row, col)
            for row, col in cells
            if area.top <= row < area.bottom and area.left <= col < area.right
        )

    def repair(self) -> Update:
        """Draw what is stale, now or bit by bit."""
        if not self._stale:
            return NOTHING
        if len(self._stale) <= AT_ONCE:
            out = ""
            while self._stale:
                out += self.piece(AT_ONCE)
            return Update(text=out)
        if self._repair is not None and not self._repair.over:
            return NOTHING
        self._repair = Repair(self)
        return Update(transfers=(self._repair,))

    def piece(self, limit: int) -> str:
        """Draw so many stale cells, whole rows of them, or what is encoded already of the first."""
        if ready := self._taken_ready():
            return ready
        taken: set[tuple[int, int]] = set()
        for row in sorted({row for row, _ in self._stale}):
            if len(taken) >= limit:
                break
            taken |= {cell for cell in self._stale if cell[0] == row}
        self._stale -= taken
        self._rough.discard(taken)
        shown = {cell for cell in taken - self._text if not self._is_covered(*cell)}
        patches = self._patches(shown)
        for rect in patches:
            self._stale.difference_update(cells_of(rect))
        return "".join(self._drawn(rect) for rect in patches)

    def drop(self) -> None:
        """The canvas is off the screen."""
        self._stale = set()
        self._rough.forget()
        if self._repair is not None:
            self._repair.over = True

    @property
    def is_whole(self) -> bool:
        return not self._stale

    def _taken_ready(self) -> str:
        """The encoded picture of the first stale rows, where it fits: nothing of it stands, and
        nothing lies over its place."""
        first = min((row for row, _ in self._stale), default=0)
        down, picture = self._ready.get(first, (0, ""))
        if not picture or self._text:
            return ""
        area = Rect(self.area.left, first, self.area.width, down)
        cells = set(cells_of(area))
        if not cells <= self._stale or any(
            not rect.intersection(area).is_empty for rect in self._covered
        ):
            return ""
        self._stale -= cells
        row, col = self._place.top + first + 1, self._place.left + area.left + 1
        return f"\x1b[{row};{col}H{picture}"

    def _patches(self, cells: set[tuple[int, int]]) -> list[Rect]:
        """These cells as rectangles, with some around them where a picture needs that."""
        grid, origin = self._place.grid, (self._place.left, self._place.top)
        if grid is None:
            return merged(cells)
        return [closed(rect, self.area, origin, grid, self._is_free) for rect in merged(cells)]

    def _is_free(self, rect: Rect) -> bool:
        """Whether no text stands there, and nothing lies over it."""
        return not any(cell in self._text or self._is_covered(*cell) for cell in cells_of(rect))

    def _is_covered(self, row: int, col: int) -> bool:
        return any(
            rect.top <= row < rect.bottom and rect.left <= col < rect.right
            for rect in self._covered
        )

    def _changed(self, before: list[bytes], after: list[bytes]) -> set[tuple[int, int]]:
        """The cells whose pixels differ."""
        cell, area = self._place.cell, self.area
        found: set[tuple[int, int]] = set()
        for row in range(area.height):
            start = row * cell.height
            lines = slice(start, start + cell.height)
            old, new = before[lines], after[lines]
            if old == new:
                continue
            differing = 0
            for a, b in zip(old, new, strict=True):
                if a is not b and a != b:
                    differing |= int.from_bytes(a, "little") ^ int.from_bytes(b, "little")
            data = differing.to_bytes(area.width * cell.width, "little")
            for col in range(area.width):
                if data[col * cell.width : (col + 1) * cell.width].strip(b"\0"):
                    found.add((area.top + row, area.left + col))
        return found

    def _drawn(self, cells: Rect, before: list[bytes] | None = None) -> str:
        """A rectangle of cells; where `before` is given, only the pixels that differ from it."""
        rows = self._pixels(cells)
        if before is not None:
            old = self._pixels(cells, before)
            rows = [only_new(one, other) for one, other in zip(old, rows, strict=True)]
        return self._patch(cells, rows)

    def _pixels(self, cells: Rect, rows: list[bytes] | None = None) -> list[bytes]:
        """Their rows of indices; of `rows`, where that is not the newest picture."""
        cell = self._place.cell
        left = (cells.left - self.area.left) * cell.width
        across = slice(left, left + cells.width * cell.width)
        top = (cells.top - self.area.top) * cell.height
        down = slice(top, top + cells.height * cell.height)
        return [row[across] for row in (rows or self._rows)[down]]

    def _patch(self, cells: Rect, rows: list[bytes]) -> str:
        row, col = self._place.top + cells.top + 1, self._place.left + cells.left + 1
        before, grid = "", self._place.grid
        if grid is not None:
            at, cell = (col - 1, row - 1), self._place.cell
            # Pictures above a row with labels can't be made larger.
            after_open = any(label == cells.top for label, _ in self._text)
            before = below(rows, self._colours, cell, at, grid, after_open=after_open)
            rows = stretched(rows, cell, grid)
        picture = sixel(rows, self._colours)
        return f"{before}\x1b[{row};{col}H{picture}" if picture else ""


@dataclass(slots=True)
class Repair:
    """A transfer that draws what is stale when its turn comes."""

    canvas: SixelCanvas
    over: bool = False

    def due(self, idle: float) -> bool:  # noqa: ARG002
        return True

    def prepare(self) -> None:
        """Everything is drawn from the newest pixels, piece by piece."""

    def next(self) -> str:
        piece = ""
        while not self.over and not piece and not self.canvas.is_whole:
            piece = self.canvas.piece(PIECE_CELLS)
        return piece

    def done(self) -> Update:
        self.over = True
        return NOTHING
