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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

COLUMNS, ROWS = 200, 50
CELL_WIDTH, CELL_HEIGHT = 10, 20

Kind = Literal["text", "kitty", "sixel", "xterm"]
"""What pictures a terminal can show; xterm's sixels may have holes."""

_ESCAPES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[PX^_].*?\x1b\\|\x1b\].*?(?:\x07|\x1b\\)|\x1b[@-Z=>78]",
    re.DOTALL,
)
_QUESTION = re.compile(
    rb"\x1b_G(?P<asked>[^;\x1b]*a=q[^;\x1b]*);[^\x1b]*\x1b\\"
    rb"|\x1b\[(?P<csi>c|>0?q|1[468]t|\?2026\$p|\?2048\$p|6n|\?[12];1;0S)"
    rb"|\x1b\](?P<colour>1[01]);\?"
)
_FIXED: Mapping[bytes, bytes] = {
    b">q": b"\x1bP>|bench 1\x1b\\",
    b">0q": b"\x1bP>|bench 1\x1b\\",
    b"16t": b"\x1b[6;%d;%dt" % (CELL_HEIGHT, CELL_WIDTH),
    b"?2026$p": b"\x1b[?2026;2$y",
    b"?2048$p": b"\x1b[?2048;0$y",
    b"6n": b"\x1b[1;1R",
}
_FEATURES: Mapping[Kind, bytes] = {
    "text": b"\x1b[?62;22c",
    "kitty": b"\x1b[?62;22c",
    "sixel": b"\x1b[?63;1;2;4;22c",
    "xterm": b"\x1b[?63;1;2;4;22c",
}

PIECE = 2048
"""Bytes that a slow link takes at once."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program did about a key: bytes written, seconds until the last of them."""

    size: int
    seconds: float


