"""The app on a pseudo terminal: what it wrote for keys is what a full repaint would show."""

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
from PIL import Image, ImageDraw
from screen_model import ScreenModel, Shown

from spyke_tui.terminal.halfcell_preview import SETTLE_TOLERANCE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")

CROPS = """\
[dataset]
character = "spyke"
trigger = "spyke_plasma_v1"

[sheets.final]
file = "final.png"
size = [1200, 640]

[[crops]]
id = "front"
sheet = "final"
rect = { left = 60, top = 40, width = 240, height = 480 }

[[crops]]
id = "back"
sheet = "final"
rect = { left = 600, top = 40, width = 240, height = 480 }
status = "draft"
"""
RUN = (
    "import sys; from pathlib import Path; from spyke_tui.tui.app import run_app;"
    "sys.exit(run_app(Path(sys.argv[1]), sys.argv[2]))"
)


class Session:
    """A program on a pseudo terminal and what that terminal shows."""

    def __init__(self, command: list[str], cols: int, rows: int, env: dict[str, str]) -> None:
        self.screen = ScreenModel(cols, rows)
        self.master, slave = pty.openpty()
        self.resize(cols, rows)
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
        )
        os.close(slave)
        self.written = 0
        self.last_words = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def resize(self, cols: int, rows: int) -> None:
        self.screen = ScreenModel(cols, rows)
        size = struct.pack("HHHH", rows, cols, cols * 10, rows * 20)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    def read(self, wait: float) -> bool:
        if not select.select([self.master], [], [], wait)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.written += len(data)
        text = self._decoder.decode(data)
        self.last_words = (self.last_words + text)[-4000:]
        self.screen.feed(text)
        return bool(data)

    def until(self, condition: Callable[[], bool], what: str, limit: float = 30) -> None:
        end = monotonic() + limit
        while not condition():
            if monotonic() > end:
                pytest.fail(f"waited in vain: {what}\n" + "\n".join(self.screen.text()))
            self.read(0.05)

    def until_quiet(self, seconds: float = 0.7) -> None:
        """Read until nothing has come for so long: the preview has settled."""
        while self.read(seconds):
            pass

    def until_saved(self) -> None:
        """Until that is said (the words of what is not saved end alike), and all is quiet."""
        words = ("not saved", "NOT SAVED")
        self.until(
            lambda: self.screen.has(" saved") and not any(map(self.screen.has, words)), "saved"
        )
        self.until_quiet()

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())


@contextmanager
def running(
    folder: Path, size: tuple[int, int], *, code: str = RUN, **more: str
) -> Iterator[Session]:
    env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    env |= {"XDG_STATE_HOME": str(folder / "state"), **more}
    for name in ("NO_COLOR", "SSH_CONNECTION", "TMUX", "LINES", "COLUMNS"):
        if name not in more:
            env.pop(name, None)
    session = Session([sys.executable, "-c", code, str(folder), "halfcell"], *size, env)
    try:
        session.until(lambda: session.screen.has("▀"), "the picture")
        session.until_quiet()
        yield session
    finally:
        if session.process.poll() is None:
            session.process.send_signal(signal.SIGTERM)
            try:
                session.process.wait(5)
            except subprocess.TimeoutExpired:
                session.process.kill()
                session.process.wait()
        os.close(session.master)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "crops.toml").write_text(CROPS)
    sheet = Image.effect_noise((1200, 640), 12).convert("RGB")
    draw = ImageDraw.Draw(sheet)
    for left in (100, 640):
        draw.ellipse((left + 40, 60, left + 120, 140), fill="#c08060")
        draw.rectangle((left, 140, left + 160, 500), fill="#803030")
    sheet.save(tmp_path / "final.png")
    return tmp_path


def differing(one: ScreenModel, other: ScreenModel) -> list[tuple[int, int, Shown, Shown]]:
    """The cells that differ; those of the preview may do so by what can't be seen."""
    return [
        (row, col, mine, its)
        for row in range(one.rows)
        for col in range(one.cols)
        if (mine := one.cells[row][col]) != (its := other.cells[row][col])
        and not (col >= one.cols - 26 and row <= 12 and _nearly(mine, its))
    ]


def _nearly(one: Shown, other: Shown) -> bool:
    """Half cells that the preview leaves as they are, once more and once less far off."""
    if {one.text, other.text} - {" ", "▀"}:
        return False
    pixels = [(cell.bg if cell.text == " " else cell.fg, cell.bg) for cell in (one, other)]
    if any(colour >> 24 for pair in pixels for colour in pair):  # of a fixed palette
        return True
    return all(
        abs((mine >> shift & 255) - (its >> shift & 255)) < 2 * SETTLE_TOLERANCE
        for mine, its in zip(*pixels, strict=True)
        for shift in (16, 8, 0)
    )


