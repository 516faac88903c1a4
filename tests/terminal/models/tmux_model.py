"""tmux between us and a terminal with kitty graphics: text in cells, graphics only if wrapped."""

from __future__ import annotations

import re

from models.kitty_model import KittyModel

from spyke_tui.terminal.cells import PALETTE, PLACEHOLDER, Cell

_DCS = re.compile(r"\x1bPtmux;((?:\x1b\x1b|[^\x1b])*)\x1b\\")
_FIRST = "\u0305"
_HIGH = {"\u030d": 1, "\u030e": 2, "\u0310": 3, "\u0312": 4, "\u033d": 5, "\u033e": 6}
"""From kitty's list of marks (rowcolumn-diacritics.txt), by their place in it."""


class TmuxModel:
    """What reaches `terminal`, and the text of the screen."""

    def __init__(self, cols: int, rows: int, cell: tuple[int, int]) -> None:
        self.terminal = KittyModel(cols, rows, cell)
        self.text: dict[tuple[int, int], Cell] = {}
        """(column, row) -> what stands there."""

    def feed(self, text: str) -> None:
        """Without the wrapping tmux drops graphics."""
        for words in _DCS.findall(text):
            self.terminal.feed(words.replace("\x1b\x1b", "\x1b"))
        assert "\x1b_G" not in _DCS.sub("", text), "tmux would drop this"

    def write(self, col: int, row: int, cell: Cell) -> None:
        self.text[col, row] = cell

    def look(self) -> None:
        """Have the terminal find the placeholders in the text."""
        self.terminal.anchored = {}
        for (col, row), cell in self.text.items():
            if cell.text.startswith(PLACEHOLDER):
                assert cell.text[1:3] == 2 * _FIRST
                assert cell.fg & PALETTE, "tmux turns other colours into near ones"
                image = _HIGH[cell.text[3]] << 24 | cell.fg & 255
                assert image not in self.terminal.anchored, "in two places"
                self.terminal.anchored[image] = (col, row)
