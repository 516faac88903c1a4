"""A new crops.toml for the user's own sheets, and the lines that keep pictures out of git."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from spyke_tui.errors import WriteError
from spyke_tui.model.geometry import Size
from spyke_tui.model.reading import DEFAULT_NEGATIVE, SHEET_NAME
from spyke_tui.model.table import suggest_name
from spyke_tui.store.files import write_whole
from spyke_tui.store.regular_files import read_regular

GITIGNORE_HEAD = "# spyke-tui: captions are committed; pictures and machine paths are not"
GITIGNORE_RULES = (
    "dataset/**/*.png",
    "dataset/**/*.npz",
    "dataset/**/dataset.toml",
    "dataset/**/.spyke/",
    "dataset/**/preview/",
    "dataset/**/topup/",
)

_KEY_LENGTH = 80
"""Characters of a file's name that a sheet's key takes over."""

_HEAD = """\
# What took judgement stands here: rectangles, tags, decisions. Every picture can be
# rebuilt from it. Comments and order that you write survive every save.

[dataset]
character = {character}
trigger   = {trigger}   # first tag of every caption
class     = "character"   # class token of the regularization folder
repeats   = 10
size      = 512           # 512, 768 or 1024
pad       = "#ffffff"     # letterbox colour; "auto" = the crop's own background
details   = []            # what makes it this character, e.g. ["red scarf", "left glove"]
one_sided = []            # those of them that a mirrored image would put on the wrong side

# [targets] holds quotas; the defaults are 15-20 images, 70/20/10 full body/bust/closeup.
"""

_SHEET = """
[sheets.{key}]
file = {file}
size = [{width}, {height}]
use  = "yes"              # yes | partial | evaluate | exclude
"""

_REG = """
# Regularization images: the class without this character. Neither the trigger nor a detail here.
[reg]
prompt   = "1person, full body, standing, white background, clean lineart"
negative = {negative}
"""


def json_text(text: str) -> str:
    """`text` as a TOML basic string (JSON's escapes are TOML's; DEL is escaped too)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def sheet_keys(files: Sequence[Path]) -> list[str]:
    """Short names for sheets, from their file names, each once."""
    keys: list[str] = []
    for file in files:
        base = suggest_name(file.stem[:_KEY_LENGTH], SHEET_NAME) if file.stem.isascii() else "sheet"
        base = (base[:32].rstrip("_-")) or "sheet"
        key, number = base, 1
        while key in keys:
            number += 1
            key = f"{base}_{number}"
        keys.append(key)
    return keys


def path_from(folder: Path, file: Path) -> str:
    """`file` as crops.toml in `folder` should name it: relative where it lies below or beside."""
    # With links followed: `..` behind a link leads elsewhere than it seems to.
    place = Path(os.path.realpath(file.parent)) / file.name
    relative = os.path.relpath(place, os.path.realpath(folder))
    if relative.startswith("../../../"):
        return str(file.absolute())
    return Path(relative).as_posix()


def project_text(character: str, trigger: str, sheets: Sequence[tuple[str, str, Size]]) -> str:
    """A crops.toml with `sheets` as (key, file, upright size)."""
    head = _HEAD.format(character=json_text(character), trigger=json_text(trigger))
    tables = [
        _SHEET.format(key=key, file=json_text(file), width=size.width, height=size.height)
        for key, file, size in sheets
    ]
    return head + "".join(tables) + reg_text(trigger)


def reg_text(trigger: str) -> str:
    """A [reg] table to begin with; the trigger is kept out of the regularization images."""
    return _REG.format(negative=json_text(f"{trigger}, {DEFAULT_NEGATIVE}"))


def add_gitignore_rules(folder: Path, root: str = "dataset") -> None:
    """Append our rules to .gitignore, those that are not there yet. Raises `WriteError`."""
    path = folder / ".gitignore"
    try:
        present = read_regular(path, 1024 * 1024)
    except FileNotFoundError:
        present = b""
    except OSError as error:
        raise WriteError(
            f"{path} could not be read: {error.strerror or error}.",
            f"Add by hand what keeps pictures out of git: {', '.join(GITIGNORE_RULES)}",
        ) from error
    lines = {line.strip() for line in present.splitlines()}
    rules = [rule.replace("dataset/", f"{root}/", 1).encode() for rule in GITIGNORE_RULES]
    missing = [rule for rule in rules if rule not in lines]
    if missing:
        newline = b"\r\n" if b"\r\n" in present else b"\n"
        gap = b"" if not present or present.endswith(b"\n") else newline
        added = newline.join([GITIGNORE_HEAD.encode(), *missing, b""])
        write_whole(Path(os.path.realpath(path)), present + gap + added)
