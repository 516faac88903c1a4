"""The line above the sheet: which one it is, and whether the keys go to it."""

from __future__ import annotations

from spyke_tui.terminal.cells import cells_of, clipped
from spyke_tui.tui.widgets.cell_pane import TextPane


class SheetTitle(TextPane):
    """The sheet's key and file, behind a sign while the sheet has the focus."""

    def __init__(self) -> None:
        super().__init__(id="title")
        self._words = ""
        self._focused = True

    def say(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self.draw()

    def mark(self, focused: bool) -> None:
        """Say whether the sheet has the focus."""
        self._focused = focused
        self.draw()

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        fg, bg = self.ink
        sign = "▶ " if self._focused else "  "
        cells = cells_of(sign + self._words, fg, bg, bold=self._focused)
        self.set_rows([clipped(cells, self.size.width)])
