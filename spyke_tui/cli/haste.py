"""Settings of the interpreter for a process that does one short job and ends."""

from __future__ import annotations

import gc
import sys

SWITCH_SECONDS = 0.0001
"""A decoder asks for the interpreter after every 64 kB of a file. With Python's own 5 ms it stands
still most of the time while another thread imports modules or writes captions."""


def hurry() -> None:
    """Look for no garbage (a build makes next to none, and looking costs a fifteenth of it), and
    let threads take turns more often."""
    gc.disable()
    sys.setswitchinterval(SWITCH_SECONDS)
