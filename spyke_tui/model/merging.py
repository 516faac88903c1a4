"""Two versions that come from one: what each changed, where they clash, and both in one.

A crop is known again by its id, a sheet by its key; of the settings tables each key counts for
itself. What only one side changed is simply taken; where both changed one crop, its fields are
taken one by one, and only fields that both sides changed to something else are left to a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, Literal, TypeVar

from spyke_tui.model.project import Crop, Project, Sheet
from spyke_tui.model.settings_edit import SECTIONS, Section, with_settings, written
from spyke_tui.model.table import FieldError

Side = Literal["mine", "theirs"]
Kind = Literal["crop", "sheet"] | Section
Item = TypeVar("Item")


class CantMergeError(Exception):
    """The two can't be brought together; the message says why, in words for the user."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field as it was and as both sides have it, in words; `clashes` where one must choose."""

    name: str
    before: str
    mine: str
    theirs: str
    clashes: bool


@dataclass(frozen=True, slots=True)
class Clash(Generic[Item]):
    """One crop, sheet or setting that both sides changed, not both alike. None: not there."""

    kind: Kind
    name: str
    before: Item | None
    mine: Item | None
    theirs: Item | None

    @property
    def key(self) -> tuple[Kind, str]:
        return self.kind, self.name

    def changes(self) -> list[FieldChange]:
        """Every field that a side changed, in the file's order."""
        some: Any = next(x for x in (self.mine, self.theirs, self.before) if x is not None)
        if not isinstance(some, (Crop, Sheet)):
            words = [_words(one, one) for one in (self.before, self.mine, self.theirs)]
            return [FieldChange(self.name, words[0], words[1], words[2], clashes=True)]
        found = []
        for name in (one.name for one in fields(some)):
            before, mine, theirs = (_value(x, name) for x in (self.before, self.mine, self.theirs))
            if mine != theirs or mine != before:
                clashes = mine != theirs and (before not in (mine, theirs) or self._is_whole)
                found.append(
                    FieldChange(
                        name,
                        _words(self.before, before),
                        _words(self.mine, mine),
                        _words(self.theirs, theirs),
                        clashes,
                    )
                )
        return found

    @property
    def _is_whole(self) -> bool:
        """Whether a side has deleted it, or both have made it."""
        return any(side is None for side in (self.before, self.mine, self.theirs))

    def chosen(self, side: Side) -> Item | None:
        """As `side` has it; what only the other side changed stays as that has it."""
        own, other = (self.mine, self.theirs) if side == "mine" else (self.theirs, self.mine)
        return _woven(self.before, own, other)


@dataclass(frozen=True, slots=True)
class Merge:
    """`before` is what both come from."""

    before: Project
    mine: Project
    theirs: Project
    clashes: tuple[Clash[Any], ...]
    mine_alone: int
    """Crops, sheets and settings that only this side changed, or that both did without a clash."""
    theirs_alone: int

    def result(self, sides: Mapping[tuple[Kind, str], Side]) -> Project:
        """All changes of both, with `sides` (by `Clash.key`) taken where they clash.

        Raises `CantMergeError` where the settings of both make no sense together.
        """
        chosen: dict[tuple[Kind, str], Any] = {
            clash.key: clash.chosen(sides[clash.key]) for clash in self.clashes
        }
        before, mine, theirs = self.before, self.mine, self.theirs
        crops: dict[str, Crop] = _joined(
            "crop", _crops_of(before), _crops_of(mine), _crops_of(theirs), chosen
        )
        sheets: dict[str, Sheet] = _joined(
            "sheet", before.sheets, mine.sheets, theirs.sheets, chosen
        )
        same = list(sheets.items()) == list(self.theirs.sheets.items())
        return replace(
            self._with_settings(chosen),
            sheets=self.theirs.sheets if same else sheets,
            crops=tuple(crops.values()),
        )

    def _with_settings(self, chosen: Mapping[tuple[Kind, str], Any]) -> Project:
        project = self.theirs
        for kind in SECTIONS:
            before, mine, theirs = (
                written(one, kind) for one in (self.before, self.mine, self.theirs)
            )
            joined = _joined(kind, before, mine, theirs, chosen)
            changed = {
                key: joined.get(key)
                for key in {**theirs, **joined}
                if joined.get(key) != theirs.get(key)
            }
            try:
                project = with_settings(project, kind, changed) if changed else project
            except FieldError as error:
                raise CantMergeError(f"[{kind}] {error.message}") from error
        return project

    def all_of(self, side: Side) -> Project:
        return self.result({clash.key: side for clash in self.clashes})


