"""The training image of a crop, at rest: drawn quickly, then as the build will draw it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect
from spyke_tui.terminal.cells import Cell
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.surface import PreviewSurface
from spyke_tui.tui.background import start
from spyke_tui.tui.widgets.picture_pane import PicturePane

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop
    from spyke_tui.processing.previews import SheetPicture

_What = tuple["SheetPicture | None", "Rect | None", "tuple[Rect, ...]"]


class CropPicture(PicturePane):
    """Shows one crop; a change of anything but its rectangle does not touch the picture."""

    surface: PreviewSurface

    def __init__(self, surface: PreviewSurface, size: int, pad: str) -> None:
        super().__init__(id="cap-picture")
        self.surface = surface
        self._training_size = size
        self._pad = pad
        self._shown: _What = (None, None, ())

    def row_cells(self, row: int) -> Sequence[Cell]:
        return self.surface.cells(row)

    def show(self, picture: SheetPicture | None, crop: Crop | None) -> None:
        what: _What = (picture, crop.rect if crop else None, crop.erase if crop else ())
        if what != self._shown:
            self._shown = what
            self._draw()

    def recolour(self, palette: Palette) -> None:
        self.surface.recolour(palette)
        self._draw()

    def on_resize(self) -> None:
        self.reshow()

    def reshow(self) -> None:
        if self.region:
            self._shown_at = self.region
            self.take(self.surface.place(self.place()))
            self._draw()

    def _draw(self) -> None:
        picture, rect, erase = shown = self._shown
        self.take(self.surface.follow(picture, rect or Rect(0, 0, 1, 1), self._pad))
        side = self.surface.side
        if picture is None or rect is None or not side:
            return

        def draw() -> None:
            try:
                pixels = picture.real_preview(rect, self._training_size, side, self._pad, erase)
            except ValueError:  # what can't be rendered is a finding, told elsewhere
                return
            self.app.call_from_thread(partial(self._settled, shown, pixels, side))

        start(self.screen, draw, "crop picture", thread=True)

    def _settled(self, shown: _What, pixels: bytes, side: int) -> None:
        if shown == self._shown and self.is_attached:
            self.take(self.surface.settle(pixels, side))
