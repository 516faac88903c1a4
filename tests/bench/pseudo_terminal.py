"""A small terminal without a screen: runs a program on a pty, answers its questions, counts."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

COLUMNS, ROWS = 200, 50
CELL_WIDTH, CELL_HEIGHT = 10, 20

_ESCAPES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[PX^_].*?\x1b\\|\x1b\].*?(?:\x07|\x1b\\)|\x1b[@-Z=>78]",
    re.DOTALL,
)
_ANSWERS: Sequence[tuple[re.Pattern[bytes], bytes]] = (
    (re.compile(rb"\x1b\[c"), b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[>0?q"), b"\x1bP>|bench 1\x1b\\"),
    (re.compile(rb"\x1b\[14t"), b"\x1b[4;%d;%dt" % (ROWS * CELL_HEIGHT, COLUMNS * CELL_WIDTH)),
    (re.compile(rb"\x1b\[16t"), b"\x1b[6;%d;%dt" % (CELL_HEIGHT, CELL_WIDTH)),
    (re.compile(rb"\x1b\[18t"), b"\x1b[8;%d;%dt" % (ROWS, COLUMNS)),
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
    (re.compile(rb"\x1b\[\?2048\$p"), b"\x1b[?2048;0$y"),
    (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
    (re.compile(rb"\x1b\]10;\?"), b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\"),
    (re.compile(rb"\x1b\]11;\?"), b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program did about a key: bytes written, seconds until the last of them."""

    size: int
    seconds: float


class PseudoTerminal:
    """A program on a pty of 200x50 cells that shows text only (no kitty, no sixel)."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.started = time.perf_counter()
        self._pid, self._handle = pty.fork()
        if self._pid == 0:
            with contextlib.suppress(BaseException):
                os.execvpe(command[0], list(command), dict(environment))
            os._exit(127)
        pixels = (COLUMNS * CELL_WIDTH, ROWS * CELL_HEIGHT)
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, *pixels))
        self.output = b""

    def wait_for(self, marker: str, timeout: float = 30) -> float:
        """Seconds from the start until `marker` was written. Raises TimeoutError."""
        wanted = marker.encode()
        while True:
            self._read(timeout - (time.perf_counter() - self.started))
            if wanted in self.output and wanted in _ESCAPES.sub(b"", self.output):
                return time.perf_counter() - self.started

    def settle(self, quiet: float = 0.5) -> None:
        """Read until nothing came for `quiet` seconds."""
        with contextlib.suppress(TimeoutError):
            while True:
                self._read(quiet)

    def press(self, key: bytes, quiet: float = 0.12) -> Answer:
        """Send a key; measure until the last output before `quiet` seconds of silence."""
        start = last = time.perf_counter()
        size = 0
        os.write(self._handle, key)
        with contextlib.suppress(TimeoutError):
            while True:
                size += self._read(quiet)
                last = time.perf_counter()
        return Answer(size, last - start)

    def close(self) -> None:
        """End the program: politely, then not."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, number)
            if self._is_gone_within(1.0):
                break
        os.close(self._handle)

    def _is_gone_within(self, seconds: float) -> bool:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            with contextlib.suppress(TimeoutError, EOFError):
                self._read(0.02)
            if os.waitpid(self._pid, os.WNOHANG)[0]:
                return True
        return False

    def _last_words(self) -> str:
        return f"the program showed last: {_ESCAPES.sub(b'', self.output)[-300:]!r}"

    def _read(self, timeout: float) -> int:
        """One piece of output. Raises TimeoutError, or EOFError where the program ended."""
        ready, _, _ = select.select([self._handle], [], [], max(0.0, timeout))
        if not ready:
            raise TimeoutError(self._last_words())
        try:
            data = os.read(self._handle, 1 << 16)
        except OSError as error:
            raise EOFError(self._last_words()) from error
        if not data:
            raise EOFError(self._last_words())
        self.output += data
        for question, answer in _ANSWERS:
            for _ in question.findall(data):
                os.write(self._handle, answer)
        return len(data)
