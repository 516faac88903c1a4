"""The lines below the grid: what is selected, in words, and what the keys do with it."""

from __future__ import annotations

from collections.abc import Sequence

from spyke_tui.terminal.cells import plain
from spyke_tui.tui.widgets.caption_parts import Ink, InkPane

MARGIN = 1
"""Cells left free on either side, as beside the line above the pictures."""


class SetDetail(InkPane):
    """A few lines of words, then the keys in whatever room is left."""

    def __init__(self) -> None:
        super().__init__(id="set-detail")
        self._shown: tuple[Sequence[Ink], Sequence[Sequence[Ink]], Sequence[str]] = ((), (), ())

    def show(
        self, head: Sequence[Ink], lines: Sequence[Sequence[Ink]], keys: Sequence[str]
    ) -> None:
        """`head` stands in the first line, `lines` each begin a new one, `keys` come last."""
        if (head, lines, keys) != self._shown:
            self._shown = (head, lines, keys)
            self.draw()

    def draw(self) -> None:
        head, lines, keys = self._shown
        width = self.size.width - 2 * MARGIN
        rows = self.flowed(_words(head), 2, width)
        for line in lines:
            rows += self.flowed(_words(line), 2, width)
        hint = self.flowed([Ink(key + "  ", dim=True) for key in keys], 0, width)
        room = self.size.height - len(hint)
        if len(rows) > room:  # the words matter more than the keys
            hint = hint[: max(1, self.size.height - len(rows))]
            rows = rows[: max(1, self.size.height - len(hint))]
        margin = self.cells(Ink(" " * MARGIN))
        self.set_rows([[*margin, *row] for row in (*rows, *hint)])


def _words(pieces: Sequence[Ink]) -> list[Ink]:
    """Pieces cut into words, so that a line breaks between them."""
    return [
        Ink(word, piece.ink, piece.bold, piece.dim)
        for piece in pieces
        for word in plain(piece.text).split()
    ]
