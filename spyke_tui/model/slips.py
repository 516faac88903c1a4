"""Tags that are almost another tag: most often one of them is a slip of the fingers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, product

from spyke_tui.model.caption import one_line

SETTLED = 3
"""Two tags that both stand in this many captions are meant as they are."""
_ONE_SLIP, _TWO_SLIPS = 5, 8
"""Letters from which a word may hold one slip, and two; shorter ones differ by right."""
_LONGEST_WORD = 40
"""Letters; what is longer is no word that anybody mistypes."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """`tag` (in `count` captions) is `letters` (1 or 2) from `usual`, which is used no less."""

    tag: str
    count: int
    usual: str
    usual_count: int
    letters: int


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
