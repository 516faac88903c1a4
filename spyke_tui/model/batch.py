"""One change to many crops: tags added, removed, replaced, fields and decisions set.

Each function takes a project and the ids it is meant for and gives the project after it, with
what would change line by line, so that a preview can be shown before anything is taken. Taken by
`History.apply(edit.label, edit.project)` it is one step to undo.

A tag is a tag of the caption, whatever field or override it comes from. A twin's own caption
follows, its sides swapped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Literal, get_args

from spyke_tui.errors import UsageError
from spyke_tui.model.caption import caption_of, mirror_caption_of, split_tags, unique_tags
from spyke_tui.model.caption_form import shows, with_detail_turned
from spyke_tui.model.mirror_words import swap_sides
from spyke_tui.model.mirroring import (
    following,
    has_twin,
    mirror_refusal,
    with_twin,
    with_twin_following,
)
from spyke_tui.model.project import FRAMINGS, STATUSES, Crop, Dataset, Project, Status
from spyke_tui.model.tag_edits import exchanged, inserted, with_tag_exchanged, with_tags

FieldName = Literal[
    "framing", "view", "pose", "expression", "background", "tags", "details", "action", "mirror",
    "status", "caption", "mirror_caption",
]  # fmt: skip
FieldValue = str | bool | tuple[str, ...] | None
_BESIDE = ("framing", "details", "action", "mirror", "status")
"""Fields that decide more than the caption's words."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the preview: an image's caption before and after.

    `what` says what changes beside the caption, or without changing it ("status: draft -> keep").
    A twin's row has its own id.
    """

    crop_id: str
    before: str
    after: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A crop that the change could not be made on, and why."""

    crop_id: str
    why: str


