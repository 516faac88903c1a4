"""Pictures of finished images for the screen, framed in a thread, the last ones kept."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from spyke_tui.errors import PictureError
from spyke_tui.model.geometry import Size
from spyke_tui.model.run_view import ImageView
from spyke_tui.terminal.gallery import Framed
from spyke_tui.tui.background import start

if TYPE_CHECKING:
    from textual.screen import Screen

KEPT_BYTES = 6 * 1024 * 1024
"""Framed pictures that are kept: those of the strip many times over."""

_Key = tuple[str, int, int, int, Size, int]


class RunPictures:
    """`changed` is called on the event loop when a picture has come."""

    def __init__(self, screen: Screen[None], changed: Callable[[], None]) -> None:
        self._screen = screen
        self._changed = changed
        self._kept: OrderedDict[_Key, Framed | None] = OrderedDict()
        self._weight = 0
        self._wanted: OrderedDict[_Key, Path] = OrderedDict()
        self._loading = False

    def framed(self, image: ImageView, folder: Path, size: Size, ground: int) -> Framed | None:
        """The picture, or None: then it is loaded, if it has one. `folder` is dataset/NAME."""
        if image.state != "verified" or not image.file or min(size.width, size.height) < 2:
            return None
        key = (image.file, image.seed, image.reroll, image.attempt, size, ground)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        self._wanted[key] = folder / image.file
        while len(self._wanted) > 40:
            self._wanted.popitem(last=False)
        if not self._loading:
            self._loading = True
            start(self._screen, self._load, "run-pictures")
        return None

    def forget(self) -> None:
        """The slots have another size now: nobody wants the old ones."""
        self._kept.clear()
        self._wanted.clear()
        self._weight = 0

    def try_again(self) -> None:
        """The run has changed: pictures that could not be read may be there by now."""
        for key in [key for key, framed in self._kept.items() if framed is None]:
            del self._kept[key]

    async def _load(self) -> None:
        try:
            while self._wanted:
                key, path = self._wanted.popitem()
                framed = await asyncio.to_thread(_framed, key, path)
                self._keep(key, framed)
                if self._screen.is_attached:
                    self._changed()
        finally:
            self._loading = False

    def _keep(self, key: _Key, framed: Framed | None) -> None:
        self._kept[key] = framed
        self._weight += len(framed.pixels) if framed is not None else 0
        while self._weight > KEPT_BYTES and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._weight -= len(gone.pixels) if gone is not None else 0


def _framed(key: _Key, path: Path) -> Framed | None:
    from spyke_tui.processing.framing import framed_file

    try:
        return Framed(key, key[4], framed_file(path, key[4], key[5]))
    except (PictureError, OSError, MemoryError):
        return None  # what is wrong with it is told by `check`
