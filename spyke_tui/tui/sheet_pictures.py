"""Small copies of the sheets: opened in a thread, one after the other, those in view first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Size
from spyke_tui.model.layout import Layout
from spyke_tui.tui.background import start
from spyke_tui.tui.half_cell_pictures import half_cell_picture

if TYPE_CHECKING:
    from rich.console import RenderableType

    from spyke_tui.processing.previews import SheetPicture
    from spyke_tui.store.files import Stamp
    from spyke_tui.tui.screens.pane import PaneScreen
    from spyke_tui.tui.sheet_states import Looked

KEPT = 60

File = tuple[Path, "Stamp | None"]
"""A file as it was: another stamp is another picture."""


class SheetPictures:
    """Pictures by file; None for one that can't be opened, which its row says in words."""

    def __init__(self, screen: PaneScreen, arrived: Callable[[], None]) -> None:
        self._screen = screen
        self._arrived = arrived
        self._ready: OrderedDict[File, SheetPicture | None] = OrderedDict()
        self._drawn: dict[tuple[File, Size], RenderableType] = {}
        self._queue: list[File] = []
        self._guard = threading.Lock()
        self._is_running = False

    def get(self, looked: Looked | None) -> SheetPicture | None:
        """The picture, where it is there already."""
        if looked is None or looked.file not in self._ready:
            return None
        self._ready.move_to_end(looked.file)
        return self._ready[looked.file]

    def in_half_cells(self, looked: Looked, room: Size) -> RenderableType | None:
        """The picture as text for a table; the same object as long as it is the same."""
        picture = self.get(looked)
        if picture is None:
            return None
        key = (looked.file, room)
        if key not in self._drawn:
            self._drawn[key] = half_cell_picture(picture, room)
        return self._drawn[key]

    def want(self, wanted: Sequence[Looked]) -> None:
        """These are in view now, the most urgent first; others are no longer asked for."""
        files = dict.fromkeys(one.file for one in wanted if one.stamp is not None)
        with self._guard:
            self._queue = [file for file in files if file not in self._ready]
            if not self._queue or self._is_running:
                return
            self._is_running = True
        start(self._screen, self._work, "thumbnails", thread=True)

    def _work(self) -> None:
        """In a thread, until nothing is wanted."""
        from spyke_tui.errors import PictureError
        from spyke_tui.store.thumbnails import load_thumbnail

        session = self._screen.session
        folder = Layout.of(session.project.dataset, session.file.folder).own / "thumbnails"
        while (file := self._next()) is not None:
            picture: SheetPicture | None = None
            # What is wrong with it stands beside, from its header.
            with suppress(PictureError, MemoryError):
                picture = load_thumbnail(file[0], folder)
            if not (self._screen.is_attached and self._screen.app.is_running):
                return
            self._screen.app.call_from_thread(self._take, file, picture)

    def _next(self) -> File | None:
        with self._guard:
            if self._queue:
                return self._queue.pop(0)
            self._is_running = False
            return None

    def _take(self, file: File, picture: SheetPicture | None) -> None:
        self._ready[file] = picture
        while len(self._ready) > KEPT:
            gone, _ = self._ready.popitem(last=False)
            self._drawn = {key: one for key, one in self._drawn.items() if key[0] != gone}
        self._arrived()
