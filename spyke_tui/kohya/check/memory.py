"""Facts of files, remembered by their stamps, so that a second check opens nothing.

Lies at ``dataset/CHARACTER/.spyke/check.json``; a damaged, foreign or lost one costs time only.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any, TypeVar

from spyke_tui.errors import WriteError
from spyke_tui.kohya.check.facts import (
    CacheFacts,
    CaptionFacts,
    PictureFacts,
    read_cache_facts,
    read_caption_facts,
    read_picture_facts,
)
from spyke_tui.store.fence import is_inside
from spyke_tui.store.files import Stamp, sha256_of, write_whole
from spyke_tui.store.regular_files import read_regular
from spyke_tui.store.temporary import remove_leftovers

VERSION = 2
Facts = TypeVar("Facts", PictureFacts, CaptionFacts, CacheFacts)
Row = list[Any]


class Memory:
    """Asks a file once, and again only when its stamp has changed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / ".spyke" / "check.json"
        self._known = _read_rows(self._path)
        self._used: dict[str, Row] = {}

    def picture(self, path: str, stamp: Stamp) -> PictureFacts:
        return self._facts("picture", path, stamp, PictureFacts, read_picture_facts)

    def caption(self, path: str, stamp: Stamp) -> CaptionFacts:
        return self._facts("caption", path, stamp, CaptionFacts, read_caption_facts)

    def cache(self, path: str, stamp: Stamp) -> CacheFacts:
        return self._facts("cache", path, stamp, CacheFacts, read_cache_facts)

    def digest(self, path: Path, stamp: Stamp) -> str:
        """Hex digest of a file's bytes. Raises OSError."""
        return self.note("sha256", path, stamp, sha256_of)

    def note(self, kind: str, path: Path, stamp: Stamp, look: Callable[[Path], str]) -> str:
        """What `look` says of a file, asked once a stamp; `kind` tells notes apart."""
        name = f"{kind}:{path}"
        found = self._recall(name, stamp, (str,))
        said: str = found[0] if found else look(path)
        self._keep(name, stamp, [said])
        return said

    def save(self) -> None:
        """Keep what was used this time. Silent where it can't be written: it is only speed."""
        if self._used == self._known or not self._root.is_dir():
            return
        if not is_inside(self._path.parent, self._root.parent):
            return  # a link leads to another place
        data = {"version": VERSION, "rows": self._used}
        remove_leftovers(self._path.parent)
        with contextlib.suppress(WriteError, OSError, ValueError):
            write_whole(self._path, json.dumps(data, separators=(",", ":")).encode())

    def _facts(
        self,
        kind: str,
        path: str,
        stamp: Stamp,
        facts: type[Facts],
        read: Callable[[Path], Facts],
    ) -> Facts:
        name = f"{kind}:{path}"
        found = self._recall(name, stamp, _types_of(facts))
        result = facts(*found) if found else read(Path(path))
        self._keep(name, stamp, list(astuple(result)) if found is None else found)
        return result

    def _recall(self, name: str, stamp: Stamp, kinds: tuple[type, ...]) -> Row | None:
        row = self._known.get(name)
        if row is None or row[:4] != [stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode]:
            return None
        values = row[4:]
        # The file may be anybody's: values of other types are no facts.
        return values if tuple(map(type, values)) == kinds else None

    def _keep(self, name: str, stamp: Stamp, values: Row) -> None:
        self._used[name] = [stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode, *values]


MAX_BYTES = 256 * 1024 * 1024
"""Some hundred bytes a picture; whatever is larger is not ours."""

_KINDS: dict[type, tuple[type, ...]] = {}


def _types_of(facts: type[Any]) -> tuple[type, ...]:
    if facts not in _KINDS:
        _KINDS[facts] = tuple(type(field.default) for field in fields(facts))
    return _KINDS[facts]


def _read_rows(path: Path) -> dict[str, Row]:
    try:
        data = json.loads(read_regular(path, MAX_BYTES))
        if data["version"] != VERSION:
            return {}
        rows = data["rows"]
        return {name: row for name, row in rows.items() if isinstance(row, list)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
