"""The app in a real tmux whose terminal has kitty graphics: they get through, and go away again."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shlex
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest
from connections import need
from one_crop import RUN, write_project

ANSWERS = (
    b"\x1b_Gi=31;OK\x1b\\\x1b_Gi=32;EBADF:not there\x1b\\"
    b"\x1b_Gi=33,p=1;ENOPARENT:no image 2000000011\x1b\\"
)


class Terminal:
    """What a tmux of our own writes to the terminal that it is shown in, of 100 x 30 cells."""

    def __init__(self, folder: Path, command: str, passthrough: str) -> None:
        config = folder / "tmux.conf"
        config.write_text(
            f"set -g allow-passthrough {passthrough}\nset -g remain-on-exit on\nset -g status off\n"
        )
        self._tmux = ["tmux", "-S", str(folder / "socket"), "-f", str(config)]
        self.output = b""
        self._asked_to = 0
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 1000, 600))
        env = {name: value for name, value in os.environ.items() if not name.startswith("SSH")}
        for name in ("TMUX", "STY", "ZELLIJ", "NO_COLOR", "KITTY_WINDOW_ID"):
            env.pop(name, None)
        env |= {"TERM": "xterm-256color", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
        env |= {"XDG_STATE_HOME": str(folder / "state")}
        self.client = subprocess.Popen(
            [*self._tmux, "new-session", command],
            stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)

    def tmux(self, *words: str) -> str:
        done = subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=False)
        return done.stdout

    def until(self, pattern: bytes, limit: float = 40) -> None:
        end = monotonic() + limit
        while not re.search(pattern, self.output, re.S):
            assert monotonic() < end, f"waited in vain for {pattern!r}: {self.output[-900:]!r}"
            if not select.select([self.master], [], [], 0.1)[0]:
                continue
            self.output += os.read(self.master, 65536)
            if b"_Ga=d,d=I,i=33," in self.output and not self._asked_to:
                self._asked_to = len(self.output)
                os.write(self.master, ANSWERS)

    def close(self) -> None:
        self.tmux("kill-server")
        with suppress(OSError):
            while select.select([self.master], [], [], 0.2)[0]:
                os.read(self.master, 65536)
        self.client.wait(10)
        os.close(self.master)


def opened(folder: Path, passthrough: str) -> Iterator[Terminal]:
    need("tmux")
    version = subprocess.run(["tmux", "-V"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < (3, 3):
        pytest.skip(f"lets nothing through: {version}")
    command = shlex.join([sys.executable, "-c", RUN, str(write_project(folder)), "auto"])
    terminal = Terminal(folder, command, passthrough)
    try:
        yield terminal
    finally:
        terminal.close()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    yield from opened(tmp_path, "on")


@pytest.fixture
def closed_terminal(tmp_path: Path) -> Iterator[Terminal]:
    yield from opened(tmp_path, "off")


def test_pictures_go_through_hang_on_text_and_leave_nothing(terminal: Terminal) -> None:
    terminal.until(rb"_Ga=p,[^\x1b]*p=16,")  # the frame of the active crop
    terminal.until("\U0010eeee\u0305\u0305".encode())
    (anchor,) = set(re.findall(rb"_Ga=p,[^\x1b]*p=16,P=(\d+),Q=1,", terminal.output))
    assert re.search(rb"_Ga=p,U=1,i=%s,p=1," % anchor, terminal.output)
    # tmux writes the character in the colour that it was given, which is the image's number.
    number = int(anchor) & 255
    assert re.search(rb"38;5;%d[;m][^\xf4]*\xf4\x8e\xbb\xae" % number, terminal.output)
    os.write(terminal.master, b"q")
    sent = set(re.findall(rb"_Ga=t,[^\x1b]*?i=(\d+)", terminal.output)) - {b"33"}
    terminal.until(rb"_Ga=d,d=I,i=%s," % anchor)
    end = {*re.findall(rb"_Ga=d,d=I,i=(\d+)", terminal.output)}
    assert sent
    assert sent <= end


def test_where_tmux_lets_nothing_through_it_says_how(closed_terminal: Terminal) -> None:
    closed_terminal.until(rb"allow-passthrough")
    closed_terminal.until(rb"half ?cell")
    assert b"\x1b_G" not in closed_terminal.output
