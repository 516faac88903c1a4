"""The training image of a crop, at rest: drawn quickly, then as the build will draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect
from spyke_tui.terminal.surface import PreviewSurface
from spyke_tui.tui.widgets.rendered_picture import RenderedPicture

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop, Dataset
    from spyke_tui.processing.previews import SheetPicture

_What = tuple["SheetPicture | None", "Rect | None", "tuple[Rect, ...]", int, str]
"""With the size of a training image and the letterbox colour."""


class CropPicture(RenderedPicture):
    """Shows one crop; a change of anything but its rectangle does not touch the picture."""

    def __init__(self, surface: PreviewSurface) -> None:
        super().__init__(surface, "cap-picture")
        self._shown: _What = (None, None, (), 0, "")

    @property
    def wanted(self) -> _What:
        return self._shown

    def show(self, picture: SheetPicture | None, crop: Crop | None, dataset: Dataset) -> None:
        rect, erase = (crop.rect, crop.erase) if crop else (None, ())
        what: _What = (picture, rect, erase, dataset.size, dataset.pad)
        if what != self._shown:
            self._shown = what
            self.redraw()

    def redraw(self) -> None:
        picture, rect, erase, size, pad = self._shown
        self.take(self.surface.follow(picture, rect or Rect(0, 0, 1, 1), pad))
        if picture is not None and rect is not None:
            self.render_wanted(lambda side: picture.real_preview(rect, size, side, pad, erase))
