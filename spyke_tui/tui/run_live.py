"""The picture that a server draws just now, as often as the way to the terminal can bear."""

from __future__ import annotations

import asyncio
import itertools
import os
from time import monotonic, process_time
from typing import TYPE_CHECKING

from spyke_tui.errors import PictureError
from spyke_tui.model.generation import Kind
from spyke_tui.model.geometry import Size
from spyke_tui.terminal.gallery import Framed
from spyke_tui.tui.background import start

if TYPE_CHECKING:
    from spyke_tui.tui.run_show import RunShow

APART = 0.3
"""Seconds between two previews at least: more often nobody looks."""
LONGEST = 3.0
"""Seconds after which there is one more however slow the way is."""
SHARE = 0.035
"""The share of a core that previews may take."""
NEAR_RATE, FAR_RATE = 500_000, 50_000
"""Bytes a second that previews may take of the way to the terminal: on one machine, over SSH."""
FRESH = 6.0
"""Seconds for which a preview is shown while no other comes."""


def pause_after(written: int, seconds: float, far: bool) -> float:
    """Seconds until the next preview, after one of so many bytes and so much work."""
    by_line = written / (FAR_RATE if far else NEAR_RATE)
    return min(LONGEST, max(APART, by_line, seconds / SHARE))


class LivePreview:
    """Fetches, frames and shows previews while the pane wants them."""

    def __init__(self, show: RunShow) -> None:
        self._show = show
        self._wanted = asyncio.Event()
        self._count = itertools.count()
        self._framed: tuple[Kind, Framed, float] | None = None
        self._far = bool(os.environ.get("SSH_CONNECTION"))

    def begin(self) -> None:
        start(self._show.screen, self._run, "live")

    def want(self, wanted: bool) -> None:
        """Whether somebody would see one."""
        if wanted:
            self._wanted.set()
        else:
            self._wanted.clear()

    def newest(self, kind: Kind) -> Framed | None:
        """The last preview of this run, while it is fresh."""
        if self._framed is None or self._framed[0] != kind:
            return None
        return self._framed[1] if monotonic() - self._framed[2] < FRESH else None

    def forget(self) -> None:
        self._framed = None

    async def _run(self) -> None:
        show, screen = self._show, self._show.screen
        while True:
            await self._wanted.wait()
            pause = APART
            kind, size = screen.kind, show.large_size
            if size.width > 1 and size.height > 1 and not show.is_busy:
                ground = show.palette.background
                begun = process_time()
                framed = await asyncio.to_thread(self._next, kind, size, ground)
                if framed is not None and size == show.large_size and self._wanted.is_set():
                    self._framed = (kind, framed, monotonic())
                    before = screen.spyke.writer.written
                    show.draw_large(screen.view, screen.rejected)
                    while self._show.is_busy:
                        await asyncio.sleep(0.02)
                    written = screen.spyke.writer.written - before
                    work = process_time() - begun  # encoding runs in threads of its own
                    pause = pause_after(written, work, self._far)
            await asyncio.sleep(pause)

    def _next(self, kind: Kind, size: Size, ground: int) -> Framed | None:
        runs = self._show.screen.spyke.runs
        data = runs.preview(kind) if runs is not None else None
        if data is None:
            return None
        from spyke_tui.processing.framing import framed_preview

        try:
            pixels = framed_preview(data, size, ground)
        except PictureError:
            return None  # the next one may be better
        return Framed(("live", next(self._count)), size, pixels)