class PseudoTerminal:
    """A program on a pty of 200x50 cells. `rate`: bytes a second that the line takes; 0: any."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        kind: Kind = "text",
        rate: int = 0,
    ) -> None:
        self.kind, self.rate = kind, rate
        self.columns, self.rows = COLUMNS, ROWS
        self.output = bytearray()
        self._asked_to = 0
        self.started = time.perf_counter()
        self._pid, self._handle = pty.fork()
        if self._pid == 0:
            with contextlib.suppress(BaseException):
                # In here, so that the program can't start before the size is known.
                fcntl.ioctl(0, termios.TIOCSWINSZ, self._window())
                os.execvpe(command[0], list(command), dict(environment))
            os._exit(127)

    def wait_for(self, marker: str, timeout: float = 60) -> float:
        """Seconds from the start until `marker` was written. Raises TimeoutError."""
        wanted = marker.encode()
        while True:
            self._read(timeout - (time.perf_counter() - self.started))
            if wanted in self.output and wanted in _ESCAPES.sub(b"", self.output):
                return time.perf_counter() - self.started

    def settle(self, quiet: float = 0.5) -> int:
        """Read until nothing came for `quiet` seconds; how many bytes that was."""
        size = 0
        with contextlib.suppress(TimeoutError):
            while True:
                size += self._read(quiet)
        return size

    def read_for(self, seconds: float) -> None:
        """Read whatever comes in this time."""
        for _ in self.pieces(seconds):
            pass

    def pieces(self, seconds: float) -> Iterator[bytes]:
        """What comes in this time, piece by piece."""
        end = time.perf_counter() + seconds
        with contextlib.suppress(TimeoutError):
            while (left := end - time.perf_counter()) > 0:
                size = self._read(left)
                yield bytes(self.output[-size:])
        self._forget()

    def last_read_within(self, quiet: float) -> float:
        """Read until `quiet` seconds of silence; when the last of it came (a perf_counter)."""
        last = time.perf_counter()
        with contextlib.suppress(TimeoutError):
            while True:
                self._read(quiet)
                last = time.perf_counter()
        return last

    def press(self, key: bytes, quiet: float = 0.12, patience: float = 5.0) -> Answer:
        """Send a key; measure until the last output before `quiet` seconds of silence.

        The first output may take `patience` seconds. `quiet` must be longer than the longest
        pause within an answer, or the rest of the answer is not seen.
        """
        self._forget()
        start = time.perf_counter()
        self.send(key)
        return self._answer(start, quiet, patience)

    def resize(self, columns: int, rows: int, quiet: float = 0.5) -> Answer:
        """Make the window another size; measure as for a key."""
        self.columns, self.rows = columns, rows
        self._forget()
        start = time.perf_counter()
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, self._window())
        return self._answer(start, quiet, 5.0)

    def send(self, data: bytes) -> None:
        os.write(self._handle, data)

    def peak_memory(self) -> float:
        """MiB that the program has taken at most so far; 0 where the system does not say."""
        return self._memory(b"VmHWM:")

    def memory(self) -> float:
        """MiB that the program takes just now; 0 where the system does not say."""
        return self._memory(b"VmRSS:")

    def _memory(self, name: bytes) -> float:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self._pid}/status").read_bytes().splitlines():
                if line.startswith(name):
                    return int(line.split()[1]) / 1024
        return 0.0

    def cpu_seconds(self) -> float:
        """Processor time of the program so far, without its children; 0 where nobody says."""
        try:
            words = Path(f"/proc/{self._pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return 0.0
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End the program: politely, then not."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, number)
            if self._is_gone_within(2.0):
                break
        os.close(self._handle)

    def _forget(self) -> None:
        self.output.clear()
        self._asked_to = 0

    def _answer(self, start: float, quiet: float, patience: float) -> Answer:
        size, last = 0, start
        with contextlib.suppress(TimeoutError):
            while True:
                size += self._read(quiet if size else patience)
                last = time.perf_counter()
        return Answer(size, last - start)

    def _is_gone_within(self, seconds: float) -> bool:
        end = time.perf_counter() + seconds
        self.rate = 0
        while time.perf_counter() < end:
            with contextlib.suppress(TimeoutError, EOFError):
                self._read(0.02)
            if os.waitpid(self._pid, os.WNOHANG)[0]:
                return True
        return False

    def _window(self) -> bytes:
        pixels = (self.columns * CELL_WIDTH, self.rows * CELL_HEIGHT)
        return struct.pack("4H", self.rows, self.columns, *pixels)

    def _last_words(self) -> str:
        shown = _ESCAPES.sub(b"", bytes(self.output[-20_000:]))[-300:]
        return f"the program showed last: {shown!r}"

    def _read(self, timeout: float) -> int:
        """One piece of output. Raises TimeoutError, or EOFError where the program ended."""
        ready, _, _ = select.select([self._handle], [], [], max(0.0, timeout))
        if not ready:
            raise TimeoutError(self._last_words())
        try:
            data = os.read(self._handle, PIECE if self.rate else 1 << 16)
        except OSError as error:
            raise EOFError(self._last_words()) from error
        if not data:
            raise EOFError(self._last_words())
        if self.rate:
            time.sleep(len(data) / self.rate)
        self.output += data
        self._answer_questions()
        return len(data)

    def _answer_questions(self) -> None:
        """Questions may be cut in two by a read, so the search starts a little before."""
        for question in _QUESTION.finditer(self.output, self._asked_to):
            self._asked_to = question.end()
            if answer := self._answer_to(question):
                self.send(answer)
        if len(self.output) - self._asked_to > 20_000:
            self._asked_to = len(self.output) - 400

    def _answer_to(self, question: re.Match[bytes]) -> bytes:
        if (asked := question["asked"]) is not None:
            number = re.search(rb"i=(\d+)", asked)
            if self.kind != "kitty" or number is None:
                return b""
            return b"\x1b_Gi=%s;OK\x1b\\" % number[1]
        if (colour := question["colour"]) is not None:
            level = b"ffff" if colour == b"10" else b"0000"
            return b"\x1b]%s;rgb:%s\x1b\\" % (colour, b"/".join([level] * 3))
        csi = question["csi"]
        if csi in (b">q", b">0q") and self.kind == "xterm":
            return b"\x1bP>|XTerm(379)\x1b\\"
        if csi == b"c":
            return _FEATURES[self.kind]
        if csi == b"14t":
            return b"\x1b[4;%d;%dt" % (self.rows * CELL_HEIGHT, self.columns * CELL_WIDTH)
        if csi == b"18t":
            return b"\x1b[8;%d;%dt" % (self.rows, self.columns)
        if csi == b"?1;1;0S" and self.kind in ("sixel", "xterm"):
            return b"\x1b[?1;0;256S"
        if csi == b"?2;1;0S" and self.kind in ("sixel", "xterm"):
            size = (self.columns * CELL_WIDTH, self.rows * CELL_HEIGHT)
            return b"\x1b[?2;0;%d;%dS" % size
        return _FIXED.get(csi, b"")
