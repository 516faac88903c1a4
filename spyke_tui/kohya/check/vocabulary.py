"""Findings about tags that are almost another tag: most often one of them is a slip."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations

from spyke_tui.model.caption import split_tags
from spyke_tui.model.findings import Finding
from spyke_tui.model.table import quoted

LIMIT = 2000
"""Different tags up to which all pairs are compared."""
SETTLED = 3
"""Two tags that both stand in this many captions are meant as they are."""


def find_in_vocabulary(captions: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """`captions` are texts with where they stand (a crop's id, or a file)."""
    users: dict[str, list[str]] = {}
    for where, text in captions:
        for tag in {tag.casefold() for tag in split_tags(text)}:
            users.setdefault(tag, []).append(where)
    if len(users) > LIMIT:
        return
    for one, other in combinations(sorted(users), 2):
        if len(users[one]) >= SETTLED and len(users[other]) >= SETTLED:
            continue
        letters = slip(one, other)
        if letters:
            rare, usual = sorted((one, other), key=lambda tag: len(users[tag]))
            yield Finding(
                "caption-vocabulary", "warning", users[rare][0],
                f"The tag {quoted(rare)} ({_captions(users[rare])}) is "
                f"{'one letter' if letters == 1 else 'two letters'} from {quoted(usual)} "
                f"({_captions(users[usual])}).",
                "If they mean the same, write them the same way.",
            )  # fmt: skip


def _captions(users: list[str]) -> str:
    return "1 caption" if len(users) == 1 else f"{len(users)} captions"


def slip(one: str, other: str) -> int:
    """The letters (1 or 2) by which two tags differ; 0 where they are words of their own.

    Short words are often a letter apart by right, so a slip needs four letters, two need seven.
    Numbers that differ are meant.
    """
    shorter = min(len(one), len(other))
    allowed = 2 if shorter >= 7 else 1 if shorter >= 4 else 0
    if abs(len(one) - len(other)) > allowed or len(set(one) ^ set(other)) > 2 * allowed:
        return 0
    if re.sub(r"\d", "", one) == re.sub(r"\d", "", other):
        return 0
    letters = edit_distance(one, other)
    return letters if letters <= allowed else 0


def edit_distance(one: str, other: str) -> int:
    """Letters to insert, drop or replace to make one text of the other."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        above, row[0] = row[0], index
        for column, other_letter in enumerate(other, 1):
            change = above + (letter != other_letter)
            above = row[column]
            row[column] = min(change, above + 1, row[column - 1] + 1)
    return row[-1]
