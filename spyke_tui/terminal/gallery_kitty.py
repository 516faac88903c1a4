"""A gallery in the kitty protocol: each picture is sent once, smaller than its slot where the way
to the terminal is long, and the terminal enlarges it."""

from __future__ import annotations

import io
import secrets
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.cells import ANY, CLEAR, Cell, Change
from spyke_tui.terminal.gallery import Framed
from spyke_tui.terminal.kitty_shelf import Key, Shelf
from spyke_tui.terminal.kitty_wire import Anchored, Placement, sent_png
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.surface import NOTHING, Place, Span, Terminal, Transfer, Update

if TYPE_CHECKING:
    from PIL.Image import Image

LAYER = 20

NEAR, FAR = 512, 192
"""Pixels on the longer side of a picture: where the terminal reads our files, and else."""

COLOURS = 64

KEPT = 80
"""Pictures that stay in the terminal although they are not shown, of those that don't change."""


def own_shelf(terminal: Terminal) -> Shelf:
    """A shelf that may count far: its image ids lie beyond those of the other panes."""
    first = 1_000_000 + secrets.randbelow(10_000_000)
    return Shelf(terminal.files, first, terminal.anchors)


class KittyGallery:
    """`changing`: a slot shows its old picture until the new one is there."""

    def __init__(
        self, palette: Palette, shelf: Shelf, owner: str, *, changing: bool = False
    ) -> None:
        self._palette = palette
        self._shelf = shelf
        self._owner = owner
        self._changing = changing
        self._board = shelf.board()
        self._place: Place | None = None
        self._slots: tuple[Rect, ...] = ()
        self._wanted: list[Key] = []
        self._shown: list[Key] = []
        self._visible = False
        self._recent: dict[Key, None] = {}

    def cell(self, device: Size) -> Size:
        return device

    def place(self, place: Place, slots: Sequence[Rect]) -> Update:
        self._place, self._slots, self._visible = place, tuple(slots), True
        self._wanted = [None] * len(self._slots)
        self._shown = [None] * len(self._slots)
        return Update(text=self._board.turn_to({}), repaint=True)

    def size_of(self, slot: Rect) -> Size:
        if self._place is None:
            return Size(1, 1)
        cell = self._place.cell
        width, height = max(1, slot.width * cell.width), max(1, slot.height * cell.height)
        shrunk = min(1.0, (NEAR if self._shelf.files else FAR) / max(width, height))
        return Size(max(1, round(width * shrunk)), max(1, round(height * shrunk)))

    def show(self, pictures: Sequence[Framed | None]) -> Update:
        if self._place is None or not self._visible:
            return NOTHING
        transfers: list[Transfer] = []
        for at, picture in enumerate(pictures):
            self._wanted[at] = (self._owner, picture.key, picture.size) if picture else None
            if picture is not None:
                make = partial(self._sent, picture)
                transfers += self._shelf.want(self._wanted[at], make, self._turn)
        turned = self._turn()
        return Update(turned.changes, turned.text, tuple(transfers))

    def recolour(self, palette: Palette) -> None:
        self._palette = palette

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:  # noqa: ARG002
        return NOTHING

    def hide(self) -> Update:
        self._visible = False
        return Update(text=self._board.turn_to({}))

    def close(self) -> Update:
        self._place, self._visible, self._recent = None, False, {}
        self._board.turn_to({})
        return Update(text=self._shelf.clear())

    def cells(self, row: int) -> Sequence[Cell]:
        if self._place is None:
            return ()
        line = [Cell(" ", ANY, self._palette.background)] * self._place.width
        for slot, key in zip(self._slots, self._shown, strict=True):
            if key is not None and slot.top <= row < slot.bottom:
                line[slot.left : slot.right] = [Cell(" ", ANY, CLEAR)] * slot.width
        return self._board.anchored(line[: self._place.width], row, self._place)

    def _turn(self) -> Update:
        """Show of what is wanted whatever the terminal has by now."""
        if self._place is None or not self._visible:
            return NOTHING
        changes: list[Change] = []
        placed: dict[int, Placement] = {}
        for at, (slot, wanted) in enumerate(zip(self._slots, self._wanted, strict=True)):
            before = self._shown[at]
            now = wanted if self._shelf.image(wanted) is not None else None
            if now is None and wanted is not None and self._changing:
                now = before
            self._shown[at] = now
            if (before is None) != (now is None):
                ground = CLEAR if now is not None else self._palette.background
                changes += [
                    Change(row, col, Cell(" ", ANY, ground))
                    for row in range(slot.top, slot.bottom)
                    for col in range(slot.left, slot.right)
                ]
            if now is not None and (image := self._shelf.image(now)) is not None:
                size = now[2]
                assert isinstance(size, Size)
                placed[at + 1] = Placement(
                    image, LAYER, self._place.left + slot.left, self._place.top + slot.top,
                    _inside(size), cols=slot.width, rows=slot.height,
                )  # fmt: skip
        anchor = self._board.anchor
        text = self._board.turn_to(placed)
        changes = self._with_anchor(changes, anchor, self._board.anchor)
        used = {*self._wanted, *self._shown}
        if not self._changing:
            used |= self._remembered()
        text += self._shelf.keep(used, lambda one: one == self._owner)
        return Update(tuple(changes), text)

    def _with_anchor(
        self, changes: list[Change], before: Anchored | None, after: Anchored | None
    ) -> list[Change]:
        """The cell that all hangs on is one of a picture, but not a blank; it may have moved."""
        if before is None and after is None:
            return changes
        assert self._place is not None
        cells = {(change.row, change.col) for change in changes}
        if before != after:
            for (col, row), _ in filter(None, (before, after)):
                cells.add((row - self._place.top, col - self._place.left))
        return [Change(row, col, self.cells(row)[col]) for row, col in sorted(cells)]

    def _remembered(self) -> set[Key]:
        """The pictures shown last: one that comes back need not be sent again."""
        for key in self._shown:
            if key is not None:
                self._recent[key] = self._recent.pop(key, None)
        while len(self._recent) > KEPT:
            del self._recent[next(iter(self._recent))]
        return set(self._recent)

    def _sent(self, picture: Framed, image: int) -> tuple[list[str], int]:
        from PIL import Image

        shown = Image.frombytes("RGB", (picture.size.width, picture.size.height), picture.pixels)
        if self._shelf.files and (sent := self._shelf.rgb(image, [shown], picture.size)):
            return sent[0], 0
        return sent_png(image, _png(shown)), 0


def _inside(size: Size) -> Rect:
    """All but the outermost pixels: those of a stretched image are blended with what is behind."""
    if min(size.width, size.height) < 16:
        return Rect(0, 0, size.width, size.height)
    return Rect(1, 1, size.width - 2, size.height - 2)


def _png(picture: Image) -> bytes:
    """In few colours, found quickly: such pictures come several times a second."""
    from PIL.Image import Dither, Quantize

    file = io.BytesIO()
    few = picture.quantize(COLOURS, Quantize.FASTOCTREE, dither=Dither.NONE)
    few.save(file, "PNG", compress_level=6)
    return file.getvalue()
