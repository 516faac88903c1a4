"""``spyke-tui suggest``."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from spyke_tui.cli.output import counted
from spyke_tui.errors import ProjectFileError, SpykeError, UsageError
from spyke_tui.kohya.drafts import add_drafts
from spyke_tui.kohya.sheets import sheet_path
from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.project import Project, Sheet
from spyke_tui.model.table import printable, quoted
from spyke_tui.processing.loading import load_picture
from spyke_tui.processing.suggest import suggest_rects
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.temporary import remove_leftovers

_PATIENCE = 0.5
"""Seconds for a sheet: on a busy machine the answer is the same, as in the app."""


@dataclass(frozen=True, slots=True)
class _Source:
    """One picture to look at. `key` is that of the project's sheet, "" for a loose picture."""

    shown: str
    path: Path
    key: str = ""


def run(arguments: argparse.Namespace) -> int:
    if arguments.keep and not arguments.write:
        raise UsageError("--keep goes with --write.", "Write: spyke-tui suggest --write --keep")
    sources, file = _sources(arguments)
    found: list[tuple[_Source, Size, list[Rect]]] = []
    errors: list[SpykeError] = []
    for source in sources:
        try:
            picture = load_picture(source.path)
            if arguments.write and file is not None:
                _require_same_size(file.project.sheets[source.key], Size(*picture.size))
        except SpykeError as error:
            errors.append(error)
            continue
        rects = [suggestion.rect for suggestion in suggest_rects(picture, time_limit=_PATIENCE)]
        found.append((source, Size(*picture.size), rects))
    # Before anything is printed: a reader that goes away early must not cost the drafts.
    written = (
        _write(file, found, keep=arguments.keep) if arguments.write and file is not None else ""
    )
    if arguments.json:
        print(json.dumps({"sheets": [_as_json(*entry) for entry in found]}))
    else:
        _print_table(found)
    for failed in errors:
        print(f"spyke-tui: {printable(failed.message)} {printable(failed.hint)}", file=sys.stderr)
    if written and not arguments.json:
        print(written)
    return 1 if errors else 0


def _sources(arguments: argparse.Namespace) -> tuple[list[_Source], CropsFile | None]:
    """What to look at, and the project where it is needed. Raises `UsageError`."""
    file = None
    if arguments.write or not arguments.sheets:
        file = CropsFile.read(Path(arguments.project or "."))
    if not arguments.sheets:
        assert file is not None
        sheets = [sheet for sheet in file.project.sheets.values() if sheet.use != "exclude"]
        if not sheets:
            raise UsageError(
                "The project has no sheets that are not excluded.", "Add them under [sheets.KEY]."
            )
        return [_Source(s.file, sheet_path(s, file.folder), s.key) for s in sheets], file
    if file is None:
        return _loose_sources(arguments.sheets, arguments.project), None
    found = [_project_source(word, file.project, file.folder) for word in arguments.sheets]
    return list(dict.fromkeys(found)), file


def _loose_sources(words: list[str], place: str | None) -> list[_Source]:
    """Pictures by their names; a word that is none may be the key of a sheet of the project."""
    file = None
    if not all(os.path.exists(word) for word in words):
        with contextlib.suppress(ProjectFileError):
            file = CropsFile.read(Path(place or "."))
    sources: list[_Source] = []
    for word in words:
        sheet = file.project.sheets.get(word) if file and not os.path.exists(word) else None
        if sheet is not None and file is not None:
            sources.append(_Source(sheet.file, sheet_path(sheet, file.folder), sheet.key))
        else:
            sources.append(_Source(word, Path(word)))
    return sources


def _project_source(word: str, project: Project, folder: Path) -> _Source:
    for sheet in project.sheets.values():
        path = sheet_path(sheet, folder)
        if word in (sheet.key, sheet.file) or os.path.realpath(word) == os.path.realpath(path):
            return _Source(sheet.file, path, sheet.key)
    near = difflib.get_close_matches(word, project.sheets, 1)
    raise UsageError(
        f"{quoted(word)} is not one of the project's sheets.",
        f"Did you mean {near[0]}?"
        if near
        else "Name a key or file of [sheets], or add it there first: --write adds crops by sheet.",
    )


def _require_same_size(sheet: Sheet, size: Size) -> None:
    """Raises `UsageError` where the sheet's other rectangles were drawn on another picture."""
    if sheet.size is not None and sheet.size != size:
        raise UsageError(
            f"{sheet.file} is {size}, but the rectangles of {sheet.key} were drawn on "
            f"{sheet.size}: nothing was added to them.",
            f"Bring the old picture back, or write size = [{size.width}, {size.height}].",
        )


def _as_json(source: _Source, size: Size, rects: list[Rect]) -> dict[str, object]:
    boxes = [{"x": r.left, "y": r.top, "w": r.width, "h": r.height} for r in rects]
    return {"file": source.shown, "width": size.width, "height": size.height, "boxes": boxes}


def _print_table(found: list[tuple[_Source, Size, list[Rect]]]) -> None:
    for source, size, rects in found:
        print(f"{printable(source.shown)} ({size}): {counted(len(rects), 'figure')}")
        for rect in rects:
            print(f"  {rect}")


def _write(file: CropsFile, found: list[tuple[_Source, Size, list[Rect]]], *, keep: bool) -> str:
    """Add the rectangles to crops.toml; says what was done."""
    project, added, seen = file.project, 0, 0
    for source, size, rects in found:
        project, new = add_drafts(project, source.key, size, rects, keep=keep)
        added, seen = added + len(new), seen + len(rects)
    file.write(project)
    remove_leftovers(file.folder)  # also where there was nothing to write
    state = "kept crop" if keep else "draft"
    there = f"; {seen - added} had a crop already" if seen > added else ""
    return f"{counted(added, state)} added to {printable(str(file.path))}{there}."
