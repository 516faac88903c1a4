"""The kill matrix, shortened: `python -m tests.torture.generation` is the whole of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_killed_at_random_moments_no_image_is_lost_doubled_or_half() -> None:
    words = [sys.executable, "-m", "tests.torture.generation", "--times", "0.07", "--seed", "7"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "WRONG" not in done.stdout
