"""A sheet in half cells: two pixels to a character, in any terminal that has colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Edge, Rect, Size
from spyke_tui.terminal.cells import Cell, Change, cells_of, shortened
from spyke_tui.terminal.halfcell_frame import CELL, Frame
from spyke_tui.terminal.halfcell_rough import changes_of_few
from spyke_tui.terminal.rough import Rough
from spyke_tui.terminal.scene import EDGE_SIGNS, Kind, Outline, Palette, Scene
from spyke_tui.terminal.surface import NOTHING, Place, Span, Update, View
from spyke_tui.terminal.viewport import Viewport

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture

AT_ONCE = 150
"""Cells that get all their colours in one piece when the keys rest; a key waits behind it."""


@dataclass(frozen=True, slots=True)
class HalfcellView(View):
    """The sheet at the pane's size, as it is and dimmed: one bytes object (RGB) per pixel row."""

    rows: tuple[bytes, ...]
    dimmed: tuple[bytes, ...]


class HalfcellSurface:
    """A sheet in half cells."""

    protocol = "halfcell"

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._view: HalfcellView | None = None
        self._ground: Ground | None = None
        self._frame = Frame()
        self._shown = False
        self._rough = Rough(self._in_own_colours, AT_ONCE)

    def cell(self, device: Size) -> Size:  # noqa: ARG002
        return CELL

    def recolour(self, palette: Palette) -> None:
        self._palette = palette
        self._ground = None

    def load(self, picture: SheetPicture | None, viewport: Viewport) -> HalfcellView:
        rows = _sheet_rows(picture, viewport, self._palette)
        light, shown = _dim_table(self._palette.dim), viewport.picture
        inside = slice(3 * shown.left, 3 * shown.right)
        dimmed = list(rows)
        for y in range(shown.top, shown.bottom):
            row = rows[y]
            dimmed[y] = row[: inside.start] + row[inside].translate(light) + row[inside.stop :]
        return HalfcellView(viewport, rows, tuple(dimmed))

    def show(self, view: View, scene: Scene, place: Place) -> Update:
        assert isinstance(view, HalfcellView)
        frame = self._drawn(view, scene)
        same_size = self._shown and frame.size == self._frame.size
        changes = frame.changes_from(self._frame) if same_size else []
        self._view, self._frame, self._shown = view, frame, True
        if not same_size or 3 * len(changes) > place.width * place.height:
            return Update(repaint=True)
        return Update(tuple(changes))

    def move(self, scene: Scene) -> Update:
        if self._view is None or not self._shown:
            return NOTHING
        frame = self._drawn(self._view, scene)
        changes = frame.changes_from(self._frame)
        self._frame = frame
        text = {(row, col) for row, line in frame.text.items() for col in line}
        written = changes_of_few(changes, text, self._palette.lines)
        rough = {
            (own.row, own.col) for own, new in zip(changes, written, strict=True) if own != new
        }
        self._rough.discard({(change.row, change.col) for change in changes})
        return Update(tuple(written), transfers=self._rough.add(rough))

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:  # noqa: ARG002
        """All of it is text, which the host has painted, in its own colours."""
        self._rough.discard({(row, col) for row, left, end in spans for col in range(left, end)})
        return NOTHING

    def hide(self) -> Update:
        self._shown = False
        self._rough.forget()
        return NOTHING

    def close(self) -> Update:
        self._rough.forget()
        self._view, self._ground, self._frame, self._shown = None, None, Frame(), False
        return NOTHING

    def cells(self, row: int) -> Sequence[Cell]:
        return self._frame.cells(row)

    def _in_own_colours(self, cells: Sequence[tuple[int, int]]) -> Update:
        found = ((row, col, self._frame.cell(row, col)) for row, col in cells)
        return Update(tuple(Change(row, col, cell) for row, col, cell in found if cell is not None))

    def _drawn(self, view: HalfcellView, scene: Scene) -> Frame:
        ground = self._ground
        if ground is None or ground.view is not view or ground.others != scene.others:
            self._ground = ground = Ground.of(view, scene.others, self._palette)
        return draw(ground, scene, self._palette)


@dataclass(frozen=True, slots=True)
class Ground:
    """A view with all but the active crop drawn on it: what stays while that one moves."""

    view: HalfcellView
    others: tuple[Outline, ...]
    lit: tuple[bytes, ...]
    dimmed: tuple[bytes, ...]
    text: dict[int, dict[int, Cell]]

    @classmethod
    def of(cls, view: HalfcellView, others: tuple[Outline, ...], palette: Palette) -> Ground:
        size = view.viewport.pane
        lit, dimmed = list(map(bytearray, view.rows)), list(map(bytearray, view.dimmed))
        text: dict[int, dict[int, Cell]] = {}
        for outline in others:
            shown = view.viewport.to_pane(outline.rect)
            for rows in (lit, dimmed):
                _outline(rows, size, shown, palette.of(outline.kind))
            _label(text, size, shown, outline, palette, bold=False)
        return cls(view, others, tuple(map(bytes, lit)), tuple(map(bytes, dimmed)), text)


