"""The words a project uses: what to propose while typing, and tags that look like a slip."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from typing import Literal

from spyke_tui.model.caption import caption_of, one_line, split_tags, unique_tags
from spyke_tui.model.project import FRAMINGS, Crop, Project

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

SETTLED = 3
"""Two tags that both stand in this many captions are meant as they are."""
_ONE_SLIP, _TWO_SLIPS = 5, 8
"""Letters from which a word may hold one slip, and two; shorter ones differ by right."""
_LONGEST_WORD = 40
"""Letters; what is longer is no word that anybody mistypes."""


@dataclass(frozen=True, slots=True)
class Used:
    """A value, in the spelling used most, and in how many crops it stands."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class NearMiss:
    """`tag` (in `count` captions) is `letters` (1 or 2) from `usual`, which is used no less."""

    tag: str
    count: int
    usual: str
    usual_count: int
    letters: int


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
        wanted = one_line(prefix).casefold()
        word_start = re.compile(rf"(?<!\w){re.escape(wanted)}") if wanted else None
        known = unique_tags((*self.texts(name), *self.proposed.get(name, ())))
        ranks: tuple[list[str], list[str], list[str]] = ([], [], [])
        for text in known:
            folded = text.casefold()
            if folded.startswith(wanted):
                ranks[0].append(text)
            elif word_start is not None and word_start.search(folded):
                ranks[1].append(text)
            elif wanted in folded:
                ranks[2].append(text)
        return tuple(text for rank in ranks for text in rank)[:limit]

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


# -- slips ----------------------------------------------------------------------------------


def find_near_misses(counts: Mapping[str, int]) -> tuple[NearMiss, ...]:
    """Pairs of tags that are one or two letters apart, the rarer one named first.

    Words of fewer than five letters are often a letter apart by right, and numbers that differ
    are meant ("1boy", "2boys"); so are two tags that both stand in `SETTLED` captions or more.
    """
    folded: Counter[str] = Counter()
    for tag, count in counts.items():
        folded[one_line(tag).casefold()] += count
    found: list[NearMiss] = []
    for one, other in sorted(_candidates(folded)):
        if min(folded[one], folded[other]) >= SETTLED:
            continue
        letters = slip(one, other)
        if letters:
            rare, usual = sorted((one, other), key=lambda tag: (folded[tag], tag))
            found.append(NearMiss(rare, folded[rare], usual, folded[usual], letters))
    return tuple(sorted(found, key=lambda miss: (-miss.usual_count, miss.usual, miss.tag)))


def slip(one: str, other: str) -> int:
    """The letters (1 or 2) by which two tags in small letters differ; 0 where both are meant.

    A swap of two neighbours counts as one. What differs is judged word by word, so that "green
    eyes" is no slip of "grey eyes" though the tags are long.
    """
    words, other_words = one.split(), other.split()
    if len(words) != len(other_words):
        # "close up" and "closeup": a space too many or too few, and nothing else.
        joined = "".join(words) == "".join(other_words)
        return 1 if joined and len("".join(words)) >= _ONE_SLIP else 0
    total = sum(
        _word_slip(word, other_word)
        for word, other_word in zip(words, other_words, strict=True)
        if word != other_word
    )
    return total if total <= 2 else 0


def _word_slip(word: str, other: str) -> int:
    """The letters by which two words differ; 3 where they are different words."""
    shorter = min(len(word), len(other))
    allowed = 2 if shorter >= _TWO_SLIPS else 1 if shorter >= _ONE_SLIP else 0
    if abs(len(word) - len(other)) > allowed or _numbers(word) != _numbers(other):
        return 3
    letters = edit_distance(word, other) if allowed else 3
    return letters if letters <= allowed else 3


def edit_distance(one: str, other: str) -> int:
    """Letters to insert, drop, replace or swap with a neighbour to make one text of the other."""
    above: list[int] = []
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        two_above, above, row = above, row, [index]
        for column, other_letter in enumerate(other, 1):
            best = min(
                above[column] + 1,
                row[column - 1] + 1,
                above[column - 1] + (letter != other_letter),
            )
            swapped = index > 1 and column > 1 and letter == other[column - 2]
            if swapped and one[index - 2] == other_letter:
                best = min(best, two_above[column - 2] + 1)
            row.append(best)
    return row[-1]


def _candidates(tags: Mapping[str, int]) -> set[tuple[str, str]]:
    """Pairs (in order) that `slip` may join, found without comparing all tags with all.

    Two such tags differ in one or two words; so each word is replaced by those near it, and
    what comes of it is looked up.
    """
    near = _near_words({word for tag in tags for word in tag.split()})
    joined: dict[str, list[str]] = {}
    pairs: set[tuple[str, str]] = set()
    for tag in sorted(tags):
        joined.setdefault(tag.replace(" ", ""), []).append(tag)
        words = tag.split()
        places = [place for place, word in enumerate(words) if word in near]
        for chosen in (*combinations(places, 1), *combinations(places, 2)):
            for replaced in product(*(sorted(near[words[place]]) for place in chosen)):
                other = list(words)
                for place, word in zip(chosen, replaced, strict=True):
                    other[place] = word
                other_tag = " ".join(other)
                if other_tag in tags:
                    pairs.add((min(tag, other_tag), max(tag, other_tag)))
    for alike in joined.values():
        pairs.update(combinations(alike, 2))
    return pairs


def _near_words(words: set[str]) -> dict[str, set[str]]:
    """For each word that has any, the words that are a slip away.

    Words at most n letters apart agree once up to n are dropped from each, so they meet in a
    bucket; words with different numbers never do.
    """
    buckets: dict[tuple[str, str], list[str]] = {}
    for word in words:
        if _ONE_SLIP <= len(word) <= _LONGEST_WORD:
            for rest in _with_letters_dropped(word, 2 if len(word) >= _TWO_SLIPS else 1):
                buckets.setdefault((_numbers(word), rest), []).append(word)
    near: dict[str, set[str]] = {}
    for bucket in buckets.values():
        for one, other in combinations(bucket, 2):
            if other not in near.get(one, ()) and _word_slip(one, other) <= 2:
                near.setdefault(one, set()).add(other)
                near.setdefault(other, set()).add(one)
    return near


def _with_letters_dropped(word: str, letters: int) -> set[str]:
    """`word` with none and up to `letters` of its letters dropped."""
    rests = {word}
    for _ in range(letters):
        rests |= {rest[:i] + rest[i + 1 :] for rest in rests for i in range(len(rest))}
    return rests


def _numbers(word: str) -> str:
    return "".join(re.findall(r"\d", word))
