"""Asking the terminal what it can show: once, before the application runs, never at import.

`Probe.start` writes the questions, `Probe.finish` reads what was answered; in between the caller
imports the application, so the answers cost next to no time. The last question (DA1) is one that
every terminal answers, so its answer ends the wait. Sources: the kitty graphics protocol
(a=q), xterm's control sequences (DA1, XTWINOPS 16, XTVERSION, XTSMGRAPHICS).
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import select
import sys
import tempfile
import termios
import tty
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from spyke_tui.model.geometry import Size
from spyke_tui.terminal.tmux import through

WAIT = 0.2
"""Seconds that a terminal has to answer, from when nothing else is left to do."""
WAIT_SSH = 0.3

_DIRECT, _FILE, _HUNG = 31, 32, 33
_NOBODY = 2_000_000_011
"""The id of an image that no terminal has."""
_DA1 = re.compile(rb"\x1b\[\?([0-9;]*)c")
_KITTY = re.compile(rb"\x1b_G[^;\x1b]*i=(\d+)[^;\x1b]*;([^\x1b]*)\x1b\\")
_PIXELS = re.compile(rb"\x1b\[4;(\d+);(\d+)t")
_CELL = re.compile(rb"\x1b\[6;(\d+);(\d+)t")
_VERSION = re.compile(rb"\x1bP>\|([^\x1b]*)\x1b\\")
_LAST_OF_TMUX = re.compile(rb"\x1b_G[^;\x1b]*i=%d[^;\x1b]*;[^\x1b]*\x1b\\" % _HUNG)
_OF_XTERM_JS = b"62;4;9;22"
"""What its image addon answers to DA1, and nobody else; before version 6.1 it has no name."""
_REGISTERS = re.compile(rb"\x1b\[\?1;0;(\d+)S")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a terminal said of itself. `replied`: it answered at all within the time."""

    replied: bool = False
    kitty: bool = False
    files: bool = False
    sixel: bool = False
    registers: int = 256
    cell: Size | None = None
    name: str = ""
    hangs: bool = False
    """It can place pictures relative to text."""
    pixels: Size | None = None
    """The size of all cells together."""


def parse(data: bytes) -> Answers:
    """Read the answers out of whatever has come in."""
    da1 = _DA1.search(data)
    said = {int(match[1]): match[2] for match in _KITTY.finditer(data)}
    cell = _CELL.search(data)
    size = Size(int(cell[2]), int(cell[1])) if cell else None
    window = _PIXELS.search(data)
    pixels = Size(int(window[2]), int(window[1])) if window else None
    version = _VERSION.search(data)
    name = version[1].decode("utf-8", "replace") if version else ""
    if da1 is not None and not name and da1[1] == _OF_XTERM_JS:
        name = "xterm.js"
    registers = _REGISTERS.search(data)
    return Answers(
        replied=da1 is not None,
        kitty=said.get(_DIRECT) == b"OK",
        files=said.get(_FILE) == b"OK",
        sixel=da1 is not None and b"4" in da1[1].split(b";")[1:],
        registers=int(registers[1]) if registers else 256,
        cell=size if size and 1 <= size.width <= 200 and 1 <= size.height <= 400 else None,
        name="".join(char for char in name if char.isprintable())[:60],
        pixels=pixels if pixels and pixels.width < 1 << 16 and pixels.height < 1 << 16 else None,
        hangs=said.get(_HUNG, b"").startswith(b"ENOPARENT"),
    )


