"""``spyke-tui import``."""

from __future__ import annotations

import argparse
import json
import shlex
from pathlib import Path
from typing import Any

from spyke_tui.cli.output import ProgressBar, counted, painted
from spyke_tui.errors import UsageError
from spyke_tui.kohya.importing import Imported, Remark, import_folder
from spyke_tui.model.table import printable
from spyke_tui.store.crops_file import FILE_NAME, parse_project
from spyke_tui.store.files import write_whole
from spyke_tui.store.imported_text import imported_text
from spyke_tui.store.new_project import add_gitignore_rules
from spyke_tui.store.temporary import remove_leftovers

LISTED = 20
"""Files of one kind that are named; the rest are counted."""


def run(arguments: argparse.Namespace) -> int:
    folder = _project_folder(arguments)
    path = folder / FILE_NAME
    remove_leftovers(folder)
    _require_free(folder, path)
    bar = ProgressBar()
    try:
        imported = import_folder(
            Path(arguments.folder),
            folder,
            trigger=arguments.trigger,
            character=arguments.character,
            repeats=arguments.repeats,
            progress=bar,
        )
    finally:
        bar.close()
    text = imported_text(imported.project)
    parse_project(text, path)
    # The project last: where that is there, all is.
    add_gitignore_rules(folder)
    write_whole(path, text.encode(), durable=True)
    if arguments.json:
        print(json.dumps(_as_json(imported, path)))
    else:
        _report(imported, arguments.folder, folder)
    return 1 if imported.left_out else 0


def _project_folder(arguments: argparse.Namespace) -> Path:
    place = Path(arguments.dir or arguments.project or ".")
    return place.parent if place.name == FILE_NAME else place


def _require_free(folder: Path, path: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(
            f"{folder} is not a folder.", "Name the folder to take in, then the project's folder."
        )
    if path.exists() or path.is_symlink():
        raise UsageError(
            f"{path} is there already.",
            "Name another folder: spyke-tui import FOLDER DIR. Nothing was written.",
        )


def _as_json(imported: Imported, path: Path) -> dict[str, Any]:
    dataset = imported.project.dataset

    def rows(remarks: list[Remark]) -> list[dict[str, str]]:
        return [{"file": remark.file, "why": remark.word} for remark in remarks]

    return {
        "project": str(path),
        "pictures": len(imported.project.crops),
        "twins": imported.twins,
        "character": dataset.character,
        "trigger": {"word": dataset.trigger, "origin": imported.trigger.origin},
        "class": dataset.class_,
        "repeats": dataset.repeats,
        "size": dataset.size,
        "captions": {
            "in_fields": imported.in_fields,
            "overrides": imported.overrides,
            "without": imported.without_caption,
            "trigger_added": imported.triggered,
            "without_trigger": imported.untriggered,
        },
        "renamed": imported.renamed,
        "folders": [
            {"folder": train.path.name, "pictures": len(train.pictures), "repeats": train.repeats}
            for train in imported.source.train
        ],
        "reg_images": imported.source.reg_images,
        "left_out": rows(imported.left_out),
        "remarks": rows(imported.remarks),
    }


# -- what is said at the end ----------------------------------------------------------------


def _report(imported: Imported, source: str, folder: Path) -> None:
    project = imported.project
    dataset, crops = project.dataset, len(project.crops)
    twins = f" and {counted(imported.twins, 'flipped twin')}" if imported.twins else ""
    print(f"wrote {printable(str(folder / FILE_NAME))}: {counted(crops, 'picture')}{twins} came in")
    origin = {
        "given": "as given",
        "captions": "most captions begin with it",
        "folder": "from the folder's name",
    }[imported.trigger.origin]
    print(f"  trigger    {dataset.trigger} ({origin})")
    print(f"  character  {dataset.character}, class {dataset.class_}")
    print(f"  training   {dataset.repeats} repeats, {dataset.size} px")
    print(
        f"  captions   {imported.in_fields} read into fields, {imported.overrides} kept word for "
        f"word, {counted(imported.without_caption, 'picture')} without one"
    )
    _say_notes(imported, source)
    _list("Did not come in:", imported.left_out)
    _list("Look at:", imported.remarks)
    words = shlex.quote(printable(str(folder)))
    place = "" if folder.resolve() == Path.cwd() else f" --project {words}"
    print(f"Next: spyke-tui build{place}   spyke-tui check{place}   then: spyke-tui {words}")


def _say_notes(imported: Imported, source: str) -> None:
    """What is not as it was, and what to do about it."""
    word, found = imported.trigger.word, imported.source
    if imported.triggered:
        print(f"{word} was put in front of {counted(imported.triggered, 'caption')}.")
    if imported.untriggered:
        print(
            f"Captions that don't begin with {word} came in as they are "
            f"({imported.untriggered}). To put it in front: import again with --trigger {word}."
        )
    if imported.renamed:
        print(
            f"Ids are in small letters, digits, - and _: {counted(imported.renamed, 'picture')} "
            "got a new name."
        )
    repeats = imported.project.dataset.repeats
    others = [train for train in found.train if train.repeats not in (None, repeats)]
    if others:
        names = ", ".join(printable(train.path.name) for train in others)
        print(f"{painted('repeats', 'yellow')}    {names}: shown {repeats} times from now on.")
    if found.reg_images:
        print(
            f"Regularization images in {printable(source)} ({found.reg_images}) stay where they "
            "are and are no part of the project."
        )


def _list(title: str, remarks: list[Remark]) -> None:
    if not remarks:
        return
    print(title)
    for remark in remarks[:LISTED]:
        print(f"  {printable(remark.file)}  {printable(remark.word)}")
    if len(remarks) > LISTED:
        print(f"  and {len(remarks) - LISTED} more")
