"""The state of a project's sheets and crops: what `build` refuses and `check` reports alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from spyke_tui.errors import PictureError
from spyke_tui.model.findings import Finding
from spyke_tui.model.geometry import Size, nearest_fit
from spyke_tui.model.project import Crop, Project, Sheet
from spyke_tui.model.table import printable


def sheet_path(sheet: Sheet, folder: Path) -> Path:
    """Where the sheet's picture lies; `folder` is that of crops.toml."""
    try:
        return folder / Path(sheet.file).expanduser()
    except RuntimeError:  # "~nobody/..."
        return folder / sheet.file


@dataclass(frozen=True, slots=True)
class SheetState:
    """A sheet as it was found. `size` is that of the picture, or the noted one, or unknown.

    `problem` is the finding that keeps its crops from being built, None where all is well.
    """

    sheet: Sheet
    path: Path
    size: Size | None
    problem: Finding | None = None


def inspect_sheet(sheet: Sheet, folder: Path) -> SheetState:
    """Look at a sheet's header (nothing is decoded)."""
    from spyke_tui.processing.loading import read_info

    path = sheet_path(sheet, folder)
    shown = printable(sheet.file)
    try:
        size = read_info(path).size
    except PictureError as error:
        if error.reason == "missing":
            problem = Finding(
                "sheet-missing", "error", f"sheets.{sheet.key}",
                f"The picture {shown} is not there.",
                f'Put it there, or correct file in [sheets.{sheet.key}].',
            )  # fmt: skip
        else:
            problem = unreadable_sheet(sheet, error)
        return SheetState(sheet, path, sheet.size, problem)
    if sheet.size is not None and size != sheet.size:
        problem = Finding(
            "sheet-size-changed", "error", f"sheets.{sheet.key}",
            f"{shown} is {size}, but its rectangles were drawn on {sheet.size}.",
            "Bring the old picture back, or look at its crops and write "
            f"size = [{size.width}, {size.height}].",
        )  # fmt: skip
        return SheetState(sheet, path, size, problem)
    return SheetState(sheet, path, size)


def unreadable_sheet(sheet: Sheet, error: PictureError) -> Finding:
    """The finding for a picture that is there but can't be decoded."""
    return Finding(
        "sheet-unreadable", "error", f"sheets.{sheet.key}", error.message,
        error.hint or "Save the picture again as PNG.",
    )  # fmt: skip


class Sheets:
    """The states of a project's sheets, each looked at once and only when asked for."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.project = project
        self.folder = folder
        self._states: dict[str, SheetState] = {}

    def state(self, key: str) -> SheetState:
        """Raises KeyError for a sheet that the project does not have."""
        if key not in self._states:
            self._states[key] = inspect_sheet(self.project.sheets[key], self.folder)
        return self._states[key]


def duplicate_ids(project: Project) -> set[str]:
    """Ids that more than one crop has."""
    return {crop_id for crop_id, n in Counter(c.id for c in project.crops).items() if n > 1}


def crop_problem(crop: Crop, sheets: Sheets, duplicates: set[str]) -> Finding | None:
    """Why this crop can't be built, or None. The most basic reason first."""
    if crop.id in duplicates:
        return Finding(
            "id-duplicate", "error", crop.id, f"More than one crop has the id {crop.id}.",
            "Give each an id of its own.",
        )  # fmt: skip
    if crop.rect.is_empty:
        return Finding(
            "rect-empty", "error", crop.id, f"The rectangle {crop.rect} holds no pixel.",
            "Write a width and a height of at least 1.",
        )  # fmt: skip
    if crop.sheet not in sheets.project.sheets:
        known = ", ".join(sheets.project.sheets) or "none"
        return Finding(
            "sheet-unknown", "error", crop.id, f'There is no sheet "{printable(crop.sheet)}".',
            f"Write one of the sheets that there are ({known}), or add it under [sheets].",
        )  # fmt: skip
    state = sheets.state(crop.sheet)
    if state.problem is not None and state.problem.code == "sheet-size-changed":
        return state.problem
    if state.size is not None and not crop.rect.is_inside(state.size):
        fit = nearest_fit(crop.rect, state.size)
        return Finding(
            "rect-outside", "error", crop.id,
            f"The rectangle {crop.rect} leaves the sheet {crop.sheet} ({state.size}).",
            f"The nearest that fits: rect = {{ left = {fit.left}, top = {fit.top}, "
            f"width = {fit.width}, height = {fit.height} }}.",
        )  # fmt: skip
    return state.problem


def excluded_sheet(crop: Crop, project: Project) -> Finding | None:
    """The finding for a crop that is kept though its sheet is marked exclude, or None."""
    sheet = project.sheets.get(crop.sheet)
    if sheet is None or sheet.use != "exclude" or crop.status != "keep":
        return None
    return Finding(
        "sheet-excluded", "error", crop.id,
        f'{crop.id} is kept, but its sheet {sheet.key} is marked use = "exclude".',
        f'Reject the crop, or write use = "yes" in [sheets.{sheet.key}].',
    )  # fmt: skip
