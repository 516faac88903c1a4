"""Whether the process that left its number somewhere is still that process.

Numbers are given again, and those of another machine (or another container) mean nothing here.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from functools import cache
from pathlib import Path

STALE = 60.0
"""Seconds without a sign of life after which who works on another machine is taken to be gone."""


def is_running(process: int) -> bool:
    """Whether a process of this machine still does; one that only waits to be buried does not."""
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    with contextlib.suppress(OSError, IndexError):
        return _stat(process)[0] != "Z"
    return True


def start_of(process: int) -> str:
    """When a process started, in letters and digits, the same at every time of asking.

    Empty where that can't be known. Linux tells in clock ticks since the machine started
    (proc_pid_stat(5)), others by ``ps`` in whole seconds.
    """
    try:
        return _stat(process)[19]
    except (OSError, IndexError):
        return "" if Path("/proc/self/stat").exists() else _start_by_ps(process)


def is_same(process: int, start: str) -> bool | None:
    """Whether `process` runs here and started at `start`; None where its start is not known."""
    if not is_running(process):
        return False
    now = start_of(process)
    return now == start if now and start else None


def own_start() -> str:
    """`start_of` this process."""
    return _kept_start(os.getpid())


@cache
def own_numbering() -> str:
    """Eight digits that name what gives processes their numbers: this kernel, this container."""
    words = boot() or os.uname().nodename
    with contextlib.suppress(OSError):
        words += os.readlink("/proc/self/ns/pid")
    return f"{zlib.crc32(words.encode(errors='surrogateescape')):08x}"


def boot() -> str:
    """The name of the running kernel, until the machine is started again; empty: it has none."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read(64).strip()
    except (OSError, ValueError):
        return ""


def _stat(process: int) -> list[str]:
    """The fields after the program's name, which may hold spaces and brackets."""
    line = Path(f"/proc/{process}/stat").read_bytes()
    return line.rpartition(b")")[2].decode("ascii", "replace").split()


@cache
def _kept_start(process: int) -> str:
    return start_of(process)


def _start_by_ps(process: int) -> str:
    import subprocess

    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            ["/bin/ps", "-o", "lstart=", "-p", str(process)], env={"LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False,
        )  # fmt: skip
        words = done.stdout.decode("ascii", "replace")
        return "".join(letter for letter in words if letter.isalnum())
    return ""
