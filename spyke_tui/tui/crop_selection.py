"""Which crop and which sheet the keys are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Edge, Rect, Size
from spyke_tui.model.history import History
from spyke_tui.model.project import Crop, Project, Sheet
from spyke_tui.tui.marks import Marks
from spyke_tui.tui.shapes import AspectLock

if TYPE_CHECKING:
    from spyke_tui.model.tag_filter import Filter

STEPS = (1, 8, 32, 128)
"""What the keys 1 to 4 choose, in sheet pixels."""


class CropSelection:
    """What is selected on a project as it changes.

    A crop is selected by its place in the file, because ids may be doubled; -1 is none.
    `picture_sizes` are the sizes of sheets whose pictures have been looked at.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.sheet_key = next(iter(history.project.sheets), "")
        self.index = -1
        self.erase_at = -1
        """The erased rectangle of the crop that is changed in its place, or -1."""
        self.edge = Edge.WHOLE
        self.step = STEPS[0]
        self.lock = AspectLock.FREE
        self.ratio: tuple[int, int] = (1, 1)
        self.marks = Marks()
        self.filter: Filter | None = None
        """Which crops are listed and walked; None is all of them."""
        self.picture_sizes: dict[str, Size] = {}
        if self.project.crops:
            self.choose(0)

    # What is selected

    @property
    def project(self) -> Project:
        return self.history.project

    @property
    def crop(self) -> Crop | None:
        crops = self.project.crops
        return crops[self.index] if 0 <= self.index < len(crops) else None

    @property
    def target(self) -> Rect | None:
        """What the keys move: the crop's rectangle, or the erased one chosen inside it."""
        crop = self.crop
        if crop is None or not 0 <= self.erase_at < len(crop.erase):
            return crop.rect if crop is not None else None
        return crop.erase[self.erase_at]

    @property
    def sheet(self) -> Sheet | None:
        return self.project.sheets.get(self.sheet_key)

    @property
    def sheet_size(self) -> Size:
        return self.size_of(self.sheet_key)

    def size_of(self, key: str) -> Size:
        """The picture's true size; else the size in the file; else what holds all the crops."""
        if size := self.known_size_of(key):
            return size
        rects = [crop.rect for crop in self.project.crops_of(key)]
        return Size(
            max((rect.right for rect in rects), default=1024),
            max((rect.bottom for rect in rects), default=1024),
        )

    def known_size_of(self, key: str) -> Size | None:
        """The picture's true size, else the size in the file; None where nobody knows it yet."""
        if size := self.picture_sizes.get(key):
            return size
        sheet = self.project.sheets.get(key)
        return sheet.size if sheet is not None else None

    @property
    def indexes(self) -> list[int]:
        """The places of this sheet's crops, as far as the filter lets them through."""
        return [
            index
            for index, crop in enumerate(self.project.crops)
            if crop.sheet == self.sheet_key and self._passes(crop)
        ]

    @property
    def order(self) -> list[int]:
        """The places of all crops, sheet by sheet, as they are walked."""
        return [
            index
            for key in self.sheet_keys
            for index, crop in enumerate(self.project.crops)
            if crop.sheet == key and self._passes(crop)
        ]

    def _passes(self, crop: Crop) -> bool:
        return self.filter is None or self.filter.matches(crop, self.project.dataset)

    @property
    def sheet_keys(self) -> list[str]:
        """The project's sheets, then those that only crops name."""
        named = dict.fromkeys(self.project.sheets)
        named.update(dict.fromkeys(crop.sheet for crop in self.project.crops))
        return list(named)

    def select(self, index: int) -> None:
        """Select the crop at this place in the file, and its sheet."""
        self.history.end_burst()
        if 0 <= index < len(self.project.crops):
            self.choose(index)

    def select_id(self, crop_id: str) -> bool:
        """Select the first crop of that id; False where there is none."""
        for index, crop in enumerate(self.project.crops):
            if crop.id == crop_id:
                self.select(index)
                return True
        return False

    def open_sheet(self, key: str) -> None:
        """Go to a sheet and its first crop, if it has one."""
        self.history.end_burst()
        if key not in self.sheet_keys:
            return
        self.sheet_key = key
        self.index = next(iter(self.indexes), -1)

    def go(self, by: int) -> None:
        """The next or previous crop: on this sheet first, then on the neighbouring sheets."""
        order = self.order
        if not order:
            return
        if self.index in order:
            at = order.index(self.index) + by
        else:  # a sheet without crops, or a crop that is filtered out: go on from where it stands
            keys = {key: at for at, key in enumerate(self.sheet_keys)}
            here = (keys.get(self.sheet_key, 0), self.index)
            passed = sum((keys[self.project.crops[i].sheet], i) < here for i in order)
            at = passed if by > 0 else passed - 1
        self.select(order[at % len(order)])

    def go_sheet(self, by: int) -> None:
        keys = self.sheet_keys
        if keys:
            at = keys.index(self.sheet_key) if self.sheet_key in keys else -1
            self.open_sheet(keys[(at + by) % len(keys)])

    def reselect(self, before: Project) -> None:
        """Select what the step has changed, else what was selected; of many, that."""
        crops = self.project.crops
        if len(crops) == len(before.crops):
            changed = [i for i, crop in enumerate(crops) if crop != before.crops[i]]
            if self.index in changed:
                changed = [self.index]
        else:
            known = set(map(id, before.crops))
            changed = [i for i, crop in enumerate(crops) if id(crop) not in known]
        if changed:
            self.choose(changed[0])
        elif self.index >= len(crops) or not self.index >= 0:
            self.index = next(reversed(self.indexes), -1)
        elif crops[self.index].sheet != self.sheet_key:
            self.index = next(iter(self.indexes), -1)
        if self.sheet_key not in self.sheet_keys:
            self.open_sheet(next(iter(self.sheet_keys), ""))

    def choose(self, index: int) -> None:
        self.index = index
        self.sheet_key = self.project.crops[index].sheet
