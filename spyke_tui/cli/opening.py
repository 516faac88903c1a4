"""Opening the app on a project."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from spyke_tui.errors import UsageError

COMMANDS = (
    "demo", "init", "suggest", "build", "check", "reg", "topup", "handover", "import", "practice",
)  # fmt: skip
IMAGES = ("auto", "kitty", "sixel", "halfcell", "none")


def open_app(place: str, images: str = "auto") -> int:
    """Open the app on a crops.toml or its folder. Raises `UsageError` without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "spyke-tui needs a terminal to open its screens.",
            "In scripts use a command: build, check, suggest, reg, ... (see spyke-tui --help).",
        )
    if "SSH_CONNECTION" in os.environ:
        # Over SSH an arrow key may arrive in two pieces; read too soon it is an Escape.
        os.environ.setdefault("ESCDELAY", "300")
    from spyke_tui.tui.app import run_app

    return run_app(Path(place), images)
