"""What is odd about a crop, in a few words: the same in the facts and in the status line."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop


def enlarged_words(rect: Rect, size: int) -> str:
    """By how much the crop is enlarged to the training size; empty where it is not."""
    longer = max(rect.width, rect.height)
    return f"! enlarged {size / longer:.2f}x" if 0 < longer < size else ""


def erased_words(crop: Crop) -> str:
    """The share of the crop that is painted over, with a sign from where on it is too much."""
    return _erased(crop.rect, crop.erase) if crop.erase and not crop.rect.is_empty else ""


@lru_cache(16)
def _erased(rect: Rect, parts: tuple[Rect, ...]) -> str:
    from spyke_tui.kohya.check.crops import ERASE_SHARE, covered_area

    share = covered_area(rect, parts) / rect.area
    return f"{'! ' if share > ERASE_SHARE else ''}{share:.1%} erased"
