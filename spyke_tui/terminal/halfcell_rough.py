"""Half cells in few colours, for as long as keys come.

Most bytes of a nudge are colours: two of up to nineteen bytes for each cell that the frame leaves
or enters. Of few colours many cells share theirs, and two nearly equal halves need only one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Sequence

from spyke_tui.terminal.cells import Change, half_cell
from spyke_tui.terminal.rough import nearest_of_few

COLOURS = 16
"""Colours of the sheet that one key may write."""

SAME = 12
"""Steps of 255 by which the two halves of a cell may differ and yet be written as one."""


def changes_of_few(
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
