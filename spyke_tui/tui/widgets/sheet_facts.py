"""What there is to know of the selected sheet, and what to do where something is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from spyke_tui.terminal.cells import Cell, cells_of, clipped, plain
from spyke_tui.tui.widgets.cell_pane import TextPane

NO_BREAK = "\xa0"


class SheetFacts(TextPane):
    """Lines of text, wrapped; those that begin with "!" are bold."""

    def __init__(self) -> None:
        super().__init__(id="about")
        self._hint = ""
        self._lines: Sequence[str] = ()

    def show(self, lines: Sequence[str], hint: str = "") -> None:
        """These lines, and a hint at the bottom where there is room for it.

        What belongs together in the hint is held together by no-break spaces.
        """
        self._lines, self._hint = tuple(lines), hint
        self.draw()

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        width = self.size.width
        if width < 4:
            return
        fg, bg = self.ink
        rows: list[list[Cell]] = []
        for line in self._lines:
            for part in wrap(plain(line), width - 2) or [""]:
                rows.append(clipped(cells_of(f" {part}", fg, bg, line.startswith("!")), width))
        parts = wrap(plain(self._hint), width - 2)
        hint = [cells_of(f" {part.replace(NO_BREAK, ' ')}", fg, bg) for part in parts]
        room = self.size.height - len(rows) - len(hint)
        if hint and room > 0:
            rows += [[] for _ in range(room)] + hint
        self.set_rows(rows)
