"""Two files change places in one step, so that what is given up can still be looked at."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

_HERE = -100
"""AT_FDCWD: names are seen from the working folder."""
_EXCHANGE = 2
"""RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS."""


def swap(one: Path, other: Path) -> bool:
    """Let two files of one folder change places; False where the system or the disk can't."""
    call = _call()
    if call is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin":
        return bool(call(*names, _EXCHANGE) == 0)
    return bool(call(_HERE, names[0], _HERE, names[1], _EXCHANGE) == 0)


@cache
def _call() -> Any:
    import ctypes

    name = "renamex_np" if sys.platform == "darwin" else "renameat2"
    try:
        return getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError):
        return None
