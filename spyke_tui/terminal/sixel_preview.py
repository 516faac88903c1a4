"""The training image in sixels. It waits until the keys rest: a picture of this size for every
key would be more than a slow line can take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.cells import ANY, Cell
from spyke_tui.terminal.few_colours import few_colours
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.sixel_canvas import SixelCanvas
from spyke_tui.terminal.surface import NOTHING, Place, Span, Terminal, Update

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture

COLOURS = 96

REST = 0.6
"""Seconds without a key after which the picture is drawn: it is some 100 kB."""


class SixelPreview:
    """Shows the training image of a crop when its keys rest, another crop's at once."""

    def __init__(self, palette: Palette, terminal: Terminal) -> None:
        self._palette = palette
        self._colours = max(2, min(COLOURS, terminal.registers - 1))
        self._canvas = SixelCanvas(clear=False)
        self._place: Place | None = None
        self._visible = False
        self._newest: Drawing | None = None

    def cell(self, device: Size) -> Size:
        return device

    @property
    def side(self) -> int:
        if self._place is None:
            return 0
        pane, cell = self._place.pixels, self._place.cell
        return min(pane.width, pane.height) // cell.width * cell.width

    def recolour(self, palette: Palette) -> None:
        self._palette = palette

    def place(self, place: Place) -> Update:
        self._visible, self._place = True, place
        self._stop()
        self._canvas.lay(place, Rect(0, 0, 0, 0), [], (), set())
        return Update(repaint=True)

    def follow(
        self, picture: SheetPicture | None, rect: Rect, pad: str, room: int | None = None
    ) -> Update:
        if self._place is None or not self._visible or self.side < 2:
            return NOTHING
        if picture is None or rect.is_empty:
            self._stop()
            self._canvas.lay(self._place, Rect(0, 0, 0, 0), [], (), set())
            return Update(repaint=True)
        if room is not None:
            self._stop()
            return NOTHING
        return self._draw(partial(picture.quick_preview, rect, self.side, pad))

    def rest(self, erased: bool) -> float | None:  # noqa: ARG002
        return REST

    def settle(self, pixels: bytes, side: int) -> Update:
        if self._place is None or side != self.side or not self._visible:
            return NOTHING
        return self._draw(lambda: pixels)

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:
        if not self._visible:
            return NOTHING
        painted = ((row, col) for row, left, right in spans for col in range(left, right))
        self._canvas.painted(painted, covered)
        return self._canvas.repair()

    def hide(self) -> Update:
        self._visible = False
        self._stop()
        self._canvas.drop()
        return NOTHING

    def close(self) -> Update:
        return self.hide()

    def cells(self, row: int) -> Sequence[Cell]:  # noqa: ARG002
        if self._place is None:
            return ()
        return [Cell(" ", ANY, self._palette.background)] * self._place.width

    def _draw(self, pixels: Callable[[], bytes]) -> Update:
        assert self._place is not None
        self._stop()
        self._newest = Drawing(
            pixels, self.side, self._place, self._palette.background, self._colours, self._take
        )
        return Update(transfers=(self._newest,))

    def _take(self, drawing: Drawing) -> Update:
        """The picture is encoded: draw it."""
        if drawing is not self._newest or not self._visible or drawing.place != self._place:
            return NOTHING
        self._canvas.lay(drawing.place, drawing.area, drawing.rows, drawing.colours, set())
        return self._canvas.repair()

    def _stop(self) -> None:
        self._newest = None


@dataclass(slots=True)
class Drawing:
    """A transfer that quantizes a square picture in its thread; the canvas then draws it."""

    pixels: Callable[[], bytes]
    side: int
    place: Place
    ground: int
    most: int
    take: Callable[[Drawing], Update]
    area: Rect = field(default_factory=lambda: Rect(0, 0, 0, 0))
    rows: list[bytes] = field(default_factory=list)
    colours: tuple[int, ...] = ()

    def due(self, idle: float) -> bool:  # noqa: ARG002
        return True

    def prepare(self) -> None:
        cell, pane = self.place.cell, self.place.pixels
        data, colours = few_colours(self.pixels(), Size(self.side, self.side), self.most, 0)
        left = (pane.width - self.side) // 2 // cell.width
        top = (pane.height - self.side) // 2 // cell.height
        down = -(-self.side // cell.height)
        self.area = Rect(left, top, self.side // cell.width, down)
        ground = bytes((len(colours),)) * self.side
        self.rows = [data[self.side * y : self.side * (y + 1)] for y in range(self.side)]
        self.rows += [ground] * (down * cell.height - self.side)
        self.colours = (*colours, self.ground)

    def next(self) -> str:
        return ""

    def done(self) -> Update:
        return self.take(self)
