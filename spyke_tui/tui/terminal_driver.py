"""Giving the terminal back as it was found, however the app ends."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events
from textual.driver import Driver

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

LATE = 1.0
"""Seconds at the start in which keys are not believed where answers are still to come."""


def tidy_driver(base: type[Driver]) -> type[Driver]:
    """`base`, but pictures are taken down before it leaves the alternate screen.

    That is at the end, after a crash, and when the app is suspended: there is no other place
    that all ways out pass while the terminal still shows the screen that has the pictures.
    """

    class TidyDriver(base):  # type: ignore[misc, valid-type]
        def start_application_mode(self) -> None:
            self._begun = monotonic()
            super().start_application_mode()

        def stop_application_mode(self) -> None:
            app: Any = self._app
            if getattr(self, "_writer_thread", None) is not None:
                app.writer.farewell()
            super().stop_application_mode()

        def process_message(self, message: Message) -> None:
            app: Any = self._app
            late = app.session.choice.late and monotonic() - self._begun < LATE
            if late and isinstance(message, events.Key):
                return  # a late answer to a question about images, read as keys
            super().process_message(message)

    return TidyDriver


def end_on_signals(app: App[Any]) -> None:
    """Leave in an orderly way when the machine or the connection goes (SIGTERM, SIGHUP).

    What was edited is saved, and the terminal is given back where there still is one.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Not in a thread other than the main one, where apps run in tests.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, _end, app, 128 + number)


def _end(app: App[Any], status: int) -> None:
    async def leave() -> None:
        await app.autosave.flush()  # type: ignore[attr-defined]
        app.exit(return_code=status)

    app.run_worker(leave(), exit_on_error=False)
