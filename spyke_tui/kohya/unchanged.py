"""The shortcut of a build with nothing to do: some hundred looks at file stamps, nothing parsed.

After a clean build the stamps of everything that it read and wrote are noted in the user's state
folder. While all of them are the same, the next build would do nothing. It is a convenience: with
the note gone or any stamp changed, the build simply runs. What reads the note imports next to
nothing, so that it costs a few milliseconds.
"""

from __future__ import annotations

import os
import zlib

from spyke_tui import __version__
from spyke_tui.store.state_place import state_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spyke_tui.store.files import Stamp

_FORM = b"spyke-tui built 1"
_END = b"end"


def _full_name(path: str) -> bytes:
    """`path` from the root on, without empty and single-dot parts. Raises OSError.

    A ``..`` stays: behind a link it does not mean what it seems to.
    """
    whole = os.fsencode(path if path.startswith("/") else f"{os.getcwd()}/{path}")
    return b"/" + b"/".join(part for part in whole.split(b"/") if part not in (b"", b"."))


def _note_path(name: bytes) -> str:
    return f"{state_place()}/built-{zlib.crc32(name):08x}"


def encoder_file() -> str:
    """A file that an update of Pillow replaces: other bytes for the same crop, perhaps."""
    import sys

    if "PIL" in sys.modules:
        return str(sys.modules["PIL"].__file__)
    from importlib.util import find_spec

    pillow = find_spec("PIL")
    return pillow.origin or "" if pillow else ""


def count_unchanged(crops_file: str) -> int | None:
    """How many files a build of this crops.toml would find unchanged, where nothing at all
    changed since the last one; None: build it."""
    try:
        name = _full_name(crops_file)
        with open(_note_path(name), "rb") as file:
            form, version, of, count, *rows, end = file.read().split(b"\0")
        if (form, version, of, end) != (_FORM, __version__.encode(), name, _END):
            return None
        stat = os.stat
        for path, stamp in zip(rows[::2], rows[1::2], strict=True):
            s = stat(path)
            if b"%d %d %d %d" % (s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) != stamp:
                return None
        return int(count)
    except (OSError, ValueError):
        return None


def note_unchanged(crops_file: Path, stamps: Mapping[str, Stamp], count: int) -> None:
    """Note a whole build that left nothing to do and `count` files.

    `stamps` are of all that it read and wrote, as they were when it did, by absolute path.
    """
    import contextlib
    from pathlib import Path

    from spyke_tui.errors import WriteError
    from spyke_tui.store.files import write_whole

    with contextlib.suppress(OSError, ValueError, WriteError):
        name = _full_name(str(crops_file))
        fields = [_FORM, __version__.encode(), name, b"%d" % count]
        for path, s in stamps.items():
            stamp = b"%d %d %d %d" % (s.size, s.mtime_ns, s.ctime_ns, s.inode)
            fields += [os.fsencode(path), stamp]
        write_whole(Path(_note_path(name)), b"\0".join([*fields, _END]))


def forget_unchanged(crops_file: Path) -> None:
    """Drop the note, e.g. because the build at hand is not a whole or a clean one."""
    try:
        os.unlink(_note_path(_full_name(str(crops_file))))
    except OSError:
        return
