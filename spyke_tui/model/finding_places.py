"""Where a finding is to be looked at: the crop, its caption, two pictures, a sheet, a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spyke_tui.model.findings import Finding
from spyke_tui.model.layout import crop_of_stem
from spyke_tui.model.project import Project

Kind = Literal["crop", "caption", "pair", "sheet", "target", "reg", "tag", "file"]


@dataclass(frozen=True, slots=True)
class FindingPlace:
    """`ids`: one crop, or the two of a pair. `name`: a sheet's key, a target, a tag, or the file
    or table that the finding itself names."""

    kind: Kind
    ids: tuple[str, ...] = ()
    name: str = ""


def place_of(finding: Finding, project: Project) -> FindingPlace:
    """Where this finding is to be looked at, in `project` as it is now."""
    code, where = finding.code, finding.where
    if code in ("near-duplicate", "mirror-suspect"):
        pair = tuple(dict.fromkeys(map(crop_of_stem, finding.about)))
        if len(pair) == 2 and all(project.crop(crop_id) for crop_id in pair):
            return FindingPlace("pair", pair)
    if code == "caption-fixed-feature":
        return FindingPlace("tag", name=finding.about[0] if finding.about else where)
    if where.startswith("targets."):
        return FindingPlace("target", name=where.removeprefix("targets."))
    if code.startswith("reg-") or where in ("reg", "topup"):
        return FindingPlace("reg", name=where)
    if where.startswith("sheets."):
        return FindingPlace("sheet", name=where.removeprefix("sheets.").split(".")[0])
    if project.crop(where) is not None:
        return FindingPlace("caption" if code.startswith("caption-") else "crop", (where,))
    return FindingPlace("file", name=where)


def crops_of(finding: Finding, project: Project) -> tuple[str, ...]:
    """The crops that a finding is about, to be counted on each."""
    place = place_of(finding, project)
    return place.ids if place.kind in ("crop", "caption", "pair") else ()
