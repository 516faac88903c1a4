"""The bell: a notification of the desktop where the terminal has them, else a plain one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from spyke_tui.terminal.capabilities import multiplexer
from spyke_tui.terminal.cells import plain

if TYPE_CHECKING:
    from spyke_tui.tui.spyke_app import SpykeApp

NOTIFYING = ("kitty", "ghostty", "wezterm", "iterm", "foot")
"""Terminals, by the name they give themselves, that show OSC 9 to the user."""


def bell_text(words: str, found: str, environ: Mapping[str, str]) -> str:
    """What is written to the terminal. `found`: what it answered when it was asked who it is."""
    inside = multiplexer(environ)
    names = " ".join((found, environ.get("TERM_PROGRAM", ""), environ.get("TERM", ""))).lower()
    if not inside and any(name in names for name in NOTIFYING):
        return f"\x1b]9;{plain(words)}\x1b\\"
    return "\a"


def ring(app: SpykeApp, words: str) -> None:
    """Tell somebody who looks elsewhere."""
    text = bell_text(words, app.session.choice.found, os.environ)
    app.writer.draw(text)
