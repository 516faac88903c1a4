"""The largest sheet of a first build is decoded while the rest of the program is still loaded.

Decoding leaves the interpreter free: with two cores it costs no time beside the imports, the
reading of crops.toml and the captions. That only pays where it begins before all of them, so this
module imports next to nothing, and looks at the lines of crops.toml instead of reading it. What
it finds is a guess. A build that does not need the picture, or whose file has changed since,
drops it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from spyke_tui.processing.picture import Picture

MAX_BYTES = 1_000_000
"""Of a crops.toml that is looked at; in a larger one, what this saves is lost in the rest."""

FileStamp = tuple[int, int, int, int]
"""Size, mtime_ns, ctime_ns and inode of a file, as `store.files.Stamp` has them."""


class DecodingAhead:
    """One picture, decoded in a thread of its own from now on.

    `stamp` is the file's from before it was opened. Raises OSError where there is none.
    """

    def __init__(self, path: str) -> None:
        status = os.stat(path)
        self.stamp: FileStamp = (
            status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino,
        )  # fmt: skip
        self._path = path
        self._picture: Picture | None = None
        self._is_wanted = True
        # Here and not in the thread, where it would share the interpreter with all the rest.
        from spyke_tui.processing.loading import load_picture

        self._load: Callable[[str], Picture] = load_picture
        self._thread = threading.Thread(target=self._decode, name="decoding-ahead", daemon=True)
        self._thread.start()

    def _decode(self) -> None:
        try:
            picture = self._load(self._path)
        except Exception:
            return  # whoever needs it tries again, and knows whom to tell
        if self._is_wanted:
            self._picture = picture

    def instead_of(self, load: Callable[[Path], Picture], path: Path) -> Callable[[Path], Picture]:
        """`load`, but that the picture at `path` is this one, handed over once."""

        def load_or_take(asked: Path) -> Picture:
            if asked == path:
                self._thread.join()
                picture, self._picture = self._picture, None
                if picture is not None:
                    return picture
            return load(asked)

        return load_or_take

    def forget(self) -> None:
        """Give the memory back, now or when it is decoded."""
        self._is_wanted = False
        self._picture = None


def decode_ahead(place: str) -> DecodingAhead | None:
    """Begin with the largest sheet of the project at `place` (a crops.toml or its folder).

    None where there is a training folder already, and where the lines don't tell.
    """
    try:
        path = os.path.join(place, "crops.toml") if os.path.isdir(place) else place
        if not os.path.isfile(path) or os.path.getsize(path) > MAX_BYTES:
            return None
        with open(path, encoding="utf-8") as file:
            largest = _largest_sheet(file.read(), os.path.dirname(os.path.abspath(path)))
        return DecodingAhead(largest) if largest else None
    except (OSError, ValueError):
        return None


def _largest_sheet(text: str, folder: str) -> str:
    """The sheet with the most bytes that `text` speaks of; "" where none is needed yet."""
    import re

    found: dict[str, list[str]] = {"file": [], "root": [], "character": []}
    rows = re.findall(r"""(?m)^(file|root|character)[ \t]*=[ \t]*["']([^"'\\\n]+)["']""", text)
    for key, value in rows:
        found[key].append(os.path.join(folder, os.path.expanduser(value)))
    root = found["root"][0] if found["root"] else os.path.join(folder, "dataset")
    if not found["character"]:
        return ""
    character = os.path.basename(found["character"][0])
    if os.path.lexists(os.path.join(root, character, "train")):
        return ""
    sizes = {name: os.path.getsize(name) for name in found["file"] if os.path.isfile(name)}
    return max(sizes, key=lambda name: (sizes[name], name), default="")
