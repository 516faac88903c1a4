"""What a run shows of itself while it lives: one small file, and the newest preview.

Written at most ten times a second while somebody follows, else once; so it costs next to nothing
over SSH with nobody there, and the reader of the socket never waits for it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from spyke_tui.errors import WriteError
from spyke_tui.store.files import write_whole
from spyke_tui.store.run_files import RunFiles

FOLLOWED_PAUSE = 0.1
ALONE_PAUSE = 1.0


class Live:
    """Coalesces what changes; `describe` gives the whole of it when it is about to be written."""

    def __init__(self, files: RunFiles, describe: Callable[[], Mapping[str, object]]) -> None:
        self._files = files
        self._describe = describe
        self._dirty = asyncio.Event()
        self._preview: bytes | None = None
        self._asked_at = 0.0
        self._followed = False

    @property
    def is_followed(self) -> bool:
        """Whether somebody looks on; asked of the file system twice a second at most."""
        now = time.monotonic()
        if now - self._asked_at > 0.5:
            self._asked_at, self._followed = now, self._files.is_followed()
        return self._followed

    def touch(self) -> None:
        """Something has changed."""
        self._dirty.set()

    def preview(self, image: bytes) -> None:
        self._preview = image
        self._dirty.set()

    async def write_for_ever(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            self.write()
            await self._pause()

    async def _pause(self) -> None:
        """Until the next write is due: soon after somebody begins to look on."""
        waited = 0.0
        while waited < (FOLLOWED_PAUSE if self.is_followed else ALONE_PAUSE):
            await asyncio.sleep(FOLLOWED_PAUSE)
            waited += FOLLOWED_PAUSE

    def write(self) -> None:
        """Write it now. On a full disk it stays as it was: it is only for looking at."""
        with suppress(WriteError):
            data = json.dumps(self._describe(), separators=(",", ":")).encode()
            write_whole(self._files.live, data)
            if self._preview is not None and self.is_followed:
                image, self._preview = self._preview, None
                write_whole(self._files.preview, image)

    def remove(self) -> None:
        """Leave nothing behind that looks as if it happened now."""
        for path in (self._files.live, self._files.preview):
            with suppress(OSError):
                path.unlink()
