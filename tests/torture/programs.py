"""spyke-tui as a process: on a real pseudo terminal, or with pipes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
OBSERVER = Path(__file__).parent / "observer"
COMMAND = (sys.executable, "-m", "spyke_tui")


def environment(state: Path, log: Path | None = None, **more: str) -> dict[str, str]:
    """A user's environment with a state folder of its own; `log` takes its states."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {
        "PYTHONPATH": f"{OBSERVER}:{ROOT}" if log else str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "XDG_STATE_HOME": str(state),
        "XDG_CONFIG_HOME": str(state / "config"),
        "TERM": "xterm-256color",
        "LOGNAME": "torture",
    }
    if log is not None:
        own["SPYKE_TORTURE_LOG"] = str(log)
    return {**kept, **own, **more}


def living(state: Path) -> dict[int, str]:
    """By process: what runs with this state folder (and was perhaps left behind)."""
    mark, found = f"\0XDG_STATE_HOME={state}\0".encode(), {}
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in b"\0" + (place / "environ").read_bytes() + b"\0":
                words = (place / "cmdline").read_bytes().split(b"\0")
                found[int(place.name)] = b" ".join(words).decode("utf-8", "replace").strip()
    return found


def end_all(state: Path, patience: float = 30.0) -> list[str]:
    """Wait until nothing runs with this state folder; what had to be killed."""
    end = time.monotonic() + patience
    while (left := living(state)) and time.monotonic() < end:
        time.sleep(0.02)
    for process in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return list(left.values())


class Program:
    """A program on a pseudo terminal that is read all the time and answers nothing."""

    def __init__(
        self,
        words: Sequence[str],
        env: Mapping[str, str],
        *,
        folder: Path,
        size: tuple[int, int] = (100, 30),
        command: Sequence[str] = COMMAND,
    ) -> None:
        self.output = b""
        self.status: int | None = None
        self.ended_at = 0
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(folder)
                os.execvpe(command[0], [*command, *words], dict(env))
            finally:
                os._exit(127)
        self.resize(*size)
        self._reading = True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self.terminal, keys)

    def wait_for(self, words: bytes, limit: float = 30) -> bool:
        """Whether the program wrote `words` in time, in one piece."""
        end = time.monotonic() + limit
        while words not in self.output:
            if self.ended(0) or time.monotonic() > end:
                return words in self.output
            time.sleep(0.01)
        return True

    def signal(self, number: int) -> int:
        """Send it; the monotonic time just before, in nanoseconds."""
        now = time.monotonic_ns()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)
        return now

    def hang_up(self) -> int:
        """Close the terminal under it, as a lost connection does."""
        self._stop()
        now = time.monotonic_ns()
        self._close()
        return now

    def ended(self, limit: float = 20) -> bool:
        """Whether it ended in time; `status` is its exit code then, negative for a signal."""
        end = time.monotonic() + limit
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                self.ended_at = time.monotonic_ns()
                self._reader.join(2)  # its last words
                break
            if time.monotonic() >= end:
                return False
            time.sleep(0.005)
        return True

    def close(self) -> None:
        """End it, if need be, and forget it."""
        if not self.ended(0):
            self.signal(signal.SIGKILL)
            self.ended(10)
        self._stop()
        self._close()

    def _stop(self) -> None:
        """A terminal that somebody still reads from would not be closed."""
        self._reading = False
        self._reader.join(5)

    def _close(self) -> None:
        terminal, self.terminal = self.terminal, -1
        if terminal >= 0:
            os.close(terminal)

    def _read(self) -> None:
        while self._reading:
            try:
                if not select.select([self.terminal], [], [], 0.02)[0]:
                    continue
                data = os.read(self.terminal, 1 << 16)
            except OSError:
                return
            if not data:
                return
            self.output += data
