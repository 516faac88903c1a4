"""The harness of `make torture`, shortened: a few kills, a little nonsense."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture", *words], cwd=ROOT, capture_output=True, text=True,
        timeout=900, check=False,  # against a hang; a minute is usual
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_killed_at_random_points_it_loses_nothing() -> None:
    # Every kind of ending once. A second is promised, and here the machine may be busy with all the
    # other tests: exact is test_saving_clock, and `make torture` allows one second.
    words = run("crash", "--kills", "8", "--seed", "131", "--jobs", "2", "--promise", "5")
    assert " 0 with findings" in words


def test_nonsense_becomes_a_message() -> None:
    """The panes are looked at in test_hostile_panes."""
    assert " 0 findings" in run(
        "hostile", "--cases", "60", "--projects", "4", "--panes", "0", "--seed", "12"
    )
