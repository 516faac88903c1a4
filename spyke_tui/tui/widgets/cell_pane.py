"""A widget made of character cells, of which only the changed ones are written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, cast

from rich.color import Color as RichColor
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from spyke_tui.terminal.cells import ANY, Cell, changes_between
from spyke_tui.terminal.surface import Update

if TYPE_CHECKING:
    from spyke_tui.tui.spyke_app import SpykeApp


class CellPane(Widget):
    """Shows `row_cells`; `take` brings changes to the terminal.

    Textual repaints from the same cells whenever it wants to, so both ways show the same.
    """

    ALLOW_SELECT = False

    def row_cells(self, row: int) -> Sequence[Cell]:
        """The cells of one row of the content."""
        raise NotImplementedError

    @property
    def spyke(self) -> SpykeApp:
        return cast("SpykeApp", self.app)

    def take(self, update: Update) -> None:
        """Show an update: write its cells, or have Textual repaint where that can't be done."""
        if not update:
            return
        if update.repaint:
            self.refresh()
            return
        content = self.content_region
        down, right = content.y - self.region.y, content.x - self.region.x
        rows = {change.row for change in update.changes}
        dirty = [Region(right, down + row, content.width, 1) for row in sorted(rows)]
        writer = self.spyke.writer
        if writer.can_write(self):
            # The cells are on the screen already; only Textual's copies of the lines are old.
            self._styles_cache.set_dirty(*dirty)
            writer.put(update, content)
        elif dirty:
            self.refresh(*dirty)

    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        segments = [
            Segment("".join(cell.text for cell in cells), _style(*key))
            for key, cells in (
                (key, list(group))
                for key, group in groupby(
                    self.row_cells(y), lambda cell: (cell.fg, cell.bg, cell.bold)
                )
            )
        ]
        return Strip(segments).adjust_cell_length(width, self.rich_style)


class TextPane(CellPane):
    """Rows of text in the widget's own colours; `set_rows` writes only what differs."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[list[Cell]] = []

    def row_cells(self, row: int) -> Sequence[Cell]:
        return self._rows[row] if row < len(self._rows) else ()

    @property
    def ink(self) -> tuple[int, int]:
        """The widget's own (foreground, background)."""
        _, _, background, colour = self.colors
        return as_int(background + colour.multiply_alpha(1.0)), as_int(background)

    def set_rows(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Show these rows from the top; the rest of the pane is blank."""
        width, height = self.content_size
        if not width or not height:
            return
        fg, bg = self.ink
        blank = Cell(" ", fg, bg)
        full = [[*row[:width], *[blank] * (width - len(row))] for row in rows[:height]]
        full += [[blank] * width for _ in range(height - len(full))]
        before, self._rows = self._rows, full
        if len(before) != len(full) or (before and len(before[0]) != width):
            self.refresh()
            return
        changes = [
            change
            for row, cells in enumerate(full)
            for change in changes_between(row, before[row], cells)
        ]
        self.take(Update(tuple(changes)))


def as_int(colour: Color) -> int:
    """A Textual colour as 0xRRGGBB."""
    red, green, blue = colour.rgb
    return red << 16 | green << 8 | blue


@lru_cache(65536)
def _style(fg: int, bg: int, bold: bool) -> Style:
    return Style(
        color=None if fg == ANY else _rich(fg), bgcolor=_rich(bg), bold=True if bold else None
    )


def _rich(colour: int) -> RichColor:
    return RichColor.from_triplet(ColorTriplet(colour >> 16, colour >> 8 & 255, colour & 255))
