"""What differs between two projects, so that it can be done and undone on a third.

A step of undo is a patch and not a whole project: it goes back even after another program changed
something else, and it can be kept in a file. Sheets, crops, and the written keys of the settings
tables are in it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from spyke_tui.model.project import Crop, Project, Sheet
from spyke_tui.model.settings_edit import (
    REROLLS,
    SettingChange,
    changes_between,
    with_settings,
    written,
)
from spyke_tui.model.table import FieldError

FEW = 1500
"""Crops up to which several separate changes are told apart where some came or went."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Crops at one place: `before` became `after`. `above` is the id of the crop before them.

    `doubled` are those ids of theirs that another crop had as well: such a crop comes back beside
    the other.
    """

    at: int
    above: str
    before: tuple[Crop, ...]
    after: tuple[Crop, ...]
    doubled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetChange:
    """One sheet; None where it is not there. `above` is the key of the sheet before it."""

    key: str
    above: str
    before: Sheet | None
    after: Sheet | None


@dataclass(frozen=True, slots=True)
class Patch:
    """The way from one project to another, and back."""

    hunks: tuple[Hunk, ...] = ()
    sheets: tuple[SheetChange, ...] = ()
    settings: tuple[SettingChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.hunks or self.sheets or self.settings)

    def reversed(self) -> Patch:
        shift, hunks = 0, []
        for hunk in self.hunks:
            hunks.append(replace(hunk, at=hunk.at + shift, before=hunk.after, after=hunk.before))
            shift += len(hunk.after) - len(hunk.before)
        sheets = tuple(SheetChange(s.key, s.above, s.after, s.before) for s in self.sheets)
        settings = tuple(SettingChange(s.kind, s.key, s.after, s.before) for s in self.settings)
        return Patch(tuple(hunks), sheets, settings)


class PatchError(Exception):
    """The patch does not fit this project; the message says why, in words for the user."""


def patch_between(before: Project, after: Project) -> Patch:
    """The sheets, crops and settings in which two projects differ."""
    return Patch(
        _hunks(before.crops, after.crops),
        _sheet_changes(before, after),
        changes_between(before, after),
    )


def patched(project: Project, patch: Patch) -> Project:
    """`project` with the change made. Raises `PatchError` where what it changes is not there."""
    sheets = dict(project.sheets)
    for change in patch.sheets:
        found = sheets.get(change.key)
        if found != change.before:
            raise PatchError(_why_sheet(change, found))
        if change.after is None:
            del sheets[change.key]
        elif found is not None:
            sheets[change.key] = change.after
        else:
            sheets = _inserted(sheets, change.after, change.above)
    crops = list(project.crops)
    shift = 0
    for hunk in patch.hunks:
        at = _place(crops, hunk, shift)
        crops[at : at + len(hunk.before)] = hunk.after
        shift += len(hunk.after) - len(hunk.before)
    project = _with_settings(project, patch.settings)
    same_sheets = list(sheets.items()) == list(project.sheets.items())
    return replace(project, sheets=project.sheets if same_sheets else sheets, crops=tuple(crops))


def _with_settings(project: Project, changes: tuple[SettingChange, ...]) -> Project:
    for change in changes:
        if written(project, change.kind).get(change.key) != change.before:
            raise PatchError(_why_setting(change))
    try:
        for change in changes:
            project = with_settings(project, change.kind, {change.key: change.after})
    except FieldError as error:
        raise PatchError(error.message) from error
    return project


def _why_setting(change: SettingChange) -> str:
    if change.key.startswith(REROLLS):
        return f"Image {change.key.removeprefix(REROLLS)} was rejected or taken back meanwhile."
    return f"{change.key} in [{change.kind}] was changed meanwhile."


def _hunks(before: tuple[Crop, ...], after: tuple[Crop, ...]) -> tuple[Hunk, ...]:
    if before is after:
        return ()
    start, end = 0, 0
    shorter = min(len(before), len(after))
    while start < shorter and (before[start] is after[start] or before[start] == after[start]):
        start += 1
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    if not old and not new:
        return ()
    if len(old) == len(new):
        codes = _runs(old, new)
    elif len(old) + len(new) <= FEW:
        from difflib import SequenceMatcher

        matcher = SequenceMatcher(None, old, new, autojunk=False)
        codes = [
            (i1, i2, j1, j2) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal"
        ]
    else:
        codes = [(0, len(old), 0, len(new))]
    return tuple(
        Hunk(
            start + i1,
            before[start + i1 - 1].id if start + i1 else "",
            old[i1:i2],
            new[j1:j2],
            _doubled(old[i1:i2], before) + _doubled(new[j1:j2], after),
        )
        for i1, i2, j1, j2 in codes
    )


def _doubled(some: tuple[Crop, ...], crops: tuple[Crop, ...]) -> tuple[str, ...]:
    """The ids of `some`, a part of `crops`, that more than one crop has."""
    if len(some) == len(crops):
        return ()
    counts = Counter(crop.id for crop in crops)
    return tuple(crop.id for crop in some if counts[crop.id] > 1)


def _runs(old: tuple[Crop, ...], new: tuple[Crop, ...]) -> list[tuple[int, int, int, int]]:
    """The stretches in which two tuples of one length differ."""
    runs: list[tuple[int, int, int, int]] = []
    for at, (one, other) in enumerate(zip(old, new, strict=True)):
        if one == other:
            continue
        if runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + 1, runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1, at, at + 1))
    return runs


def _sheet_changes(before: Project, after: Project) -> tuple[SheetChange, ...]:
    if before.sheets is after.sheets:
        return ()
    changes = []
    for key in {**before.sheets, **after.sheets}:
        old, new = before.sheets.get(key), after.sheets.get(key)
        if old != new:
            keys = list((before if old is not None else after).sheets)
            at = keys.index(key)
            changes.append(SheetChange(key, keys[at - 1] if at else "", old, new))
    return tuple(changes)


def _place(crops: list[Crop], hunk: Hunk, shift: int) -> int:
    """Where a hunk's crops stand now. Raises `PatchError` where they do not."""
    wanted = list(hunk.before)
    usual = hunk.at + shift
    if wanted:
        starts = [usual, *(at for at, crop in enumerate(crops) if crop == wanted[0])]
        for at in starts:
            if at >= 0 and crops[at : at + len(wanted)] == wanted:
                return at
        raise PatchError(_why_crop(crops, hunk))
    taken = {crop.id for crop in crops}
    for crop in hunk.after:
        if crop.id in taken and crop.id not in hunk.doubled:
            raise PatchError(f"There is another crop {crop.id} by now.")
    if 0 <= usual <= len(crops) and (crops[usual - 1].id if usual else "") == hunk.above:
        return usual
    above = [at for at, crop in enumerate(crops) if crop.id == hunk.above]
    return above[-1] + 1 if above else min(max(0, usual), len(crops))


def _why_crop(crops: list[Crop], hunk: Hunk) -> str:
    there = {crop.id: crop for crop in crops}
    for crop in hunk.before:
        if crop.id not in there:
            return f"The crop {crop.id} is not there any more."
        if there[crop.id] != crop:
            return f"The crop {crop.id} was changed meanwhile."
    return f"The crops around {hunk.before[0].id} were put in another order meanwhile."


def _why_sheet(change: SheetChange, found: Sheet | None) -> str:
    if change.before is None:
        return f"There is another sheet {change.key} by now."
    if found is None:
        return f"The sheet {change.key} is not there any more."
    return f"The sheet {change.key} was changed meanwhile."


def _inserted(sheets: dict[str, Sheet], sheet: Sheet, above: str) -> dict[str, Sheet]:
    """`sheets` with one more, behind the one it stood behind."""
    keys = list(sheets)
    at = keys.index(above) + 1 if above in sheets else (len(keys) if above else 0)
    keys.insert(at, sheet.key)
    return {key: sheet if key == sheet.key else sheets[key] for key in keys}
