"""Two captions held against each other, tag by tag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from spyke_tui.model.caption import split_tags


@dataclass(frozen=True, slots=True)
class TagPiece:
    """A tag that stands in both captions (" "), only in the new one ("+") or only in the old."""

    sign: Literal[" ", "+", "-"]
    tag: str


def tag_diff(old: str, new: str) -> tuple[TagPiece, ...]:
    """From `old` to `new`, in the order in which they are read."""
    return tuple(_pieces(split_tags(old), split_tags(new)))


def _pieces(old: list[str], new: list[str]) -> Iterator[TagPiece]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        if kind == "equal":
            yield from (TagPiece(" ", tag) for tag in new[from_new:to_new])
            continue
        yield from (TagPiece("-", tag) for tag in old[from_old:to_old])
        yield from (TagPiece("+", tag) for tag in new[from_new:to_new])
