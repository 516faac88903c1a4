"""What can be changed at once on all crops that are marked, or come through the filter."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from spyke_tui.errors import UsageError
from spyke_tui.model.batch import (
    BatchEdit,
    FieldName,
    FieldValue,
    add_tag,
    remove_tag,
    replace_tag,
    set_detail,
    set_field,
    twins_anew,
)
from spyke_tui.model.caption_form import details_listed, shows
from spyke_tui.model.mirroring import twin_differences
from spyke_tui.model.project import FRAMINGS, Project
from spyke_tui.tui.marked_choices import Choice

_TYPED: tuple[FieldName, ...] = ("view", "pose", "expression", "background")


def caption_choices(project: Project, ids: Collection[str]) -> list[Choice]:
    """Tags first, then the fields of the form."""

    def fixed(name: FieldName, value: FieldValue, _: str) -> BatchEdit:
        return set_field(project, ids, name, value)

    def ticked(detail: str, shown: bool, _: str) -> BatchEdit:
        return set_detail(project, ids, detail, shown=shown)

    out = [
        Choice("add tag: ...", partial(add_tag, project, ids), "the tag to add"),
        Choice("remove tag: ...", partial(remove_tag, project, ids), "the tag to remove"),
        Choice("replace tag: ...", partial(_replace, project, ids), "old tag = new tag"),
    ]
    out += [
        Choice(f"{name}: ...", partial(set_field, project, ids, name), f"the {name}")
        for name in _TYPED
    ]
    out += [Choice(f"framing: {kind}", partial(fixed, "framing", kind)) for kind in FRAMINGS]
    meant = [crop for crop in project.crops if crop.id in ids]
    for detail in details_listed(None, project.dataset):
        out.append(Choice(f"details: + {detail}", partial(ticked, detail, True)))
        if any(shows(crop, detail) for crop in meant):
            out.append(Choice(f"details: - {detail}", partial(ticked, detail, False)))
    out += [
        Choice("action: yes", partial(fixed, "action", True)),
        Choice("action: no", partial(fixed, "action", False)),
        Choice("details: looked, none", partial(fixed, "details", ())),
    ]
    for word, status in (("keep", "keep"), ("reject", "reject"), ("back to draft", "draft")):
        if any(crop.status != status for crop in meant):
            out.append(Choice(word, partial(fixed, "status", status)))
    if any(twin_differences(crop, project.dataset) for crop in meant):
        out.append(
            Choice("twins' captions: anew from the fields", lambda _: twins_anew(project, ids))
        )
    return out


def _replace(project: Project, ids: Collection[str], typed: str) -> BatchEdit:
    old, sign, new = typed.partition("=")
    if not sign or not old.strip() or not new.strip():
        raise UsageError("Which tag by which?", "Write: old tag = new tag.")
    return replace_tag(project, ids, old, new)
