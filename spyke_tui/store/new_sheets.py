"""Pictures that become sheets of a project."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spyke_tui.errors import PictureError, UsageError
from spyke_tui.model.project import Sheet
from spyke_tui.store.new_project import path_from, sheet_keys
from spyke_tui.store.sheet_search import is_sheet_name

MOST = 200
"""Pictures of a folder that are taken at once."""


@dataclass(frozen=True, slots=True)
class Found:
    """Sheets to add, and in words what was left out."""

    sheets: tuple[Sheet, ...]
    left_out: tuple[str, ...]


def sheets_at(place: Path, folder: Path, known: Mapping[str, Path]) -> Found:
    """The picture at `place`, or the pictures of that folder, as sheets of a project in `folder`.

    `known`: the pictures that are sheets already. Reads headers only; for any thread. Raises
    `UsageError` where nothing is there to add.
    """
    files = _files_of(place)
    present = {os.path.realpath(path): key for key, path in known.items()}
    from spyke_tui.processing.loading import read_info

    taken, sizes, left_out = [], [], []
    for file in files:
        key = present.get(os.path.realpath(file))
        if key is not None:
            left_out.append(f"{file.name} is the sheet {key} already.")
            continue
        try:
            sizes.append(read_info(file).size)
        except PictureError as error:
            left_out.append(error.message)
            continue
        taken.append(file)
    if not taken:
        raise UsageError(" ".join(left_out[:3]) or f"{place} holds no pictures.")
    sheets = [
        Sheet(key, path_from(folder, file), size)
        for key, file, size in zip(sheet_keys(taken), taken, sizes, strict=True)
    ]
    return Found(tuple(sheets), tuple(left_out))


def _files_of(place: Path) -> list[Path]:
    if "\0" in str(place):
        raise UsageError("No file has such a name.", "Name a picture or a folder.")
    try:
        if not place.is_dir():
            return [place]
        names = sorted(name for name in os.listdir(place) if is_sheet_name(name))
    except (OSError, ValueError) as error:
        raise UsageError(f"{place} can't be read.", "Name a picture or a folder.") from error
    return [place / name for name in names[:MOST] if name.isprintable()]
