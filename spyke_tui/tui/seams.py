"""Says at rest where the letterbox bars of the selected crop can be told from the sheet's paper.

The model learns such a seam like anything else that all its pictures show.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop, Dataset
    from spyke_tui.processing.previews import SheetPicture

REST = 0.4
"""Seconds after the last key: it takes one or two milliseconds, which a nudge has not."""

_What = tuple["SheetPicture", Rect, str]


class Seams:
    """Follows the selected crop; `tell` gets the words for it, "" where there is no seam."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._what: _What | None = None
        self._timer: asyncio.TimerHandle | None = None

    def follow(self, picture: SheetPicture | None, crop: Crop | None, dataset: Dataset) -> None:
        what = (picture, crop.rect, dataset.pad) if picture is not None and crop else None
        if what == self._what:
            return
        self.stop()
        self._what = what
        if what is None:
            self._tell("")
        else:
            self._timer = asyncio.get_running_loop().call_later(REST, self._look, what)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, what: _What) -> None:
        picture, rect, pad = what
        found = picture.seam(rect, pad)
        if found is None:
            self._tell("")
        else:
            paper = "#{:02x}{:02x}{:02x}".format(*found)
            self._tell(f"! bars show (T, pad): {pad} on {paper}")
