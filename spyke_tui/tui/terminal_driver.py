"""Giving the terminal back as it was found, however the app ends."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import io
import re
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO

from textual._xterm_parser import XTermParser
from textual.driver import Driver

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

LATE = 20.0
"""Seconds after the start in which answers to our questions are taken out of the input."""

_ANSWERS = re.compile(
    r"\x1b_G[^\x1b]*\x1b\\|\x1bP>\|[^\x1b]*\x1b\\"
    r"|\x1b\[[46];\d+;\d+t|\x1b\[\?1;\d+;\d+S|\x1b\[\?[\d;]*c"
)
"""What the questions in `terminal.probe` are answered with."""

_BEGUN = re.compile(r"\x1b(?:_G[^\x1b]*\x1b?|P>?\|?[^\x1b]*\x1b?|\[[46];[\d;]*|\[\?[\d;]*|_)$")


class PacketParser(XTermParser):
    """Textual's parser, which says when all that came in one packet has been read.

    `over` is called in the thread that reads.
    """

    over: Callable[[], None] = staticmethod(lambda: None)

    def tick(self) -> Iterable[Message]:
        yield from super().tick()
        self.over()


class AnswerFilter(PacketParser):
    """Textual's parser, deaf to late answers: it would take them for typed letters."""

    _held = ""
    _begun: float | None = None

    def feed(self, data: str) -> Iterable[Message]:
        self._begun = self._begun or monotonic()
        if data and monotonic() - self._begun < LATE:
            data, self._held = self._held + data, ""
            data = _ANSWERS.sub("", data)
            if begun := _BEGUN.search(data):
                data, self._held = data[: begun.start()], begun.group()
            if not data:
                return ()
        return super().feed(data)


class PatientStream:
    """A terminal's stream that takes what is written to it also when the terminal has gone.

    Textual's writing thread would end at the first error; then its queue fills up, whoever writes
    next waits forever, and the process stays behind, with its locks.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()


def tidy_driver(base: type[Driver]) -> type[Driver]:
    """`base`, but pictures are taken down before it leaves the alternate screen.

    That is at the end, after a crash, and when the app is suspended: there is no other place
    that all ways out pass while the terminal still shows the screen that has the pictures.
    """

    class TidyDriver(base):  # type: ignore[misc, valid-type]
        _reader = 0
        _packet: list[Message]

        def start_application_mode(self) -> None:
            driver: Any = self
            if isinstance(getattr(driver, "_file", None), io.TextIOBase):
                driver._file = PatientStream(driver._file)
            super().start_application_mode()

        def stop_application_mode(self) -> None:
            app: Any = self._app
            if getattr(self, "_writer_thread", None) is not None:
                app.writer.farewell()
            super().stop_application_mode()

        # Signals: Python runs their handlers between any two steps of the main thread, perhaps
        # while that puts something into the queue of the writing thread; writing there would wait
        # for itself. So both do their work from the loop.

        def _sigtstp_application(self, *_: object) -> None:
            suspend: Any = super()._sigtstp_application
            self._soon(suspend)

        def _sigcont_application(self, *_: object) -> None:
            """Textual starts anew at each, also where nothing had ended: after SIGSTOP, or none.

            Then two threads read the keys, and one of them outlives the app.
            """
            driver: Any = self
            if driver._must_signal_resume:
                super()._sigcont_application()
            else:
                self._soon(self._start_anew)

        def _start_anew(self) -> None:
            """A shell may have used the terminal while we were stopped."""
            driver: Any = self
            if driver._writer_thread is not None and driver._auto_restart:
                self.suspend_application_mode()
                driver._must_signal_resume = True
                self.resume_application_mode()

        def _soon(self, work: Callable[[], None]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(work)

        def run_input_thread(self) -> None:
            app: Any = self._app
            module: Any = sys.modules[base.__module__]
            plain = getattr(module, "XTermParser", None)
            if plain is None:
                super().run_input_thread()
                return
            self._packet = []
            self._reader = threading.get_ident()
            kind = AnswerFilter if app.session.choice.late else PacketParser

            def parser(debug: bool = False) -> PacketParser:
                made = kind(debug)
                made.over = self._packet_over
                return made

            decoder = module.getincrementaldecoder
            module.XTermParser, module.getincrementaldecoder = parser, _lenient_decoder
            try:
                super().run_input_thread()
            except OSError:
                self._hang_up()
            finally:
                module.XTermParser, module.getincrementaldecoder = plain, decoder
                self._reader = 0
                self._deliver()

        def _packet_over(self) -> None:
            self._deliver()
            if _has_hung_up(self.fileno):
                self._hang_up()

        def _hang_up(self) -> None:
            """The terminal has gone without a signal for us (it went to a shell, perhaps): what
            is read is an endless nothing. The same end as with a signal."""
            driver: Any = self
            driver.exit_event.set()
            with contextlib.suppress(RuntimeError):  # the loop has ended
                driver._loop.call_soon_threadsafe(_end, self._app, 128 + signal.SIGHUP)

        def send_message(self, message: Message) -> None:
            """Events of one packet go to the app together: keys that are held come as several,
            and waking the app for each would cost more than what it does for them."""
            if threading.get_ident() == self._reader:
                self._packet.append(message)
            else:
                super().send_message(message)

        def _deliver(self) -> None:
            if not self._packet:
                return
            packet, self._packet = self._packet, []

            def post() -> None:
                for message in packet:
                    self._app.post_message(message)

            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(post)

    return TidyDriver


def _has_hung_up(terminal: int) -> bool:
    watch = select.poll()
    watch.register(terminal, 0)
    return any(found & select.POLLHUP for _, found in watch.poll(0))


def _lenient_decoder(encoding: str) -> Callable[[], codecs.IncrementalDecoder]:
    """What a terminal of another encoding sends is no key, and no reason to end."""
    return partial(codecs.getincrementaldecoder(encoding), errors="ignore")


def end_on_signals(app: App[Any]) -> None:
    """Leave in an orderly way when the machine or the connection goes (SIGTERM, SIGHUP),
    or somebody interrupts it from outside (SIGINT).

    What was edited is saved, and the terminal is given back where there still is one.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        # Not in a thread other than the main one, where apps run in tests.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, _end, app, 128 + number)


def _end(app: App[Any], status: int) -> None:
    # What keys still wait would change after this is lost: so they change nothing.
    app.session.history.is_over = True  # type: ignore[attr-defined]

    async def leave() -> None:
        await app.autosave.flush()  # type: ignore[attr-defined]
        app.exit(return_code=status)

    app.run_worker(leave(), exit_on_error=False)
