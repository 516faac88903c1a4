"""What the Set pane says of what is selected, and what the keys do with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spyke_tui.kohya.mending import mends_of
from spyke_tui.model.caption import caption_of
from spyke_tui.model.finding_places import place_of
from spyke_tui.tui.crop_words import enlarged_words
from spyke_tui.tui.keymap import keys_of
from spyke_tui.tui.widgets.caption_parts import Ink

if TYPE_CHECKING:
    from spyke_tui.model.findings import Finding
    from spyke_tui.model.meters import Meter
    from spyke_tui.tui.screens.set import SetScreen

Words = tuple[Sequence[Ink], Sequence[Sequence[Ink]], Sequence[str]]
"""The first line, further lines, and hints for keys."""

GRID_KEYS = (
    ("set.take", "keep, next"), ("set.reject", "reject"), ("set.mark", "mark"),
    ("set.compare", "compare"), ("set.image", "full size"), ("set.mend", "mend"),
    ("set.sort", "order"), ("set.filter", "filter"), ("set.part", "targets, findings"),
)  # fmt: skip
OPENS = {
    "crop": "open it in Crops", "caption": "open it in Captions", "pair": "look at both",
    "sheet": "open the sheet", "target": "show that target", "reg": "open the regularization",
    "tag": "list the captions that have it", "file": "say where it lies",
}  # fmt: skip


def _key(screen: SetScreen, action: str) -> str:
    """The first key of an action, as people write it; a colon (the palette) where it has none."""
    actions = {one.id: one for one in screen.session.keyboard.actions_of("set")}
    return keys_of(actions[action]).split("  ")[0] or ":"


def title_words(screen: SetScreen, items: int, marked: int) -> list[Ink]:
    """What is listed, in which order, and how much of it is marked."""
    crops = screen.session.project.crops
    kept = sum(crop.status == "keep" for crop in crops)
    drafts = sum(crop.status == "draft" for crop in crops)
    at = screen.set.at
    pieces = [Ink(f" {at + 1} of {items}  ", bold=True), Ink(f"{kept} kept, {drafts} drafts  ")]
    wanted = screen.set.filter
    if wanted is not None:
        pieces.append(Ink(f"only {wanted.text}  ", "primary", bold=True))
    if marked:
        pieces.append(Ink(f"{marked} marked  ", "accent", bold=True))
    pieces.append(Ink(f"{screen.set.order}  ", dim=True))
    return pieces


def crop_words(screen: SetScreen) -> Words:
    """The selected picture and what was found on it."""
    keys = [f"{_key(screen, action)} {word}" for action, word in GRID_KEYS]
    item, crop = screen.set.item, screen.set.crop
    if item is None or crop is None:
        return [Ink("Nothing is selected.", bold=True)], [], keys
    project = screen.session.project
    head = [
        Ink(crop.mirror_id if item.mirror else crop.id, bold=True),
        Ink(f" {'flipped twin of ' + crop.id if item.mirror else crop.status} "),
        Ink(f"{crop.sheet} {crop.rect} ", dim=True),
        Ink(f"{enlarged_words(crop.rect, project.dataset.size)} ", "warning"),
        Ink(caption_of(crop, project.dataset), "secondary"),
    ]
    found = screen.check.about(crop.id)
    lines = [
        [Ink("! " if one.severity == "error" else "~ ",
             "error" if one.severity == "error" else "warning", bold=True), Ink(one.message)]
        for one in found
    ]  # fmt: skip
    mended = next((one for one in found if screen.can_mend(one)), None)
    if mended is not None:
        lines.insert(0, _mend_line(screen, mended))
    return head, lines, keys


def finding_words(screen: SetScreen, finding: Finding) -> Words:
    """A finding whole: what it is, what to do, what the keys would do."""
    error = finding.severity == "error"
    head = [
        Ink("! " if error else "~ ", "error" if error else "warning", bold=True),
        Ink(finding.message),
    ]
    lines: list[Sequence[Ink]] = [[Ink(finding.fix, dim=True)]]
    if screen.can_mend(finding):
        lines.insert(0, _mend_line(screen, finding))
    place = place_of(finding, screen.session.project)
    keys = [f"Enter {OPENS[place.kind]}", f"{_key(screen, 'set.leave')} back to the pictures",
            f"{_key(screen, 'set.check')} check again"]  # fmt: skip
    return head, lines, keys


def _mend_line(screen: SetScreen, finding: Finding) -> list[Ink]:
    mends = mends_of(finding, screen.session.project, screen.session.file.folder)
    out: list[Ink] = []
    for action, mend in zip(("set.mend", "set.mend-other"), mends, strict=False):
        out += [Ink(_key(screen, action), "success", bold=True), Ink(f"{mend.words}. ", "success")]
    return out


def meter_words(screen: SetScreen, meter: Meter) -> Words:
    """A target, and how to come nearer to it."""
    head = [
        Ink("✓ " if meter.ok else "! ", "success" if meter.ok else "warning", bold=True),
        Ink(f"{meter.name}: {meter.value}, wanted {meter.want or '-'}.", bold=True),
        Ink(meter.words),
    ]
    keys = ["Enter list the crops that would help"] if meter.filter else []
    keys += [f"{_key(screen, 'set.leave')} back to the pictures",
             f"{_key(screen, 'set.part')} findings"]  # fmt: skip
    return head, [], keys
