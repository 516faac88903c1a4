"""The crops that are marked, to do one thing with all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from spyke_tui.model.project import Crop


class Marks:
    """Ids, so that a mark survives edits and steps back."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._anchor = ""

    def among(self, crops: Sequence[Crop]) -> Collection[str]:
        """The marked ids that there still are."""
        return {crop.id for crop in crops if crop.id in self._ids} if self._ids else ()

    def turn(self, crop_id: str) -> None:
        """Mark a crop, or no longer; ranges begin here."""
        self._ids ^= {crop_id}
        self._anchor = crop_id

    def mark_to(self, crop_id: str, order: Sequence[str]) -> None:
        """Mark all from where the last mark was set to this one, in the order they are walked."""
        if self._anchor in order and crop_id in order:
            first, last = sorted((order.index(self._anchor), order.index(crop_id)))
            self._ids.update(order[first : last + 1])
        else:
            self._ids.add(crop_id)
        self._anchor = crop_id

    def rename(self, before: str, after: str) -> None:
        if before in self._ids:
            self._ids = self._ids - {before} | {after}

    def clear(self) -> None:
        self._ids.clear()
        self._anchor = ""
