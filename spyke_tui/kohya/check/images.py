"""Findings about pictures: built or not, from what, and whether the trainer can take them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from spyke_tui.kohya.check.facts import PictureFacts
from spyke_tui.kohya.check.inspection import Inspection
from spyke_tui.kohya.check.listing import Listing
from spyke_tui.kohya.plan import Planned
from spyke_tui.kohya.sheets import excluded_sheet
from spyke_tui.model.findings import Finding, Severity
from spyke_tui.model.layout import crop_of_stem
from spyke_tui.model.project import Crop
from spyke_tui.model.table import printable
from spyke_tui.store.files import Stamp

_SHEET_AWAY = ("sheet-missing", "sheet-unreadable")
_ANEW = "spyke-tui reg --redo-outdated makes it anew"


def find_in_images(inspection: Inspection) -> Iterator[Finding]:
    """Every picture that a kept crop asks for, then every picture that the trainer would read."""
    for crop in inspection.project.crops:
        if crop.status == "keep":
            yield from _enlarged(crop, inspection)
    for planned in inspection.planned.values():
        yield from _planned(planned, inspection)
    for name in inspection.train_pictures:
        yield from _readable(inspection.train, name, inspection, "image-size")
        if name.rpartition(".")[0] not in inspection.planned or not name.endswith(".png"):
            yield _foreign(name, inspection)
    for listing, names in (
        (inspection.train, inspection.train_pictures),
        (inspection.reg, inspection.reg_pictures),
    ):
        yield from _same_stems(listing, names, inspection)


def _enlarged(crop: Crop, inspection: Inspection) -> Iterator[Finding]:
    size = inspection.project.dataset.size
    longer = max(crop.rect.width, crop.rect.height)
    if 0 < longer < size:
        yield Finding(
            "image-enlarged", "warning", crop.id,
            f"The longer side of {crop.id} is {longer} pixels: it is enlarged {size / longer:.2f} "
            f"times to {size}, which blurs it.",
            f"Use a larger sheet, or a rectangle of at least {size} pixels on one side.",
        )  # fmt: skip


def _planned(planned: Planned, inspection: Inspection) -> Iterator[Finding]:
    """Missing, built from something else, or changed by somebody else."""
    name = planned.image.name
    problem = inspection.crop_problem(planned.crop)
    stamp = inspection.train.files.get(name)
    if stamp is None:
        if not inspection.train.holds(name):
            excluded = excluded_sheet(planned.crop, inspection.project)
            yield _missing(planned, problem or excluded)
        return
    if problem is not None and problem.code not in _SHEET_AWAY:
        return  # what it should hold can't be said until that is mended
    entry = inspection.entry(planned.image)
    if entry is None:
        yield Finding(
            "image-edited", "warning", planned.crop.id,
            f"{name} was not written by spyke-tui, or the record of it is lost.",
            "Run spyke-tui build: it recognizes its own work. To overwrite the picture: "
            f"spyke-tui build --force {planned.crop.id}.",
        )  # fmt: skip
        return
    yield from _ours(planned, inspection, stamp, current=inspection.is_current(planned, entry))


def _ours(
    planned: Planned, inspection: Inspection, stamp: Stamp, *, current: bool
) -> Iterator[Finding]:
    name, crop_id = planned.image.name, planned.crop.id
    edited = inspection.state_of(planned.image, stamp) == "edited"
    if not current:
        also = " It was changed by hand as well." if edited else ""
        aside = ": it puts your picture into aside/ and makes a new one" if edited else ""
        yield Finding(
            "image-stale", "error", crop_id,
            f"{name} was built from another rectangle, sheet or setting than those of now.{also}",
            f"Run spyke-tui build{aside}.",
        )  # fmt: skip
    elif edited:
        yield Finding(
            "image-edited", "warning", crop_id,
            f"{name} was changed since spyke-tui wrote it; build leaves it as it is.",
            f"Nothing to do if you meant it; else run spyke-tui build --force {crop_id}.",
        )  # fmt: skip


def _missing(planned: Planned, problem: Finding | None) -> Finding:
    if problem is None:
        why, fix = "", "Run spyke-tui build."
    else:
        why = f" and can't be: {problem.message}"
        fix = f"{problem.fix} Then run spyke-tui build."
    twin = ", its flipped twin," if planned.mirror else ""
    message = f"{planned.image.name}{twin} is not built{why}"
    return Finding(
        "image-missing", "error", planned.crop.id,
        message if message.endswith(".") else f"{message}.", fix,
    )  # fmt: skip


def _readable(
    listing: Listing, name: str, inspection: Inspection, size_code: str
) -> Iterator[Finding]:
    """Whether the trainer can take a picture as it is; `size_code` names a wrong size."""
    where, shown = inspection.where(listing, name), printable(name)
    size = inspection.project.dataset.size

    def finding(code: str, severity: Severity, message: str, fix: str) -> Finding:
        return Finding(code, severity, where, f"{shown} {message}", fix)

    stamp = listing.files.get(name)
    if stamp is None:
        what = listing.odd.get(name, "is a folder")
        yield finding(
            "image-unreadable", "error", f"{what}; the trainer stops at it.",
            "Remove it, or put a picture in its place.",
        )  # fmt: skip
        return
    facts = inspection.memory.picture(f"{listing.path}/{name}", stamp)
    if facts.problem:
        yield finding(
            "image-unreadable", "error", f"{printable(facts.problem)}; the trainer stops at it.",
            _again(listing, name, inspection),
        )  # fmt: skip
    if facts.mode and (facts.width, facts.height) != (size, size):
        yield finding(
            size_code, "error",
            f"is {facts.width}x{facts.height} pixels instead of {size}x{size}; the trainer stops "
            "at it, or cuts it to its centre.", _in_size(listing, name, inspection),
        )  # fmt: skip
    if facts.mode and _is_not_rgb(facts):
        yield finding(
            "image-mode", "error",
            f"is {_mode(facts)} instead of 8-bit RGB: the trainer drops transparency and clips "
            "deeper colour.", _again(listing, name, inspection),
        )  # fmt: skip


def find_in_reg_images(inspection: Inspection) -> Iterator[Finding]:
    """The same for regularization images, whose wrong size has a code of its own."""
    for name in inspection.reg_pictures:
        yield from _readable(inspection.reg, name, inspection, "reg-size")


def _is_not_rgb(facts: PictureFacts) -> bool:
    return facts.mode != "RGB" or facts.bits != 8 or facts.transparent


def _mode(facts: PictureFacts) -> str:
    see_through = " with transparency" if facts.transparent else ""
    return f"{facts.bits}-bit {printable(facts.mode)}{see_through}"


def _in_size(listing: Listing, name: str, inspection: Inspection) -> str:
    """How to get it in the set's size: a run draws what [reg] asks for."""
    reg, side = inspection.project.reg, inspection.project.dataset.size
    if listing is not inspection.reg or (reg.width, reg.height) == (side, side):
        return _again(listing, name, inspection)
    asked = f"[reg] asks for {reg.width}x{reg.height}: take width and height out of it"
    return f"{asked}; then {_ANEW}."


