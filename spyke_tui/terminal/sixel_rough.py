"""Patches in few colours, for as long as keys come: most of a patch's bytes go to pixels of rare
colours (smoothed outlines), which nobody sees while it moves. What is drawn so is drawn again in
all its colours when the keys rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

FEWEST, MOST = 3, 8
"""Colours of the sheet in one patch."""

SHARE = 300
"""Cells times colours that one key may draw."""


def colours_for(cells: int) -> int:
    """How many colours of the sheet the patches of one key may have."""
    return max(FEWEST, min(MOST, SHARE // max(1, cells)))


def roughened(rows: Sequence[bytes], colours: Sequence[int], lines: int, most: int) -> list[bytes]:
    """Rows of indices with at most `most` colours of the sheet; the others become the nearest.

    Indices from `lines` on are colours of lines, and stay. The colours that stay are chosen one
    after the other: the one whose loss would be seen most, by distance and number of pixels.
    """
    together = b"".join(rows)
    counts = {index: together.count(index) for index in set(together) if index < lines}
    if len(counts) <= most:
        return list(rows)
    kept = [max(counts, key=lambda index: counts[index])]
    loss = {index: _apart(colours[index], colours[kept[0]]) for index in counts}
    near = dict.fromkeys(counts, kept[0])
    while True:
        worst = max(counts, key=lambda index: loss[index] * counts[index])
        if len(kept) == most or not loss[worst]:
            break
        kept.append(worst)
        for index in counts:
            apart = _apart(colours[index], colours[worst])
            if apart < loss[index]:
                loss[index], near[index] = apart, worst
    table = bytearray(range(256))
    for index, other in near.items():
        table[index] = other
    return [row.translate(table) for row in rows]


@lru_cache(16384)
def _apart(one: int, other: int) -> int:
    """How different two colours look: squares, green weighs most (luma)."""
    red = (one >> 16) - (other >> 16)
    green = (one >> 8 & 255) - (other >> 8 & 255)
    blue = (one & 255) - (other & 255)
    return 3 * red * red + 6 * green * green + blue * blue
