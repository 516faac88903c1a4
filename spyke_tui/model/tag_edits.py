"""Tags put into, taken out of and exchanged in one crop's caption, in the field that makes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from spyke_tui.model.caption import FACE_FRAMINGS, compose, has_override, split_tags, unique_tags
from spyke_tui.model.caption_words import is_background, is_expression
from spyke_tui.model.project import FRAMINGS, Crop, Dataset


def with_tags(crop: Crop, new: Sequence[str], at: int | None, dataset: Dataset) -> Crop:
    """`crop` with those of `new` that its caption lacks, at that place of its plain tags.

    0 is the first place, None the last; negative ones count from the end. An override is edited
    as text.
    """
    if has_override(crop):
        return replace(crop, caption=inserted(crop.caption, new, at, dataset))
    missing = _missing(new, split_tags(compose(crop, dataset)))
    place = len(crop.tags) if at is None else at
    return replace(crop, tags=(*crop.tags[:place], *missing, *crop.tags[place:]))


def inserted(caption: str, new: Sequence[str], at: int | None, dataset: Dataset) -> str:
    """A caption's text with tags put in behind the trigger; the last place is before a background.

    The trigger itself, where it is missing, comes first.
    """
    tags = split_tags(caption)
    missing = _missing(new, tags)
    if not missing:
        return caption
    if dataset.trigger in missing:
        missing.remove(dataset.trigger)
        tags.insert(0, dataset.trigger)
    first = 1 if tags[:1] == [dataset.trigger] else 0
    end = len(tags)
    while end > first and is_background(tags[end - 1]):
        end -= 1
    own = tags[first:end]
    place = len(own) if at is None else at
    return ", ".join([*tags[:first], *own[:place], *missing, *own[place:], *tags[end:]])


def with_tag_exchanged(crop: Crop, old: str, new: Sequence[str]) -> Crop | str:
    """`crop` with `new` (none, one or several) where `old` stood, or why that can't be.

    Only the fields that make the tag change; an override is edited as text.
    """
    if has_override(crop):
        caption = exchanged(crop.caption, old, new)
        # An empty override is none: the fields would speak instead.
        return replace(crop, caption=caption) if caption else f'"{old}" is its whole caption'
    framing, expression = crop.framing, crop.expression
    if framing and framing == old.casefold():
        found = next((kind for kind in FRAMINGS if [kind] == [*new]), None)
        if found is None:
            return f'"{framing}" is its framing: set that instead'
        framing = found
    if crop.framing in FACE_FRAMINGS:
        changed = _expression_exchanged(crop.expression, old, new)
        if changed is None:
            return f'"{old}" is its expression, and what replaces it must end in that word too'
        expression = changed
    tags = tuple(exchanged(entry, old, new) for entry in crop.tags)
    if tags != crop.tags:
        tags = tuple(unique_tags(tag for entry in tags for tag in split_tags(entry)))
    return replace(
        crop,
        framing=framing,
        view=exchanged(crop.view, old, new),
        pose=exchanged(crop.pose, old, new),
        expression=expression,
        tags=tags,
        background=exchanged(crop.background, old, new),
    )


def exchanged(text: str, old: str, new: Iterable[str]) -> str:
    """`text` with `new` where the tag `old` stood; as it was written where it does not hold it."""
    folded = old.casefold()
    tags = split_tags(text)
    if all(tag.casefold() != folded for tag in tags):
        return text
    replacing = tuple(new)
    kept = (entry for tag in tags for entry in (replacing if tag.casefold() == folded else (tag,)))
    return ", ".join(unique_tags(kept))


def _missing(new: Iterable[str], tags: Iterable[str]) -> list[str]:
    present = {tag.casefold() for tag in tags}
    return [tag for tag in new if tag.casefold() not in present]


def _expression_exchanged(expression: str, old: str, new: Sequence[str]) -> str | None:
    """An expression's field; None where what would stand there is no expression once composed."""
    out: list[str] = []
    found = False
    for tag in split_tags(expression):
        composed = tag if is_expression(tag) else f"{tag} expression"
        if composed.casefold() != old.casefold():
            out.append(tag)
            continue
        found = True
        if not all(map(is_expression, new)):
            return None
        out += new
    return ", ".join(unique_tags(map(_as_written, out))) if found else expression


def _as_written(tag: str) -> str:
    """An expression as fields usually hold it: without the word that composing adds."""
    plain = tag.removesuffix(" expression")
    return tag if is_expression(plain) else plain
