"""No pictures at all: the sheet's outline and the rectangles in line-drawing characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Edge, Rect, Size
from spyke_tui.terminal.cells import Cell, cells_of, changes_between, shortened
from spyke_tui.terminal.scene import EDGE_SIGNS, Kind, Outline, Palette, Scene
from spyke_tui.terminal.surface import NOTHING, Place, Span, Update, View
from spyke_tui.terminal.viewport import Viewport

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture

_THIN = "┌┐└┘─│"
_THICK = "┏┓┗┛━┃"
_DOTTED = "┌┐└┘┄┆"


class TextSurface:
    """Rectangles as text boxes; each kind has its own line and the label's sign."""

    protocol = "none"

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._viewport: Viewport | None = None
        self._rows: list[list[Cell]] = []
        self._shown = False

    def cell(self, device: Size) -> Size:  # noqa: ARG002
        return Size(1, 2)

    def recolour(self, palette: Palette) -> None:
        self._palette = palette

    def load(self, picture: SheetPicture | None, viewport: Viewport) -> View:  # noqa: ARG002
        return View(viewport)

    def show(self, view: View, scene: Scene, place: Place) -> Update:  # noqa: ARG002
        self._viewport, self._shown = view.viewport, True
        self._rows = self._drawn(scene)
        return Update(repaint=True)

    def move(self, scene: Scene) -> Update:
        if self._viewport is None or not self._shown:
            return NOTHING
        before, self._rows = self._rows, self._drawn(scene)
        return Update(
            tuple(
                change
                for row, cells in enumerate(self._rows)
                for change in changes_between(row, before[row], cells)
            )
        )

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:  # noqa: ARG002
        return NOTHING  # all of it is text, which the host paints

    def hide(self) -> Update:
        self._shown = False
        return NOTHING

    def close(self) -> Update:
        self._viewport, self._rows, self._shown = None, [], False
        return NOTHING

    def cells(self, row: int) -> Sequence[Cell]:
        return self._rows[row] if row < len(self._rows) else ()

    def _drawn(self, scene: Scene) -> list[list[Cell]]:
        assert self._viewport is not None
        viewport, palette = self._viewport, self._palette
        width, height = viewport.pane.width, -(-viewport.pane.height // 2)
        blank = Cell(" ", palette.label, palette.background)
        rows = [[blank] * width for _ in range(height)]
        whole = Rect(0, 0, scene.sheet.width, scene.sheet.height)
        self._box(rows, Outline(whole, Kind.REJECT), _DOTTED, palette.reject)
        for outline in scene.others:
            self._box(rows, outline, _THIN, palette.of(outline.kind))
        for erase in scene.erase:
            self._box(rows, Outline(erase, Kind.ERASE, "# erase"), _DOTTED, palette.erase)
        if scene.active is not None:
            self._box(rows, scene.active, _THICK, palette.active)
            self._edge(rows, scene.active.rect, scene.edge)
        return rows

    def _box(self, rows: list[list[Cell]], outline: Outline, line: str, colour: int) -> None:
        assert self._viewport is not None
        background = self._palette.background
        shown = _cell_box(self._viewport, outline.rect)
        width, height = len(rows[0]) if rows else 0, len(rows)

        def put(row: int, col: int, text: str) -> None:
            if 0 <= row < height and 0 <= col < width:
                rows[row][col] = Cell(text, colour, background)

        right, bottom = shown.right - 1, shown.bottom - 1
        for col in range(max(0, shown.left), min(width, shown.right)):
            put(shown.top, col, line[4])
            put(bottom, col, line[4])
        for row in range(max(0, shown.top), min(height, shown.bottom)):
            put(row, shown.left, line[5])
            put(row, right, line[5])
        put(shown.top, shown.left, line[0])
        put(shown.top, right, line[1])
        put(bottom, shown.left, line[2])
        put(bottom, right, line[3])
        bold = outline.kind is Kind.ACTIVE
        cells = shortened(cells_of(outline.label, colour, background, bold), shown.width - 2)
        for col, cell in enumerate(cells, shown.left + 1):
            if 0 <= shown.top < height and 0 <= col < width:
                rows[shown.top][col] = cell

    def _edge(self, rows: list[list[Cell]], rect: Rect, edge: Edge) -> None:
        if edge is Edge.WHOLE:
            return
        assert self._viewport is not None
        shown = _cell_box(self._viewport, rect)
        row, col = {
            Edge.TOP: (shown.top, shown.left + shown.width // 2),
            Edge.BOTTOM: (shown.bottom - 1, shown.left + shown.width // 2),
            Edge.LEFT: (shown.top + shown.height // 2, shown.left),
            Edge.RIGHT: (shown.top + shown.height // 2, shown.right - 1),
        }[edge]
        if 0 <= row < len(rows) and 0 <= col < len(rows[0]):
            palette = self._palette
            rows[row][col] = Cell(EDGE_SIGNS[edge], palette.edge, palette.background, True)


class NoPreview:
    """Stands where the preview would be: an empty square."""

    side = 0

    def cell(self, device: Size) -> Size:  # noqa: ARG002
        return Size(1, 2)

    def recolour(self, palette: Palette) -> None:
        """Nothing is painted."""

    def place(self, place: Place) -> Update:  # noqa: ARG002
        return NOTHING

    def follow(
        self,
        picture: SheetPicture | None,  # noqa: ARG002
        rect: Rect,  # noqa: ARG002
        pad: str,  # noqa: ARG002
        room: int | None = None,  # noqa: ARG002
    ) -> Update:
        return NOTHING

    def settle(self, pixels: bytes, side: int) -> Update:  # noqa: ARG002
        return NOTHING

    def rest(self, erased: bool) -> float | None:  # noqa: ARG002
        return None

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:  # noqa: ARG002
        return NOTHING  # all of it is text, which the host paints

    def hide(self) -> Update:
        return NOTHING

    def close(self) -> Update:
        return NOTHING

    def cells(self, row: int) -> Sequence[Cell]:  # noqa: ARG002
        return ()


def _cell_box(viewport: Viewport, rect: Rect) -> Rect:
    """A sheet rectangle in cells, edges rounded, not clipped, at least 1x1."""
    shown = viewport.to_pane(rect)
    top, bottom = shown.top // 2, (shown.bottom + 1) // 2
    return Rect(shown.left, top, shown.width, max(1, bottom - top))
