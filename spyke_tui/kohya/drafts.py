"""Suggested rectangles taken into a project as drafts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.project import Crop, Project

SAME_FIGURE = 0.5
"""Rectangles that share this much of their union mean the same figure."""


def overlap(one: Rect, other: Rect) -> float:
    """Intersection over union, 0..1."""
    common = one.intersection(other).area
    union = one.area + other.area - common
    return common / union if union else 0.0


def in_reading_order(rects: Iterable[Rect]) -> list[Rect]:
    """Row by row, left to right; a row is what overlaps its first rectangle by half a height."""
    waiting = sorted(rects, key=lambda rect: (rect.top, rect.left))
    ordered: list[Rect] = []
    while waiting:
        first = waiting[0]
        row = [r for r in waiting if r.top < first.top + first.height // 2]
        ordered += sorted(row, key=lambda rect: (rect.left, rect.top))
        waiting = [r for r in waiting if r.top >= first.top + first.height // 2]
        if not row:  # an empty rectangle would never end up in a row
            ordered.append(waiting.pop(0))
    return ordered


def new_id(base: str, taken: set[str]) -> str:
    """``base_1``, ``base_2``...: the first that is free."""
    number = 1
    while f"{base}_{number}" in taken:
        number += 1
    return f"{base}_{number}"


def add_drafts(
    project: Project, key: str, size: Size, rects: Sequence[Rect], *, keep: bool = False
) -> tuple[Project, list[Crop]]:
    """`project` with a crop for every rectangle that no crop of the sheet has yet.

    The crops are drafts, or kept ones with `keep`; they stand after the sheet's others. The
    sheet's size is noted if it was not. Also gives the new crops.
    """
    present = [crop.rect for crop in project.crops_of(key)]
    taken = {crop.id for crop in project.crops}
    added: list[Crop] = []
    for rect in in_reading_order(rects):
        if any(overlap(rect, other) >= SAME_FIGURE for other in present):
            continue
        crop = Crop(new_id(key, taken), key, rect, status="keep" if keep else "draft")
        taken.add(crop.id)
        added.append(crop)
    crops = list(project.crops)
    last = max((i for i, crop in enumerate(crops) if crop.sheet == key), default=len(crops) - 1)
    crops[last + 1 : last + 1] = added
    sheet = project.sheets[key]
    if added and sheet.size is None:
        project = project.with_sheet(replace(sheet, size=size))
    return project.with_crops(tuple(crops)), added
