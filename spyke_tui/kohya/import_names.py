"""Names for what is taken in from elsewhere: the character, crops, files."""

from __future__ import annotations

import os
import re
from collections.abc import Container
from pathlib import Path

from spyke_tui.errors import UsageError
from spyke_tui.model.reading import CHARACTER_NAME, CROP_NAME
from spyke_tui.model.table import quoted, suggest_name
from spyke_tui.store.new_project import path_from

_NAME_LENGTH = 80


def character_name(found: str, given: str | None) -> str:
    """The name that was given, else the folder's made to fit. Raises `UsageError`."""
    name = found if given is None else given
    if given is not None and not re.fullmatch(CHARACTER_NAME, given):
        what = f"--character: {quoted(given)} can't be a name: small letters, digits and hyphens."
    elif not re.search(r"[A-Za-z0-9]", name):
        what = f"The folder's name {quoted(name)} can't be the character's."
    else:
        return suggest_name(name.rstrip("_- "), CHARACTER_NAME)
    example = suggest_name(name, CHARACTER_NAME) if re.search(r"[A-Za-z0-9]", name) else "hero"
    raise UsageError(what, f"Write for example --character {example}.")


def free_name(stem: str, taken: Container[str]) -> str:
    """An id from a file's stem, each once; the twins' ending is left to twins."""
    plain = stem.lower()[:_NAME_LENGTH]
    if not re.fullmatch(CROP_NAME, plain):
        has_letters = re.search(r"[A-Za-z0-9]", stem)
        plain = suggest_name(plain, CROP_NAME) if has_letters else "picture"
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}_{number}"
    return name


def file_name(path: Path, project_folder: Path) -> str:
    """How crops.toml names the picture: relative where that leads to it, links and all."""
    name = path_from(project_folder, path)
    if name.startswith("~"):
        name = f"./{name}"
    # Above a linked folder `..` leads elsewhere than the path's words say. The project's own
    # folder may not be there yet.
    place = os.path.join(os.path.realpath(project_folder), name)
    leads_there = os.path.exists(os.path.normpath(place))
    return name if leads_there else str(path.absolute())


def is_text(name: str) -> bool:
    """Whether a file's name can stand in crops.toml."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
