"""Pictures in sixels.

A view is quantized once: half of the registers hold the sheet's colours, the other half the same
colours dimmed, so that dimming is an addition to indices; the rest are the lines' colours. A move
draws the new indices in memory and sends the cells that differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.cells import ANY, Cell, Change
from spyke_tui.terminal.few_colours import few_colours
from spyke_tui.terminal.labels import Labels, TextLayer, line_width
from spyke_tui.terminal.scene import Kind, Palette, Scene
from spyke_tui.terminal.sixel_canvas import SixelCanvas
from spyke_tui.terminal.sixel_marks import (
    ACTIVE,
    DRAFT,
    ERASE,
    GROUND,
    KEEP,
    REJECT,
    frame,
    framed,
    hatch,
)
from spyke_tui.terminal.surface import NOTHING, Place, Span, Terminal, Update, View
from spyke_tui.terminal.viewport import Viewport

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture

_KINDS = {
    Kind.ACTIVE: ACTIVE,
    Kind.KEEP: KEEP,
    Kind.DRAFT: DRAFT,
    Kind.REJECT: REJECT,
    Kind.ERASE: ERASE,
}


Still = tuple[tuple[object, ...], list[bytes], list[bytes], Size]
"""What the rows were made from, the rows, the dimmed rows, and their size."""

COLOURS = 48
"""Colours of the sheet itself; more of them cost bytes in every patch and are hardly seen."""

ALIKE = 20
"""Steps of 255 that colours of the dimmed part may be off, before they are dimmed."""


@dataclass(frozen=True, slots=True)
class SixelView(View):
    """The sheet's cells as rows of register indices, as it is and dimmed."""

    area: Rect
    """The cells of the pane that hold pixels."""
    rows: tuple[bytes, ...]
    dimmed: tuple[bytes, ...]
    colours: tuple[int, ...]
    marks: int
    """The first register of the lines' colours."""


class SixelSurface:
    """A sheet and the scene over it."""

    protocol = "sixel"

    def __init__(self, palette: Palette, terminal: Terminal) -> None:
        self._palette = palette
        self._registers = min(255, terminal.registers)
        self._canvas = SixelCanvas(terminal.clear_patches)
        self._view: SixelView | None = None
        self._place: Place | None = None
        self._labels = Labels()
        self._text: TextLayer = {}
        self._shown = False
        self._kept: Still | None = None

    def cell(self, device: Size) -> Size:
        return device

    def recolour(self, palette: Palette) -> None:
        self._palette = palette

    def load(self, picture: SheetPicture | None, viewport: Viewport) -> SixelView:
        return quantized(picture, viewport, self._palette, self._registers)

    def show(self, view: View, scene: Scene, place: Place) -> Update:
        assert isinstance(view, SixelView)
        same = self._shown and place == self._place
        same_area = same and self._view is not None and self._view.area == view.area
        before = self._text
        self._view, self._place, self._shown = view, place, True
        self._text = self._labels_of(scene)
        rows = self._drawn(scene)
        text = _cells_of(self._text)
        self._canvas.lay(place, view.area, rows, view.colours, text, lines=view.marks)
        if not same_area:
            # Blanks first: the host paints them, and says so, and then the picture is drawn.
            return Update(repaint=True)
        update = self._canvas.repair()
        return Update(self._changes(before), update.text, update.transfers)

    def move(self, scene: Scene) -> Update:
        if self._view is None or not self._shown:
            return NOTHING
        before, self._text = self._text, self._labels_of(scene)
        update = self._canvas.change(self._drawn(scene), _cells_of(self._text))
        return Update(self._changes(before), update.text, update.transfers)

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:
        if not self._shown:
            return NOTHING
        painted = ((row, col) for row, left, right in spans for col in range(left, right))
        self._canvas.painted(painted, covered)
        return self._canvas.repair()

    def hide(self) -> Update:
        self._shown = False
        self._canvas.drop()
        return NOTHING  # the screen that comes over it is text, which erases it

    def close(self) -> Update:
        self._view = self._kept = None
        return self.hide()

    def cells(self, row: int) -> Sequence[Cell]:
        if self._place is None:
            return ()
        line = [Cell(" ", ANY, self._palette.background)] * self._place.width
        for col, cell in self._text.get(row, {}).items():
            if col < len(line):
                line[col] = cell
        return line

    def _labels_of(self, scene: Scene) -> TextLayer:
        assert self._view is not None
        viewport = self._view.viewport
        return self._labels.over(scene, viewport, viewport.pane, viewport.cell, self._palette)

    def _changes(self, before: TextLayer) -> tuple[Change, ...]:
        """Label cells that are new; those that are gone are pixels now, or ground."""
        assert self._view is not None and self._place is not None
        area = self._view.area
        blank = Cell(" ", ANY, self._palette.background)
        changes: list[Change] = []
        for row in sorted(before.keys() | self._text.keys()):
            old, new = before.get(row, {}), self._text.get(row, {})
            for col in sorted(old.keys() | new.keys()):
                pixels = area.top <= row < area.bottom and area.left <= col < area.right
                cell = new.get(col) or (None if pixels else blank)
                if cell and cell.text and cell != old.get(col) and col < self._place.width:
                    changes.append(Change(row, col, cell))
        return tuple(changes)

    def _drawn(self, scene: Scene) -> list[bytes]:
        """The rows of indices of a scene. Rows that a move leaves alone stay the same objects."""
        assert self._view is not None
        lit, dim, size = self._still(scene)
        if scene.active is None:
            return list(lit)
        line, marks = line_width(self._view.viewport.cell), self._view.marks
        return framed(lit, dim, size, self._on_area(scene.active.rect), scene.edge, line, marks)

    def _still(self, scene: Scene) -> tuple[list[bytes], list[bytes], Size]:
        """Everything but the active crop, as it is and dimmed; kept while only that moves."""
        assert self._view is not None
        view = self._view
        key = (id(view), scene.others, scene.erase)
        if self._kept is None or self._kept[0] != key:
            cell = view.viewport.cell
            size = Size(view.area.width * cell.width, view.area.height * cell.height)
            both: list[list[bytes]] = []
            for source in (view.rows, view.dimmed):
                rows = [bytearray(row) for row in source]
                for outline in scene.others:
                    ink = view.marks + _KINDS[outline.kind]
                    frame(rows, size, self._on_area(outline.rect), line_width(cell), ink)
                for erase in scene.erase:
                    rect, ink = self._on_area(erase), view.marks + ERASE
                    hatch(rows, size, rect, line_width(cell), ink)
                both.append([bytes(row) for row in rows])
            self._kept = (key, both[0], both[1], size)
        return self._kept[1:]

    def _on_area(self, rect: Rect) -> Rect:
        """A sheet rectangle in pixels of the area."""
        assert self._view is not None
        view, cell = self._view, self._view.viewport.cell
        shown = view.viewport.to_pane(rect)
        return shown.translated(-view.area.left * cell.width, -view.area.top * cell.height)


