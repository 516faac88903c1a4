"""Small copies of sheets, kept beside the dataset so that a table of them opens at once."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from spyke_tui.errors import PictureError, WriteError
from spyke_tui.store.fence import is_ours
from spyke_tui.store.files import Stamp, sha256_of_bytes, write_whole

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture

SIDE = 768
"""Pixels of a thumbnail's longer side."""
WORTH_KEEPING = 400_000
"""Pictures with fewer pixels are decoded as quickly as their thumbnail would be."""
KEPT = 300
"""Thumbnails in the folder; the oldest go first."""


def load_thumbnail(path: Path, folder: Path) -> SheetPicture:
    """A small copy of the picture at `path`; `folder` keeps it for the next time.

    Slow where it is not kept yet; for any thread. Raises `PictureError`.
    """
    from spyke_tui.processing.previews import SheetPicture
    from spyke_tui.processing.thumbnails import jpeg_of, thumbnail

    stamp = Stamp.of(path)
    name = sha256_of_bytes(f"{path.absolute()} {stamp} {SIDE}".encode(errors="surrogateescape"))
    kept = folder / f"{name[:32]}.jpg"
    if stamp is not None and kept.is_file():
        with contextlib.suppress(PictureError):
            return SheetPicture.load(kept)
    picture = SheetPicture.load(path)
    small = thumbnail(picture.source, SIDE)
    is_large = picture.size.width * picture.size.height >= WORTH_KEEPING
    if stamp is not None and is_large and is_ours(folder):
        with contextlib.suppress(WriteError, OSError):
            write_whole(kept, jpeg_of(small))
            _drop_oldest(folder)
    return SheetPicture(small)


def _drop_oldest(folder: Path) -> None:
    names = [entry for entry in os.scandir(folder) if _is_ours(entry.name)]
    if len(names) > KEPT:
        names.sort(key=lambda entry: entry.stat().st_mtime_ns)
        for entry in names[:-KEPT]:
            os.unlink(entry.path)


def _is_ours(name: str) -> bool:
    stem, _, suffix = name.partition(".")
    return suffix == "jpg" and len(stem) == 32 and not set(stem) - set("0123456789abcdef")
