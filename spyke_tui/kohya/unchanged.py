"""The shortcut of a build with nothing to do: some hundred looks at file stamps, nothing parsed.

After a clean build the stamps of everything that it read and wrote are noted in the user's state
folder. While all of them are the same, the next build would do nothing. It is a convenience: with
the note gone or any stamp changed, the build simply runs.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
from collections.abc import Mapping
from pathlib import Path

from spyke_tui import __version__
from spyke_tui.errors import WriteError
from spyke_tui.kohya.result import BuildResult
from spyke_tui.store.files import Stamp, write_whole
from spyke_tui.store.state import state_folder


def _note_path(crops_file: Path) -> Path:
    name = hashlib.sha256(os.fsencode(crops_file.absolute())).hexdigest()[:16]
    return state_folder() / f"built-{name}.json"


def encoder_file() -> str:
    """A file that an update of Pillow replaces: other bytes for the same crop, perhaps."""
    pillow = importlib.util.find_spec("PIL")
    return pillow.origin or "" if pillow else ""


def read_unchanged(crops_file: Path) -> BuildResult | None:
    """What a build of this crops.toml would say if nothing at all changed; None: build it."""
    try:
        note = json.loads(_note_path(crops_file).read_bytes())
        if note["version"] != __version__:
            return None
        stat = os.stat
        for path, size, mtime_ns, ctime_ns, inode in note["files"]:
            status = stat(path)
            if (
                status.st_mtime_ns != mtime_ns
                or status.st_size != size
                or status.st_ctime_ns != ctime_ns
                or status.st_ino != inode
            ):
                return None
        return BuildResult(unchanged=int(note["unchanged"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note_unchanged(crops_file: Path, stamps: Mapping[str, Stamp], result: BuildResult) -> None:
    """Note a whole build that left nothing to do.

    `stamps` are of all that it read and wrote, as they were when it did, by absolute path.
    """
    with contextlib.suppress(OSError, WriteError):
        rows = [[path, s.size, s.mtime_ns, s.ctime_ns, s.inode] for path, s in stamps.items()]
        note = {
            "version": __version__,
            "files": rows,
            "unchanged": result.unchanged + result.written,
        }
        write_whole(_note_path(crops_file), json.dumps(note).encode())


def forget_unchanged(crops_file: Path) -> None:
    """Drop the note, e.g. because the build at hand is not a whole or a clean one."""
    with contextlib.suppress(OSError):
        _note_path(crops_file).unlink()