@dataclass(frozen=True, slots=True)
class BatchEdit:
    """The project with the change made, and the rows of its preview; `label` names the step."""

    label: str
    project: Project
    changes: tuple[Change, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def add_tag(project: Project, ids: Collection[str], tag: str, at: int | None = None) -> BatchEdit:
    """Put `tag` (several with commas) into the captions that don't have it.

    `at` is the place among the crop's plain tags, 0 the first, None the last (before the
    background); negative ones count from the end. Raises `UsageError` for an empty tag.
    """
    new = _tags_meant(tag)

    def change(crop: Crop) -> Crop:
        return with_tags(crop, new, at, project.dataset)

    def change_twin(caption: str) -> str:
        return inserted(caption, [swap_sides(entry) for entry in new], at, project.dataset)

    return _edited(project, ids, f'add "{", ".join(new)}"', change, change_twin)


def remove_tag(project: Project, ids: Collection[str], tag: str) -> BatchEdit:
    """Take `tag` out of the captions. Raises `UsageError` for an empty tag or the trigger."""
    return _replaced(project, ids, tag, [], f'remove "{tag.strip()}"')


def replace_tag(project: Project, ids: Collection[str], old: str, new: str) -> BatchEdit:
    """Put `new` (several tags with commas) where `old` stands.

    Where `new` is there already the two become one, at the first place. Raises `UsageError` for
    an empty tag or the trigger.
    """
    return _replaced(
        project, ids, old, _tags_meant(new), f'replace "{old.strip()}" by "{new.strip()}"'
    )


def rename_tag(project: Project, old: str, new: str) -> BatchEdit:
    """`replace_tag` in all crops, drafts and rejected ones too."""
    edit = replace_tag(project, {crop.id for crop in project.crops}, old, new)
    return replace(edit, label=f'rename "{old.strip()}" to "{new.strip()}"')


def set_status(project: Project, ids: Collection[str], status: Status) -> BatchEdit:
    """Keep, reject or reopen crops."""
    return set_field(project, ids, "status", status)


def set_field(
    project: Project, ids: Collection[str], name: FieldName, value: FieldValue
) -> BatchEdit:
    """Set one field of crops. Raises `UsageError` for a value that the field can't hold.

    `mirror` is guarded: a crop that must not be flipped is skipped and says why; a twin whose
    caption would name the wrong side gets one of its own.
    """
    _require_value(name, value)

    def change(crop: Crop) -> Crop | str:
        if name == "mirror" and value is True:
            refusal = mirror_refusal(crop, project.dataset)
            if refusal is not None:
                return refusal
        if name == "mirror":
            return with_twin(crop, project.dataset, wanted=bool(value))
        return replace(crop, **{name: value})  # type: ignore[arg-type]

    return _edited(project, ids, f"set {name} to {_shown(value)}", change)


def twins_anew(project: Project, ids: Collection[str]) -> BatchEdit:
    """Make the captions of flipped twins anew from their crops'."""

    def change(crop: Crop) -> Crop:
        return following(crop, project.dataset) if has_twin(crop, project.dataset) else crop

    return _edited(project, ids, "make the twins' captions anew", change)


def set_detail(project: Project, ids: Collection[str], detail: str, *, shown: bool) -> BatchEdit:
    """Say that crops show a detail, or that they do not.

    Where nobody has said anything of a crop's details yet, somebody has then; to take away what
    nobody has said changes nothing.
    """

    def change(crop: Crop) -> Crop:
        if shows(crop, detail) == shown:
            return crop
        return with_detail_turned(crop, detail, project.dataset)

    verb = "show" if shown else "do not show"
    return _edited(project, ids, f"say that they {verb} the {detail}", change)


# -- tags -----------------------------------------------------------------------------------


def _tags_meant(text: str) -> list[str]:
    tags = unique_tags(split_tags(text))
    if not tags:
        raise UsageError("There is no tag.", "Write at least one word.")
    return tags


def _replaced(
    project: Project, ids: Collection[str], old: str, new: list[str], label: str
) -> BatchEdit:
    (wanted, *more) = _tags_meant(old)
    if more:
        raise UsageError(f'"{old}" is more than one tag.', "Change one after the other.")
    if wanted.casefold() == project.dataset.trigger.casefold():
        raise UsageError(
            f"{wanted} is the trigger: it stands first in every caption.",
            "Change trigger in [dataset] of crops.toml.",
        )

    def change(crop: Crop) -> Crop | str:
        return with_tag_exchanged(crop, wanted, new)

    def change_twin(caption: str) -> str:
        return exchanged(caption, swap_sides(wanted), [swap_sides(entry) for entry in new])

    return _edited(project, ids, label, change, change_twin)


# -- all edits ------------------------------------------------------------------------------


def _edited(
    project: Project,
    ids: Collection[str],
    label: str,
    change: Callable[[Crop], Crop | str],
    change_twin: Callable[[str], str] | None = None,
) -> BatchEdit:
    """Make `change` on the crops meant, in the file's order; a text from it says why it can't."""
    wanted = frozenset(ids)
    crops: list[Crop] = []
    changes: list[Change] = []
    skipped: list[Skipped] = []
    for crop in project.crops:
        after = change(crop) if crop.id in wanted else crop
        if isinstance(after, str):
            skipped.append(Skipped(crop.id, after))
            after = crop
        elif crop.id in wanted and change_twin is not None and crop.mirror_caption.strip():
            after = replace(after, mirror_caption=change_twin(crop.mirror_caption))
        after = with_twin_following(crop, after, project.dataset)
        crops.append(after)
        if after != crop:
            changes += _rows(crop, after, project.dataset)
    if not changes:
        return BatchEdit(label, project, (), tuple(skipped))
    return BatchEdit(label, project.with_crops(tuple(crops)), tuple(changes), tuple(skipped))


def _rows(before: Crop, after: Crop, dataset: Dataset) -> list[Change]:
    """The image's row, and its twin's where that has a caption of its own."""
    captions = caption_of(before, dataset), caption_of(after, dataset)
    twins = mirror_caption_of(before, dataset), mirror_caption_of(after, dataset)
    own_twin = bool(before.mirror_caption.strip() or after.mirror_caption.strip())
    twin_changes = own_twin and twins[0] != twins[1]
    names = [name for name in get_args(FieldName) if getattr(before, name) != getattr(after, name)]
    if captions[0] != captions[1]:
        names = [name for name in names if name in _BESIDE]
    elif twin_changes:
        names.remove("mirror_caption")
    what = "; ".join(
        f"{name}: {_shown(getattr(before, name))} -> {_shown(getattr(after, name))}"
        for name in names
    )
    rows: list[Change] = []
    if what or captions[0] != captions[1]:
        rows.append(Change(before.id, *captions, what))
    if twin_changes:
        rows.append(Change(before.mirror_id, *twins))
    return rows


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    words: dict[object, str] = {None: "undecided", True: "yes", False: "no", "": "nothing"}
    return words.get(value, str(value))


def _require_value(name: FieldName, value: FieldValue) -> None:
    """Raises `UsageError` where crops.toml could not hold `value`."""
    if name in ("tags", "details"):
        fits = isinstance(value, tuple) or (name == "details" and value is None)
    elif name == "action":
        fits = value is None or isinstance(value, bool)
    elif name == "mirror":
        fits = isinstance(value, bool)
    elif name == "framing":
        fits = value in (*FRAMINGS, "")
    elif name == "status":
        fits = value in STATUSES
    else:
        fits = isinstance(value, str)
    if not fits:
        choices = {"framing": ", ".join(FRAMINGS), "status": ", ".join(STATUSES)}.get(name)
        raise UsageError(
            f"{_shown(value)} can't be a crop's {name}.",
            f"There are: {choices}." if choices else "",
        )
