"""A piece of work in a process of its own: watched for time, memory, tracebacks and commands."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.nasty import commands_in

SECONDS = 2.0
"""Of work: longer is a hang."""
PATIENCE = 30.0
MEMORY = 1_500_000_000
"""Bytes of address space that a child may add to what it is born with."""


@dataclass
class Watched:
    """What came of it."""

    status: int = 0
    output: str = ""
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)


def watched(work: Callable[[], int | None], *, limit: float = SECONDS) -> Watched:
    """Run `work` in a fork; its exit code is what it returns. What it prints is looked at.

    `limit` is of its own work, in seconds; waiting, which a busy machine makes longer, may take
    `PATIENCE`.
    """
    with tempfile.TemporaryFile() as output:
        sys.stdout.flush()
        start = time.monotonic()
        child = os.fork()
        if child == 0:
            _child(work, output.fileno())
        found = Watched()
        while True:
            pid, status, used = os.wait4(child, os.WNOHANG)
            if pid:
                found.status = os.waitstatus_to_exitcode(status)
                found.seconds = used.ru_utime + used.ru_stime
                break
            if time.monotonic() - start > PATIENCE:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                found.findings.append(f"it hangs (over {PATIENCE:g} s)")
                return found
            time.sleep(0.002)
        output.seek(0)
        data = output.read(4_000_000)
    if found.seconds > limit:
        found.findings.append(f"it works for {found.seconds:.1f} s")
    found.output = data.decode("utf-8", "replace")
    if "Traceback" in found.output or "went wrong that should not" in found.output:
        found.findings.append(f"a traceback: ...{found.output[-1500:]}")
    elif found.status < 0 or found.status == 99:
        found.findings.append(f"it died ({found.status}): ...{found.output[-500:]}")
    found.findings += [f"a command to the terminal: {one}" for one in commands_in(found.output)[:3]]
    return found


def _child(work: Callable[[], int | None], output: int) -> None:
    status = 99
    try:
        os.setsid()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        with contextlib.suppress(OSError, ValueError):
            size = int(Path("/proc/self/statm").read_text().split()[0]) * 4096
            resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
        status = work() or 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:
        os.write(2, traceback.format_exc().encode(errors="replace"))
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)
