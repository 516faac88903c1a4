"""The training image of a crop, at rest: drawn quickly, then as the build will draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect
from spyke_tui.terminal.surface import PreviewSurface
from spyke_tui.tui.widgets.rendered_picture import RenderedPicture

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop
    from spyke_tui.processing.previews import SheetPicture

_What = tuple["SheetPicture | None", "Rect | None", "tuple[Rect, ...]"]


class CropPicture(RenderedPicture):
    """Shows one crop; a change of anything but its rectangle does not touch the picture."""

    def __init__(self, surface: PreviewSurface, size: int, pad: str) -> None:
        super().__init__(surface, "cap-picture")
        self._training_size = size
        self._pad = pad
        self._shown: _What = (None, None, ())

    @property
    def wanted(self) -> _What:
        return self._shown

    def show(self, picture: SheetPicture | None, crop: Crop | None) -> None:
        what: _What = (picture, crop.rect if crop else None, crop.erase if crop else ())
        if what != self._shown:
            self._shown = what
            self.redraw()

    def redraw(self) -> None:
        picture, rect, erase = self._shown
        self.take(self.surface.follow(picture, rect or Rect(0, 0, 1, 1), self._pad))
        if picture is not None and rect is not None:
            self.render_wanted(
                lambda side: picture.real_preview(rect, self._training_size, side, self._pad, erase)
            )
