"""The training image of the selected crop, as it will be, while the rectangle moves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.timer import Timer

from spyke_tui.model.geometry import Rect
from spyke_tui.terminal.cells import Cell
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.surface import PreviewSurface
from spyke_tui.tui.background import start
from spyke_tui.tui.widgets.picture_pane import PicturePane

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop
    from spyke_tui.processing.previews import SheetPicture

NUDGE_BYTES = 1000
"""What one nudge may write in all; the preview gets what the sheet's pane has left of it."""


class PreviewPane(PicturePane):
    """Follows the rectangle quickly and settles into the real training image."""

    surface: PreviewSurface

    def __init__(self, surface: PreviewSurface, size: int, pad: str) -> None:
        super().__init__(id="preview")
        self.surface = surface
        self._training_size = size
        self._pad = pad
        self._shown: tuple[SheetPicture | None, Crop | None] = (None, None)
        self._timer: Timer | None = None

    def row_cells(self, row: int) -> Sequence[Cell]:
        return self.surface.cells(row)

    def follow(self, picture: SheetPicture | None, crop: Crop | None) -> None:
        """Show this crop of this picture; nothing where either is missing."""
        if (picture, crop) == self._shown:
            return
        before, self._shown = self._shown, (picture, crop)
        moves = before[0] is picture and before[1] and crop and before[1].id == crop.id
        self._draw(NUDGE_BYTES - self.spyke.writer.pending if moves else None)

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

    def _draw(self, room: int | None = None) -> None:
        picture, crop = self._shown
        if crop is None:
            self.take(self.surface.follow(None, Rect(0, 0, 1, 1), self._pad))
            return
        self.take(self.surface.follow(picture, crop.rect, self._pad, room))
        if self._timer is not None:
            self._timer.stop()
        rest = self.surface.rest(bool(crop.erase))
        if picture is not None and self.surface.side and rest is not None:
            self._timer = self.set_timer(rest, self._settle)

    def _settle(self) -> None:
        """Draw the real training image in a thread; a newer crop makes it void."""
        picture, crop = shown = self._shown
        side = self.surface.side
        if picture is None or crop is None or not side:
            return

        def draw() -> None:
            try:
                pixels = picture.real_preview(
                    crop.rect, self._training_size, side, self._pad, crop.erase
                )
            except ValueError:  # what can't be rendered is a finding, told elsewhere
                return
            self.app.call_from_thread(partial(self._settled, shown, pixels, side))

        start(self.screen, draw, "settle", thread=True)

    def _settled(
        self, shown: tuple[SheetPicture | None, Crop | None], pixels: bytes, side: int
    ) -> None:
        if shown == self._shown and self.is_attached:
            self.take(self.surface.settle(pixels, side))
