"""A terminal that was resized and is as large as before: all of it is drawn again.

What a terminal cuts off when it gets smaller is gone when it is enlarged again. The app may hear of
both only afterwards (it was busy, or a multiplexer told both at once), sees no other size than
it has, and would repaint nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.geometry import Size

if TYPE_CHECKING:
    from spyke_tui.tui.spyke_app import SpykeApp

SETTLED = 0.1
"""Seconds after the last word of a resize; by then a new size, where there is one, is laid out."""


class Resizes:
    """Counts what the terminal says of its size."""

    def __init__(self, app: SpykeApp) -> None:
        self._app = app
        self._drawn = Size(0, 0)
        self._timer: asyncio.TimerHandle | None = None

    def came(self) -> None:
        """The terminal was resized, perhaps to the size that it has."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(SETTLED, self._over)

    def _over(self) -> None:
        self._timer = None
        app, size = self._app, self._app.size
        if not app.is_running:
            return
        if app._resize_timer is not None:  # Textual has not laid it out yet
            self.came()
            return
        before, self._drawn = self._drawn, size
        if before == size:
            app.writer.draw_all()
