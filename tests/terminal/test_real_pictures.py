"""The app with real pictures on a pseudo terminal: nothing of them outlives it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
from one_crop import CROPS, RUN, write_project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")

CRASH = (
    "from spyke_tui.tui.screens.crops import CropsScreen\n"
    "def do(self, action): raise ValueError('on purpose')\n"
    "CropsScreen.do = do\n"
)
KITTY = b"\x1b_Gi=31;OK\x1b\\\x1b[6;20;10t\x1bP>|model(1)\x1b\\\x1b[?62;c"
SIXEL = b"\x1b[6;20;10t\x1bP>|model(1)\x1b\\\x1b[?63;1;4c"


class Session:
    """The app on a pseudo terminal of 100 x 30 cells that answers `answers` when it is asked."""

    def __init__(self, project: Path, images: str, answers: bytes, before: str = "") -> None:
        self.answers = answers
        self.output = b""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 1000, 600))
        env = {name: value for name, value in os.environ.items() if not name.startswith("SSH")}
        for name in ("TMUX", "STY", "ZELLIJ", "NO_COLOR", "KITTY_WINDOW_ID"):
            env.pop(name, None)
        env |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "HOME": str(project)}
        env |= {"XDG_STATE_HOME": str(project / "state")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", before + RUN, str(project), images],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            start_new_session=True,
        )
        os.close(slave)

    def read(self, wait: float = 0.1) -> bool:
        """Read once; False where the program is gone."""
        if not select.select([self.master], [], [], wait)[0]:
            return self.process.poll() is None
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.output += data
        if b"\x1b[c" in data and self.answers:
            os.write(self.master, self.answers)
            self.answers = b""
        return bool(data)

    def until(self, pattern: bytes, limit: float = 40) -> None:
        end = monotonic() + limit
        while not re.search(pattern, self.output, re.S):
            assert monotonic() < end, f"waited in vain for {pattern!r}: {self.output[-800:]!r}"
            if not self.read():
                break

    def to_the_end(self, limit: float = 30) -> int:
        end = monotonic() + limit
        while self.read():
            assert monotonic() < end, "does not end"
        return self.process.wait(limit)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path)


@contextmanager
def running(project: Path, images: str, answers: bytes, before: str = "") -> Iterator[Session]:
    session = Session(project, images, answers, before)
    try:
        yield session
    finally:
        if session.process.poll() is None:
            session.process.kill()
            session.process.wait()
        os.close(session.master)


FRAME = rb"_Ga=p,[^\x1b]*p=16,"
"""The frame of the active crop is placed: everything it needs has come."""


@pytest.mark.parametrize("way", ["q", "SIGTERM", "SIGHUP", "crash"])
def test_every_way_out_deletes_our_images_and_only_those(project: Path, way: str) -> None:
    with running(project, "auto", KITTY, CRASH if way == "crash" else "") as session:
        session.until(FRAME)
        if way in ("q", "crash"):
            os.write(session.master, b"q" if way == "q" else b"l")
        else:
            os.kill(session.process.pid, getattr(signal, way))
        status = session.to_the_end()
    output = session.output
    sent = set(re.findall(rb"_Ga=t,[^\x1b]*?i=(\d+)", output))
    deleted = set(re.findall(rb"_Ga=d,d=I,i=(\d+)", output))
    assert sent
    assert sent == deleted
    assert not re.search(rb"_Ga=d,(?!d=[iI],i=\d)", output)
    last_picture, left = output.rindex(b"\x1b_Ga="), output.rindex(b"\x1b[?1049l")
    assert last_picture < left  # while the screen that has them is still there
    assert b"Traceback" not in output[left:] or way == "crash"
    assert (status == 0) == (way == "q")


@pytest.mark.parametrize("how", ["SIGTSTP", "SIGSTOP", "SIGCONT"])
def test_after_a_suspension_the_picture_is_there_again(project: Path, how: str) -> None:
    """However it came about, or did not: what goes on may come without a stop."""
    with running(project, "auto", KITTY) as session:
        session.until(FRAME)
        for _ in range(2):
            session.output = b""
            if how != "SIGCONT":
                os.kill(session.process.pid, getattr(signal, how))
                if how == "SIGTSTP":
                    session.until(rb"_Ga=d,d=I.*\x1b\[\?1049l")
                os.waitpid(session.process.pid, os.WUNTRACED)
                session.output = b""
            os.kill(session.process.pid, signal.SIGCONT)
            session.until(FRAME)
        os.write(session.master, b"q")
        assert session.to_the_end() == 0


def test_after_a_resize_to_the_same_size_the_picture_is_there_again(project: Path) -> None:
    with running(project, "auto", KITTY) as session:
        session.until(FRAME)
        session.until(rb"saved")
        session.output = b""
        os.kill(session.process.pid, signal.SIGWINCH)
        session.until(FRAME)
        os.write(session.master, b"q")
        assert session.to_the_end() == 0


def test_sixels_are_drawn_where_they_are_answered(project: Path) -> None:
    with running(project, "auto", SIXEL) as session:
        session.until(rb'\x1bP0;1;0q"1;1;\d+;\d+#.*?\x1b\\')
        os.write(session.master, b"q")
        assert session.to_the_end() == 0


def test_answers_that_come_late_press_no_keys(project: Path) -> None:
    """They hold letters such as i, which would make a crop."""
    with running(project, "auto", b"") as session:
        session.until(rb"half ?cell")
        os.write(session.master, KITTY[:9])
        os.write(session.master, KITTY[9:])
        os.write(session.master, b"q")
        assert session.to_the_end() == 0
    assert (project / "crops.toml").read_text() == CROPS
