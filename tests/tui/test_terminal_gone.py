"""The terminal is closed under the app, or the connection to it is lost."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

from spyke_tui.store.crops_file import CropsFile

PATIENCE = 30.0


def test_the_app_saves_and_ends_and_leaves_no_process_behind(project: Path) -> None:
    child, terminal = opened(sys.executable, "-m", "spyke_tui", str(project))
    try:
        left = rect_on_disk(project)[0]
        _read_until(terminal, b"front")
        _read_until_quiet(terminal)
        os.write(terminal, b"l")
        _read_until(terminal, b"not saved")
    finally:
        os.close(terminal)
    ended = _ends(child)
    if not ended:
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert ended, "it waits for a terminal that is gone"
    assert rect_on_disk(project)[0] == left + 1


def test_an_interrupt_from_outside_saves_first(project: Path) -> None:
    child, terminal = opened(sys.executable, "-m", "spyke_tui", str(project))
    try:
        left = rect_on_disk(project)[0]
        _read_until(terminal, b"front")
        _read_until_quiet(terminal)
        os.write(terminal, b"l")
        _read_until(terminal, b"not saved")
        os.kill(child, signal.SIGINT)
        status = _drained(terminal, child)
    finally:
        os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 130
    assert rect_on_disk(project)[0] == left + 1


def test_a_terminal_that_goes_without_a_signal_ends_it_too(project: Path) -> None:
    """The signal goes to the session's leader, a shell perhaps, that keeps it to itself."""
    code = project / "code"
    command = f"trap '' HUP; {sys.executable} -m spyke_tui {project}; echo $? > {code}"
    child, terminal = opened("/bin/sh", "-c", command)
    try:
        left = rect_on_disk(project)[0]
        _read_until(terminal, b"front")
        _read_until_quiet(terminal)
        os.write(terminal, b"l")
        _read_until(terminal, b"not saved")
    finally:
        os.close(terminal)
    assert _ends(child), "it reads the end of the terminal for ever"
    assert code.read_text().strip() == "129"
    assert rect_on_disk(project)[0] == left + 1


def test_bytes_that_are_no_text_are_no_keys_and_the_next_key_is_one(project: Path) -> None:
    child, terminal = opened(sys.executable, "-m", "spyke_tui", str(project))
    try:
        left = rect_on_disk(project)[0]
        _read_until(terminal, b"front")
        _read_until_quiet(terminal)
        os.write(terminal, b"\xe9\xff\xfe")
        _read_until_quiet(terminal)
        os.write(terminal, b"l")
        _read_until(terminal, b"not saved")
        os.write(terminal, b"q")
        assert os.waitstatus_to_exitcode(_drained(terminal, child)) == 0
    finally:
        os.close(terminal)
    assert rect_on_disk(project)[0] == left + 1


def opened(*command: str) -> tuple[int, int]:
    """The command in a terminal of its own: its process, and the other end of the terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS="", LINES="")
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    return child, terminal


def rect_on_disk(project: Path) -> tuple[int, int]:
    crop = CropsFile.read(project).project.crop("front")
    assert crop is not None
    return crop.rect.left, crop.rect.top


def _read_until(terminal: int, words: bytes) -> None:
    seen, until = b"", time.monotonic() + PATIENCE
    while words not in seen:
        assert time.monotonic() < until, seen[-2000:]
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65536)


def _read_until_quiet(terminal: int, seconds: float = 0.4) -> None:
    """What is drawn is drawn: nothing more has come for so long."""
    until = time.monotonic() + PATIENCE
    while select.select([terminal], [], [], seconds)[0]:
        assert time.monotonic() < until, "it draws for ever"
        os.read(terminal, 65536)


def _drained(terminal: int, child: int) -> int:
    """The status of the ended child; what it says meanwhile is read and dropped."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                os.read(terminal, 65536)
            except OSError:
                time.sleep(0.05)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
    os.kill(child, 9)
    return os.waitpid(child, 0)[1]


def _ends(child: int) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0] == child:
            return True
        time.sleep(0.05)
    return False
