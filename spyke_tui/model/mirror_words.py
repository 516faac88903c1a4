"""Words for sides: in a flipped picture left is right, and its caption has to say so."""

from __future__ import annotations

import re

from spyke_tui.model.caption import split_tags

_NOT_A_SIDE_BEFORE = r"(?<!\ball[ _-])(?<!\bthat's )(?<!\bis )(?<!\bnothing )"
_NOT_A_SIDE_BEHIND = (
    r"(?![ _-](?:angle[sd]?|angled|triangle|now|away|behind|over|alone)(?![^\W\d_]))"
)
"""Where the word means something else: "right angle", "all right", "left behind"."""

SIDE = re.compile(
    # A letter on either side makes it a part of another word (bright, upright, leftover);
    # an underscore or a hyphen does not (left_hand, right-handed).
    rf"(?<![^\W\d_]){_NOT_A_SIDE_BEFORE}(left|right)"
    rf"(?=(?:most|wards?|hand(?:ed)?|side|s|y)?(?![^\W\d_])){_NOT_A_SIDE_BEHIND}",
    re.IGNORECASE,
)
"""A word for a side; its one group is "left" or "right" as written."""

_OTHER = {"left": "right", "right": "left"}


def side_words(text: str) -> tuple[str, ...]:
    """The sides that `text` names, "left" and "right", each once and in this order."""
    return tuple(sorted({match.lower() for match in SIDE.findall(text)}))


def has_side_words(caption: str) -> bool:
    """Whether the caption names a side, so that a flipped picture needs another one."""
    return SIDE.search(caption) is not None


def swap_sides(caption: str) -> str:
    """`caption` for the flipped picture: every left is right and the other way round.

    "left hand", "from the right", "facing LEFT", "right-handed"; the case is kept. It is a
    proposal: what a flip does to writing, emblems or one-sided details no word list knows.
    """
    return SIDE.sub(_swapped, caption)


def mirror_proposal(caption: str) -> str:
    """What to offer as a twin's own caption; "" where the crop's serves both.

    A tag that the swap makes a second time ("left hand, right hand") keeps its new place.
    """
    if not has_side_words(caption):
        return ""
    swapped = swap_sides(caption)
    same_tags = sorted(map(str.casefold, split_tags(swapped))) == sorted(
        map(str.casefold, split_tags(caption))
    )
    return "" if same_tags else swapped


def _swapped(match: re.Match[str]) -> str:
    word = match[1]
    other = _OTHER[word.lower()]
    if word.isupper():
        return other.upper()
    return other.capitalize() if word[0].isupper() else other