@pytest.mark.parametrize("more", [{}, {"NO_COLOR": "1"}, {"COLORTERM": ""}])
def test_the_screen_after_many_keys_is_the_one_a_repaint_shows(
    folder: Path, more: dict[str, str]
) -> None:
    with running(folder, (100, 30), **more) as it:
        for keys in ("3llllllll", "jjj", "\t\tlll", "\t\t\t0", "n", "+++", "p", "2kkk", "HH", "-"):
            it.press(keys)
            it.until_quiet(0.2)
        it.press("zllZ")
        it.until_saved()
        shown = it.screen
        it.screen = ScreenModel(100, 30)
        it.press(",.")  # another pane and back: everything is painted again
        it.until(lambda: it.screen.has("front keep 1/2") and it.screen.has("[Crops]"), "the pane")
        it.until_quiet()
        assert differing(shown, it.screen) == []


def test_nudges_are_few_bytes(folder: Path) -> None:
    with running(folder, (200, 50)) as it:
        it.press("l")
        it.until(lambda: it.screen.has("at 61,40"), "the first nudge")
        it.until_saved()
        sizes = []
        for number in range(20):
            before = it.written
            it.press("l")
            it.until(lambda left=62 + number: it.screen.has(f"at {left},40"), "the nudge")
            it.until_quiet(0.05)
            sizes.append(it.written - before)
        assert sorted(sizes)[10] <= 1500, sizes


def test_a_toast_and_a_dialog_leave_nothing_behind(folder: Path) -> None:
    with running(folder, (100, 30)) as it:
        it.press("X")  # a message comes over the list
        it.until(lambda: it.screen.has("brings it back"), "the message")
        it.press("3lllu")
        it.press("?")
        it.until(lambda: it.screen.has("Keys: Crops"), "the help")
        it.press("\x1b")
        it.until(lambda: not it.screen.has("Keys: Crops"), "the end of the help")
        it.until(lambda: not it.screen.has("▌"), "the end of all messages")
        it.until_saved()
        shown = it.screen
        it.screen = ScreenModel(100, 30)
        it.press(",.")
        it.until(lambda: it.screen.has("[Crops]"), "the pane")
        it.until_quiet()
        assert differing(shown, it.screen) == []


def test_quitting_ends_with_0_and_a_resize_is_followed(folder: Path) -> None:
    with running(folder, (100, 30)) as it:
        it.resize(80, 24)
        os.kill(it.process.pid, signal.SIGWINCH)
        it.until(lambda: it.screen.has("halfcell") and it.screen.has("+front"), "the new size")
        it.press("lq")
        it.until(lambda: it.process.poll() is not None, "the end")
        assert it.process.returncode == 0
        assert "left = 61" in (folder / "crops.toml").read_text()


def test_a_crash_gives_the_terminal_back_and_loses_nothing(folder: Path) -> None:
    crash = (
        "import sys; from pathlib import Path\n"
        "from spyke_tui.tui.widgets.status_line import StatusLine\n"
        "draw = StatusLine.draw\n"
        "def broken(self):\n"
        "    draw(self)\n"
        "    if self._session.editor.crop.rect.left > 61: raise RuntimeError('a fault of ours')\n"
        "StatusLine.draw = broken\n"
        "from spyke_tui.cli.running import run_guarded\n"
        "from spyke_tui.tui.app import run_app\n"
        "run = lambda: run_app(Path(sys.argv[1]), sys.argv[2])\n"
        "sys.exit(run_guarded(run, json_errors=False))\n"
    )
    with running(folder, (100, 30), code=crash) as it:
        it.press("ll")
        it.until(lambda: it.process.poll() is not None, "the end")
        it.until_quiet(0.1)
        assert it.process.returncode == 1
        assert "\x1b[?1049l" in it.last_words
        assert "Traceback" not in it.last_words
        assert "spyke-tui" in it.last_words.rpartition("\x1b[?1049l")[2]
        assert "left = 62" in (folder / "crops.toml").read_text()


def test_a_terminal_that_was_small_for_a_moment_is_drawn_again(folder: Path) -> None:
    """It is as large as before when the app looks, but what it had cut off is gone."""
    with running(folder, (100, 30)) as it:
        whole = it.screen.text()
        it.resize(100, 30)  # a screen with nothing on it
        os.kill(it.process.pid, signal.SIGWINCH)
        it.until(lambda: it.screen.text() == whole, "all of it again")
