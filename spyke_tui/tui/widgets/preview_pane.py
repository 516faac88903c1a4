"""The training image of the selected crop, as it will be, while the rectangle moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from spyke_tui.model.geometry import Rect
from spyke_tui.terminal.surface import PreviewSurface
from spyke_tui.tui.widgets.rendered_picture import RenderedPicture

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop, Dataset
    from spyke_tui.processing.previews import SheetPicture

NUDGE_BYTES = 1000
"""What one nudge may write in all; the preview gets what the sheet's pane has left of it."""

_What = tuple["SheetPicture | None", "Crop | None", int, str]
"""With the size of a training image and the letterbox colour."""


class PreviewPane(RenderedPicture):
    """Follows the rectangle quickly and settles into the real training image."""

    def __init__(self, surface: PreviewSurface) -> None:
        super().__init__(surface, "preview")
        self._shown: _What = (None, None, 0, "")
        self._timer: Timer | None = None

    @property
    def wanted(self) -> _What:
        return self._shown

    def follow(self, picture: SheetPicture | None, crop: Crop | None, dataset: Dataset) -> None:
        """Show this crop of this picture; nothing where either is missing."""
        what = (picture, crop, dataset.size, dataset.pad)
        if what == self._shown:
            return
        before, self._shown = self._shown, what
        moves = before[0] is picture and before[1] and crop and before[1].id == crop.id
        moves = moves and before[2:] == what[2:]
        self.redraw(NUDGE_BYTES - self.spyke.writer.pending if moves else None)

    def redraw(self, room: int | None = None) -> None:
        """`room`: how many bytes it may cost; None where it may cost what it does."""
        picture, crop, _, pad = self._shown
        if crop is None:
            self.take(self.surface.follow(None, Rect(0, 0, 1, 1), pad))
            return
        self.take(self.surface.follow(picture, crop.rect, pad, room))
        if self._timer is not None:
            self._timer.stop()
        rest = self.surface.rest(bool(crop.erase))
        if picture is not None and self.surface.side and rest is not None:
            self._timer = self.set_timer(rest, self._settle)

    def _settle(self) -> None:
        """Draw the real training image; a newer crop makes it void."""
        picture, crop, size, pad = self._shown
        if picture is not None and crop is not None:
            self.render_wanted(
                lambda side: picture.real_preview(crop.rect, size, side, pad, crop.erase)
            )
