"""What the Set pane walks and changes: crops and their twins, in an order of the user's choice.

No Textual in here, as in `crop_editor`. The selection, the marks and the filter are those of the
Crops pane.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from spyke_tui.model.set_items import ORDERS, Counted, SetItem, ordered_indexes, set_items
from spyke_tui.model.tag_filter import Filter, parse_filter

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop, Project
    from spyke_tui.tui.session import Session


class SetEditor:
    """The pictures that are listed, the one that is selected, and decisions about it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.order = next(iter(ORDERS))
        self.found: Mapping[str, Counted] = {}
        """What `check` counted on each crop."""
        self.on_twin = False
        """Whether the twin of the selected crop is meant."""
        self._known: tuple[object, ...] = ()
        self._items: list[SetItem] = []

    @property
    def project(self) -> Project:
        return self._session.project

    @property
    def filter(self) -> Filter | None:
        return self._session.editor.filter

    @property
    def marked(self) -> Collection[str]:
        return self._session.editor.marks.among(self.project.crops)

    # Where

    @property
    def items(self) -> list[SetItem]:
        """The pictures that come through the filter, in the order; worked out once."""
        project, wanted = self.project, self.filter
        known = (project, wanted, self.order, self.found if self.order == "by findings" else None)
        if len(known) != len(self._known) or any(
            one is not other for one, other in zip(known, self._known, strict=True)
        ):
            crops = project.crops
            indexes = range(len(crops))
            if wanted is not None:
                passed = [i for i in indexes if wanted.matches(crops[i], project.dataset)]
            else:
                passed = list(indexes)
            self._items = set_items(
                project, ordered_indexes(project, passed, self.order, self.found)
            )
            self._known = known
        return self._items

    @property
    def at(self) -> int:
        """The place of the selected picture among the items; -1 where it is not listed."""
        index, items = self._session.editor.index, self.items
        for wanted in (SetItem(index, self.on_twin), SetItem(index)):
            if wanted in items:
                return items.index(wanted)
        return -1

    @property
    def item(self) -> SetItem | None:
        at = self.at
        return self.items[at] if at >= 0 else None

    @property
    def crop(self) -> Crop | None:
        return self._session.editor.crop

    def select(self, at: int) -> None:
        """Select the picture at this place; the nearest one that there is."""
        items = self.items
        if items:
            item = items[min(max(0, at), len(items) - 1)]
            self._session.editor.select(item.index)
            self.on_twin = item.mirror

    def go(self, by: int) -> None:
        at = self.at
        self.select(at + by if at >= 0 else 0)

    def turn_order(self) -> None:
        orders = list(ORDERS)
        self.order = orders[(orders.index(self.order) + 1) % len(orders)]

    def filter_by(self, text: str) -> None:
        """Only crops that come through this filter. Raises `FilterError`."""
        wanted = parse_filter(text)
        self._session.editor.filter = None if wanted.is_empty else wanted
        if self.at < 0:
            self.select(0)

    # Marks

    def mark(self) -> None:
        crop = self.crop
        if crop is not None:
            self._session.editor.marks.turn(crop.id)
            at, index = self.at, self._session.editor.index
            while 0 <= at < len(self.items) and self.items[at].index == index:
                at += 1  # a twin has its crop's mark
            if at < len(self.items):
                self.select(at)

    def mark_range(self) -> None:
        if self.crop is not None:
            crops = self.project.crops
            order = list(dict.fromkeys(crops[item.index].id for item in self.items))
            self._session.editor.marks.mark_to(self.crop.id, order)

    @property
    def pair(self) -> tuple[SetItem, SetItem] | None:
        """The two pictures to compare: those that are marked, else this one and the next."""
        crops = self.project.crops
        marked = self.marked
        if len(marked) == 2:
            first, second = (i for i, crop in enumerate(crops) if crop.id in marked)
            return SetItem(first), SetItem(second)
        at, items = self.at, self.items
        if at < 0 or len(items) < 2:
            return None
        other = at + 1 if at + 1 < len(items) else at - 1
        return items[at], items[other]

    # Decisions

    def keep(self) -> None:
        """Keep this crop and go to the next picture."""
        at = self.at
        if at < 0:
            return
        if not self.items[at].mirror:
            self._session.editor.set_status("keep")
        here = self.at
        # A crop that is kept may no longer come through the filter: the next one has come up.
        self.select(at if here < 0 else here + 1)

    def reject(self) -> str:
        """Reject this crop, or take it back to the drafts; a twin is not made any more.

        A remark in words, or "".
        """
        at, crop = self.at, self.crop
        if at < 0 or crop is None:
            return ""
        if self.items[at].mirror:
            crops = list(self.project.crops)
            index = self._session.editor.index
            crops[index] = replace(crop, mirror=False)
            self._session.history.end_burst()
            self._session.history.apply(f"no twin {crop.id}", self.project.with_crops(tuple(crops)))
            self.on_twin = False
            return f"{crop.id} has no flipped twin any more; u brings it back."
        self._session.editor.set_status("draft" if crop.status == "reject" else "reject")
        if self.at < 0:
            self.select(at)
        return ""
