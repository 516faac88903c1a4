"""Decoded sheets, a few at a time; decoding is for worker threads."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spyke_tui.errors import PictureError
from spyke_tui.model.geometry import Size

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture

BUDGET = 96 * 1024 * 1024
"""Bytes of decoded sheets that are kept; the one in use is always kept. Four large ones: each
costs some 23 MB, and to decode one again 0.2 seconds in a thread."""


@dataclass(frozen=True, slots=True)
class SheetState:
    """A sheet's picture, or why it is not there. `problem` is empty where all is well."""

    picture: SheetPicture | None
    problem: str = ""
    hint: str = ""

    @property
    def size(self) -> Size | None:
        return self.picture.size if self.picture is not None else None


class Pictures:
    """The sheets decoded last, by path and by what the file looked like then."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Path, int, int], SheetPicture] = OrderedDict()
        self._guard = threading.Lock()

    def holds(self, path: Path) -> bool:
        """Whether the sheet is decoded, as its file was lately."""
        with self._guard:
            return any(kept == path for kept, _, _ in self._kept)

    def load(self, path: Path) -> SheetState:
        """Decode a sheet, or find it decoded. Slow; from any thread; never raises."""
        try:
            found = path.stat()
        except (OSError, ValueError):
            return SheetState(None, "The picture is not there.", f"Looked for {path}.")
        key = (path, found.st_mtime_ns, found.st_size)
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
                return SheetState(self._kept[key])
        from spyke_tui.processing.previews import SheetPicture

        try:
            picture = SheetPicture.load(path)
        except PictureError as error:
            return SheetState(None, error.message, error.hint)
        except MemoryError:
            return SheetState(None, "There is not enough memory to decode this picture.")
        with self._guard:
            self._kept[key] = picture
            before = len(self._kept)
            while len(self._kept) > 1 and sum(p.weight for p in self._kept.values()) > BUDGET:
                self._kept.popitem(last=False)
            dropped = before - len(self._kept)
        if dropped:
            give_back_memory()
        return SheetState(picture)


def give_back_memory() -> None:
    """Let the system have what dropped sheets took. For a worker thread.

    The C library of most Linuxes keeps it, in pieces that the next sheet does not fit into: after
    thirty sheets, 300 MB. Elsewhere nothing happens.
    """
    if sys.platform != "linux":
        return
    import ctypes

    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
