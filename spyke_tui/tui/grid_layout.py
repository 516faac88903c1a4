"""Where the tiles of a grid lie, in cells: those that leave the least of the pane empty."""

from __future__ import annotations

from dataclasses import dataclass

from spyke_tui.model.geometry import Rect, Size

LABELS = 2
"""Rows of words below a picture."""
FRAME = 1
"""Cells around a picture for the frame of the selected one: above it and at its sides."""
SMALLEST, LARGEST = 10, 60
SHRINK = 0.75
"""By how much pictures may be smaller than wished for where more of them fill the pane."""
WORDS_HEIGHT = 3
"""Rows of a tile that has words in the place of its picture."""


@dataclass(frozen=True, slots=True)
class GridLayout:
    """`columns` x `rows` tiles with pictures of `width` x `height` cells, `left` and `gap` cells
    beside them."""

    columns: int
    rows: int
    width: int
    height: int
    left: int
    top: int

    @property
    def tiles(self) -> int:
        return self.columns * self.rows

    def slots(self) -> tuple[Rect, ...]:
        """The places of the pictures, row by row, in cells from the pane's corner."""
        across, down = self.width + 2 * FRAME, self.height + FRAME + LABELS
        return tuple(
            Rect(self.left + FRAME + across * (place % self.columns),
                 self.top + FRAME + down * (place // self.columns), self.width, self.height)
            for place in range(self.tiles)
        )  # fmt: skip

    def tile_at(self, column: int, row: int) -> int | None:
        """Which tile lies under a cell; None beside all of them."""
        for place, slot in enumerate(self.slots()):
            if (slot.left - FRAME <= column < slot.right + FRAME
                    and slot.top - FRAME <= row < slot.bottom + LABELS):  # fmt: skip
                return place
        return None


def lay_out(pane: Size, wish: int, cell: Size, *, pictures: bool = True) -> GridLayout:
    """The tiles for a pane of `pane` cells. `wish`: how wide a picture should be; it grows
    as long as no tile less fits, and shrinks a little where that leaves less of the pane empty.
    `cell`: pixels of one cell, so that pictures are square."""

    def height_of(width: int) -> int:
        return max(1, round(width * cell.width / max(1, cell.height))) if pictures else WORDS_HEIGHT

    def fits(width: int) -> tuple[int, int]:
        columns = pane.width // (width + 2 * FRAME)
        return columns, pane.height // (height_of(width) + FRAME + LABELS)

    def covered(width: int) -> int:
        """Cells of the pane that pictures cover."""
        columns, rows = fits(width)
        return columns * rows * width * height_of(width)

    width = max(SMALLEST, min(wish, LARGEST, pane.width - 2 * FRAME))
    while width > SMALLEST and 0 in fits(width):
        width -= 1
    columns, rows = fits(width)
    while columns and rows and width < LARGEST and fits(width + 1) == (columns, rows):
        width += 1
    if columns and rows:
        # Somewhat smaller ones may leave less of the pane empty.
        smallest = max(SMALLEST, round(min(width, wish) * SHRINK))
        width = max(range(smallest, width + 1), key=lambda each: (covered(each), each))
        columns, rows = fits(width)
    height = height_of(width)
    if not (columns and rows):
        columns, rows = 1, 0  # no tile at all has room
    left = max(0, pane.width - columns * (width + 2 * FRAME)) // 2
    return GridLayout(columns, rows, width, height, left, 0)
