"""The text over a picture in device pixels: labels and the sign of the edge, as cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Edge, Rect, Size
from spyke_tui.terminal.cells import Cell, cells_of, shortened
from spyke_tui.terminal.scene import EDGE_SIGNS, Kind, Outline, Palette, Scene

if TYPE_CHECKING:
    from spyke_tui.terminal.kitty_levels import Lens
    from spyke_tui.terminal.viewport import Viewport

TextLayer = dict[int, dict[int, Cell]]
"""Row -> column -> cell; where there is none the picture shows."""


def line_width(cell: Size) -> int:
    """How thick a line is, in device pixels: a tenth of a cell, at least 2."""
    return max(2, cell.height // 10)


class Labels:
    """The text layers of one surface; what a nudge leaves alone is not made anew for it."""

    def __init__(self) -> None:
        self._made_of: tuple[object, ...] = ()
        self._still: TextLayer = {}

    def over(
        self, scene: Scene, lens: Lens | Viewport, pane: Size, cell: Size, palette: Palette
    ) -> TextLayer:
        """The labels of a scene. `lens`: from sheet pixels to those of the pane."""
        made_of = (scene.others, scene.erase, lens, pane, cell, palette)
        if made_of != self._made_of:
            self._made_of, self._still = made_of, {}
            for outline in scene.others:
                _label(self._still, lens.to_pane(outline.rect), outline, pane, cell, palette)
            for erase in scene.erase:
                words = Outline(erase, Kind.ERASE, "# erase")
                _label(self._still, lens.to_pane(erase), words, pane, cell, palette)
        text = {row: dict(cells) for row, cells in self._still.items()}
        if scene.active is not None:
            shown = lens.to_pane(scene.active.rect)
            _label(text, shown, scene.active, pane, cell, palette)
            _edge_sign(text, shown, scene.edge, pane, cell, palette)
        return text


def edge_of(rect: Rect, edge: Edge, line: int) -> Rect:
    """The line of one edge along the inside of `rect`."""
    match edge:
        case Edge.TOP:
            return Rect(rect.left, rect.top, rect.width, line)
        case Edge.BOTTOM:
            return Rect(rect.left, rect.bottom - line, rect.width, line)
        case Edge.LEFT:
            return Rect(rect.left, rect.top, line, rect.height)
        case _:
            return Rect(rect.right - line, rect.top, line, rect.height)


def _label(
    text: TextLayer, shown: Rect, outline: Outline, pane: Size, cell: Size, palette: Palette
) -> None:
    """The label in the rectangle's upper left corner, in whole cells inside its lines."""
    visible = shown.intersection(Rect(0, 0, pane.width, pane.height))
    line = line_width(cell)
    left = -(-(visible.left + line) // cell.width)
    row = -(-(visible.top + line) // cell.height)
    room = (visible.right - line) // cell.width - left
    if room < 3 or (row + 1) * cell.height > visible.bottom or not outline.label:
        return
    active = outline.kind is Kind.ACTIVE
    background = palette.of(outline.kind) if active else palette.label_background
    colour = palette.label_background if active else palette.of(outline.kind)
    cells = shortened(cells_of(outline.label, colour, background, active), room)
    line_cells = text.setdefault(row, {})
    for col, one in enumerate(cells, left):
        line_cells[col] = one


def _edge_sign(
    text: TextLayer, shown: Rect, edge: Edge, pane: Size, cell: Size, palette: Palette
) -> None:
    if edge is Edge.WHOLE:
        return
    x = min(max(shown.left + shown.width // 2, 0), pane.width - 1)
    y = min(max(shown.top + shown.height // 2, 0), pane.height - 1)
    x, y = {
        Edge.TOP: (x, shown.top),
        Edge.BOTTOM: (x, shown.bottom - 1),
        Edge.LEFT: (shown.left, y),
        Edge.RIGHT: (shown.right - 1, y),
    }[edge]
    if 0 <= x < pane.width and 0 <= y < pane.height:
        sign = Cell(EDGE_SIGNS[edge], palette.label_background, palette.edge, True)
        text.setdefault(y // cell.height, {})[x // cell.width] = sign
