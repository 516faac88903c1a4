"""Frames of half cells.

A frame is kept as rows of RGB bytes, so that a changed scene is a few slices and the difference
to what is on the screen a comparison of rows; only cells that differ are written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from spyke_tui.model.geometry import Size
from spyke_tui.terminal.cells import Cell, Change, changes_between, half_cell

CELL = Size(1, 2)
"""Pixels of one character cell."""


@dataclass(slots=True)
class Frame:
    """What a pane shows: pixel rows, two to a cell row, and text over them (row -> col -> cell)."""

    rows: list[bytes] = field(default_factory=list)
    text: dict[int, dict[int, Cell]] = field(default_factory=dict)

    def cells(self, row: int) -> list[Cell]:
        if 2 * row + 1 >= len(self.rows):
            return []
        top, bottom = self.rows[2 * row], self.rows[2 * row + 1]
        over = self.text.get(row, {})
        return [
            over.get(x) or cell_of(top[3 * x : 3 * x + 3], bottom[3 * x : 3 * x + 3])
            for x in range(len(top) // 3)
        ]

    def cell(self, row: int, col: int) -> Cell | None:
        """One cell; None outside the frame."""
        if not 0 <= 2 * row < len(self.rows) - 1 or not 0 <= 3 * col < len(self.rows[0]):
            return None
        part = slice(3 * col, 3 * col + 3)
        over = self.text.get(row, {}).get(col)
        return over or cell_of(self.rows[2 * row][part], self.rows[2 * row + 1][part])

    def changes_from(self, before: Frame) -> list[Change]:
        """The cells in which this frame differs from `before`, which has the same size."""
        changes: list[Change] = []
        for row in range(len(self.rows) // 2):
            pair = slice(2 * row, 2 * row + 2)
            same_text = self.text.get(row) == before.text.get(row)
            if same_text and self.rows[pair] == before.rows[pair]:
                continue
            changes += changes_between(row, before.cells(row), self.cells(row))
        return changes

    @property
    def size(self) -> Size:
        return Size(len(self.rows[0]) // 3 if self.rows else 0, len(self.rows))


@lru_cache(65536)
def cell_of(top: bytes, bottom: bytes) -> Cell:
    """The cell of two pixels, three bytes each."""
    return half_cell(int.from_bytes(top, "big"), int.from_bytes(bottom, "big"))
