"""Fewer colours for as long as keys come. What follows a key at once is drawn rough; it gets all
its colours when the keys rest, and nobody sees the difference while it moves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from spyke_tui.terminal.surface import NOTHING, Transfer, Update

Place = tuple[int, int]
"""Row and column of a cell of a pane."""

REST = 0.5
"""Seconds without a key after which what is rough is drawn again in all its colours."""


class Rough:
    """Which cells of a pane are shown in other colours than their own."""

    def __init__(self, draw: Callable[[Sequence[Place]], Update], at_once: int) -> None:
        """`draw`: what shows these cells in their own colours, as they are by then.

        `at_once`: so many are drawn in one piece; a key waits behind one piece.
        """
        self._draw, self._at_once = draw, at_once
        self._cells: set[Place] = set()
        self._waits = False

    def add(self, cells: Collection[Place]) -> tuple[Transfer, ...]:
        """These are rough now; what draws them at rest, where that is not on its way already."""
        self._cells.update(cells)
        if not self._cells or self._waits:
            return ()
        self._waits = True
        return (Finish(self),)

    def discard(self, cells: Collection[Place]) -> None:
        """These are drawn in their own colours, or not ours now."""
        self._cells.difference_update(cells)

    def forget(self) -> None:
        """The pane is off the screen, or shows something else; what was on its way may be lost."""
        self._cells.clear()
        self._waits = False

    @property
    def is_left(self) -> bool:
        return bool(self._cells)

    def finished(self) -> Update:
        """One piece, and a transfer for the next one, which waits where a key has come."""
        self._waits = False
        if not self._cells:
            return NOTHING
        taken = sorted(self._cells)[: self._at_once]
        self._cells.difference_update(taken)
        drawn = self._draw(taken)
        return Update(drawn.changes, drawn.text, self.add(()))


@dataclass(frozen=True, slots=True)
class Finish:
    """A transfer without text of its own: a piece of what is rough, at rest."""

    rough: Rough

    def due(self, idle: float) -> bool:
        return idle >= REST or not self.rough.is_left

    def prepare(self) -> None:
        """The newest colours are taken when it is done."""

    def next(self) -> str:
        return ""

    def done(self) -> Update:
        return self.rough.finished()


def nearest_of_few(
    counts: Mapping[int, int], most: int, kept: Collection[int] = ()
) -> dict[int, int]:
    """For each of the colours (0xRRGGBB, with how often it occurs) one of at most `most` of them,
    or of `kept`, which stay as they are.

    Chosen one after the other: the one whose loss would be seen most, by distance and number.
    """
    near = {colour: colour for colour in counts if colour in kept}
    free = {colour: count for colour, count in counts.items() if colour not in kept}
    if len(free) <= most:
        return near | {colour: colour for colour in free}
    chosen = [max(free, key=lambda colour: free[colour])]
    loss = {colour: _apart(colour, chosen[0]) for colour in free}
    near |= dict.fromkeys(free, chosen[0])
    while len(chosen) < most:
        worst = max(free, key=lambda colour: loss[colour] * free[colour])
        chosen.append(worst)
        for colour in free:
            apart = _apart(colour, worst)
            if apart < loss[colour]:
                loss[colour], near[colour] = apart, worst
    return near


def rows_of_few(
    rows: Sequence[bytes], colours: Sequence[int], lines: int, most: int
) -> list[bytes]:
    """Rows of indices with at most `most` colours of the sheet; the others become the nearest.

    Indices from `lines` on are colours of lines, and stay.
    """
    together = b"".join(rows)
    counts: dict[int, int] = {}
    used = [index for index in set(together) if index < lines]
    for index in used:
        counts[colours[index]] = counts.get(colours[index], 0) + together.count(index)
    if len(counts) <= most:
        return list(rows)
    near = nearest_of_few(counts, most)
    index_of = {colours[index]: index for index in used}
    table = bytearray(range(256))
    for index in used:
        table[index] = index_of[near[colours[index]]]
    return [row.translate(table) for row in rows]


@lru_cache(16384)
def _apart(one: int, other: int) -> int:
    """How different two colours look: squares, green weighs most (luma)."""
    red = (one >> 16) - (other >> 16)
    green = (one >> 8 & 255) - (other >> 8 & 255)
    blue = (one & 255) - (other & 255)
    return 3 * red * red + 6 * green * green + blue * blue