def quantized(
    picture: SheetPicture | None, viewport: Viewport, palette: Palette, registers: int
) -> SixelView:
    """Scale and quantize what the viewport shows."""
    area = viewport.to_cells(Rect(0, 0, viewport.sheet.width, viewport.sheet.height))
    cell, shown = viewport.cell, viewport.picture
    across, down = area.width * cell.width, area.height * cell.height
    most = max(1, (registers - len(_KINDS) - 3) // 2)
    if picture is None or shown.is_empty:
        pixels, colours = bytes(max(0, shown.area)), [palette.blank]
    else:
        part = picture.part(viewport.source, shown.size)
        pixels, colours = few_colours(part, shown.size, min(most, COLOURS))
    count = len(colours)
    dim = [_dimmed(colour, palette.dim) for colour in colours]
    marks = 2 * count
    table = colours + dim
    table += [palette.background, palette.active, palette.edge]
    table += [palette.keep, palette.draft, palette.reject, palette.erase]
    ground = bytes((marks + GROUND,))
    left = shown.left - area.left * cell.width
    top = shown.top - area.top * cell.height
    rows = [ground * across] * down
    after = ground * (across - left - shown.width)
    for y in range(shown.height):
        line = pixels[shown.width * y : shown.width * (y + 1)]
        rows[top + y] = ground * left + line + after
    alike = _alike(pixels, colours)
    shift = bytes(alike[value] + count if value < count else value for value in range(256))
    dimmed = tuple(row.translate(shift) for row in rows)
    return SixelView(viewport, area, tuple(rows), dimmed, tuple(table), marks)


def _alike(pixels: bytes, colours: Sequence[int]) -> list[int]:
    """For each colour the most frequent one that is nearly the same.

    Where all is dimmed the difference is not seen, and every move of the crop is shorter.
    """
    chosen: list[int] = []
    out = list(range(len(colours)))
    for index in sorted(out, key=lambda index: -pixels.count(index)):
        near = (one for one in chosen if _apart(colours[index], colours[one]) <= ALIKE)
        out[index] = next(near, index)
        if out[index] == index:
            chosen.append(index)
    return out


def _apart(one: int, other: int) -> int:
    """The largest difference in a channel."""
    return max(abs((one >> shift & 255) - (other >> shift & 255)) for shift in (0, 8, 16))


def _dimmed(colour: int, light: float) -> int:
    red, green, blue = colour >> 16, colour >> 8 & 255, colour & 255
    return round(red * light) << 16 | round(green * light) << 8 | round(blue * light)


def _cells_of(text: TextLayer) -> set[tuple[int, int]]:
    return {(row, col) for row, cells in text.items() for col in cells}
