"""The targets as bars, in words; Enter lists the crops that would help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spyke_tui.terminal.cells import Cell, clipped
from spyke_tui.tui.widgets.caption_parts import Ink
from spyke_tui.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from spyke_tui.model.meters import Meter

NAME = 11
"""Cells for the name of a target."""
LEAST, MOST = 5, 24
"""Cells of a bar."""


class SetMeters(RowList):
    """One row a target, and where there is room what is missing in words below it."""

    def __init__(self) -> None:
        super().__init__("set-meters", "Targets")
        self.meters: Sequence[Meter] = ()
        self._most = 0

    def show(self, meters: Sequence[Meter], most: int) -> None:
        """`most`: rows that there are for it."""
        if (meters, most) != (self.meters, self._most):
            self.meters, self._most = meters, most
            self.fit()
            self.draw()

    def fit(self) -> None:
        """As high as it needs, if that is there."""
        height = min(self._most, 1 + sum(len(rows) for rows in self.blocks()))
        if height and self.size.height != height:
            self.styles.height = height

    def on_resize(self) -> None:
        self.fit()
        self.draw()

    @property
    def heading(self) -> str:
        fine = sum(meter.ok for meter in self.meters)
        return f"Targets: {fine} of {len(self.meters)} met"

    @property
    def count(self) -> int:
        return len(self.meters)

    def blocks(self) -> list[list[list[Cell]]]:
        """The rows of each target, with the words of as many as there is room for."""
        width = self.size.width
        if width < 1:
            return [[[]] for _ in self.meters]
        values = max((len(meter.value) for meter in self.meters), default=0)
        wants = max((len(meter.want) for meter in self.meters), default=0)
        length = min(MOST, width - NAME - values - wants - 11)
        bars = [[self._bar(meter, length, values)] for meter in self.meters]
        room = self._most - 1 - len(bars)
        for bar, meter in zip(bars, self.meters, strict=True):
            words = [] if meter.ok else self._words(meter)
            if len(words) <= room:
                bar += words
                room -= len(words)
        return bars

    def _bar(self, meter: Meter, length: int, values: int) -> list[Cell]:
        """A sign, the name, a bar of so many cells if there is room for it, the value."""
        ink = "success" if meter.ok else "warning"
        row = self.cells(Ink("✓ " if meter.ok else "! ", ink, bold=not meter.ok))
        row += self.cells(Ink(f"{meter.name:<{NAME}.{NAME}} ", bold=not meter.ok))
        if length >= LEAST:
            filled = round(length * meter.share)
            mark = min(length - 1, round(length * meter.mark_share))
            for place in range(length):
                text = "━" if place < filled else "┄"
                if place == mark:
                    text = "╋" if place < filled else "┼"
                row += self.cells(Ink(text, ink if place < filled else "", dim=place >= filled))
            row += self.cells(Ink(" "))
        row += self.cells(Ink(f"{meter.value:<{values}}", bold=not meter.ok))
        if meter.want:
            row += self.cells(Ink(f"  want {meter.want}" if length >= LEAST else f" {meter.want}",
                                  dim=True))  # fmt: skip
        return clipped(row, self.size.width)

    def _words(self, meter: Meter) -> list[list[Cell]]:
        pieces = [Ink("  " + word if at == 0 else word, "warning")
                  for at, word in enumerate(meter.words.split())]  # fmt: skip
        return self.flowed(pieces, indent=2)
