"""The memory that the app takes at most with the Set pane on five hundred crops.

The app itself, in a process of its own on a pty; no thumbnail is made yet, so that every sheet is
decoded.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.bench.meter import CACHE, SPYKE
from tests.bench.pseudo_terminal import Kind, PseudoTerminal

LIMIT = 250.0
"""MiB."""
PAGES = 16
"""More than there are."""

_F5, _PAGE_DOWN, _PAGE_UP = b"\x1b[15~", b"\x1b[6~", b"\x1b[5~"


def peak_memory(project: Path, kind: Kind) -> float:
    """MiB at most, after a walk through all crops and back; 0 where the system does not say."""
    shutil.rmtree(project / "dataset/spyke/.spyke/crops", ignore_errors=True)
    state = CACHE / "set-memory-state"
    shutil.rmtree(state, ignore_errors=True)
    seen = ("TMUX", "STY", "SSH_TTY", "SSH_CONNECTION", "KITTY_WINDOW_ID")
    environment = {key: value for key, value in os.environ.items() if key not in seen}
    environment |= {
        "XDG_STATE_HOME": str(state), "TERM": "xterm-256color", "COLORTERM": "truecolor",
    }  # fmt: skip
    terminal = PseudoTerminal([str(SPYKE), str(project)], environment, kind)
    try:
        terminal.wait_for("crop_000")
        terminal.settle()
        terminal.press(_F5, quiet=1.0, patience=30)
        for key in (_PAGE_DOWN, _PAGE_UP):
            for _ in range(PAGES):
                terminal.press(key, quiet=0.4, patience=2)
        terminal.settle(1.0)
        return terminal.peak_memory()
    finally:
        terminal.close()
