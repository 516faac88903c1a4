"""The pictures that the practice server has saved, in memory or in a folder."""

from __future__ import annotations

import contextlib
from pathlib import Path, PurePosixPath

_MOST = 4000
"""Pictures held in memory; the oldest go first."""


class OutsideFolderError(Exception):
    """A file name prefix that leads out of the output folder."""


class SavedFiles:
    """Pictures by type, subfolder and name. With a `folder`, they are files there as well."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._held: dict[tuple[str, str, str], bytes] = {}
        self._numbers: dict[tuple[str, str, str], int] = {}

    def save(self, prefix: str, png: bytes, kind: str = "output") -> dict[str, str]:
        """Keep a picture; the entry names it as ``/view`` wants it.

        Raises `OutsideFolderError`.
        """
        path = PurePosixPath(prefix)
        if path.is_absolute() or ".." in path.parts or "\0" in prefix:
            raise OutsideFolderError
        stem = "" if prefix.endswith("/") else path.name
        parent = path if prefix.endswith("/") else path.parent
        subfolder = "" if str(parent) == "." else str(parent)
        key = (kind, subfolder, stem)
        while True:
            self._numbers[key] = self._numbers.get(key, 0) + 1
            name = f"{stem}_{self._numbers[key]:05d}_.png"
            if self.read(kind, subfolder, name) is None:
                break
        if self.folder is None:
            self._held[kind, subfolder, name] = png
            while len(self._held) > _MOST:
                del self._held[next(iter(self._held))]
        else:
            place = self.folder / kind / subfolder
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(png)
        return {"filename": name, "subfolder": subfolder, "type": kind}

    def read(self, kind: str, subfolder: str, name: str) -> bytes | None:
        """The picture, or None. The caller has refused names that lead elsewhere."""
        if self.folder is None:
            return self._held.get((kind, subfolder, name))
        with contextlib.suppress(OSError):
            return (self.folder / kind / subfolder / name).read_bytes()
        return None

    def forget(self, subfolder: str, name: str, kind: str = "output") -> None:
        """Somebody deletes a picture on the server."""
        self._held.pop((kind, subfolder, name), None)
        if self.folder is not None:
            with contextlib.suppress(OSError):
                (self.folder / kind / subfolder / name).unlink()

    def names(self) -> list[str]:
        """All pictures held in memory as subfolder/name."""
        return [f"{subfolder}/{name}".lstrip("/") for _, subfolder, name in self._held]
