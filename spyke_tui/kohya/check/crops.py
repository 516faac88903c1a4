"""Findings about crops.toml itself: crops, their sheets, and keys that nobody knows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import pairwise

from spyke_tui.kohya.check.inspection import Inspection
from spyke_tui.kohya.sheets import excluded_sheet
from spyke_tui.model.findings import Finding
from spyke_tui.model.geometry import Rect
from spyke_tui.model.mirroring import mirror_refusal
from spyke_tui.model.project import FRAMINGS, Crop, Dataset, Generation, Project, Sheet, Targets
from spyke_tui.model.table import printable

ERASE_SHARE = 0.10
"""Above this share of a crop, what was painted over is part of what the trainer learns."""
_CONTRADICTIONS = ("rect-outside", "rect-empty", "id-duplicate", "sheet-unknown")
_KNOWN_KEYS = sorted(
    {f.name for kind in (Dataset, Targets, Sheet, Crop, Generation) for f in fields(kind)}
    - {"class_", "servers", "key", "given", "unknown_keys"}
    | {"class", "server", "min", "max", "left", "top", "width", "height"}
    | {"dataset", "targets", "sheets", "crops", "reg", "topup"}
)


def find_in_crops(inspection: Inspection) -> Iterator[Finding]:
    """Contradictions, sheets that can't be used, and crops that should not be trained on."""
    yield from unknown_keys(inspection.project)
    yield from _sheets(inspection)
    named: set[str] = set()
    for crop in inspection.project.crops:
        problem = inspection.crop_problem(crop)
        if problem is not None and _is_told(crop, problem, named):
            yield problem
        if crop.status == "keep":
            yield from _kept(crop, inspection)


def _is_told(crop: Crop, problem: Finding, named: set[str]) -> bool:
    """Sheets have findings of their own; a duplicate id is told once; a rejected crop's rectangle
    is of no consequence."""
    if problem.code == "id-duplicate":
        first = crop.id not in named
        named.add(crop.id)
        return first
    return problem.code in _CONTRADICTIONS and (
        crop.status != "reject" or not problem.code.startswith("rect-")
    )


def _sheets(inspection: Inspection) -> Iterator[Finding]:
    used = {crop.sheet for crop in inspection.project.crops if crop.status == "keep"}
    for key in inspection.project.sheets:
        problem = inspection.sheet_problem(key)
        if problem is not None:
            yield problem if key in used else replace(problem, severity="warning")


def _kept(crop: Crop, inspection: Inspection) -> Iterator[Finding]:
    project = inspection.project
    refusal = mirror_refusal(crop, project.dataset) if crop.mirror else None
    if refusal is not None:
        yield Finding(
            "mirror-one-sided", "error", crop.id,
            f"{crop.id} asks for a flipped twin, but {printable(refusal)}: no twin is built.",
            "Say in details which one it shows (details = [] if none), or write mirror = false.",
        )  # fmt: skip
    sheet = project.sheets.get(crop.sheet)
    excluded = excluded_sheet(crop, project)
    if excluded is not None:
        yield excluded
    if sheet is not None and sheet.annotated:
        yield from _annotated(crop, project)
    yield from _erased(crop)


def _annotated(crop: Crop, project: Project) -> Iterator[Finding]:
    """A kept crop with callout text near it, where a clean sheet shows the same."""
    view = crop.view.strip().casefold()
    if not crop.framing or not view:
        return
    for other in project.crops:
        sheet = project.sheets.get(other.sheet)
        if sheet is None or sheet.annotated or sheet.use == "exclude" or other.status == "reject":
            continue
        if other.framing == crop.framing and other.view.strip().casefold() == view:
            yield Finding(
                "sheet-annotated", "warning", crop.id,
                f"{crop.id} comes from the annotated sheet {crop.sheet}, but the clean sheet "
                f"{other.sheet} has the same framing and view ({other.id}).",
                f"Keep {other.id} in its place, or look that no callout text is inside.",
                (other.id,),
            )  # fmt: skip
            return


def _erased(crop: Crop) -> Iterator[Finding]:
    area = crop.rect.area
    share = covered_area(crop.rect, crop.erase) / area if area else 0.0
    if share > ERASE_SHARE:
        yield Finding(
            "erase-large", "warning", crop.id,
            f"{share:.1%} of {crop.id} is painted over; the trainer learns that patch too.",
            "Choose a rectangle with less text in it, or erase at most 10%.",
        )  # fmt: skip


def covered_area(whole: Rect, parts: tuple[Rect, ...]) -> int:
    """Pixels of `whole` that at least one of `parts` covers."""
    inside = [part for part in (whole.intersection(p) for p in parts) if not part.is_empty]
    edges = sorted({x for part in inside for x in (part.left, part.right)})
    covered = 0
    for left, right in pairwise(edges):
        reach = whole.top
        for part in sorted((p for p in inside if p.left <= left < p.right), key=lambda p: p.top):
            covered += (right - left) * max(0, part.bottom - max(part.top, reach))
            reach = max(reach, part.bottom)
    return covered


def unknown_keys(project: Project) -> Iterator[Finding]:
    """Keys of crops.toml without any effect."""
    for dotted in project.unknown_keys:
        table, key = _split_key(dotted)
        near = difflib.get_close_matches(key, [*_KNOWN_KEYS, *FRAMINGS], 1, 0.75)
        advice = f"Did you mean {near[0]}? " if near else ""
        yield Finding(
            "unknown-key", "warning", _table_name(table, project),
            f"The key {printable(dotted)} is not known and has no effect; it is kept as it is.",
            f"{advice}Correct its spelling, or remove it.",
        )  # fmt: skip


def _split_key(dotted: str) -> tuple[str, str]:
    """``crops[2].tag`` as ``("crops[2]", "tag")``; the last part may be quoted."""
    match = re.fullmatch(r'(?s)(?:(?P<table>.*?)\.)?(?P<key>[A-Za-z0-9_-]+|".*")', dotted)
    return (match["table"] or "", match["key"].strip('"')) if match else ("", dotted)


def _table_name(table: str, project: Project) -> str:
    match = re.match(r"crops\[(\d+)\]", table)
    if match and int(match[1]) < len(project.crops):
        return project.crops[int(match[1])].id
    return printable(table) or "crops.toml"
