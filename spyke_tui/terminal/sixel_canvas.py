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
from spyke_tui.terminal.rough import REST, roughened
from spyke_tui.terminal.sixel_wire import only_new, sixel
from spyke_tui.terminal.surface import NOTHING, Place, Update

AT_ONCE = 400
"""So many stale cells are drawn at once; more go out as a transfer."""

PIECE_CELLS = 300
"""Cells in one piece of a transfer; a key press waits behind one piece."""

FINISH_CELLS = 80
"""The same, where a key is likely to come: what keys have drawn in few colours is drawn again."""

FEWEST, MOST = 3, 8
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
        self._rough: set[tuple[int, int]] = set()
        self._finish: Finish | None = None

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
        self._rough = set()
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
        out: list[str] = []
        most = max(FEWEST, min(MOST, SHARE // max(1, len(dirty))))
        for rect in merged(dirty):
            if not self._clear:
                out.append(self._drawn(rect, most=most))
            elif not any(cell in uncovered for cell in cells_of(rect)):
                out.append(self._drawn(rect, before))
            else:
                out.append(self._drawn(rect))
        if self._clear or not dirty:
            return Update(text="".join(out))
        self._rough |= dirty
        return Update(text="".join(out), transfers=self.finishing())

    def finishing(self) -> tuple[Finish, ...]:
        """What draws the rough cells again when the keys rest; nothing where that is on its way."""
        if self._finish is not None:
            self._finish.held = True
            if not self._finish.over:
                return ()
        self._finish = Finish(self)
        return (self._finish,)

    def finished(self) -> str:
        """Draw some of the rough cells in all their colours."""
        self._rough -= self._stale | self._text
        taken = set(sorted(self._rough)[:FINISH_CELLS])
        self._rough -= taken
        shown = {cell for cell in taken if not self._is_covered(*cell)}
        return "".join(self._drawn(rect) for rect in merged(shown))

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
        shown = {cell for cell in taken - self._text if not self._is_covered(*cell)}
        return "".join(self._drawn(rect) for rect in merged(shown))

    def drop(self) -> None:
        """The canvas is off the screen."""
        self._stale, self._rough = set(), set()
        if self._repair is not None:
            self._repair.over = True

    @property
    def is_whole(self) -> bool:
        return not self._stale

    @property
    def is_rough(self) -> bool:
        return bool(self._rough)

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

    def _drawn(
        self, cells: Rect, before: list[bytes] | None = None, most: int | None = None
    ) -> str:
        """A rectangle of cells, of the pixels only those that differ from `before`, in at most
        `most` colours; where that is not given, all of them."""
        cell = self._place.cell
        left = (cells.left - self.area.left) * cell.width
        across = slice(left, left + cells.width * cell.width)
        top = (cells.top - self.area.top) * cell.height
        lines = range(top, top + cells.height * cell.height)
        rows = [self._rows[y][across] for y in lines]
        if before is not None:
            rows = [only_new(before[y][across], row) for y, row in zip(lines, rows, strict=True)]
        if most is not None:
            rows = roughened(rows, self._colours, self._lines, most)
        row, col = self._place.top + cells.top + 1, self._place.left + cells.left + 1
        picture = sixel(rows, self._colours)
        return f"\x1b[{row};{col}H{picture}" if picture else ""


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


@dataclass(slots=True)
class Finish:
    """A transfer that draws rough cells in all their colours, when no key has come for a while.

    `held`: another key has come since it began, so it waits again.
    """

    canvas: SixelCanvas
    held: bool = False
    over: bool = False

    def due(self, idle: float) -> bool:
        if idle < REST and self.canvas.is_rough:
            return False
        self.held = False
        return True

    def prepare(self) -> None:
        """Everything is drawn from the newest pixels, piece by piece."""

    def next(self) -> str:
        piece = ""
        while not self.held and not piece and self.canvas.is_rough:
            piece = self.canvas.finished()
        return piece

    def done(self) -> Update:
        self.over = True
        return Update(transfers=self.canvas.finishing()) if self.canvas.is_rough else NOTHING
