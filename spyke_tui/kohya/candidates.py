"""Top-up candidates: pictures that a run made for training, taken into crops.toml as drafts.

The run itself never writes crops.toml. Whoever may change it does: the app while it is open (one
step, which undo takes back), else the command at its end. What was taken in once, or lies on a
sheet already, is not taken in again: a candidate whose sheet was deleted stays out.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from spyke_tui.errors import WriteError
from spyke_tui.kohya.sheets import sheet_path
from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Crop, Project, Sheet
from spyke_tui.model.run_fold import Made, RunFold
from spyke_tui.store.app_lock import AppLock
from spyke_tui.store.crops_file import ChangedElsewhereError, CropsFile
from spyke_tui.store.new_project import path_from
from spyke_tui.store.run_files import RunFiles
from spyke_tui.store.run_journal import RunJournal, read_journal

TRIES = 5
"""How often crops.toml is read again where another program writes it at the same moment."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finished picture in topup/."""

    made: Made
    path: Path
    size: Size


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of them. `left_to`: who has the project open and takes in the `waiting` ones."""

    crops: tuple[Crop, ...] = ()
    waiting: int = 0
    left_to: str = ""


def new_candidates(project: Project, folder: Path, *, also_known: bool = False) -> list[Candidate]:
    """Finished candidates without a sheet, in their order. For any thread.

    `folder` is that of crops.toml. `also_known`: those too that were taken in before and have no
    sheet any more.
    """
    layout = Layout.of(project.dataset, folder)
    files = RunFiles(layout, "topup")
    fold = RunFold()
    for record in read_journal(files.journal):
        fold.feed(record)
    made = [m for _, m in sorted(fold.made.items()) if m.placed]
    if not made:
        return []
    sheets = {os.path.realpath(sheet_path(sheet, folder)) for sheet in project.sheets.values()}
    known = set() if also_known else _known(files)
    found = []
    for each in made:
        path = layout.topup / each.name
        if (each.name, each.sha256) in known or os.path.realpath(path) in sheets:
            continue
        size = _size_of(path)
        if size is not None:
            found.append(Candidate(each, path, size))
    return found


def _size_of(path: Path) -> Size | None:
    from spyke_tui.errors import PictureError
    from spyke_tui.processing.loading import read_info

    try:
        return read_info(path).size
    except PictureError:
        return None


def with_candidates(
    project: Project, folder: Path, candidates: Sequence[Candidate]
) -> tuple[Project, list[Crop]]:
    """`project` with a sheet and a whole-image draft crop for each, and those crops."""
    sheets, crops = dict(project.sheets), list(project.crops)
    ids = {crop.id for crop in crops}
    added: list[Crop] = []
    for candidate in candidates:
        stem = candidate.path.stem
        key = _free(stem.replace("_", "-"), sheets.keys(), "-")
        size = candidate.size
        sheets[key] = Sheet(
            key,
            path_from(folder, candidate.path),
            size,
            note=f"top-up candidate, seed {candidate.made.seed}",
        )
        crop = Crop(_free(stem, ids, "_"), key, Rect(0, 0, size.width, size.height), status="draft")
        ids.add(crop.id)
        added.append(crop)
    crops += added
    return replace(project, sheets=sheets, crops=tuple(crops)), added


def _free(name: str, taken: object, gap: str) -> str:
    assert hasattr(taken, "__contains__")
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name}{gap}{number}"
    return candidate


def note_taken_in(project: Project, folder: Path, candidates: Sequence[Candidate]) -> None:
    """Remember them: should somebody delete their sheets, they stay deleted.

    Where that can't be written they would come back, and nothing is lost.
    """
    files = RunFiles(Layout.of(project.dataset, folder), "topup")
    with suppress(WriteError):
        journal = RunJournal(_memory(files))
        try:
            for candidate in candidates:
                journal.append({"name": candidate.made.name, "sha": candidate.made.sha256})
        finally:
            journal.close()


def _memory(files: RunFiles) -> Path:
    return files.folder / "topup.taken"


def _known(files: RunFiles) -> set[tuple[object, object]]:
    return {(r.get("name"), r.get("sha")) for r in read_journal(_memory(files))}


def is_taken_in(layout: Layout) -> frozenset[str]:
    """The names of candidates that were taken into crops.toml once."""
    return frozenset(str(name) for name, _ in _known(RunFiles(layout, "topup")))


def take_in_candidates(place: Path) -> TakenIn:
    """Add what is new to crops.toml, unless an app has it open: that one does it by itself.

    Nothing that anybody decided is overwritten: crops.toml is read under the app's lock and
    written only where it is still as it was read. Raises `SpykeError`.
    """
    file = CropsFile.read(place)
    lock = AppLock.of(Layout.of(file.project.dataset, file.folder), file.folder)
    for last in (*[False] * (TRIES - 1), True):
        candidates = new_candidates(file.project, file.folder)
        if not candidates:
            return TakenIn()
        if holder := lock.take():
            return TakenIn(waiting=len(candidates), left_to=holder)
        try:
            project, crops = with_candidates(file.project, file.folder, candidates)
            file.write(project)
        except ChangedElsewhereError:
            if last:
                raise
            file = CropsFile.read(place)
            continue
        finally:
            lock.release()
        note_taken_in(project, file.folder, candidates)
        return TakenIn(tuple(crops))
    return TakenIn()
