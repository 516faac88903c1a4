"""A crop's fields as a form shows and changes them: text, choices, ticks; and what to copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal

from spyke_tui.model.caption import one_line, split_tags, unique_tags
from spyke_tui.model.project import FRAMINGS, Crop, Dataset, Project
from spyke_tui.model.tag_filter import Filter
from spyke_tui.model.vocabulary import Vocabulary

FormField = Literal[
    "framing", "view", "pose", "expression", "tags", "background", "action", "details"
]
FORM: tuple[FormField, ...] = (
    "framing", "view", "pose", "expression", "tags", "background", "action", "details",
)  # fmt: skip
"""In the caption's order, then what counts for coverage only."""
TextField = Literal["view", "pose", "tags", "background", "caption"]
TEXT_FIELDS: tuple[TextField, ...] = ("view", "pose", "tags", "background", "caption")
ChoiceName = Literal["framing", "expression", "action"]
_YES, _NO = "yes", "no"


# Text


def text_of(crop: Crop, name: TextField) -> str:
    """A field as it stands in a line to type in."""
    if name == "tags":
        return ", ".join(unique_tags(tag for entry in crop.tags for tag in split_tags(entry)))
    return one_line(getattr(crop, name))


def says(crop: Crop, name: TextField, text: str) -> bool:
    """Whether `text`, as it is being typed, says what the crop holds."""
    if name == "caption":
        return one_line(text) == text_of(crop, name)
    return split_tags(text) == split_tags(text_of(crop, name))


def with_text(crop: Crop, name: TextField, text: str) -> Crop:
    """`crop` with that typed; the same crop where it says so already."""
    if says(crop, name, text):
        return crop
    value: Any = one_line(text)
    if name != "caption":
        tags = unique_tags(split_tags(text)) if name == "tags" else split_tags(text)
        value = tuple(tags) if name == "tags" else ", ".join(tags)
    return replace(crop, **{name: value})


def moved_tag(text: str, at: int, by: int) -> tuple[str, int]:
    """The tag at place `at` of the text moved by so many places; the text and a new place."""
    tags = [*text.split(",")]
    tags = [tag.strip() for tag in tags]
    to = min(max(0, at + by), len(tags) - 1)
    if not 0 <= at < len(tags) or to == at:
        return text, at
    tags.insert(to, tags.pop(at))
    return ", ".join(tags), to


# Choices


def choices(name: ChoiceName, project: Project, vocabulary: Vocabulary) -> tuple[str, ...]:
    """What can be chosen, in the order of the digits."""
    if name == "framing":
        return FRAMINGS
    if name == "action":
        return (_YES, _NO)
    known = (*project.targets.expressions, *vocabulary.texts("expression"))
    return tuple(unique_tags(map(one_line, filter(None, known))))


def chosen(crop: Crop, name: ChoiceName) -> str:
    """What is chosen; "" while nobody has decided."""
    if name == "action":
        return {True: _YES, False: _NO, None: ""}[crop.action]
    return one_line(crop.framing if name == "framing" else crop.expression)


def with_choice(crop: Crop, name: ChoiceName, value: str) -> Crop:
    """`crop` with this chosen; "" takes the decision back."""
    if name == "framing":
        return replace(crop, framing=next((kind for kind in FRAMINGS if kind == value), ""))
    if name == "action":
        return replace(crop, action={_YES: True, _NO: False}.get(value))
    return replace(crop, expression=one_line(value))


def choice_for(key: str, options: Sequence[str], now: str) -> str | None:
    """The option that a digit or a first letter means; the letter again takes the next such."""
    if key.isdecimal():
        at = int(key) - 1
        return options[at] if 0 <= at < len(options) else None
    begun = [option for option in options if option.casefold().startswith(key.casefold())]
    if not key or not begun:
        return None
    at = begun.index(now) + 1 if now in begun else 0
    return begun[at % len(begun)]


# Details


def details_listed(crop: Crop | None, dataset: Dataset) -> tuple[str, ...]:
    """What can be ticked: the project's details, then what this crop names beyond them."""
    own = crop.details or () if crop is not None else ()
    return tuple(unique_tags(map(one_line, (*dataset.details, *dataset.one_sided, *own))))


def shows(crop: Crop, detail: str) -> bool:
    return any(_same(detail, one) for one in crop.details or ())


def with_detail_turned(crop: Crop, detail: str, dataset: Dataset) -> Crop:
    """Tick a detail, or take the tick away; in the order of the list."""
    if shows(crop, detail):
        left = tuple(one for one in crop.details or () if not _same(detail, one))
        return replace(crop, details=left)
    listed = [*map(str.casefold, details_listed(crop, dataset))]
    shown = [*(crop.details or ()), detail]
    order = {one: at for at, one in enumerate(listed)}
    shown.sort(key=lambda one: order.get(one_line(one).casefold(), len(order)))
    return replace(crop, details=tuple(shown))


def _same(one: str, other: str) -> bool:
    return one_line(one).casefold() == one_line(other).casefold()


# As another crop


def as_another(crop: Crop, source: Crop, names: Iterable[FormField] = FORM) -> Crop:
    """`crop` with these fields of `source`."""
    return replace(crop, **{name: getattr(source, name) for name in names})


def caption_order(project: Project, wanted: Filter | None = None) -> list[int]:
    """The places of the crops to caption, sheet by sheet; rejected ones only where asked for."""
    keys = dict.fromkeys(project.sheets)
    keys.update(dict.fromkeys(crop.sheet for crop in project.crops))
    rank = {key: at for at, key in enumerate(keys)}
    asked = wanted is not None and "status:" in wanted.text.casefold()
    found = [
        index
        for index, crop in enumerate(project.crops)
        if (asked or crop.status != "reject")
        and (wanted is None or wanted.matches(crop, project.dataset))
    ]
    return sorted(found, key=lambda index: rank[project.crops[index].sheet])


def counterpart(project: Project, index: int) -> int | None:
    """The crop at the same place of the sheet before: sheets tend to show the same row of views.

    Sheets without as many crops are passed over.
    """
    by_sheet: dict[str, list[int]] = {}
    for at in caption_order(project):
        by_sheet.setdefault(project.crops[at].sheet, []).append(at)
    rows = list(by_sheet.values())
    here = next((n for n, row in enumerate(rows) if index in row), 0)
    if not rows or index not in rows[here]:
        return None
    place = rows[here].index(index)
    return next((row[place] for row in reversed(rows[:here]) if place < len(row)), None)
