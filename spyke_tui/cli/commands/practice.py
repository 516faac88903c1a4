"""``spyke-tui practice``: the practice server alone, until it is told to end."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys

from spyke_tui.comfy.practice import PracticeServer, describe_faults
from spyke_tui.errors import UsageError

LARGEST_PORT = 65535
LARGEST_DELAY = 3600.0


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; both are a clean end. Raises `UsageError`."""
    if "help" in arguments.fault:
        width = max(60, min(shutil.get_terminal_size((80, 24)).columns, 120))
        print("Faults, each as --fault NAME or --fault NAME=N (last: the usual N):")
        print(describe_faults(width))
        return 0
    if not 0 <= arguments.port <= LARGEST_PORT:
        raise UsageError(
            f"There is no port {arguments.port}.", f"Ports go from 1 to {LARGEST_PORT}."
        )
    if not 0 <= arguments.delay <= LARGEST_DELAY:
        raise UsageError(
            f"A delay of {arguments.delay:g} seconds is none.", "Write seconds from 0 to 3600."
        )
    server = PracticeServer(
        arguments.port, delay=arguments.delay, faults=arguments.fault, previews=True
    )
    asyncio.run(_serve(server))
    return 0


async def _serve(server: PracticeServer) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with server:
        print(server.url, flush=True)
        if sys.stdout.isatty():
            print(
                "A practice server: it draws placeholders, not for training. Ctrl+C ends it.\n"
                f"Use it with: spyke-tui reg --server {server.url}",
                file=sys.stderr,
            )
        await ended.wait()
