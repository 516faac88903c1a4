"""The one writer to the terminal beside Textual's own repaints.

Changed cells go through the driver's write queue, in the key handler and not a frame later, so
they can't overtake or cut into what Textual writes. All that one key changes is one write.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from spyke_tui.terminal.cells import Depth, encode
from spyke_tui.terminal.surface import Update

if TYPE_CHECKING:
    from textual.app import App
    from textual.geometry import Region
    from textual.widget import Widget

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"


class TerminalWriter:
    """Writes updates of panes to the terminal of an app."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._pending: list[str] | None = None
        self.written = 0
        """Characters written so far (for tests and curiosity)."""

    @contextmanager
    def one_write(self) -> Iterator[None]:
        """All updates within are one write."""
        if self._pending is not None:
            yield
            return
        self._pending = []
        try:
            yield
        finally:
            text, self._pending = "".join(self._pending), None
            self._write(text)

    @property
    def pending(self) -> int:
        """Characters collected for the write that is being put together."""
        return sum(map(len, self._pending or ()))

    def can_write(self, pane: Widget) -> bool:
        """Whether this pane is on top, in its place, and in colours that we write alike."""
        app = self._app
        return (
            app.is_running
            and app._driver is not None
            and app.screen is pane.screen
            and not app._notifications
            and not app._batch_count
            and not pane.screen._layout_required
            and self.depth is not None
        )

    @property
    def depth(self) -> Depth | None:
        """How colours are written; None where only Textual knows how."""
        if self._app.native_ansi_color:
            return None
        match self._app.console.color_system:
            case "truecolor":
                return "truecolor"
            case "256":
                return "256"
        return None

    def put(self, update: Update, region: Region) -> None:
        """Write what an update says of the pane whose content lies at `region` of the screen."""
        depth = self.depth
        if update.bulk:
            self._raw("".join(update.bulk))
        text = update.text
        if update.changes and depth is not None:
            grey = self._app.no_color
            text += encode(update.changes, region.x, region.y, depth, grey=grey)
        if self._pending is not None:
            self._pending.append(text)
        else:
            self._write(text)

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._app._sync_available:
            text = SYNC_START + text + SYNC_END
        self._raw(text)

    def _raw(self, text: str) -> None:
        driver = self._app._driver
        if driver is not None and text:
            self.written += len(text)
            driver.write(text)
