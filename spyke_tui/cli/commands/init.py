"""``spyke-tui init``."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path

from spyke_tui.cli.output import ProgressBar, counted
from spyke_tui.errors import PictureError, UsageError
from spyke_tui.model.geometry import Size
from spyke_tui.model.reading import CHARACTER_NAME, TRIGGER_NAME
from spyke_tui.model.table import FieldError, Table, printable
from spyke_tui.processing.loading import load_picture
from spyke_tui.store.crops_file import FILE_NAME, parse_project
from spyke_tui.store.files import write_whole
from spyke_tui.store.new_project import add_gitignore_rules, path_from, project_text, sheet_keys
from spyke_tui.store.temporary import remove_leftovers


def run(arguments: argparse.Namespace) -> int:
    folder = Path(arguments.dir)
    path = folder / FILE_NAME
    remove_leftovers(folder)
    _require_free(folder, path)
    _require_names(arguments)
    files = list(dict.fromkeys(Path(word) for word in arguments.sheets))
    sizes = _sizes_of(files)
    names = [path_from(folder, file) for file in files]
    sheets = list(zip(sheet_keys(files), names, sizes, strict=True))
    text = project_text(arguments.character, arguments.trigger, sheets)
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            "A sheet's name holds bytes that are not UTF-8, which no TOML file can name.",
            "Rename it first. Nothing was written.",
        ) from error
    parse_project(text, path)
    # The project last: where that is there, all is.
    add_gitignore_rules(folder)
    write_whole(path, data, durable=True)
    print(f"wrote {printable(str(path))} with {counted(len(sheets), 'sheet')}:")
    for key, name, size in sheets:
        print(f"  {key}  {printable(name)}  {size}")
    words = shlex.quote(printable(str(folder)))
    place = "" if folder.resolve() == Path.cwd() else f" --project {words}"
    print(f"Next: spyke-tui suggest --write{place}   then: spyke-tui {words}")
    return 0


def _require_free(folder: Path, path: Path) -> None:
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise UsageError(f"{folder} is not a folder.", "Name the folder first, then the pictures.")
    if os.path.lexists(path):
        raise UsageError(
            f"{path} is there already.", "Open it with spyke-tui, or name another folder."
        )


def _require_names(arguments: argparse.Namespace) -> None:
    values = Table({})
    for option, pattern, rule in (
        ("character", CHARACTER_NAME, "small letters, digits and hyphens"),
        ("trigger", TRIGGER_NAME, "letters, digits and underscores"),
    ):
        try:
            values.name(option, getattr(arguments, option), pattern, rule)
        except FieldError as error:
            raise UsageError(f"--{option}: {error.message}", error.fix) from None


def _sizes_of(files: list[Path]) -> list[Size]:
    """All are decoded once: one that is cut off has a sound header."""
    bar = ProgressBar()
    sizes: list[Size] = []
    try:
        for number, file in enumerate(files, 1):
            sizes.append(Size(*load_picture(file).size))
            bar(number, len(files), printable(file.name))
    except PictureError as error:
        raise UsageError(error.message, f"{error.hint} Nothing was written.".strip()) from error
    finally:
        bar.close()
    return sizes
