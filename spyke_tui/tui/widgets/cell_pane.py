"""A widget made of character cells, of which only the changed ones are written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, cast

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.dom import NoScreen
from textual.errors import NoWidget
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from spyke_tui.terminal.cells import ANY, CLEAR, PALETTE, PLACEHOLDER, Cell, changes_between
from spyke_tui.terminal.surface import Update

if TYPE_CHECKING:
    from spyke_tui.tui.spyke_app import SpykeApp


class CellPane(Widget):
    """Shows `row_cells`; `take` brings changes to the terminal. It has no border and no padding.

    Textual repaints from the same cells whenever it wants to, so both ways show the same.
    """

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._strips: dict[int, Strip] = {}

    def row_cells(self, row: int) -> Sequence[Cell]:
        """The cells of one row."""
        raise NotImplementedError

    @property
    def spyke(self) -> SpykeApp:
        return cast("SpykeApp", self.app)

    def take(self, update: Update) -> None:
        """Show an update: write its cells, or have Textual repaint where that can't be done."""
        if not update:
            return
        writer = self.spyke.writer
        if update.transfers:
            writer.send(update.transfers, self.take)
        if update.repaint:
            self._strips.clear()
            self.refresh()
            writer.draw(update.text)
            return
        rows = {change.row for change in update.changes}
        for row in rows:
            self._strips.pop(row, None)
        if writer.can_write(self) and (region := self._whole_region()) is not None:
            writer.put(update, region)
            return
        writer.draw(update.text)
        if rows:
            width = self.size.width
            self.refresh(*(Region(0, row, width, 1) for row in sorted(rows)))

    def _whole_region(self) -> Region | None:
        """Where it lies on the screen; None where a part of it lies outside what it is in."""
        try:
            geometry = self.screen.find_widget(self)
        except (NoScreen, NoWidget):
            return None
        return geometry.region if geometry.visible_region == geometry.region else None

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows as strips; this replaces Textual's border and padding work, line by line."""
        width, background = self.size.width, self.background_colors[1]
        drawn = [self._strip(row, width, background) for row in crop.line_range]
        strips = drawn
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if self.app.no_color:
            strips = [_still_clear(*pair) for pair in zip(drawn, strips, strict=True)]
        if crop.column_span != (0, width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def _strip(self, row: int, width: int, background: Color) -> Strip:
        strip = self._strips.get(row)
        if strip is None or strip.cell_length != width:
            blank = _style(ANY, as_int(background), False)
            cells = self.row_cells(row)
            ground = as_int(background)
            if cells:
                runs = [
                    Segment("".join([cell.text for cell in run]), _style(*key, ground))
                    for key, run in groupby(cells, _ink_of)
                ]
                strip = Strip(runs, len(cells)).adjust_cell_length(width, blank)
            else:
                strip = Strip.blank(width, blank)
            self._strips[row] = strip
        return strip


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
        ink = (
            as_int(background + colour.multiply_alpha(1.0))
            if colour.ansi is None
            else as_int(colour)
        )
        return (ANY if ink == CLEAR else ink), as_int(background)

    def draw(self) -> None:
        """Set the rows anew: the pane was resized, or the theme has changed."""

    def set_rows(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Show these rows from the top; the rest of the pane is blank."""
        width, height = self.size
        if not width or not height:
            return
        fg, bg = self.ink
        blank = Cell(" ", fg, bg)
        full = [[*row[:width], *[blank] * (width - len(row))] for row in rows[:height]]
        full += [[blank] * width for _ in range(height - len(full))]
        before, self._rows = self._rows, full
        if len(before) != len(full) or (before and len(before[0]) != width):
            self.take(Update(repaint=True))
            return
        changes = [
            change
            for row, cells in enumerate(full)
            for change in changes_between(row, before[row], cells)
        ]
        self.take(Update(tuple(changes)))


def _ink_of(cell: Cell) -> tuple[int, int, bool]:
    return cell.fg, cell.bg, cell.bold


def as_int(colour: Color) -> int:
    """A Textual colour as 0xRRGGBB; the terminal's own default is CLEAR."""
    if colour.ansi is not None and colour.ansi < 0:
        return CLEAR
    red, green, blue = colour.rgb
    return red << 16 | green << 8 | blue


@lru_cache(65536)
def _style(fg: int, bg: int, bold: bool, ground: int = 0) -> Style:
    if bg == ANY:  # the terminal's own colours the other way round
        return Style(reverse=True, bold=True if bold else None)
    behind = _rich(bg) if bg != CLEAR else _clear(ground)
    return Style(
        color=None if fg in (ANY, CLEAR) else _rich(fg),
        bgcolor=behind,
        bold=True if bold else None,
    )


def _still_clear(drawn: Strip, grey: Strip) -> Strip:
    """`grey`, but pictures still show through, and the colour of an anchor is still its name."""
    kept: list[Segment] = []
    for before, after in zip(drawn, grey, strict=True):
        behind = before.style.bgcolor if before.style is not None else None
        if behind is None or behind.type is not ColorType.DEFAULT or after.style is None:
            kept.append(after)
        elif before.text.startswith(PLACEHOLDER):
            kept.append(before)
        else:
            kept.append(Segment(after.text, after.style + Style(bgcolor=behind)))
    return Strip(kept, grey.cell_length)


def _clear(ground: int) -> RichColor:
    """Written as the terminal's default background, but blended (by a modal screen) as `ground`."""
    ground = max(0, ground)
    triplet = ColorTriplet(ground >> 16, ground >> 8 & 255, ground & 255)
    return RichColor("clear", ColorType.DEFAULT, None, triplet)


def _rich(colour: int) -> RichColor:
    if colour & PALETTE:
        # With a triplet, or Textual would write that instead of the number.
        number = colour & 255
        return RichColor(f"color({number})", ColorType.EIGHT_BIT, number, ColorTriplet(0, 0, 0))
    return RichColor.from_triplet(ColorTriplet(colour >> 16, colour >> 8 & 255, colour & 255))
