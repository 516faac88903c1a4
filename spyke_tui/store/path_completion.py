"""Completing a path that is being typed."""

from __future__ import annotations

import os
from pathlib import Path

from spyke_tui.store.sheet_search import is_sheet_name

ENTRIES = 5000
"""Names of a folder that are looked at."""
MOST = 200
"""Completions that are given."""


def expanded(text: str, folder: Path) -> Path:
    """The path meant by what was typed; relative ones begin at `folder`."""
    try:
        return folder / Path(text).expanduser()
    except RuntimeError:  # "~nobody"
        return folder / text


def completions(text: str, folder: Path, *, pictures: bool = True) -> list[str]:
    """What `text` may be going to be: folders, and with `pictures` those too. Never raises."""
    head, slash, begun = text.rpartition("/")
    place = expanded(head + slash, folder) if slash else folder
    found: list[str] = []
    try:
        with os.scandir(place) as entries:
            for at, entry in enumerate(entries):
                if at >= ENTRIES:
                    break
                name = entry.name
                if not name.casefold().startswith(begun.casefold()):
                    continue
                if name.startswith(".") and not begun.startswith("."):
                    continue
                if not name.isprintable():
                    continue
                if _is_folder(entry):
                    found.append(f"{head}{slash}{name}/")
                elif pictures and is_sheet_name(name):
                    found.append(f"{head}{slash}{name}")
    except (OSError, ValueError):
        return []
    return sorted(found, key=str.casefold)[:MOST]


def common_start(found: list[str], typed: str) -> str:
    """What all completions begin with; `typed` where that is no longer than what is typed."""
    if not found:
        return typed
    length = 0
    for chars in zip(*found, strict=False):
        if len({char.casefold() for char in chars}) > 1:
            break
        length += 1
    return found[0][:length] if length > len(typed) or len(found) == 1 else typed


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
