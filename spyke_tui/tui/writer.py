"""The one writer to the terminal beside Textual's own repaints.

Changed cells go through the driver's write queue, in the key handler and not a frame later, so
they can't overtake or cut into what Textual writes. All that one key changes is one write.
Picture data goes out in pieces from a task, whenever the queue is empty, so that a key press
waits behind one piece at most.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from spyke_tui.terminal.cells import Depth, encode
from spyke_tui.terminal.surface import Transfer, Update
from spyke_tui.terminal.tmux import wrapped
from spyke_tui.tui.overpainting import covered_in, spans_in

if TYPE_CHECKING:
    from textual.app import App
    from textual.geometry import Region
    from textual.widget import Widget

    from spyke_tui.tui.widgets.picture_pane import PicturePane

POLL = 0.004
"""Seconds between two looks whether the terminal has taken what was written."""

PATIENCE = 0.1
"""Seconds between two looks whether a transfer may start."""

ALL_ROWS = "\x1b7\x1b[999H\x1b8"
"""Rows between the cursor and the place where it goes are shown anew by xterm.js. It wipes half of
the pixels in which the cells of two rows meet, and draws only one of them."""

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"


class TerminalWriter:
    """Writes updates of panes to the terminal of an app."""

    def __init__(
        self,
        app: App[Any],
        *,
        through_tmux: bool = False,
        uneven: Callable[[], bool] = lambda: False,
    ) -> None:
        """`through_tmux`: graphics have to be handed through it. `uneven`: whether the terminal's
        cells are no whole pixels now."""
        self._app = app
        self._pending: list[str] | None = None
        self.written = 0
        """Characters written so far (for tests and curiosity)."""
        self._sending: set[asyncio.Task[None]] = set()
        self._line = asyncio.Lock()
        self._last = monotonic()
        self._panes: list[PicturePane] = []
        self._through_tmux = through_tmux
        self._uneven = uneven

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
        text = update.text
        if update.changes and depth is not None:
            grey = self._app.no_color
            width = self._app.size.width
            text += encode(update.changes, region.x, region.y, depth, grey=grey, width=width)
        self.draw(text)

    def draw(self, text: str) -> None:
        """Write text that holds its own positions: placements of pictures, patches."""
        self._last = monotonic()
        if self._pending is not None:
            self._pending.append(text)
        else:
            self._write(text)

    def send(self, transfers: Sequence[Transfer], take: Callable[[Update], None]) -> None:
        """Send picture data; `take` shows what can be shown then.

        Each is prepared in a thread as soon as it is due, so that a small one need not wait for
        a large one; on the line they go one after the other.
        """
        for transfer in transfers:
            task = asyncio.get_running_loop().create_task(self._send(transfer, take))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    def watch(self, pane: PicturePane) -> None:
        """Tell this pane what Textual paints over it, and take its picture down at the end."""
        self._panes.append(pane)

    def forget(self, pane: PicturePane) -> None:
        """This pane is gone, and its picture with it."""
        if pane in self._panes:
            self._panes.remove(pane)

    def painted(self, update: object) -> None:
        """Textual has written an update of the screen that is on top."""
        for pane in self._on_top():
            spans = spans_in(update, pane.region)
            pane.painted(spans, covered_in(pane.screen, pane.region) if spans else ())
        if self._panes and self._uneven():
            self._raw("")

    def draw_all(self) -> None:
        """Draw the screen anew, as if nothing of it were there: text, then the pictures."""
        panes = list(self._on_top())
        for pane in panes:
            pane.hide_picture()
        self._app.screen.refresh()
        for pane in panes:
            pane.call_after_refresh(pane.reshow)

    def _on_top(self) -> Iterator[PicturePane]:
        """The panes of the screen that is on top, those that have a place there."""
        for pane in self._panes:
            if pane.is_attached and pane.region and pane.screen is self._app.screen:
                yield pane

    def farewell(self) -> None:
        """The terminal is about to be given back."""
        for task in tuple(self._sending):
            task.cancel()
        self._raw("".join(pane.farewell() for pane in self._panes))

    async def _send(self, transfer: Transfer, take: Callable[[Update], None]) -> None:
        while not transfer.due(monotonic() - self._last):
            await asyncio.sleep(PATIENCE)
        try:
            await asyncio.to_thread(transfer.prepare)
        except (OSError, ValueError, MemoryError):
            return  # a picture less; the rest of the screen goes on
        async with self._line:
            await self._drained()
            while piece := transfer.next():
                self._raw(piece)
                await self._drained()
            update = transfer.done()
            with self.one_write():
                take(update)

    async def _drained(self) -> None:
        """Wait until the driver's own thread has written what it was given."""
        thread = getattr(self._app._driver, "_writer_thread", None)
        while thread is not None and thread._queue.qsize():
            await asyncio.sleep(POLL)

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._app._sync_available:
            text = SYNC_START + text + SYNC_END
        self._raw(text)

    def _raw(self, text: str) -> None:
        driver = self._app._driver
        if self._uneven():
            text += ALL_ROWS
        if driver is not None and text:
            if self._through_tmux:
                text = wrapped(text)
            self.written += len(text)
            driver.write(text)
