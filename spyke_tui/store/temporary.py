"""Files that are being written beside their place, and those that a dead process left there."""

from __future__ import annotations

import contextlib
import os
import time
from functools import cache
from pathlib import Path

from spyke_tui.store.processes import STALE, is_same, own_numbering, own_start

TEMPORARY_PREFIX = ".spyke-tmp-"
"""Hidden, so the trainer passes over one that a killed process left."""

UNKNOWN = 3600.0
"""Seconds for which a file stays whose process may be its writer, or another one by that number."""


def temporary_in(folder: Path) -> Path:
    """A name that nobody has, and that says who writes there.

    ``.spyke-tmp-PROCESS-START-NUMBERING-RANDOM``; see `processes` for the three.
    """
    who = f"{os.getpid()}-{own_start()}-{own_numbering()}"
    return folder / f"{TEMPORARY_PREFIX}{who}-{os.urandom(6).hex()}"


def remove_leftovers(folder: Path) -> None:
    """Delete temporary files that a dead process left in `folder`; those of a living one stay.

    Of a process that can't be asked, because it runs (or ran) on another machine or in another
    container, they go when nothing was written to them for `STALE` seconds, as its locks do.
    """
    now = cache(lambda: folder_time(folder))
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(folder)):
            if entry.name.startswith(TEMPORARY_PREFIX) and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(OSError):
                    limit = _seconds_to_stay(entry.name)
                    written = entry.stat(follow_symlinks=False).st_mtime
                    if limit == 0 or (limit is not None and abs(now() - written) >= limit):
                        os.unlink(entry.path)


def folder_time(folder: Path) -> float:
    """Seconds since 1970 by the clock of the machine that has the folder: ours may differ."""
    now, probe = time.time(), temporary_in(folder)
    with contextlib.suppress(OSError):
        made = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(made, b"0")
            now = os.fstat(made).st_mtime
        finally:
            os.close(made)
            os.unlink(probe)
    return now


def _seconds_to_stay(name: str) -> float | None:
    """How long after its last change a file of this name may be left alone; None: always."""
    words = name.removeprefix(TEMPORARY_PREFIX).split("-")
    process = int(words[0]) if words[0].isdecimal() else 0
    start, numbering = words[1:3] if len(words) == 4 else ("", own_numbering())
    if numbering != own_numbering():
        return STALE
    match is_same(process, start) if process else False:
        case None:
            return UNKNOWN
        case writes:
            return None if writes else 0
