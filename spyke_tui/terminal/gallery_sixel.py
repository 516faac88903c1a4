"""A gallery in sixels: each slot is a small canvas of its own, with colours of its own."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.cells import ANY, Cell, Change
from spyke_tui.terminal.gallery import Framed
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.sixel_canvas import PIECE_CELLS, SixelCanvas
from spyke_tui.terminal.sixel_wire import sixel
from spyke_tui.terminal.surface import NOTHING, Place, Span, Terminal, Transfer, Update
from spyke_tui.terminal.uneven_cells import Grid, stretched

LIVE_COLOURS, COLOURS = 24, 48
"""A band of sixels costs bytes for every colour in it."""

KEPT = 120
"""Encoded pictures that are kept, of those that stay as they are: some 30 kB each."""


class SixelGallery:
    """Pictures are drawn anew only where they changed, and where text was written over them."""

    def __init__(self, palette: Palette, terminal: Terminal, *, changing: bool = False) -> None:
        self._palette = palette
        self._changing = changing
        self._encoded: OrderedDict[tuple[object, ...], Encoded] = OrderedDict()
        self._colours = min(LIVE_COLOURS if changing else COLOURS, terminal.registers)
        self._place: Place | None = None
        self._slots: tuple[Rect, ...] = ()
        self._canvases: list[SixelCanvas] = []
        self._shown: list[Framed | None] = []
        self._visible = False

    def cell(self, device: Size) -> Size:
        return device

    def place(self, place: Place, slots: Sequence[Rect]) -> Update:
        self._drop()
        self._place, self._slots, self._visible = place, tuple(slots), True
        self._shown = [None] * len(self._slots)
        self._canvases = [SixelCanvas(clear=False) for _ in self._slots]
        return Update(repaint=True)

    def size_of(self, slot: Rect) -> Size:
        if self._place is None:
            return Size(1, 1)
        cell = self._place.cell
        return Size(max(1, slot.width * cell.width), max(1, slot.height * cell.height))

    def show(self, pictures: Sequence[Framed | None]) -> Update:
        if self._place is None or not self._visible:
            return NOTHING
        transfers: list[Drawn] = []
        emptied: list[Change] = []
        blank = Cell(" ", ANY, self._palette.background)
        for at, picture in enumerate(pictures):
            before = self._shown[at]
            if picture == before or (picture and before and picture.key == before.key):
                continue
            self._shown[at] = picture
            if picture is None:
                self._canvases[at].drop()
                self._canvases[at].lay(self._place, Rect(0, 0, 0, 0), [], (), set())
                slot = self._slots[at]
                emptied += [
                    Change(row, col, blank)
                    for row in range(slot.top, slot.bottom)
                    for col in range(slot.left, slot.right)
                ]
            elif picture.size == self.size_of(self._slots[at]):
                drawn = Drawn(
                    picture, self._slots[at], self._canvases[at], self._colours, self._take,
                    self._place.grid, self._encoded.get(self._key(picture)),
                )  # fmt: skip
                transfers.append(drawn)
        return Update(tuple(emptied), transfers=tuple(transfers))

    def recolour(self, palette: Palette) -> None:
        self._palette = palette

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:
        if not self._visible:
            return NOTHING
        painted = [(row, col) for row, left, right in spans for col in range(left, right)]
        text = ""
        transfers: list[Transfer] = []
        for canvas in self._canvases:
            canvas.painted(painted, covered)
            update = canvas.repair()
            text += update.text
            transfers += update.transfers
        return Update(text=text, transfers=tuple(transfers))

    def hide(self) -> Update:
        self._visible = False
        self._drop()
        return NOTHING

    def close(self) -> Update:
        return self.hide()

    def cells(self, row: int) -> Sequence[Cell]:  # noqa: ARG002
        if self._place is None:
            return ()
        return [Cell(" ", ANY, self._palette.background)] * self._place.width

    def _key(self, picture: Framed) -> tuple[object, ...]:
        return (picture.key, picture.size, self._place.grid if self._place else None)

    def _drop(self) -> None:
        for canvas in self._canvases:
            canvas.drop()
        self._shown = [None] * len(self._shown)

    def _take(self, drawn: Drawn) -> Update:
        """A picture is encoded: draw it, if it is still wanted there."""
        if self._place is None or not self._visible or drawn.canvas not in self._canvases:
            return NOTHING
        at = self._canvases.index(drawn.canvas)
        wanted = self._shown[at]
        if wanted is None or wanted.key != drawn.picture.key:
            return NOTHING
        encoded = drawn.encoded
        if encoded is None:
            return NOTHING
        if not self._changing:
            key = self._key(drawn.picture)
            self._encoded[key] = encoded
            self._encoded.move_to_end(key)
            while len(self._encoded) > KEPT:
                self._encoded.popitem(last=False)
        drawn.canvas.lay(
            self._place, drawn.slot, encoded.rows, encoded.palette, set(), encoded.pieces
        )
        return drawn.canvas.repair()


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture as indices into a palette, and as the sixels that draw it: so many rows of cells,
    and their picture, so that a key press waits behind a part of it at most."""

    rows: list[bytes]
    palette: tuple[int, ...]
    pieces: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class Drawn:
    """A transfer that encodes a picture in its thread; the canvas then draws it."""

    picture: Framed
    slot: Rect
    canvas: SixelCanvas
    most: int
    take: Callable[[Drawn], Update]
    grid: Grid | None = None
    encoded: Encoded | None = None

    def due(self, idle: float) -> bool:  # noqa: ARG002
        return True

    def prepare(self) -> None:
        if self.encoded is not None:
            return
        from PIL.Image import Dither, Quantize, frombytes

        width, height = self.picture.size.width, self.picture.size.height
        shown = frombytes("RGB", (width, height), self.picture.pixels)
        flat = shown.quantize(self.most, Quantize.FASTOCTREE, dither=Dither.NONE)
        values, data = bytes(flat.getpalette() or ()), flat.tobytes()
        rows = [data[width * y : width * (y + 1)] for y in range(height)]
        palette = tuple(
            int.from_bytes(values[at : at + 3], "big") for at in range(0, len(values), 3)
        )
        self.encoded = Encoded(rows, palette, tuple(self._pieces(rows, palette)))

    def _pieces(self, rows: list[bytes], palette: Sequence[int]) -> Iterator[tuple[int, str]]:
        """So many rows of cells, and their sixels; all rows, or none."""
        down = max(1, PIECE_CELLS // max(1, self.slot.width))
        cell = self.picture.size.height // max(1, self.slot.height)
        if self.grid is not None:
            if down < self.slot.height:
                return  # which pieces leave nothing open depends on where they lie
            wide = self.picture.size.width // max(1, self.slot.width)
            yield self.slot.height, sixel(stretched(rows, Size(wide, cell), self.grid), palette)
            return
        for top in range(0, self.slot.height, down):
            part = rows[top * cell : (top + down) * cell]
            yield min(down, self.slot.height - top), sixel(part, palette)

    def next(self) -> str:
        return ""

    def done(self) -> Update:
        return self.take(self)
