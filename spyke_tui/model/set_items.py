"""The pictures of the set in an order: every crop, and behind it its flipped twin."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from spyke_tui.model.mirroring import has_twin
from spyke_tui.model.project import FRAMINGS, Crop, Project


@dataclass(frozen=True, slots=True)
class SetItem:
    """A picture of the set: the crop at this place in the file, or its flipped twin."""

    index: int
    mirror: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """How many errors and warnings `check` has on a crop."""

    errors: int = 0
    warnings: int = 0


NONE = Counted()
_STATUS_RANK = {"keep": 0, "draft": 1, "reject": 2}

Rank = Callable[[int, Crop, Counted], object]

ORDERS: Mapping[str, Rank] = {
    "as in the file": lambda index, _crop, _found: index,
    "by id": lambda _index, crop, _found: crop.id,
    "by sheet": lambda index, crop, _found: (crop.sheet, index),
    "by framing": lambda index, crop, _found: (
        FRAMINGS.index(crop.framing) if crop.framing in FRAMINGS else len(FRAMINGS),
        crop.view,
        index,
    ),
    "by status": lambda index, crop, _found: (_STATUS_RANK[crop.status], index),
    "by findings": lambda index, _crop, found: (-found.errors, -found.warnings, index),
}
"""The orders that a key goes round, by their words."""


def ordered_indexes(
    project: Project, indexes: Collection[int], order: str, found: Mapping[str, Counted]
) -> list[int]:
    """These crops in this order; `found` by crop id."""
    rank, crops = ORDERS[order], project.crops
    return sorted(
        indexes,
        key=lambda index: rank(index, crops[index], found.get(crops[index].id, NONE)),  # type: ignore[arg-type, return-value]
    )


def set_items(project: Project, indexes: Sequence[int]) -> list[SetItem]:
    """The pictures of these crops: a kept crop's flipped twin is a picture of its own."""
    items: list[SetItem] = []
    for index in indexes:
        crop = project.crops[index]
        items.append(SetItem(index))
        if crop.status == "keep" and has_twin(crop, project.dataset):
            items.append(SetItem(index, True))
    return items
