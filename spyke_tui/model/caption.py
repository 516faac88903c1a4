"""Captions: composed from a crop's fields, one line, trigger first."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable

from spyke_tui.model.project import Crop, Dataset

FACE_FRAMINGS = ("bust", "closeup")
CLIP_TOKENS = 75
"""What CLIP's text encoder reads at once (77 less begin and end)."""


def one_line(text: str) -> str:
    """`text` as it can stand in a caption file: one line, single spaces, no invisible characters.

    The trainer reads only the first line and takes a BOM or a zero-width space as part of a tag.
    """
    if text.isprintable():  # almost always: nothing invisible, no space but the plain one
        return " ".join(text.split())
    visible = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cs", "Co"))
    spaced = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in visible)
    return " ".join(spaced.split())


def split_tags(text: str) -> list[str]:
    """The tags of a caption or of one field: split at commas, trimmed, empty ones left out."""
    return [tag for part in text.split(",") if (tag := one_line(part))]


def unique_tags(tags: Iterable[str]) -> list[str]:
    """Without repetitions, whatever their case; the first wins."""
    seen: dict[str, str] = {}
    for tag in tags:
        seen.setdefault(tag.casefold(), tag)
    return list(seen.values())


def compose(crop: Crop, dataset: Dataset) -> str:
    """``trigger, framing, view, pose, expression, tags..., background``; empty fields left out.

    The expression enters as "angry expression", and only where a face fills the picture (bust,
    closeup): on a full body it counts for coverage only.
    """
    expression = ""
    if crop.expression.strip() and crop.framing in FACE_FRAMINGS:
        expression = ", ".join(
            tag if tag.casefold().endswith("expression") else f"{tag} expression"
            for tag in split_tags(crop.expression)
        )
    fields = [dataset.trigger, crop.framing, crop.view, crop.pose, expression]
    fields += [*crop.tags, crop.background]
    return ", ".join(unique_tags(tag for field in fields for tag in split_tags(field)))


def has_override(crop: Crop) -> bool:
    """Whether the crop's own caption stands instead of the composed one (blanks are none)."""
    return bool(one_line(crop.caption))


def caption_of(crop: Crop, dataset: Dataset) -> str:
    """The crop's caption: its own override where set, else the composed one."""
    return one_line(crop.caption) or compose(crop, dataset)


def mirror_caption_of(crop: Crop, dataset: Dataset) -> str:
    """The flipped twin's caption: its own where set, else the crop's."""
    return one_line(crop.mirror_caption) or caption_of(crop, dataset)


def starts_with_trigger(caption: str, trigger: str) -> bool:
    """Whether the first tag is exactly the trigger."""
    if caption.split(",", 1)[0] == trigger:
        return True
    tags = split_tags(caption)
    return bool(tags) and tags[0] == trigger


def estimate_tokens(caption: str) -> int:
    """CLIP tokens, estimated without its vocabulary: words by length, digits and marks one each.

    CLIP's byte pair encoding keeps common words whole and cuts rare ones at about every fourth
    letter; digits and punctuation stand alone. Good to about one in five.
    """
    pieces = re.findall(r"[^\W\d_]+|\d|[^\w\s]|_", caption)
    return sum(max(1, math.ceil(len(p) / 8)) if p.isalpha() else 1 for p in pieces)
