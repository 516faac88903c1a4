"""What mends a finding by a change to crops.toml: one step, which undo takes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from spyke_tui.errors import UsageError
from spyke_tui.kohya.captions_on_disk import CaptionWatch, write_captions
from spyke_tui.kohya.sheets import inspect_sheet
from spyke_tui.model.adopting import with_adopted
from spyke_tui.model.batch import BatchEdit, add_tag, remove_tag, replace_tag, set_field
from spyke_tui.model.caption import has_override
from spyke_tui.model.geometry import Size, nearest_fit
from spyke_tui.model.mirroring import following
from spyke_tui.model.project import Crop, Project
from spyke_tui.model.sheet_edits import with_size, with_use
from spyke_tui.model.vocabulary import Vocabulary

Edited = tuple[str, Project]
"""The label of the step, and the project after it."""

USUAL_BACKGROUND = "white background"


def crop_named(project: Project, crop_id: str) -> Crop:
    """Raises `UsageError` where there is no such crop any more."""
    crop = project.crop(crop_id)
    if crop is None:
        raise UsageError(f"There is no crop {crop_id} any more.")
    return crop


def reject(project: Project, ids: Collection[str]) -> Edited:
    return f"reject {', '.join(ids)}", _batch(set_field(project, ids, "status", "reject"))


def keep_in_place_of(project: Project, crop_id: str, other_id: str) -> Edited:
    """Keep the other one, reject this one."""
    kept = _batch(set_field(project, {other_id}, "status", "keep"), must=False)
    return (
        f"{other_id} in place of {crop_id}",
        _batch(set_field(kept, {crop_id}, "status", "reject")),
    )


def fit_rect(project: Project, crop_id: str, folder: Path) -> Edited:
    """Move a rectangle to the nearest place that fits; looks at its sheet's header."""
    crop = crop_named(project, crop_id)
    sheet = project.sheets.get(crop.sheet)
    size = inspect_sheet(sheet, folder).size if sheet is not None else None
    if size is None:
        raise UsageError(f"Nobody knows how large the sheet {crop.sheet} is.")
    return f"fit {crop_id}", _with(project, crop, replace(crop, rect=nearest_fit(crop.rect, size)))


def rename_doubles(project: Project, crop_id: str) -> Edited:
    """All but the first crop of this id get a number."""
    taken = {crop.id for crop in project.crops}
    crops: list[Crop] = []
    seen = False
    for crop in project.crops:
        if crop.id == crop_id and seen:
            number = next(n for n in range(2, len(taken) + 3) if f"{crop_id}_{n}" not in taken)
            crop = replace(crop, id=f"{crop_id}_{number}")
            taken.add(crop.id)
        seen |= crop.id == crop_id
        crops.append(crop)
    return f"rename doubles of {crop_id}", project.with_crops(tuple(crops))


def no_twin(project: Project, crop_id: str) -> Edited:
    return f"no twin {crop_id}", _batch(set_field(project, {crop_id}, "mirror", False))


def use_sheet(project: Project, key: str) -> Edited:
    return f"use yes {key}", with_use(project, key, "yes")


def accept_size(project: Project, key: str, folder: Path) -> Edited:
    """Take the size that the sheet's picture has now."""
    sheet = project.sheets.get(key)
    size: Size | None = inspect_sheet(sheet, folder).size if sheet is not None else None
    if size is None:
        raise UsageError(f"The picture of {key} can't be read.")
    return f"size {size} {key}", with_size(project, key, size)


def usual_background(project: Project) -> str:
    """The background that most crops name."""
    counts = Counter(crop.background.strip() for crop in project.crops if crop.background.strip())
    return counts.most_common(1)[0][0] if counts else USUAL_BACKGROUND


def name_background(project: Project, crop_id: str) -> Edited:
    """Say the usual background; in an override as its last tag."""
    crop, background = crop_named(project, crop_id), usual_background(project)
    if has_override(crop):
        edit = add_tag(project, {crop_id}, background)
    else:
        edit = set_field(project, {crop_id}, "background", background)
    return f"{background} on {crop_id}", _batch(edit)


def write_alike(project: Project, tag: str, usual: str) -> Edited:
    ids = {crop.id for crop in project.crops}
    edit = replace_tag(project, ids, tag, usual)
    return edit.label, _batch(edit)


def leave_out(project: Project, tag: str) -> Edited:
    """Take a tag out of all captions."""
    edit = remove_tag(project, {crop.id for crop in project.crops}, tag)
    return edit.label, _batch(edit)


def swap_twin_sides(project: Project, crop_id: str) -> Edited:
    """Give the twin the crop's caption with the sides exchanged."""
    crop = crop_named(project, crop_id)
    changed = following(crop, project.dataset)
    if changed == crop:
        raise UsageError(f"The twin of {crop_id} says that already: its file was changed by hand.")
    return f"the twin's caption of {crop_id}", _with(project, crop, changed)


def adopt_captions(project: Project, crop_id: str, folder: Path) -> Edited:
    """Take what the crop's caption files say into its fields."""
    others = tuple(crop for crop in project.crops if crop.id != crop_id)
    vocabulary = Vocabulary.of(project.with_crops(others))
    after = project
    for changed in CaptionWatch(folder).look(project):
        if changed.crop_id == crop_id and changed.text:
            after, _ = with_adopted(after, crop_id, changed.text, vocabulary, mirror=changed.mirror)
    if after is project:
        raise UsageError(f"The caption files of {crop_id} have no text to adopt.")
    return f"adopt the caption of {crop_id}", after


def write_adopted(project: Project, crop_id: str, folder: Path) -> str:
    """Write what was adopted in our own form; what was done, in words."""
    crop = crop_named(project, crop_id)
    write_captions(project, folder, {f"{crop.id}.txt", f"{crop.mirror_id}.txt"})
    return f"The caption of {crop_id} is adopted."


def _with(project: Project, crop: Crop, changed: Crop) -> Project:
    return project.with_crops(tuple(changed if one is crop else one for one in project.crops))


def _batch(edit: BatchEdit, *, must: bool = True) -> Project:
    """Raises `UsageError` where nothing would change."""
    if must and not edit.changes:
        why = edit.skipped[0].why if edit.skipped else "that is so already"
        raise UsageError(f"Nothing is changed: {why}.")
    return edit.project
