"""Cells of text on which pictures hang, where a multiplexer stands between us and the terminal.

A multiplexer knows nothing of pictures: it says where text is, moves it and hides it. So each board
has one *anchor*: an invisible image of one pixel that is shown wherever a certain character is
(a unicode placeholder), and all placements are said relative to it (since kitty 0.31). Source:
https://sw.kovidgoyal.net/kitty/graphics-protocol/ (unicode placeholders, relative placements).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from spyke_tui.model.geometry import Size
from spyke_tui.terminal.cells import CLEAR, PALETTE, PLACEHOLDER, Cell
from spyke_tui.terminal.kitty_wire import ANCHORED, ink_png, sent_png

FIRST = "\u0305"
"""The mark that says: the first row, and the first column, of the image."""

HIGH_BYTES = {1: "\u030d", 2: "\u030e", 3: "\u0310", 4: "\u0312", 5: "\u033d", 6: "\u033e"}
"""Marks for the highest byte of an image id, so that ours are not those of other programs."""

NUMBERS = range(17, 231)
"""Lowest bytes of image ids: colours of the palette that no multiplexer turns into others."""


@dataclass(slots=True)
class Anchors:
    """Gives out anchors' numbers; those that are in use differ."""

    high: int = field(default_factory=lambda: secrets.choice(tuple(HIGH_BYTES)))
    _taken: set[int] = field(default_factory=set)

    def take(self) -> int:
        """A number that nobody has. There are more than boards at any time."""
        number = next(one for one in NUMBERS if one not in self._taken)
        self._taken.add(number)
        return number

    def give_back(self, number: int) -> None:
        self._taken.discard(number)


class TextAnchor:
    """One board's anchor; it has a number from when it is made until it is released."""

    def __init__(self, anchors: Anchors, begun: set[int]) -> None:
        """`begun`: the images of which the terminal may have something."""
        self._anchors = anchors
        self._begun = begun
        self._number = 0

    @property
    def image(self) -> int:
        return self._anchors.high << 24 | self._number

    @property
    def cell(self) -> Cell:
        text = PLACEHOLDER + 2 * FIRST + HIGH_BYTES[self._anchors.high]
        return Cell(text, PALETTE | self._number, CLEAR)

    def made(self) -> str:
        if self._number:
            return ""
        self._number = self._anchors.take()
        self._begun.add(self.image)
        (sent,) = sent_png(self.image, ink_png(Size(1, 1), 0, alpha=0))
        return f"{sent}\x1b_Ga=p,U=1,i={self.image},p={ANCHORED},c=1,r=1,C=1,q=2\x1b\\"

    def release(self) -> None:
        """The terminal has it no more."""
        self._anchors.give_back(self._number)
        self._number = 0
