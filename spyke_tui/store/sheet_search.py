"""Looking for a picture that was moved or renamed: bounded, and never in circles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from time import monotonic

from spyke_tui.errors import PictureError
from spyke_tui.model.geometry import Size

SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".gif",
)  # fmt: skip
"""Endings of the pictures that can be sheets."""

SECONDS = 8.0
"""A search gives what it has found by then."""
ENTRIES = 50_000
"""Names looked at before a search stops."""
DEPTH = 16
"""Folders below the one that was named."""
HEADERS = 300
"""Pictures whose headers are read, the likeliest first."""
ALIKE = 0.6
"""From this likeness of the names on a picture may be the one, whatever its size."""
SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "lost+found"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture that may be the one. `likeness` of its name is 0..1, 1 for the very same."""

    path: Path
    size: Size
    likeness: float
    same_size: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What a search came to. `whole` is false where it stopped at one of its bounds."""

    candidates: tuple[Candidate, ...]
    whole: bool


def is_sheet_name(name: str) -> bool:
    """Whether a file of this name can be a picture that we open."""
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES


def search_sheet(
    folder: Path, name: str, size: Size | None, most: int = 9, seconds: float = SECONDS
) -> Search:
    """Pictures below `folder` that may be `name`, best first: same name and size, then the rest.

    Slow, for any thread. Links to folders are not followed.
    """
    end = monotonic() + seconds
    bounds = _Bounds(end)
    found = sorted(
        ((likeness(name, path.name), path) for path in _pictures(folder, bounds)),
        key=lambda pair: (-pair[0], len(pair[1].parts), str(pair[1])),
    )
    from spyke_tui.processing.loading import read_info

    candidates: list[Candidate] = []
    for alike, path in found[:HEADERS]:
        if monotonic() > end:
            bounds.hit = True
            break
        try:
            seen = read_info(path).size
        except PictureError:
            continue
        same = seen == size
        if alike >= ALIKE or same:
            candidates.append(Candidate(path, seen, alike, same))
    candidates.sort(key=lambda one: (-(one.likeness == 1) - one.same_size, -one.likeness))
    return Search(tuple(candidates[:most]), not bounds.hit and len(found) <= HEADERS)


def likeness(name: str, other: str) -> float:
    """How alike two file names are, 0..1; 1 is the very same. The ending counts for little."""
    if name == other:
        return 1.0
    stem, ending = os.path.splitext(name.casefold())
    other_stem, other_ending = os.path.splitext(other.casefold())
    alike = SequenceMatcher(None, stem, other_stem, autojunk=False).ratio()
    return min(0.99, alike * 0.97 + (0.02 if ending == other_ending else 0))


@dataclass(slots=True)
class _Bounds:
    end: float
    entries: int = 0
    hit: bool = False


def _pictures(folder: Path, bounds: _Bounds) -> Iterator[Path]:
    """The pictures below a folder, the upper levels first."""
    level = [str(folder)]
    for _ in range(DEPTH):
        deeper: list[str] = []
        for place in level:
            try:
                entries = os.scandir(place)
            except (OSError, ValueError):
                continue
            with entries:
                for entry in entries:
                    bounds.entries += 1
                    if bounds.entries > ENTRIES or monotonic() > bounds.end:
                        bounds.hit = True
                        return
                    if _is_folder(entry):
                        if not entry.name.startswith(".") and entry.name not in SKIPPED:
                            deeper.append(entry.path)
                    elif is_sheet_name(entry.name):
                        yield Path(entry.path)
        if not deeper:
            return
        level = sorted(deeper)
    bounds.hit = True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
