"""Sets of cells as rectangles."""

from __future__ import annotations

from collections.abc import Iterable

from spyke_tui.model.geometry import Rect


def cells_of(rect: Rect) -> Iterable[tuple[int, int]]:
    return (
        (row, col) for row in range(rect.top, rect.bottom) for col in range(rect.left, rect.right)
    )


def merged(cells: set[tuple[int, int]]) -> list[Rect]:
    """Cells as few rectangles: runs in a row, joined with equal runs in the rows below."""
    open_: dict[tuple[int, int], Rect] = {}
    out: list[Rect] = []
    last = -1
    rows: dict[int, list[int]] = {}
    for row, col in cells:
        rows.setdefault(row, []).append(col)
    for row in sorted(rows):
        if row != last + 1:
            out += open_.values()
            open_ = {}
        runs = _runs(sorted(rows[row]))
        kept = {}
        for run in runs:
            above = open_.pop(run, None)
            height = above.height + 1 if above else 1
            kept[run] = Rect(run[0], row - height + 1, run[1] - run[0], height)
        out += open_.values()
        open_, last = kept, row
    return [*out, *open_.values()]


def _runs(cols: list[int]) -> list[tuple[int, int]]:
    """(start, end) of neighbouring columns."""
    runs: list[tuple[int, int]] = []
    for col in cols:
        if runs and runs[-1][1] == col:
            runs[-1] = (runs[-1][0], col + 1)
        else:
            runs.append((col, col + 1))
    return runs
