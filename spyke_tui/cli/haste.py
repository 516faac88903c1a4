"""Settings of the process for one short job with large pictures, after which it ends."""

from __future__ import annotations

import gc
import sys

SWITCH_SECONDS = 0.0001
"""A decoder asks for the interpreter after every 64 kB of a file. With Python's own 5 ms it stands
still most of the time while another thread imports modules or writes captions."""

# From malloc.h of glibc.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT_BYTES, _LARGE_BYTES = 16_000_000, 8_000_000


def hurry() -> None:
    """Look for no garbage (a build makes next to none, and looking costs a fifteenth of it), and
    let threads take turns more often."""
    gc.disable()
    sys.setswitchinterval(SWITCH_SECONDS)


def reuse_memory() -> None:
    """Let the memory of one crop serve the next one.

    The C library of most Linuxes gives it back to the system each time and has it cleared anew,
    page by page: a third of all page faults, a twentieth of a build. Elsewhere nothing happens.
    """
    if sys.platform != "linux":
        return
    import ctypes

    try:
        set_option = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return
    set_option(_MMAP_THRESHOLD, _LARGE_BYTES)
    set_option(_TRIM_THRESHOLD, _KEPT_BYTES)