def draw(ground: Ground, scene: Scene, palette: Palette) -> Frame:
    """The frame of a scene over its ground."""
    viewport = ground.view.viewport
    size = viewport.pane
    if scene.active is None:
        return Frame(list(ground.lit), ground.text)
    active = viewport.to_pane(scene.active.rect)
    rows = _lit_rows(ground, active, size)
    text = {row: dict(line) for row, line in ground.text.items()}
    for erase in scene.erase:
        shown = viewport.to_pane(erase)
        _hatch(rows, size, shown, palette.erase)
        _label(text, size, shown, Outline(erase, Kind.ERASE, "# erase"), palette, bold=False)
    _outline(rows, size, active, palette.active)
    if scene.edge is not Edge.WHOLE:
        _outline(rows, size, _edge_of(active, scene.edge), palette.edge)
    _label(text, size, active, scene.active, palette, bold=True)
    _edge_sign(text, size, active, scene.edge, palette)
    return Frame(list(map(bytes, rows)), text)


def _lit_rows(ground: Ground, active: Rect, size: Size) -> list[bytearray]:
    """Dimmed, but for what lies inside the active rectangle (in pane pixels)."""
    shown = active.intersection(Rect(0, 0, size.width, size.height))
    rows = list(map(bytearray, ground.dimmed))
    inside = slice(3 * shown.left, 3 * shown.right)
    for y in range(shown.top, shown.bottom):
        rows[y][inside] = ground.lit[y][inside]
    return rows


def _outline(rows: list[bytearray], size: Size, rect: Rect, colour: int) -> None:
    """A line of one pixel along the inside of `rect`, where that is in the pane."""
    pixel = colour.to_bytes(3, "big")
    left, right = max(0, rect.left), min(size.width, rect.right)
    for y in {rect.top, rect.bottom - 1}:
        if 0 <= y < size.height and left < right:
            rows[y][3 * left : 3 * right] = pixel * (right - left)
    for x in {rect.left, rect.right - 1}:
        if 0 <= x < size.width:
            for y in range(max(0, rect.top), min(size.height, rect.bottom)):
                rows[y][3 * x : 3 * x + 3] = pixel


def _hatch(rows: list[bytearray], size: Size, rect: Rect, colour: int) -> None:
    """Every third diagonal of `rect` in `colour`: the picture stays readable below."""
    pixel = colour.to_bytes(3, "big")
    shown = rect.intersection(Rect(0, 0, size.width, size.height))
    for y in range(shown.top, shown.bottom):
        for x in range(shown.left + (-(shown.left + y) % 3), shown.right, 3):
            rows[y][3 * x : 3 * x + 3] = pixel
    _outline(rows, size, rect, colour)


def _edge_of(rect: Rect, edge: Edge) -> Rect:
    match edge:
        case Edge.TOP:
            return Rect(rect.left, rect.top, rect.width, 1)
        case Edge.BOTTOM:
            return Rect(rect.left, rect.bottom - 1, rect.width, 1)
        case Edge.LEFT:
            return Rect(rect.left, rect.top, 1, rect.height)
        case _:
            return Rect(rect.right - 1, rect.top, 1, rect.height)


def _label(
    text: dict[int, dict[int, Cell]],
    size: Size,
    shown: Rect,
    outline: Outline,
    palette: Palette,
    *,
    bold: bool,
) -> None:
    """The label in the rectangle's upper left corner, as far as the rectangle is wide."""
    visible = shown.intersection(Rect(0, 0, size.width, size.height))
    if visible.width < 5 or visible.height < 4 or not outline.label:
        return
    background = palette.of(outline.kind) if bold else palette.label_background
    colour = palette.label_background if bold else palette.of(outline.kind)
    row = visible.top // 2 + (1 if shown.top == visible.top else 0)
    cells = shortened(cells_of(outline.label, colour, background, bold), visible.width - 2)
    line = text.setdefault(row, {})
    for col, cell in enumerate(cells, visible.left + 1):
        line[col] = cell


def _edge_sign(
    text: dict[int, dict[int, Cell]], size: Size, shown: Rect, edge: Edge, palette: Palette
) -> None:
    if edge is Edge.WHOLE:
        return
    middle_x = min(max(shown.left + shown.width // 2, 0), size.width - 1)
    middle_y = min(max(shown.top + shown.height // 2, 0), size.height - 1)
    x, y = {
        Edge.TOP: (middle_x, shown.top),
        Edge.BOTTOM: (middle_x, shown.bottom - 1),
        Edge.LEFT: (shown.left, middle_y),
        Edge.RIGHT: (shown.right - 1, middle_y),
    }[edge]
    if 0 <= x < size.width and 0 <= y < size.height:
        sign = Cell(EDGE_SIGNS[edge], palette.label_background, palette.edge, True)
        text.setdefault(y // 2, {})[x] = sign


def _sheet_rows(
    picture: SheetPicture | None, viewport: Viewport, palette: Palette
) -> tuple[bytes, ...]:
    """The pane without a scene: ground, and the sheet or a blank where the sheet would be."""
    ground = palette.background.to_bytes(3, "big")
    shown = viewport.picture
    rows = [ground * viewport.pane.width] * viewport.pane.height
    if shown.is_empty:
        return tuple(rows)
    if picture is None:
        lines = [palette.blank.to_bytes(3, "big") * shown.width] * shown.height
    else:
        pixels = picture.part(viewport.source, shown.size)
        width = 3 * shown.width
        lines = [pixels[width * y : width * (y + 1)] for y in range(shown.height)]
    before = ground * shown.left
    after = ground * (viewport.pane.width - shown.right)
    for y, line in enumerate(lines, shown.top):
        rows[y] = before + line + after
    if picture is None:
        edged = [bytearray(row) for row in rows]
        _outline(edged, viewport.pane, shown, palette.reject)
        rows = [bytes(row) for row in edged]
    return tuple(rows)


@lru_cache(8)
def _dim_table(light: float) -> bytes:
    return bytes(round(value * light) for value in range(256))