def _again(listing: Listing, name: str, inspection: Inspection) -> str:
    """How to get this picture again."""
    if listing is inspection.reg:
        return f"Save it again in that form; if a run made it, {_ANEW}."
    planned = inspection.planned.get(name.rpartition(".")[0])
    if planned and planned.image.name == name:
        return f"Run spyke-tui build --force {planned.crop.id}."
    return "Move it out of the training folder, or save it again."


def _foreign(name: str, inspection: Inspection) -> Finding:
    stem = name.rpartition(".")[0]
    crop = inspection.project.crop(stem) or inspection.project.crop(crop_of_stem(stem))
    path = inspection.train.path / name
    if crop is None and inspection.entry(path) is not None:
        why = "spyke-tui wrote it for a crop that is gone or has another id now"
        fix = "Run spyke-tui build: it clears up what it wrote."
    elif crop is None or stem in inspection.planned:
        why = "no crop explains it, but the trainer would train on it"
        fix = "Move it out of the training folder, or make a crop of it on a sheet."
    elif crop.status == "keep" and crop.mirror:
        why = f"no flipped twin of {crop.id} may be (see mirror-one-sided)"
        fix = "Run spyke-tui build, which clears it away, or look which details the crop shows."
    elif crop.status == "keep":
        why = f"the crop {crop.id} asks for no flipped twin"
        fix = "Run spyke-tui build, which clears it away, or write mirror = true."
    else:
        kind = "a draft" if crop.status == "draft" else "rejected"
        why = f"its crop {crop.id} is {kind}"
        fix = "Run spyke-tui build, which clears it away, or keep the crop."
    return Finding(
        "image-foreign", "warning", inspection.place(path), f"{printable(name)}: {why}.", fix
    )


def _same_stems(listing: Listing, names: list[str], inspection: Inspection) -> Iterator[Finding]:
    stems = Counter(name.rpartition(".")[0] for name in names)
    for stem in (stem for stem, number in stems.items() if number > 1):
        twice = [name for name in names if name.rpartition(".")[0] == stem]
        shown = " and ".join(printable(name) for name in twice)
        yield Finding(
            "stem-duplicate", "error", inspection.place(listing.path / twice[-1]),
            f"{shown} have the same stem: the trainer loads both, with one caption.",
            "Remove all but one of them.",
            tuple(inspection.place(listing.path / name) for name in twice),
        )  # fmt: skip
