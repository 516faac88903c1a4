"""The pictures of the grid, made in a thread: only those that are seen, and what is near them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Size
from spyke_tui.model.layout import Layout
from spyke_tui.terminal.gallery import Framed
from spyke_tui.tui.background import start

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop
    from spyke_tui.processing.previews import SheetPicture
    from spyke_tui.store.crop_thumbnails import CropThumbnails
    from spyke_tui.tui.screens.pane import PaneScreen

KEPT_BYTES = 24_000_000
"""Of pictures at the size of the tiles: twice what three screens of them take. Others come from
their thumbnails in two milliseconds each."""
NEWS = 0.04
"""Seconds between two times that the screen is told of new pictures."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture of the grid. `file`: the picture on the disk, where that is shown instead."""

    crop: Crop
    mirror: bool
    faded: bool
    file: Path | None
    pad: str
    size: Size
    ground: int

    @property
    def key(self) -> Hashable:
        crop = self.crop
        shown: tuple[Hashable, ...] = (crop.sheet, crop.rect, crop.erase, self.pad)
        if self.file is not None:
            shown = (self.file,)
        return (*shown, self.mirror, self.faded, self.size, self.ground)


class SetPictures:
    """Pictures by key. `ready` has those that are there, `failed` why others never come."""

    def __init__(self, screen: PaneScreen, arrived: Callable[[], object]) -> None:
        self._screen = screen
        self._arrived = arrived
        self.ready: OrderedDict[Hashable, Framed] = OrderedDict()
        self.failed: dict[Hashable, str] = {}
        self._weight = 0
        self._queue: list[Wanted] = []
        self._urgent: frozenset[Hashable] = frozenset()
        self._is_decoding = False
        self._guard = threading.Lock()
        self._is_running = False
        self._thumbnails: CropThumbnails | None = None
        self._generation = 0

    def want(self, wanted: Sequence[Wanted], urgent: int) -> None:
        """These are wanted now, the first `urgent` ones before the rest; what was asked for before
        no longer is."""
        missing = [
            one for one in wanted if one.key not in self.ready and one.key not in self.failed
        ]
        with self._guard:
            self._queue = missing
            self._urgent = frozenset(one.key for one in wanted[:urgent])
            if not missing or self._is_running:
                return
            self._is_running = True
        start(self._screen, self._work, "set pictures", thread=True)

    def get(self, wanted: Wanted) -> Framed | None:
        found = self.ready.get(wanted.key)
        if found is not None:
            self.ready.move_to_end(wanted.key)
        return found

    def forget(self) -> None:
        """The sheets' files are others now."""
        self.ready.clear()
        self.failed.clear()
        self._weight = 0
        self._generation += 1

    def _work(self) -> None:
        """In a thread: one picture after the other, until nothing is wanted."""
        told = monotonic()
        news: list[tuple[int, Hashable, Framed | str]] = []
        while (next_one := self._next()) is not None:
            generation, wanted = next_one
            news.append((generation, wanted.key, self._made(wanted)))
            if monotonic() - told > NEWS:
                self._tell(news)
                told, news = monotonic(), []
        if news:
            self._tell(news)

    def _next(self) -> tuple[int, Wanted] | None:
        with self._guard:
            if self._queue:
                return self._generation, self._queue.pop(self._place_of_next())
            self._is_running = False
            return None

    def _place_of_next(self) -> int:
        """In their order; but while sheets have to be decoded, those first whose sheet is: where
        neighbours come from different sheets, each would be decoded again for every one of them.
        """
        if not self._is_decoding:
            return 0
        session, pictures = self._screen.session, self._screen.spyke.pictures
        sheets = session.project.sheets
        is_urgent = self._queue[0].key in self._urgent
        decoded: dict[str, bool] = {}
        for at, wanted in enumerate(self._queue):
            if is_urgent and wanted.key not in self._urgent:
                break
            key = wanted.crop.sheet
            if key not in decoded:
                decoded[key] = key in sheets and pictures.holds(session.path_of(sheets[key]))
            if decoded[key]:
                return at
        return 0

    def _tell(self, news: list[tuple[int, Hashable, Framed | str]]) -> None:
        if self._screen.is_attached and self._screen.app.is_running:
            self._screen.app.call_from_thread(self._take, news)

    def _take(self, news: list[tuple[int, Hashable, Framed | str]]) -> None:
        for generation, key, made in news:
            if generation != self._generation:
                continue
            if isinstance(made, str):
                self.failed[key] = made
            elif key not in self.ready:
                self.ready[key] = made
                self._weight += len(made.pixels)
        while self._weight > KEPT_BYTES and len(self.ready) > 1:
            self._weight -= len(self.ready.popitem(last=False)[1].pixels)
        self._arrived()

    def _made(self, wanted: Wanted) -> Framed | str:
        """The picture, or in a few words why there is none."""
        from spyke_tui.processing.tiles import tile_pixels

        try:
            self._is_decoding = False
            thumbnail = self._thumbnail(wanted)
            if thumbnail is None:
                return "no picture"
            pixels = tile_pixels(
                thumbnail, wanted.size, wanted.ground, mirror=wanted.mirror, faded=wanted.faded
            )
        except (ValueError, OSError):
            return "can't be drawn"
        except MemoryError:
            return "no memory"
        return Framed(wanted.key, wanted.size, pixels)

    def _thumbnail(self, wanted: Wanted) -> bytes | None:
        session = self._screen.session
        if self._thumbnails is None:
            from spyke_tui.store.crop_thumbnails import CropThumbnails

            layout = Layout.of(session.project.dataset, session.file.folder)
            self._thumbnails = CropThumbnails(layout.own / "crops")
        if wanted.file is not None:
            found = self._thumbnails.of_file(wanted.file)
            if found is not None:
                return found
        sheet = session.project.sheets.get(wanted.crop.sheet)
        if sheet is None:
            return None
        path = session.path_of(sheet)
        return self._thumbnails.of_crop(wanted.crop, wanted.pad, path, self._open)

    def _open(self, path: Path) -> SheetPicture | None:
        self._is_decoding = True
        return self._screen.spyke.pictures.load(path).picture