class Probe:
    """One round of questions on the terminal that standard input and output are."""

    def __init__(self, environ: Mapping[str, str], *, behind_tmux: bool = False) -> None:
        """`behind_tmux`: ask the terminal behind tmux too, what concerns graphics."""
        self._behind_tmux = behind_tmux
        self._last = _LAST_OF_TMUX if behind_tmux else _DA1
        self._ssh = "SSH_CONNECTION" in environ or "SSH_TTY" in environ
        self._apple = environ.get("TERM_PROGRAM") == "Apple_Terminal"
        self._before: list[Any] | None = None
        self._file = ""
        self.late = False
        """Whether answers may still come after `finish`."""

    def start(self) -> None:
        """Write the questions. Nothing happens where there is no terminal."""
        try:
            if not (os.isatty(0) and os.isatty(1)):
                return
            self._before = termios.tcgetattr(0)
            tty.setcbreak(0, termios.TCSANOW)
            sys.stdout.flush()
            os.write(1, self._questions())
        except (OSError, termios.error):
            self._restore()

    def finish(self) -> Answers:
        """Read until the last answer has come, or the time is up."""
        if self._before is None:
            return Answers()
        data = b""
        until = monotonic() + (WAIT_SSH if self._ssh else WAIT)
        try:
            while not self._last.search(data):
                left = until - monotonic()
                if left <= 0 or not select.select([0], [], [], left)[0]:
                    self.late = True
                    break
                data += os.read(0, 4096)
        except OSError:
            self.late = True
        finally:
            self._restore()
        return parse(data)

    def _questions(self) -> bytes:
        if self._apple:
            return b"\x1b[c"  # it prints what it does not know
        pixel = base64.b64encode(bytes(3))
        asked = b"\x1b_Gi=%d,s=1,v=1,a=q,t=d,f=24;%s\x1b\\" % (_DIRECT, pixel)
        if not self._ssh and (path := self._pixel_file()):
            name = base64.b64encode(path.encode())
            asked += b"\x1b_Gi=%d,s=1,v=1,a=q,t=t,f=24;%s\x1b\\" % (_FILE, name)
        others = b"\x1b[14t\x1b[16t\x1b[>q\x1b[?1;1;0S\x1b[c"
        if not self._behind_tmux:
            return asked + others
        # tmux answers the others itself, and sooner than these come back. A terminal that can hang
        # pictures on text misses the parent of the second one; another one places it.
        asked += b"\x1b_Gi=%d,s=1,v=1,t=d,f=24,q=1;%s\x1b\\" % (_HUNG, pixel)
        asked += b"\x1b_Ga=p,i=%d,p=1,P=%d,Q=1,C=1;\x1b\\" % (_HUNG, _NOBODY)
        asked += b"\x1b_Ga=d,d=I,i=%d,q=2;\x1b\\" % _HUNG
        return others + through(asked.decode()).encode()

    def _pixel_file(self) -> str:
        """One pixel in a file: whether the terminal can read it shows whether it is on our disk."""
        try:
            handle, self._file = tempfile.mkstemp(prefix="tty-graphics-protocol-spyke-")
            with open(handle, "wb") as file:
                file.write(bytes(3))
        except OSError:
            return ""
        return self._file

    def _restore(self) -> None:
        if self._before is not None:
            with contextlib.suppress(OSError, termios.error):
                if self.late:
                    termios.tcflush(0, termios.TCIFLUSH)
                termios.tcsetattr(0, termios.TCSANOW, self._before)
            self._before = None
        if self._file:
            with contextlib.suppress(OSError):  # a terminal that reads such a file deletes it
                os.unlink(self._file)
            self._file = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A terminal's size by TIOCGWINSZ; many leave its `pixels` 0."""

    cols: int
    rows: int
    pixels: Size


def window_now() -> Window | None:
    """The size of the terminal that standard output is; None where that is none."""
    try:
        import fcntl
        import struct

        packed = fcntl.ioctl(1, termios.TIOCGWINSZ, bytes(8))
        rows, cols, width, height = struct.unpack("HHHH", packed)
    except (OSError, ImportError):
        return None
    return Window(cols, rows, Size(width, height))


def cell_by_window() -> Size | None:
    """Device pixels of one cell, by the window's size (TIOCGWINSZ); many terminals leave it 0."""
    now = window_now()
    if now is None or not (now.rows and now.cols):
        return None
    if now.pixels.width < now.cols or now.pixels.height < now.rows:
        return None
    return Size(now.pixels.width // now.cols, now.pixels.height // now.rows)
