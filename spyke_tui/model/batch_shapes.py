"""One change to many rectangles: sizes, alignment, another sheet; and many crops taken out.

As in `batch`: the project after the change, and what would change line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Literal

from spyke_tui.model.batch import BatchEdit, Change, Skipped
from spyke_tui.model.geometry import Rect, Size, nearest_fit
from spyke_tui.model.project import Crop, Project

Sizes = Callable[[str], Size]
"""The size of a sheet by its key."""


def same_size(project: Project, ids: Collection[str], size: Size, sizes: Sizes) -> BatchEdit:
    """Give the crops this size about their own middles, moved inside their sheets."""

    def resized(crop: Crop) -> Crop | str:
        sheet, rect = sizes(crop.sheet), crop.rect
        if size.width > sheet.width or size.height > sheet.height:
            return f"{size} is larger than its sheet"
        left = rect.left + (rect.width - size.width) // 2
        top = rect.top + (rect.height - size.height) // 2
        return replace(crop, rect=nearest_fit(Rect(left, top, size.width, size.height), sheet))

    return _edited(project, ids, f"same size {size}", resized)


def align(
    project: Project, ids: Collection[str], edge: Literal["top", "left"], at: int, sizes: Sizes
) -> BatchEdit:
    """Move the crops so that their tops (or left edges) lie at `at`, inside their sheets."""

    def moved(crop: Crop) -> Crop:
        rect = replace(crop.rect, top=at) if edge == "top" else replace(crop.rect, left=at)
        return replace(crop, rect=nearest_fit(rect, sizes(crop.sheet)))

    return _edited(project, ids, f"align {edge}s at {at}", moved)


def move_to_sheet(project: Project, ids: Collection[str], key: str, sizes: Sizes) -> BatchEdit:
    """Put the crops on another sheet, at the same place or the nearest that fits.

    What was to be painted over there does not go along.
    """

    def moved(crop: Crop) -> Crop:
        if crop.sheet == key:
            return crop
        return replace(crop, sheet=key, rect=nearest_fit(crop.rect, sizes(key)), erase=())

    return _edited(project, ids, f"move to {key}", moved)


def delete(project: Project, ids: Collection[str]) -> BatchEdit:
    """Take the crops out."""
    gone = [crop for crop in project.crops if crop.id in ids]
    kept = tuple(crop for crop in project.crops if crop.id not in ids)
    changes = tuple(Change(crop.id, "", "", f"deleted ({crop.status})") for crop in gone)
    return BatchEdit(f"delete {len(gone)} crops", project.with_crops(kept), changes)


def _edited(
    project: Project, ids: Collection[str], label: str, change: Callable[[Crop], Crop | str]
) -> BatchEdit:
    crops: list[Crop] = []
    changes: list[Change] = []
    skipped: list[Skipped] = []
    for crop in project.crops:
        after = change(crop) if crop.id in ids else crop
        if isinstance(after, str):
            skipped.append(Skipped(crop.id, after))
            after = crop
        crops.append(after)
        if after != crop:
            what = f"{crop.rect} -> {after.rect}"
            if after.sheet != crop.sheet:
                what = f"sheet {crop.sheet} -> {after.sheet}, {what}"
            changes.append(Change(crop.id, "", "", what))
    if not changes:
        return BatchEdit(label, project, (), tuple(skipped))
    return BatchEdit(label, project.with_crops(tuple(crops)), tuple(changes), tuple(skipped))
