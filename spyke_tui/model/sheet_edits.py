"""Changes to the table of sheets, as new projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spyke_tui.model.geometry import Size
from spyke_tui.model.project import Project, Sheet, Use


def with_use(project: Project, key: str, use: Use) -> Project:
    return project.with_sheet(replace(project.sheets[key], use=use))


def with_annotated(project: Project, key: str, annotated: bool) -> Project:
    return project.with_sheet(replace(project.sheets[key], annotated=annotated))


def with_note(project: Project, key: str, note: str) -> Project:
    return project.with_sheet(replace(project.sheets[key], note=" ".join(note.split())))


def with_file(project: Project, key: str, file: str) -> Project:
    """The sheet's picture lies elsewhere. The size it was drawn on stays, to be compared."""
    return project.with_sheet(replace(project.sheets[key], file=file))


def with_size(project: Project, key: str, size: Size) -> Project:
    """The rectangles count as drawn on a picture of this size."""
    return project.with_sheet(replace(project.sheets[key], size=size))


def with_new_sheets(project: Project, sheets: Sequence[Sheet]) -> Project:
    """The sheets added behind the others; keys that are taken get a number."""
    found = dict(project.sheets)
    for sheet in sheets:
        key, number = sheet.key, 1
        while key in found:
            number += 1
            key = f"{sheet.key}_{number}"
        found[key] = replace(sheet, key=key)
    return replace(project, sheets=found)


def without_sheet(project: Project, key: str) -> Project:
    """The sheet is gone, and the crops that were cut from it."""
    sheets = {name: sheet for name, sheet in project.sheets.items() if name != key}
    return replace(
        project,
        sheets=sheets,
        crops=tuple(crop for crop in project.crops if crop.sheet != key),
    )


def added_keys(before: Project, after: Project) -> list[str]:
    return [key for key in after.sheets if key not in before.sheets]
