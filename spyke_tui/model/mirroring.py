"""Which crops may be flipped. Fails closed: a side that nobody checked is not mirrored."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from spyke_tui.model.caption import caption_of, mirror_caption_of, one_line
from spyke_tui.model.caption_diff import TagPiece, tag_diff
from spyke_tui.model.mirror_words import mirror_proposal
from spyke_tui.model.project import Crop, Dataset


def mirror_refusal(crop: Crop, dataset: Dataset) -> str | None:
    """Why this crop must not be flipped, or None where it may.

    While `one_sided` is not empty, a crop whose `details` are absent, name a one-sided detail, or
    name something that [dataset].details does not know (a typo could hide a side) gets no twin.
    """
    one_sided = {_key(detail): detail for detail in dataset.one_sided}
    if not one_sided:
        return None
    if crop.details is None:
        return "nobody has said which details it shows"
    known = {_key(detail) for detail in dataset.details} | one_sided.keys()
    for detail in crop.details:
        if _key(detail) in one_sided:
            return f"it shows the {one_sided[_key(detail)]}, which has one side only"
        if _key(detail) not in known:
            return f'it shows "{one_line(detail)}", which [dataset].details does not list'
    return None


def has_twin(crop: Crop, dataset: Dataset) -> bool:
    """Whether a flipped twin of this crop is written."""
    return crop.mirror and mirror_refusal(crop, dataset) is None


def with_twin(crop: Crop, dataset: Dataset, *, wanted: bool) -> Crop:
    """`crop` with a flipped twin asked for, or no longer; whether it may be is not asked here.

    Where its caption names a side, the twin gets one of its own with left and right exchanged,
    unless it has one already; a caption that is no more than this goes with the twin.
    """
    proposal = mirror_proposal(caption_of(crop, dataset))
    own = one_line(crop.mirror_caption)
    if wanted:
        return replace(crop, mirror=True, mirror_caption=crop.mirror_caption if own else proposal)
    kept = "" if own == proposal else crop.mirror_caption
    return replace(crop, mirror=False, mirror_caption=kept)


def follows(crop: Crop, dataset: Dataset) -> bool:
    """Whether the twin's caption is the crop's own, left and right exchanged, and no more."""
    return one_line(crop.mirror_caption) == mirror_proposal(caption_of(crop, dataset))


def twin_differences(crop: Crop, dataset: Dataset) -> tuple[TagPiece, ...]:
    """How the twin's caption differs from what the crop's own one gives: "+" what only the twin
    says, "-" what only the crop says. Empty without a twin, and where it follows."""
    if not has_twin(crop, dataset) or follows(crop, dataset):
        return ()
    given = mirror_proposal(caption_of(crop, dataset)) or caption_of(crop, dataset)
    pieces = tag_diff(given, mirror_caption_of(crop, dataset))
    return tuple(piece for piece in pieces if piece.sign != " ")


def twin_is_behind(crop: Crop, dataset: Dataset) -> bool:
    """Whether the twin's caption lacks what its crop's says: most often the crop's fields were
    changed since. Where it only says more, or the same in another order, somebody meant it so."""
    return crop.mirror and _is_behind(crop, dataset)


@lru_cache(maxsize=16_384)  # asked of all crops with every key
def _is_behind(crop: Crop, dataset: Dataset) -> bool:
    pieces = twin_differences(crop, dataset)
    more = {piece.tag.casefold() for piece in pieces if piece.sign == "+"}
    return any(piece.sign == "-" and piece.tag.casefold() not in more for piece in pieces)


def with_twin_following(before: Crop, after: Crop, dataset: Dataset) -> Crop:
    """`after`, a change of `before`, with its twin's caption made anew where that followed it.

    A caption that somebody wrote for the twin stays as it is, as does one that the change is about.
    """
    if not (before.mirror and after.mirror) or after.mirror_caption != before.mirror_caption:
        return after
    if not follows(before, dataset) or follows(after, dataset):
        return after
    return following(after, dataset)


def following(crop: Crop, dataset: Dataset) -> Crop:
    """`crop` with the twin's caption that its own one gives; "" where that serves both."""
    return replace(crop, mirror_caption=mirror_proposal(caption_of(crop, dataset)))


def _key(detail: str) -> str:
    return one_line(detail).casefold()
