"""Small copies of training images, kept beside the dataset so that a grid of them opens at once.

A copy is named by what it was made from (the sheet's file as it was, the rectangle, what is
painted over, the letterbox colour), so that none is ever out of date.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from spyke_tui.errors import WriteError
from spyke_tui.store.fence import is_ours
from spyke_tui.store.files import Stamp, sha256_of_bytes, write_whole
from spyke_tui.store.regular_files import read_regular
from spyke_tui.store.temporary import TEMPORARY_PREFIX

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop
    from spyke_tui.processing.previews import SheetPicture

SIDE = 256
"""Pixels of a thumbnail's sides."""
KEPT = 3000
"""Thumbnails in the folder; the oldest go first."""
LARGEST = 4_000_000
"""Bytes; no thumbnail has as many."""
TIDY = 100
"""So many new ones between two looks whether there are too many."""


class CropThumbnails:
    """The thumbnails of one project, in `folder`. Slow; for one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written = 0

    def of_crop(
        self, crop: Crop, pad: str, sheet: Path, open_sheet: Callable[[Path], SheetPicture | None]
    ) -> bytes | None:
        """The training image of `crop` as a small JPEG; None where its sheet is not there.

        The sheet is decoded (`open_sheet`) only where no copy is kept. Raises ValueError where
        nothing of the rectangle lies on it.
        """
        stamp = Stamp.of(sheet)
        if stamp is None:
            return None
        erase = " ".join(map(str, crop.erase))
        made_from = f"{sheet.absolute()} {stamp} {crop.rect} [{erase}] {pad} {SIDE}"

        def make() -> bytes | None:
            from spyke_tui.processing.tiles import crop_thumbnail

            picture = open_sheet(sheet)
            if picture is None:
                return None
            return crop_thumbnail(picture, crop.rect, SIDE, pad, crop.erase)

        return self._kept_or_made(made_from, make)

    def of_file(self, path: Path) -> bytes | None:
        """A picture file as a small JPEG; None where it is not there or can't be read."""
        from spyke_tui.errors import PictureError

        stamp = Stamp.of(path)
        if stamp is None:
            return None

        def make() -> bytes | None:
            from spyke_tui.processing.tiles import thumbnail_of_file

            try:
                return thumbnail_of_file(path, SIDE)
            except PictureError:
                return None

        return self._kept_or_made(f"{path.absolute()} {stamp} {SIDE}", make)

    def _kept_or_made(self, made_from: str, make: Callable[[], bytes | None]) -> bytes | None:
        name = sha256_of_bytes(made_from.encode(errors="surrogateescape"))
        kept = self._folder / f"{name[:32]}.jpg"
        with contextlib.suppress(OSError):
            if found := read_regular(kept, LARGEST):
                return found
        data = make()
        if data is not None and is_ours(self._folder):
            with contextlib.suppress(WriteError, OSError):
                write_whole(kept, data)
                self._written += 1
                if self._written % TIDY == 1:
                    self._drop_oldest()
        return data

    def _drop_oldest(self) -> None:
        found = [entry for entry in os.scandir(self._folder) if _is_ours(entry.name)]
        if len(found) > KEPT:
            found.sort(key=lambda entry: entry.stat().st_mtime_ns)
            for entry in found[:-KEPT]:
                os.unlink(entry.path)


def _is_ours(name: str) -> bool:
    stem, _, suffix = name.partition(".")
    is_kept = suffix == "jpg" and len(stem) == 32 and not set(stem) - set("0123456789abcdef")
    return is_kept or name.startswith(TEMPORARY_PREFIX)
