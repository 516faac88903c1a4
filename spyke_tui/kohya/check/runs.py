"""Findings about what was generated: unfinished, practice, undecided, of another family."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from spyke_tui.kohya.candidates import is_taken_in
from spyke_tui.kohya.check.inspection import Inspection
from spyke_tui.kohya.check.listing import list_folder
from spyke_tui.kohya.sheets import sheet_path
from spyke_tui.kohya.trainer import picture_names
from spyke_tui.model.checkpoint_family import family_of_name
from spyke_tui.model.findings import Finding
from spyke_tui.model.table import printable, quoted
from spyke_tui.store.files import Stamp
from spyke_tui.store.run_files import RunFiles

SDXL_SIZE = 1024
"""A training of this resolution may well be one of SDXL."""
FEW = 3
"""Practice pictures that are named one by one."""


def find_in_runs(inspection: Inspection) -> Iterator[Finding]:
    yield from _unfinished(inspection)
    yield from _practice(inspection)
    yield from _practice_sheets(inspection)
    yield from _family(inspection)
    yield from _undecided(inspection)


def _unfinished(inspection: Inspection) -> Iterator[Finding]:
    run = inspection.reg_run
    total = run.session.total
    there = set(inspection.reg_pictures)
    missing = sum(
        index not in run.foreign
        and not ((made := run.made.get(index)) and made.placed and made.name in there)
        for index in range(1, total + 1)
    )
    if not missing:
        return
    if RunFiles(inspection.layout, "reg").is_alive():
        message = f"{missing} of {total} regularization images are being generated just now."
        fix = "Wait until they are there (see: spyke-tui reg --status)."
    else:
        message = f"The run of {total} regularization images ended with {missing} still to come."
        fix = "Run spyke-tui reg: it goes on where it was."
    yield Finding("reg-unfinished", "warning", "reg", message, fix)


def _practice(inspection: Inspection) -> Iterator[Finding]:
    """Placeholders of the practice server, which would be learnt as the class."""
    found = []
    for name in inspection.reg_pictures:
        stamp = inspection.reg.files.get(name)
        path = f"{inspection.reg.path}/{name}"
        if stamp is not None and inspection.memory.picture(path, stamp).practice:
            found.append(name)
    fix = "With ComfyUI at [reg].server, spyke-tui reg --redo-outdated makes real ones instead."
    if len(found) > FEW:
        yield Finding(
            "reg-practice", "error", "reg",
            f"{len(found)} of {len(inspection.reg_pictures)} regularization images are practice "
            f"pictures ({printable(found[0])} to {printable(found[-1])}): placeholders, drawn "
            "without any model.", fix,
        )  # fmt: skip
        return
    for name in found:
        yield Finding(
            "reg-practice", "error", inspection.place(inspection.reg.path / name),
            f"{printable(name)} is a practice picture: a placeholder, drawn without any model.",
            fix,
        )  # fmt: skip


def _practice_sheets(inspection: Inspection) -> Iterator[Finding]:
    """Kept crops of practice candidates."""
    from spyke_tui.processing.generated import is_practice

    def look(path: Path) -> str:
        return "practice" if is_practice(path) else ""

    marked: dict[str, str] = {}
    for crop in inspection.project.crops:
        sheet = inspection.project.sheets.get(crop.sheet)
        if crop.status != "keep" or sheet is None:
            continue
        if crop.sheet not in marked:
            path = sheet_path(sheet, inspection.folder)
            stamp = Stamp.of(path)
            said = inspection.memory.note("practice", path, stamp, look) if stamp else ""
            marked[crop.sheet] = said
        if marked[crop.sheet]:
            yield Finding(
                "reg-practice", "error", crop.id,
                f"The sheet of {crop.id} is a practice picture: a placeholder, drawn without any "
                "model.", "Reject the crop.",
            )  # fmt: skip


def _family(inspection: Inspection) -> Iterator[Finding]:
    size = inspection.project.dataset.size
    if size >= SDXL_SIZE:
        return
    session, chosen = inspection.reg_run.session, inspection.project.reg.checkpoint
    used = session.checkpoint if session.checkpoint and inspection.reg_pictures else chosen
    known = session.family if used == session.checkpoint else ""
    if (known or family_of_name(used)) == "sdxl":
        yield Finding(
            "checkpoint-family", "warning", "reg",
            f"{quoted(used)} is an SDXL checkpoint, and a training at {size} is one of SD 1.5: "
            "its regularization images would come from another family than the model that is "
            "trained.",
            "Choose an SD 1.5 checkpoint in [reg], or train an SDXL base (then size = 1024 suits "
            "it better).",
        )  # fmt: skip


def _undecided(inspection: Inspection) -> Iterator[Finding]:
    """Candidates that are neither kept nor rejected."""
    folder = inspection.layout.topup
    names = picture_names(list_folder(folder).names)
    if not names:
        return
    project = inspection.project
    sheets = {
        os.path.realpath(sheet_path(sheet, inspection.folder)): sheet.key
        for sheet in project.sheets.values()
    }
    drafts = {crop.sheet for crop in project.crops if crop.status == "draft"}
    known = is_taken_in(inspection.layout)
    drafted, loose = [], []
    for name in names:
        key = sheets.get(os.path.realpath(folder / name))
        if key in drafts:
            drafted.append(name)
        elif key is None and name not in known:
            loose.append(name)
    if drafted or loose:
        shown = ", ".join(printable(name) for name in (drafted + loose)[:5])
        more = f" and {len(drafted + loose) - 5} more" if len(drafted + loose) > 5 else ""
        number = len(drafted + loose)
        words = "1 candidate waits" if number == 1 else f"{number} candidates wait"
        yield Finding(
            "topup-undecided", "warning", "topup",
            f"{words} for a decision in {inspection.place(folder)}: {shown}{more}.",
            "Keep or reject their crops."
            if drafted
            else "Take them into crops.toml: open the app, or run spyke-tui topup. Or delete them.",
        )  # fmt: skip
