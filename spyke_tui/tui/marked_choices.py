"""What can be done with the marked crops."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from spyke_tui.model.batch import BatchEdit, FieldName, FieldValue, add_tag, remove_tag, set_field
from spyke_tui.model.batch_shapes import align, delete, move_to_sheet, same_size
from spyke_tui.model.project import FRAMINGS, STATUSES

if TYPE_CHECKING:
    from spyke_tui.tui.crop_editor import CropEditor


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to do. `asks` says what must be typed for it; empty where nothing."""

    label: str
    make: Callable[[str], BatchEdit]
    """What it would change, with what was typed. Raises `UsageError`."""
    asks: str = ""


def choices(editor: CropEditor, ids: Collection[str]) -> list[Choice]:
    """The choices for these crops, the frequent ones first."""
    project, crop = editor.project, editor.crop
    fixed: list[tuple[str, FieldName, FieldValue]] = [
        *((_STATUS_WORDS[status], "status", status) for status in ("keep", "reject", "draft")),
        *((f"framing: {framing}", "framing", framing) for framing in FRAMINGS),
        ("framing: not decided", "framing", ""),
        ("action: yes", "action", True),
        ("action: no", "action", False),
        ("flipped twin: yes", "mirror", True),
        ("flipped twin: no", "mirror", False),
    ]
    made = {label: Choice(label, _set(editor, ids, name, value)) for label, name, value in fixed}
    first = [made.pop(_STATUS_WORDS[status]) for status in STATUSES[1:]]
    first += [made.pop(_STATUS_WORDS["draft"]), Choice("delete", lambda _: delete(project, ids))]
    if crop is not None:
        rect, sizes = crop.rect, editor.size_of
        first += [
            Choice(f"same size as {crop.id} ({rect.size})",
                   lambda _: same_size(project, ids, rect.size, sizes)),
            Choice(f"align tops with {crop.id} ({rect.top})",
                   lambda _: align(project, ids, "top", rect.top, sizes)),
            Choice(f"align lefts with {crop.id} ({rect.left})",
                   lambda _: align(project, ids, "left", rect.left, sizes)),
        ]  # fmt: skip
    typed = [
        Choice(f"{name}: ...", partial(set_field, project, ids, name), f"the {name}")
        for name in _TYPED
    ]
    typed.append(Choice("add tag: ...", partial(add_tag, project, ids), "the tag to add"))
    typed.append(Choice("remove tag: ...", partial(remove_tag, project, ids), "the tag to remove"))
    return [*first, *made.values(), *typed, *sheet_choices(editor, ids)]


def sheet_choices(editor: CropEditor, ids: Collection[str]) -> list[Choice]:
    """Moving to each sheet of the project."""

    def moved(key: str, _: str) -> BatchEdit:
        return move_to_sheet(editor.project, ids, key, editor.size_of)

    return [Choice(f"move to sheet {key}", partial(moved, key)) for key in editor.project.sheets]


def _set(
    editor: CropEditor, ids: Collection[str], name: FieldName, value: FieldValue
) -> Callable[[str], BatchEdit]:
    return lambda _: set_field(editor.project, ids, name, value)


_STATUS_WORDS = {"keep": "keep", "reject": "reject", "draft": "back to draft"}
_TYPED: tuple[FieldName, ...] = ("background", "view", "pose", "expression")
