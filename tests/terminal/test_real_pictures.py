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
XTERM_JS = (
    b"\x1b_Gi=31;OK\x1b\\\x1b_Gi=32;EINVAL:unsupported transmission medium\x1b\\"
    b"\x1b[4;450;750t\x1b[6;15;8t\x1bP>|xterm.js(6.1.0-beta.337)\x1b\\"
    b"\x1b[?1;0;4096S\x1b[?62;4;9;22c"
)
SIXEL = b"\x1b[6;20;10t\x1bP>|model(1)\x1b\\\x1b[?63;1;4c"


class Session:
    """The app on a pseudo terminal of 100 x 30 cells that answers `answers` when it is asked."""

    def __init__(
        self, project: Path, images: str, answers: bytes, before: str = "",
        pixels: tuple[int, int] = (1000, 600),
    ) -> None:  # fmt: skip
        self.answers = answers
        self.output = b""
        self.master, slave = pty.openpty()
        self.resize(*pixels)
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

    def resize(self, *pixels: int) -> None:
        """As many cells as before, of another size."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, *pixels))

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
def running(
    project: Path, images: str, answers: bytes, before: str = "", **more: tuple[int, int]
) -> Iterator[Session]:
    session = Session(project, images, answers, before, **more)
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


def sizes_of_sixels(output: bytes) -> list[tuple[int, int, int]]:
    """The column where each picture begins, from 0, its width and height."""
    found = re.findall(rb'\x1b\[\d+;(\d+)H\x1bP0;1;0q"1;1;(\d+);(\d+)#', output)
    return [(int(col) - 1, int(wide), int(high)) for col, wide, high in found]


def test_in_xterm_js_on_a_scaled_screen_pictures_keep_to_their_cells(project: Path) -> None:
    """Also when the scale or the font changes while the app is open."""
    with running(project, "auto", XTERM_JS, pixels=(750, 450)) as session:
        session.until(rb'\x1bP0;1;0q"1;1;\d+;\d+#.*?\x1b\\')
        session.until(rb"saved.*\x1b7\x1b\[999H\x1b8")
        os.write(session.master, b"l")
        end = monotonic() + 40
        while "left = 61" not in (project / "crops.toml").read_text():
            assert session.read() and monotonic() < end
        assert b"_Ga=" not in session.output
        drawn = sizes_of_sixels(session.output)
        assert drawn
        assert all(col + wide / 7.5 <= 100 for col, wide, _ in drawn)
        assert any(wide % 7 and wide % 8 for _, wide, _ in drawn)
        session.output = b""
        session.resize(800, 480)
        os.kill(session.process.pid, signal.SIGWINCH)
        session.until(rb"final.png")  # all is drawn anew
        session.output = session.output.rpartition(b"final.png")[2]
        session.until(rb'\x1bP0;1;0q"1;1;\d+;\d+#.*?\x1b\\')
        drawn = sizes_of_sixels(session.output)
        assert all(wide % 8 == high % 16 == 0 for _, wide, high in drawn), drawn
        os.write(session.master, b"q")
        assert session.to_the_end() == 0


@pytest.mark.parametrize("late", [KITTY, XTERM_JS], ids=["kitty", "xterm.js"])
def test_answers_that_come_late_press_no_keys(project: Path, late: bytes) -> None:
    """They hold letters such as i, which would make a crop."""
    with running(project, "auto", b"") as session:
        session.until(rb"half ?cell")
        os.write(session.master, late[:9])
        os.write(session.master, late[9:])
        os.write(session.master, b"q")
        assert session.to_the_end() == 0
    assert (project / "crops.toml").read_text() == CROPS
