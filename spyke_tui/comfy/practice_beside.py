"""A practice server beside a demo: a process of its own that ends with whoever started it.

So do the runs that draw on nothing else: they would wait for it for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping

from spyke_tui.errors import SpykeError

BESIDE = "SPYKE_TUI_PRACTICE_BESIDE"
"""The variable that tells a run so: the process id of the demo, and the server's address."""
DEMO_PORT = 8199
"""Where the sample project's crops.toml looks for it; ComfyUI's own port is another."""


@contextlib.contextmanager
def practice_beside(port: int = 0, *, delay: float = 0.0) -> Iterator[str]:
    """The address of a practice server that lives as long as the ``with``.

    It ends too when this process is killed: its standard input is closed then. Raises
    `SpykeError` where it does not start, as on a port that is taken.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "spyke_tui.comfy.practice_beside", str(port), str(delay)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Ctrl+C in the terminal is meant for the demo, which then ends this one.
        start_new_session=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        address = process.stdout.readline().decode().strip()
        if not address:
            raise SpykeError(
                "The practice server could not be started.",
                f"Perhaps its port {port} is taken." if port else "Try again.",
            )
        os.environ[BESIDE] = f"{os.getpid()} {address}"
        yield address
    finally:
        os.environ.pop(BESIDE, None)
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def keeper_of(addresses: Collection[str], environ: Mapping[str, str] = os.environ) -> int:
    """The process with which a run on these servers ends; 0 where there is none."""
    pid, _, beside = environ.get(BESIDE, "").partition(" ")
    return int(pid) if pid.isdecimal() and set(addresses) == {beside} else 0


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


async def _serve(port: int, delay: float) -> None:
    from spyke_tui.comfy.practice import PracticeServer

    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, gone.set)
    async with PracticeServer(port, delay=delay, previews=True) as server:
        os.write(1, f"{server.url}\n".encode())
        await gone.wait()


def main() -> int:
    try:
        asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
    except SpykeError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
