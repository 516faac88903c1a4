"""Where the user's own state lies. Nothing but `os` is imported: the quickest road starts here."""

from __future__ import annotations

import os
import sys


def state_place() -> str:
    """The user's own state folder: $XDG_STATE_HOME, else the platform's custom."""
    named = os.environ.get("XDG_STATE_HOME", "")
    if named.startswith("/"):  # a relative one is to be ignored, says its specification
        return f"{named}/spyke-tui"
    home = os.path.expanduser("~")
    if not home.startswith("/"):  # a user without a home
        return f"/tmp/spyke-tui-{os.getuid()}"
    if sys.platform == "darwin":
        return f"{home}/Library/Application Support/spyke-tui"
    return f"{home}/.local/state/spyke-tui"
