"""Findings about folders and files that the trainer would skip, double or misread."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from spyke_tui.kohya.check.inspection import Inspection
from spyke_tui.kohya.check.listing import Listing, list_folder
from spyke_tui.kohya.trainer import (
    CACHE_SUFFIX,
    CAPTION_SUFFIX,
    absolute,
    cached_picture,
    fallback_caption,
    picture_names,
)
from spyke_tui.model.findings import Finding
from spyke_tui.model.layout import FOLDER_NAME
from spyke_tui.model.table import printable


def find_in_folders(inspection: Inspection) -> Iterator[Finding]:
    """Folder names, the trainer's caches, and captions that belong to other pictures."""
    layout = inspection.layout
    for root, own in ((inspection.train_root, layout.train), (inspection.reg_root, layout.reg)):
        yield from _names(root, own.name, inspection)
    for listing in (inspection.train, inspection.reg):
        yield from _unlistable(listing, inspection)
        yield from _nested(listing, inspection)
        yield from _caches(listing, inspection)
    yield from _stray_captions(inspection)


def _names(root: Listing, own: str, inspection: Inspection) -> Iterator[Finding]:
    kind = "training" if root is inspection.train_root else "regularization"
    yield from _unlistable(root, inspection)
    for name in root.folders:
        if name == own:
            continue
        where, shown = inspection.place(root.path / name), printable(name)
        if not FOLDER_NAME.fullmatch(name):
            yield Finding(
                "folder-name", "error", where,
                f"The trainer skips or misreads the folder {shown}: a name is a number of repeats "
                "from 1, an underscore and a class.",
                f"Rename it, or move its pictures into {own} or out of {root.path.name}/.",
            )  # fmt: skip
        else:
            yield Finding(
                "folder-name", "error", where,
                f"{shown} is a second {kind} folder beside {own}.", _move(name, own, inspection),
            )  # fmt: skip
    loose = picture_names((*root.files, *root.odd))
    if loose:
        yield Finding(
            "folder-name", "error", inspection.place(root.path / loose[0]),
            f"{_several(loose)} directly in {root.path.name}/, where the trainer reads nothing.",
            f"Move into {root.path.name}/{own}/, or out of {root.path.name}/.",
        )  # fmt: skip


def _move(name: str, own: str, inspection: Inspection) -> str:
    manifest = inspection.manifest
    if name in (manifest.train_folder, manifest.reg_folder):
        return f"Run spyke-tui build: it moves the pictures to {own}."
    return f"Move its pictures into {own}, or out of this place."


def _several(names: list[str]) -> str:
    first = printable(names[0])
    return f"{first} lies" if len(names) == 1 else f"{first} and {len(names) - 1} more lie"


def _unlistable(listing: Listing, inspection: Inspection) -> Iterator[Finding]:
    if listing.problem:
        yield Finding(
            "folder-name", "error", inspection.place(listing.path),
            f"{printable(listing.path.name)} can't be read as a folder: {listing.problem}.",
            "Mend its permissions, or remove what stands in its place.",
        )  # fmt: skip


def _nested(listing: Listing, inspection: Inspection) -> Iterator[Finding]:
    for name in listing.folders:
        lost = picture_names(list_folder(listing.path / name).names)
        if lost and not picture_names([name]):
            yield Finding(
                "folder-name", "error", inspection.place(listing.path / name),
                f"{_several(lost)} in the subfolder {printable(name)}: the trainer does not look "
                "into subfolders.",
                f"Move into {printable(listing.path.name)}/ itself, or out of it.",
            )  # fmt: skip


def _caches(listing: Listing, inspection: Inspection) -> Iterator[Finding]:
    names = [name for name in listing.names if name.endswith(CACHE_SUFFIX)]
    if not names:
        return
    pictures = {name.rpartition(".")[0]: name for name in picture_names(listing.files)}
    for name in names:
        problem = _cache_problem(listing, name, pictures, inspection)
        if problem:
            yield Finding(
                "cache-stale", "error", inspection.place(listing.path / name),
                f"The trainer's cache {printable(name)} {problem}.",
                "Delete it; the trainer makes it again.",
            )  # fmt: skip


def _cache_problem(
    listing: Listing, name: str, pictures: dict[str, str], inspection: Inspection
) -> str:
    stamp = listing.files.get(name)
    if stamp is None:
        return listing.odd.get(name, "is a folder")
    found = cached_picture(name, pictures.keys())
    if found is None:
        return "has no picture that it belongs to"
    stem, is_caption = found
    facts = inspection.memory.cache(f"{listing.path}/{name}", stamp)
    if facts.problem:
        return facts.problem
    if stamp.mtime_ns < listing.files[pictures[stem]].mtime_ns:
        return f"is older than {printable(pictures[stem])}: the trainer would use the old picture"
    caption = listing.files.get(stem + CAPTION_SUFFIX)
    if is_caption and caption is not None and stamp.mtime_ns < caption.mtime_ns:
        return f"is older than {printable(stem)}.txt: the trainer would use the old caption"
    return ""


def _stray_captions(inspection: Inspection) -> Iterator[Finding]:
    """Captions that the trainer takes for pictures without one of their own."""
    exists: dict[str, bool] = {}
    readers: defaultdict[str, list[str]] = defaultdict(list)
    for listing, names in (
        (inspection.train, inspection.train_pictures),
        (inspection.reg, inspection.reg_pictures),
    ):
        folder = str(absolute(listing.path))
        for name in names:
            if name.rpartition(".")[0] + CAPTION_SUFFIX in listing.files:
                continue
            stray = fallback_caption(f"{folder}/{name}")
            if stray is None:
                continue
            if stray not in exists:
                exists[stray] = os.path.isfile(stray)
            if exists[stray]:
                readers[stray].append(name)
    for stray, names in readers.items():
        path = Path(stray)
        many = f"{printable(names[0])} and {len(names) - 1} more pictures"
        yield Finding(
            "stray-caption", "error", inspection.place(path),
            f"The trainer would read {inspection.place(path)} as the caption of "
            f"{many if len(names) > 1 else printable(names[0])}.",
            "Rename or move that file.",
        )  # fmt: skip
