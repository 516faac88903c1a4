"""How fast, as ratios on this machine: ``python -m tests.bench [SECTION ...] [--rounds N]``."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping

import PIL

from tests.bench.building import bench_build, bench_check, bench_scaling, bench_unchanged
from tests.bench.crowded import bench_crowded
from tests.bench.generating import bench_generating
from tests.bench.pictures import bench_pictures
from tests.bench.report import say
from tests.bench.screens import bench_first_frame
from tests.bench.set_pane import bench_set
from tests.bench.sheets import bench_held, bench_opening
from tests.bench.suggesting import bench_suggest
from tests.bench.watching import bench_watching

SECTIONS: Mapping[str, Callable[[int], bool]] = {
    "build": bench_build,
    "unchanged": bench_unchanged,
    "scaling": bench_scaling,
    "suggest": bench_suggest,
    "check": bench_check,
    "crowded": bench_crowded,
    "frame": bench_first_frame,
    "pictures": bench_pictures,
    "set": bench_set,
    "opening": bench_opening,
    "held": bench_held,
    "generating": bench_generating,
    "watching": bench_watching,
}


def main() -> int:
    """0; with --strict, 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each pair (default 7)")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a target is missed")
    arguments = parser.parse_args()
    unknown = set(arguments.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    say(f"Python {platform.python_version()}, Pillow {PIL.__version__}, {os.cpu_count()} cores")
    missed = []
    for name in arguments.sections or SECTIONS:
        try:
            fine = SECTIONS[name](arguments.rounds)
        except (EOFError, TimeoutError, RuntimeError, subprocess.CalledProcessError) as error:
            say(f"FAILED  {error}")
            fine = False
        if not fine:
            missed.append(name)
    say()
    say("all targets met" if not missed else f"targets missed in: {', '.join(missed)}")
    return 1 if missed and arguments.strict else 0


if __name__ == "__main__":
    sys.exit(main())
