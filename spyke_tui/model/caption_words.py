"""What a tag speaks of, told by the words that such tags usually hold."""

from __future__ import annotations

import re


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_VIEW_WORDS = _listed(
    "front frontal back rear side left right three quarter quarters threequarter 3 4 3/4 half full "
    "face profile top bottom overhead aerial high low wide dutch bird birds bird's worm worms "
    "worm's eye isometric diagonal straight on over the shoulder above below camera"
)
_VIEW_ENDS = _listed("view views profile angle")
_FROM_WORDS = _listed("behind front side sides above below left right back the")
_VIEWS = frozenset(
    ("profile", "three quarter", "3/4", "straight on", "turned away", "facing away", "overhead")
)
_POSE_WORDS = _listed(
    "pose posed posing stance stand seated akimbo midair contrapposto salute saluting"
)
_LIMBS = _listed("hand hands arm arms fist fists leg legs knee knees foot feet sword weapon")
_LIMBS_DO = _listed(
    "on in at up down out over behind together apart crossed folded clasped raised lowered drawn "
    "clenched outstretched extended spread forward bent lifted"
)
"""A limb is a pose only with one of these: "knee pauldron" is something worn."""
_NOT_DOING = _listed(
    "king ring wing string earring clothing stocking lighting shading painting drawing evening "
    "morning spring ceiling building wedding legging sibling glowing flowing"
)
_BACKGROUND_WORDS = _listed("background backgrounds backdrop")


def is_view(tag: str) -> bool:
    """Whether a tag names a view: "front view", "3/4 view", "from behind", "side profile"."""
    words = _words(tag)
    if " ".join(words) in _VIEWS:
        return True
    if not words or words[-1] not in _VIEW_ENDS:
        return len(words) > 1 and words[0] == "from" and _FROM_WORDS.issuperset(words[1:])
    return len(words) > 1 and _VIEW_WORDS.issuperset(words[:-1])


def is_pose(tag: str) -> bool:
    """Whether a tag says what the body does: "fighting stance", "hand on hip", "walking"."""
    words = _words(tag)
    if not words or is_expression(tag):
        return False
    first = words[0]
    does = len(first) > 4 and first.endswith("ing") and first not in _NOT_DOING
    limbs = not (_LIMBS.isdisjoint(words) or _LIMBS_DO.isdisjoint(words))
    return does or limbs or not _POSE_WORDS.isdisjoint(words)


def is_background(tag: str) -> bool:
    """Whether a tag speaks of the background."""
    return not _BACKGROUND_WORDS.isdisjoint(_words(tag))


def is_expression(tag: str) -> bool:
    """Whether a tag ends as a composed expression does: "angry expression"."""
    return tag.casefold().endswith("expression")


def _words(tag: str) -> list[str]:
    return re.sub(r"[_-]", " ", tag.casefold()).split()