def merge(before: Project, mine: Project, theirs: Project) -> Merge:
    """Compare both with what they come from. Raises `CantMergeError`."""
    for project in (before, mine, theirs):
        counts = Counter(crop.id for crop in project.crops)
        twice = next((crop_id for crop_id, number in counts.items() if number > 1), None)
        if twice is not None:
            raise CantMergeError(f"More than one crop has the id {twice}.")
    clashes: list[Clash[Any]] = []
    alone = {"mine": 0, "theirs": 0}
    clashes += _clashes("crop", _crops_of(before), _crops_of(mine), _crops_of(theirs), alone)
    clashes += _clashes("sheet", before.sheets, mine.sheets, theirs.sheets, alone)
    for kind in SECTIONS:
        old, ours, other = (written(one, kind) for one in (before, mine, theirs))
        clashes += _clashes(kind, old, ours, other, alone)
    return Merge(before, mine, theirs, tuple(clashes), alone["mine"], alone["theirs"])


def _clashes(
    kind: Kind,
    before: Mapping[str, Item],
    mine: Mapping[str, Item],
    theirs: Mapping[str, Item],
    alone: dict[str, int],
) -> list[Clash[Item]]:
    found: list[Clash[Item]] = []
    for name in {**theirs, **mine, **before}:
        clash = Clash(kind, name, before.get(name), mine.get(name), theirs.get(name))
        if clash.mine == clash.theirs:
            continue
        if clash.before in (clash.mine, clash.theirs):
            alone["theirs" if clash.mine == clash.before else "mine"] += 1
        elif any(change.clashes for change in clash.changes()):
            found.append(clash)
        else:
            alone["mine"] += 1
            alone["theirs"] += 1
    return found


def _joined(
    kind: Kind,
    before: Mapping[str, Item],
    mine: Mapping[str, Item],
    theirs: Mapping[str, Item],
    chosen: Mapping[tuple[Kind, str], Item | None],
) -> dict[str, Item]:
    """All items in their order; those that only we have stand behind the one they stood behind."""
    names = list(theirs)
    above = ""
    for name in mine:
        if name not in theirs:
            names.insert(names.index(above) + 1 if above in names else len(names), name)
        above = name
    joined: dict[str, Item] = {}
    for name in names:
        item = _one(kind, name, before.get(name), mine.get(name), theirs.get(name), chosen)
        if item is not None:
            joined[name] = item
    return joined


def _one(
    kind: Kind,
    name: str,
    before: Item | None,
    mine: Item | None,
    theirs: Item | None,
    chosen: Mapping[tuple[Kind, str], Item | None],
) -> Item | None:
    if (kind, name) in chosen:
        return chosen[kind, name]
    if mine == before:
        return theirs
    if theirs in (before, mine):
        return mine
    return _woven(before, mine, theirs)


def _woven(before: Item | None, own: Item | None, other: Item | None) -> Item | None:
    """`own`, with the fields that only `other` changed, where it has any."""
    if not isinstance(own, (Crop, Sheet)) or before is None or other is None:
        return own
    taken: dict[str, Any] = {
        one.name: _value(other, one.name)
        for one in fields(own)
        if _value(own, one.name) == _value(before, one.name)
    }
    return replace(own, **taken)


def _crops_of(project: Project) -> dict[str, Crop]:
    return {crop.id: crop for crop in project.crops}


def _value(item: object, name: str) -> object:
    return None if item is None else getattr(item, name)


def _words(item: object, value: object) -> str:
    """A value as a person reads it."""
    if item is None:
        return "(not there)"
    if value is None:
        return "(not decided)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "(none)"
    return str(value) or "(empty)"
