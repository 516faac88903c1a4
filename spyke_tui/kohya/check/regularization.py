"""Findings about regularization images: how many, captions among them, and their prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from spyke_tui.kohya.check.images import find_in_reg_images
from spyke_tui.kohya.check.inspection import Inspection
from spyke_tui.kohya.check.listing import Listing, list_folder
from spyke_tui.kohya.check.prompts import positive_texts
from spyke_tui.kohya.trainer import CAPTION_SUFFIX
from spyke_tui.model.findings import Finding
from spyke_tui.model.prompt_leak import leaking_words
from spyke_tui.model.table import printable, quoted

_RUN_NAME = re.compile(r"reg_([0-9]{3,9})\.png")
"""As `Layout.reg_image` names them, padded for any count."""


def find_in_regularization(inspection: Inspection) -> Iterator[Finding]:
    yield from _counts(inspection)
    yield from find_in_reg_images(inspection)
    yield from _foreign(inspection)
    yield from _captions(inspection)
    yield from _leaks(inspection)


def _more(wanted: int) -> str:
    """How to get `wanted` images in all."""
    return f"Generate what is missing: spyke-tui reg --count {wanted} (in the app: F6)."


def _counts(inspection: Inspection) -> Iterator[Finding]:
    target = inspection.project.targets.reg
    have, images = len(inspection.reg_pictures), len(inspection.train_pictures)
    repeats = inspection.project.dataset.repeats
    ideal = images * repeats
    product = f"{images} images x {repeats} repeats = {ideal}"
    if have < target.min:
        yield Finding(
            "reg-few", "error", "reg",
            f"{have} regularization images; at least {target.min} are wanted: "
            f"{target.min - have} missing.",
            _more(max(target.min, min(ideal, target.max))),
        )  # fmt: skip
    elif have < ideal:
        yield Finding(
            "reg-few", "warning", "reg",
            f"{have} regularization images for {product}: the trainer repeats the first "
            f"{min(have, ideal - have)}.",
            _more(ideal)
            if ideal <= target.max
            else f"Lower the repeats, or raise targets.reg.max to {ideal}.",
        )  # fmt: skip
    if have > target.max:
        yield Finding(
            "reg-many", "warning", "reg",
            f"{have} regularization images, {have - target.max} more than the "
            f"{target.max} of [targets].",
            "Remove the last ones, or raise targets.reg.max.",
        )  # fmt: skip
    elif 0 < ideal < have:
        yield Finding(
            "reg-many", "warning", "reg",
            f"{have} regularization images for {product}: the trainer drops the last "
            f"{have - ideal} by name.",
            "Nothing is spoilt; remove those, or raise the repeats.",
        )  # fmt: skip


def _foreign(inspection: Inspection) -> Iterator[Finding]:
    """Pictures that no run explains, nor anything else that we remember of writing."""
    count = inspection.project.reg.count
    made = inspection.reg_run.names()
    for name in inspection.reg_pictures:
        path = inspection.reg.path / name
        if inspection.reg_run.session.run:
            explained = name in made
        else:  # the dataset came without its journal: a run's names have to do
            match = _RUN_NAME.fullmatch(name)
            explained = match is not None and 1 <= int(match[1]) <= count
        if not explained and inspection.entry(path) is None:
            yield Finding(
                "image-foreign", "warning", inspection.place(path),
                f"{printable(name)}: no run explains it"
                + ("" if inspection.reg_run.session.run else f" ([reg].count is {count})")
                + ", but the trainer would train on it.",
                "Move it out of reg/, or raise [reg].count.",
            )  # fmt: skip


def _captions(inspection: Inspection) -> Iterator[Finding]:
    folders = [inspection.reg_root, inspection.reg]
    folders += [
        list_folder(inspection.reg_root.path / name)
        for name in inspection.reg_root.folders
        if name != inspection.reg.path.name
    ]
    for folder in folders:
        yield from _captions_in(folder, inspection)


def _captions_in(folder: Listing, inspection: Inspection) -> Iterator[Finding]:
    for name in folder.files:
        if name.endswith(CAPTION_SUFFIX):
            yield Finding(
                "reg-caption", "error", inspection.place(folder.path / name),
                f"{printable(name)} lies among the regularization images: the trainer reads it "
                "as a caption, and its words leak into the class.",
                "Move it out of reg/.",
            )  # fmt: skip


def _leaks(inspection: Inspection) -> Iterator[Finding]:
    """The trigger or a detail in what draws the regularization images."""
    project = inspection.project
    sources = [("reg", "[reg].prompt", project.reg.prompt)]
    if project.reg.workflow.strip():
        path = inspection.folder / Path(project.reg.workflow)
        shown = printable(project.reg.workflow)
        sources += [("reg", f"the workflow {shown}", text) for text in positive_texts(path)]
    for where, place, text in sources:
        leaking = leaking_words(project.dataset, text)
        if leaking:
            names = ", ".join(quoted(word) for word in leaking)
            yield Finding(
                "reg-prompt-leak", "error", where,
                f"{place[0].upper()}{place[1:]} names {names}: the class would learn what only "
                "the character has.",
                f"Take {names} out of {place}.",
            )  # fmt: skip
