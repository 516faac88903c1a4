"""The words a project uses: what to propose while typing, and tags that look like a slip."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from spyke_tui.model.caption import caption_of, one_line, split_tags, unique_tags
from spyke_tui.model.caption_words import is_expression
from spyke_tui.model.project import FRAMINGS, Crop, Project
from spyke_tui.model.slips import NearMiss, find_near_misses

Field = Literal["framing", "view", "pose", "expression", "background", "tags", "details"]
FIELDS: tuple[Field, ...] = (
    "framing", "view", "pose", "expression", "background", "tags", "details",
)  # fmt: skip

USUAL: Mapping[Field, tuple[str, ...]] = {
    "framing": FRAMINGS,
    "view": ("front view", "three quarter view", "side view", "back view"),
    "pose": ("standing neutral pose", "walking", "sitting", "fighting stance"),
    "expression": (),
    "background": ("white background", "simple background"),
    "tags": (),
    "details": (),
}
"""Proposed behind what the project itself uses, so that its first crop has something to pick."""


@dataclass(frozen=True, slots=True)
class Used:
    """A value, in the spelling used most, and in how many crops it stands."""

    text: str
    count: int


@dataclass(frozen=True)
class Vocabulary:
    """`used` has each field's values, the most used first and equals alphabetically.

    `captions` counts the tags of whole captions (all fields and overrides, without the
    trigger). Rejected crops don't count.
    """

    used: Mapping[Field, tuple[Used, ...]] = field(default_factory=dict)
    captions: tuple[Used, ...] = ()
    proposed: Mapping[Field, tuple[str, ...]] = field(default_factory=lambda: USUAL)
    """What to propose beyond `used`."""

    @classmethod
    def of(cls, project: Project) -> Vocabulary:
        crops = [crop for crop in project.crops if crop.status != "reject"]
        used = {name: _ordered(_values(crops, name)) for name in FIELDS}
        dataset = project.dataset
        listed = dict.fromkeys((*dataset.details, *dataset.one_sided))
        proposed = {**USUAL, "expression": project.targets.expressions, "details": tuple(listed)}
        captions = (split_tags(caption_of(crop, dataset)) for crop in crops)
        trigger = dataset.trigger.casefold()
        tags = (
            tag for caption in captions for tag in unique_tags(caption) if tag.casefold() != trigger
        )
        return cls(used, _ordered(tags), proposed)

    def texts(self, name: Field) -> tuple[str, ...]:
        """The values of a field, the most used first."""
        return tuple(value.text for value in self.used.get(name, ()))

    def count(self, name: Field, text: str) -> int:
        """In how many crops this value stands, whatever its case; 0 for one never used."""
        return self._counts.get(name, {}).get(text.casefold(), 0)

    def sequences(self, name: Field) -> frozenset[tuple[str, ...]]:
        """The field's values as the tags that they make in a caption, in small letters."""
        return self._sequences.get(name, frozenset())

    def complete(self, name: Field, prefix: str, limit: int = 20) -> tuple[str, ...]:
        """Values that `prefix` may become, at most `limit`.

        First those that begin with it, then those with a word that does, then those that hold
        it; among each the most used first. An empty prefix gives all.
        """
        known = (*self.texts(name), *self.proposed.get(name, ()))
        return _completed(known, prefix, limit)

    def complete_line(self, line: str, limit: int = 20) -> tuple[str, ...]:
        """What the last tag of a caption's line may become, whatever field it would be.

        Tags that the line holds already are left out; the words of `complete` count here too.
        """
        *before, prefix = line.split(",")
        present = {one_line(tag).casefold() for tag in before}
        known = [tag.text for tag in self.captions]
        for name in ("framing", "view", "pose", "background"):
            known += self.proposed.get(name, ())
        known += map(_as_composed, self.proposed.get("expression", ()))
        return _completed((tag for tag in known if tag.casefold() not in present), prefix, limit)

    def near_misses(self) -> tuple[NearMiss, ...]:
        """Tags of the captions that are one or two letters from another one: most often slips."""
        return find_near_misses({tag.text: tag.count for tag in self.captions})

    @cached_property
    def _counts(self) -> dict[Field, dict[str, int]]:
        return {
            name: {value.text.casefold(): value.count for value in values}
            for name, values in self.used.items()
        }

    @cached_property
    def _sequences(self) -> dict[Field, frozenset[tuple[str, ...]]]:
        return {
            name: frozenset(
                tuple(split_tags(text.casefold()))
                for text in (*self.texts(name), *self.proposed.get(name, ()))
            )
            for name in FIELDS
        }


def _completed(known: Iterable[str], prefix: str, limit: int) -> tuple[str, ...]:
    wanted = one_line(prefix).casefold()
    word_start = re.compile(rf"(?<!\w){re.escape(wanted)}") if wanted else None
    ranks: tuple[list[str], list[str], list[str]] = ([], [], [])
    for text in unique_tags(known):
        folded = text.casefold()
        if folded.startswith(wanted):
            ranks[0].append(text)
        elif word_start is not None and word_start.search(folded):
            ranks[1].append(text)
        elif wanted in folded:
            ranks[2].append(text)
    return tuple(text for rank in ranks for text in rank)[:limit]


def _as_composed(expression: str) -> str:
    return expression if is_expression(expression) else f"{expression} expression"


def _values(crops: Iterable[Crop], name: Field) -> Iterator[str]:
    """Each crop's values of a field; a list's entries count once a crop."""
    for crop in crops:
        value: str | tuple[str, ...] | None = getattr(crop, name)
        if isinstance(value, str):
            text = one_line(value)
            if text:
                yield text
        else:
            yield from unique_tags(tag for entry in value or () for tag in split_tags(entry))


def _ordered(texts: Iterable[str]) -> tuple[Used, ...]:
    """Counted whatever their case, in the spelling used most; by use, then alphabetically."""
    spellings: dict[str, Counter[str]] = {}
    for text, count in Counter(texts).items():
        spellings.setdefault(text.casefold(), Counter())[text] += count
    used = [
        Used(min(spelled, key=lambda text: (-spelled[text], text)), spelled.total())
        for spelled in spellings.values()
    ]
    return tuple(sorted(used, key=lambda value: (-value.count, value.text.casefold())))
