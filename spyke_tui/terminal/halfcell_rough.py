"""Half cells in few colours, for as long as keys come.

Most bytes of a nudge are colours: two of up to nineteen bytes for each cell that the frame leaves
or enters. Of few colours many cells share theirs, and two nearly equal halves need only one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Sequence
from dataclasses import dataclass

from spyke_tui.terminal.cells import Cell, Change, half_cell
from spyke_tui.terminal.rough import REST, nearest_of_few
from spyke_tui.terminal.surface import NOTHING, Update

COLOURS = 16
"""Colours of the sheet that one key may write."""

SAME = 12
"""Steps of 255 by which the two halves of a cell may differ and yet be written as one."""

AT_ONCE = 150
"""Cells that are written in one piece when the keys rest; a key waits behind one piece."""


class Rough:
    """Which cells of a pane are shown in other colours than their own."""

    def __init__(self, own: Callable[[int, int], Cell | None]) -> None:
        """`own`: what a cell (row, column) should be by now; None where there is no pane."""
        self._own = own
        self._cells: set[tuple[int, int]] = set()
        self._finish: Finish | None = None

    def written(
        self,
        changes: Sequence[Change],
        text: Container[tuple[int, int]],
        lines: Collection[int],
    ) -> Update:
        """Changes of a key, rough. Cells of text and colours of lines stay as they are."""
        rough = roughened(changes, text, lines)
        for exact, change in zip(changes, rough, strict=True):
            if exact == change:
                self._cells.discard((change.row, change.col))
            else:
                self._cells.add((change.row, change.col))
        return Update(tuple(rough), transfers=self._finishing() if self._cells else ())

    def painted(self, cells: Collection[tuple[int, int]]) -> None:
        """Somebody has written them in their own colours."""
        self._cells.difference_update(cells)

    def forget(self) -> None:
        """The pane is off the screen."""
        self._cells.clear()

    @property
    def is_left(self) -> bool:
        return bool(self._cells)

    def finished(self) -> Update:
        """Some of the cells in their own colours, and a transfer for the others."""
        taken = sorted(self._cells)[:AT_ONCE]
        self._cells.difference_update(taken)
        changes = [
            Change(row, col, cell)
            for row, col in taken
            if (cell := self._own(row, col)) is not None
        ]
        return Update(tuple(changes), transfers=self._finishing() if self._cells else ())

    def _finishing(self) -> tuple[Finish, ...]:
        if self._finish is not None and not self._finish.over:
            return ()
        self._finish = Finish(self)
        return (self._finish,)


@dataclass(slots=True)
class Finish:
    """A transfer without a text of its own: the rough cells in their own colours, at rest."""

    rough: Rough
    over: bool = False

    def due(self, idle: float) -> bool:
        return idle >= REST or not self.rough.is_left

    def prepare(self) -> None:
        """The newest colours are taken when it is done."""

    def next(self) -> str:
        return ""

    def done(self) -> Update:
        self.over = True
        return self.rough.finished() if self.rough.is_left else NOTHING


def roughened(
    changes: Sequence[Change], text: Container[tuple[int, int]], lines: Collection[int]
) -> list[Change]:
    """The changes with at most `COLOURS` colours that are not of `lines`.

    Cells of `text` (row, column) stay as they are.
    """
    counts: Counter[int] = Counter()
    halves: list[tuple[int, int] | None] = []
    for row, col, cell in changes:
        if (row, col) in text:
            halves.append(None)
            continue
        top, bottom = (cell.bg, cell.bg) if cell.text == " " else (cell.fg, cell.bg)
        if (
            top != bottom
            and top not in lines
            and bottom not in lines
            and _differ_little(top, bottom)
        ):
            top = bottom = _between(top, bottom)
        counts[top] += 1
        counts[bottom] += 1
        halves.append((top, bottom))
    near = nearest_of_few(counts, COLOURS, lines)
    return [
        change
        if pair is None
        else Change(change.row, change.col, half_cell(near[pair[0]], near[pair[1]]))
        for change, pair in zip(changes, halves, strict=True)
    ]


def _differ_little(one: int, other: int) -> bool:
    return all(abs((one >> shift & 255) - (other >> shift & 255)) <= SAME for shift in (0, 8, 16))


def _between(one: int, other: int) -> int:
    return sum(
        ((one >> shift & 255) + (other >> shift & 255)) // 2 << shift for shift in (0, 8, 16)
    )
