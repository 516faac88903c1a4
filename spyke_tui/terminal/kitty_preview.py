"""The training image as a cut from the sheet's own image in the terminal.

The cut fills whole cells, so it is a little larger than the crop; bars in the letterbox colour
cover the rest. While a crop moves only the cut changes: some 80 bytes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect, Size, contain_box
from spyke_tui.terminal.cells import ANY, CLEAR, Cell
from spyke_tui.terminal.kitty_levels import Level, in_pixels
from spyke_tui.terminal.kitty_marks import put
from spyke_tui.terminal.kitty_shelf import Key, Parcel, Shelf
from spyke_tui.terminal.kitty_wire import (
    PLAIN,
    PLAIN_CUT,
    Placement,
    ink_png,
    palette_png,
    sent_png,
)
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.surface import NOTHING, Place, Span, Update

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture

GROUND, CUT, BAR, SETTLED = range(21, 25)
"""Layers from the bottom; also slots (bars: 31-34)."""

REST = 0.2
"""Seconds without a key after which erased parts are shown."""

Levels = Callable[["SheetPicture"], tuple[int, Level] | None]


class KittyPreview:
    """Follows the crop without sending a pixel; `settle` shows the real training image."""

    def __init__(self, palette: Palette, shelf: Shelf, level_for: Levels) -> None:
        self._palette = palette
        self._shelf = shelf
        self._level_for = level_for
        self._board = shelf.board()
        self._place: Place | None = None
        self._shown: tuple[SheetPicture | None, Rect, int] = (None, Rect(0, 0, 1, 1), 0)
        self._settled: Key = None
        self._settling: Key = None
        self._visible = False
        self._ground_shown = False
        self._count = itertools.count(1)
        shelf.watchers.append(self._words)

    def cell(self, device: Size) -> Size:
        return device

    @property
    def side(self) -> int:
        return self._square.width if self._place is not None else 0

    def recolour(self, palette: Palette) -> None:
        self._palette = palette

    def place(self, place: Place) -> Update:
        self._visible = True
        if place == self._place and self._ground_shown:
            return NOTHING
        self._place = place
        self._settled = self._settling = None
        self._shelf.preview_side = self.side
        return Update(text=self._turn(), transfers=self._order(), repaint=True)

    def follow(
        self,
        picture: SheetPicture | None,
        rect: Rect,
        pad: str,
        room: int | None = None,  # noqa: ARG002
    ) -> Update:
        colour = 0
        if picture is not None and not rect.is_empty:
            colour = int.from_bytes(bytes(picture.quick_pad(rect, pad)), "big")
        self._shown = (picture, rect, colour)
        self._settled = self._settling = None
        if self._place is None or not self._visible:
            return NOTHING
        return Update(transfers=self._order(), text=self._turn())

    def rest(self, erased: bool) -> float | None:
        # The cut is made from the sheet's own pixels: only erased parts are missing in it.
        return REST if erased else None

    def settle(self, pixels: bytes, side: int) -> Update:
        if self._place is None or side != self.side or not self._visible:
            return NOTHING
        self._settling = ("preview", "settled", next(self._count))
        make = partial(self._real, pixels, side)
        return Update(transfers=self._shelf.want(self._settling, make, self._arrived))

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:  # noqa: ARG002
        return NOTHING

    def hide(self) -> Update:
        self._visible = self._ground_shown = False
        return Update(text=self._board.turn_to({}))

    def close(self) -> Update:
        self._place, self._visible, self._ground_shown = None, False, False
        self._board.turn_to({})
        return Update(text=self._shelf.clear())

    def cells(self, row: int) -> Sequence[Cell]:
        if self._place is None:
            return ()
        ground = CLEAR if self._ground_shown else self._palette.background
        return self._board.anchored([Cell(" ", ANY, ground)] * self._place.width, row, self._place)

    @property
    def _square(self) -> Rect:
        """Where the square picture lies, in pane pixels: whole columns, from the top of a row."""
        if self._place is None:
            return Rect(0, 0, 0, 0)
        pane, cell = self._place.pixels, self._place.cell
        side = min(pane.width, pane.height) // cell.width * cell.width
        left = (pane.width - side) // 2 // cell.width * cell.width
        top = (pane.height - side) // 2 // cell.height * cell.height
        return Rect(left, top, side, side)

    def _arrived(self) -> Update:
        if not self._visible:
            return NOTHING
        if self._shelf.image(self._settling) is not None:
            self._settled = self._settling
        was = self._ground_shown
        return Update(text=self._turn(), repaint=not was and self._ground_shown)

    def _words(self) -> str:
        return self._turn() if self._visible and self._place is not None else ""

    def _turn(self) -> str:
        wanted = self._wanted()
        text = self._board.turn_to(wanted)
        self._ground_shown = GROUND in wanted
        used = {*self._ink_keys(), self._settled, self._settling}
        return text + self._shelf.keep(used, lambda owner: owner == "preview")

    def _wanted(self) -> dict[int, Placement]:
        assert self._place is not None
        place, square = self._place, self._square
        out: dict[int, Placement] = {}
        ground_key, pad_key = self._ink_keys()
        ground, pad = self._shelf.image(ground_key), self._shelf.image(pad_key)
        if ground is None:
            return out
        out[GROUND] = Placement(
            ground, GROUND, place.left, place.top, PLAIN_CUT, cols=place.width, rows=place.height
        )
        if (settled := self._shelf.image(self._settled)) is not None:
            cut = Rect(0, 0, square.width, square.height)
            out[SETTLED] = put(settled, SETTLED, place, square, cut)
        picture, rect, _ = self._shown
        if picture is None or rect.is_empty or pad is None or square.is_empty:
            return out
        inside = rect.intersection(Rect(0, 0, picture.size.width, picture.size.height))
        found = self._level_for(picture)
        if found is None or inside.is_empty:
            return out
        image, level = found
        fitted = contain_box(inside.size, square.width)
        target = fitted.translated(square.left, square.top)
        cell = place.cell
        cells = Rect.from_box(
            target.left // cell.width,
            target.top // cell.height,
            -(-target.right // cell.width),
            -(-target.bottom // cell.height),
        )
        covered = in_pixels(cells, cell)
        across, down = target.width / inside.width, target.height / inside.height
        source = level.source(
            (
                inside.left + (covered.left - target.left) / across,
                inside.top + (covered.top - target.top) / down,
                inside.left + (covered.right - target.left) / across,
                inside.top + (covered.bottom - target.top) / down,
            )
        )
        out[CUT] = Placement(
            image,
            CUT,
            place.left + cells.left,
            place.top + cells.top,
            source,
            cols=cells.width,
            rows=cells.height,
        )
        hull = covered.union(square).intersection(Rect(0, 0, *_pair(place.pixels)))
        bars = (
            Rect.from_box(hull.left, hull.top, hull.right, target.top),
            Rect.from_box(hull.left, target.bottom, hull.right, hull.bottom),
            Rect.from_box(hull.left, target.top, target.left, target.bottom),
            Rect.from_box(target.right, target.top, hull.right, target.bottom),
        )
        for slot, bar in enumerate(bars, 31):
            if not bar.is_empty:
                out[slot] = put(pad, BAR, place, bar, Rect(0, 0, bar.width, bar.height))
        return out

    def _ink_keys(self) -> tuple[Key, Key]:
        assert self._place is not None
        colour = self._shown[2]
        return (
            ("preview", "ground", self._palette.background),
            ("preview", "pad", colour, self._place.pixels),
        )

    def _order(self) -> tuple[Parcel, ...]:
        assert self._place is not None
        ground, pad = self._ink_keys()
        make = partial(_inked, PLAIN, self._palette.background)
        parcels = self._shelf.want(ground, make, self._arrived)
        make = partial(_inked, self._place.pixels, self._shown[2])
        return parcels + self._shelf.want(pad, make, self._arrived)

    def _real(self, pixels: bytes, side: int, image: int) -> tuple[list[str], int]:
        from PIL import Image

        picture = Image.frombytes("RGB", (side, side), pixels)
        size = Size(side, side)
        if self._shelf.files and (sent := self._shelf.rgb(image, [picture], size)):
            return sent[0], 0
        return sent_png(image, palette_png(lambda: [picture], size, 192, 8)), 0


def _inked(size: Size, colour: int, image: int) -> tuple[list[str], int]:
    return sent_png(image, ink_png(size, colour)), 0


def _pair(size: Size) -> tuple[int, int]:
    return size.width, size.height
