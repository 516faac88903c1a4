"""What the Crops pane edits: the selected crop, the edge, the step; every change is a step back.

No Textual in here: keys become calls, calls become new projects in the history.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from spyke_tui.model.geometry import Edge, Rect, Size, grow, nearest_fit, nudge
from spyke_tui.model.history import History
from spyke_tui.model.project import Crop, Project, Sheet, Status
from spyke_tui.tui.shapes import AspectLock, shaped, stretched

STEPS = (1, 8, 32, 128)
"""What the keys 1 to 4 choose, in sheet pixels."""

FAR = 10
"""Steps that a shifted arrow makes."""


class CropEditor:
    """The selection on a project and the changes the keys make to it.

    A crop is selected by its place in the file, because ids may be doubled; -1 is none.
    `picture_sizes` are the sizes of sheets whose pictures have been looked at.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.sheet_key = next(iter(history.project.sheets), "")
        self.index = -1
        self.edge = Edge.WHOLE
        self.step = STEPS[0]
        self.lock = AspectLock.FREE
        self.ratio: tuple[int, int] = (1, 1)
        self.picture_sizes: dict[str, Size] = {}
        if self.project.crops:
            self._choose(0)

    # What is selected

    @property
    def project(self) -> Project:
        return self.history.project

    @property
    def crop(self) -> Crop | None:
        crops = self.project.crops
        return crops[self.index] if 0 <= self.index < len(crops) else None

    @property
    def sheet(self) -> Sheet | None:
        return self.project.sheets.get(self.sheet_key)

    @property
    def sheet_size(self) -> Size:
        """The picture's true size; else the size in the file; else what holds all the crops."""
        if size := self.picture_sizes.get(self.sheet_key):
            return size
        if self.sheet is not None and self.sheet.size is not None:
            return self.sheet.size
        rects = [crop.rect for crop in self.project.crops_of(self.sheet_key)]
        return Size(
            max((rect.right for rect in rects), default=1024),
            max((rect.bottom for rect in rects), default=1024),
        )

    @property
    def indexes(self) -> list[int]:
        """The places of this sheet's crops."""
        return [i for i, crop in enumerate(self.project.crops) if crop.sheet == self.sheet_key]

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
            self._choose(index)

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
        order = [
            index
            for key in self.sheet_keys
            for index, crop in enumerate(self.project.crops)
            if crop.sheet == key
        ]
        if not order:
            return
        if self.index in order:
            at = order.index(self.index) + by
        else:  # a sheet without crops: go on from where it stands among the sheets
            keys = self.sheet_keys
            before = set(keys[: keys.index(self.sheet_key)]) if self.sheet_key in keys else set()
            passed = sum(self.project.crops[index].sheet in before for index in order)
            at = passed if by > 0 else passed - 1
        self.select(order[at % len(order)])

    def go_sheet(self, by: int) -> None:
        keys = self.sheet_keys
        if keys:
            at = keys.index(self.sheet_key) if self.sheet_key in keys else -1
            self.open_sheet(keys[(at + by) % len(keys)])

    # Rectangles

    def move(self, dx: int, dy: int) -> None:
        """Move the rectangle or the chosen edge by (dx, dy) steps."""
        dx, dy = dx * self.step, dy * self.step

        def moved(rect: Rect) -> Rect:
            new = nudge(rect, self.edge, dx, dy, self.sheet_size)
            return shaped(new, rect, self.edge, self._ratio(), self.sheet_size)

        self._reshape(f"move {self.edge.value}", moved, f"move {self.edge.value}")

    def grow(self, steps: int) -> None:
        by = steps * self.step
        self._reshape("grow", lambda rect: grow(rect, by, self.sheet_size), "grow")

    def stretch(self, across: int, down: int) -> None:
        """Add so many steps at the left and right, and at the top and bottom."""
        dx, dy = across * self.step, down * self.step
        self._reshape("stretch", lambda rect: stretched(rect, dx, dy, self.sheet_size), "stretch")

    def square(self) -> None:
        def squared(rect: Rect) -> Rect:
            side = min(max(rect.width, rect.height), self.sheet_size.width, self.sheet_size.height)
            left = rect.left + (rect.width - side) // 2
            top = rect.top + (rect.height - side) // 2
            return nearest_fit(Rect(left, top, side, side), self.sheet_size)

        self._reshape("make square", squared)

    def place(self, rect: Rect, label: str = "set rectangle") -> None:
        """Take this rectangle, moved inside the sheet if need be."""
        self._reshape(label, lambda _: nearest_fit(rect, self.sheet_size))

    def turn_edge(self, by: int) -> None:
        self.history.end_burst()
        self.edge = self.edge.next(by)

    def turn_lock(self) -> None:
        self.lock = self.lock.next()
        if self.crop is not None:
            self.ratio = (self.crop.rect.width, self.crop.rect.height)

    # Crops

    def add(self, rect: Rect, like: Crop | None = None) -> str:
        """A new draft behind the selected crop (or last); returns its id."""
        crop_id = self.free_id(self.sheet_key if like is None else like.id)
        rect = nearest_fit(rect, self.sheet_size)
        if like is None:
            crop = Crop(crop_id, self.sheet_key, rect, "draft")
        else:
            crop = replace(like, id=crop_id, rect=rect, status="draft")
        crops = list(self.project.crops)
        at = self.index + 1 if self.crop is not None else len(crops)
        crops.insert(at, crop)
        self._apply(f"add {crop_id}", self.project.with_crops(tuple(crops)))
        self._choose(at)
        return crop_id

    def duplicate(self) -> str | None:
        """The selected crop once more, a little off so that both can be seen."""
        if self.crop is None:
            return None
        off = max(self.step, 8)
        moved = nearest_fit(self.crop.rect.translated(off, off), self.sheet_size)
        return self.add(moved, like=self.crop)

    def set_status(self, status: Status) -> None:
        if self.crop is not None:
            label = f"{status} {self.crop.id}"
            self._apply(label, self._with(replace(self.crop, status=status)))

    def delete(self) -> str | None:
        """Take the selected crop out; its neighbour on the sheet is selected. Returns its id."""
        crop = self.crop
        if crop is None:
            return None
        crops = list(self.project.crops)
        del crops[self.index]
        self._apply(f"delete {crop.id}", self.project.with_crops(tuple(crops)))
        after = [index for index in self.indexes if index >= self.index]
        self.index = after[0] if after else next(reversed(self.indexes), -1)
        return crop.id

    def free_id(self, base: str) -> str:
        """An id that is not taken: `base_1`, `base_2`, ... (`base` may end in a number itself)."""
        taken = {crop.id for crop in self.project.crops}
        stem = re.sub(r"_\d+$", "", base) or "crop"
        number = 1
        while f"{stem}_{number}" in taken:
            number += 1
        return f"{stem}_{number}"

    # Steps back

    def undo(self) -> str | None:
        return self._travel(self.history.undo)

    def redo(self) -> str | None:
        return self._travel(self.history.redo)

    def replace_project(self, label: str, project: Project) -> None:
        """Take another project whole (the file was reloaded); the selection is kept if it can."""
        before = self.project
        self.history.end_burst()
        self.history.apply(label, project)
        self._reselect(before)

    def _travel(self, step: Callable[[], str | None]) -> str | None:
        before = self.project
        label = step()
        if label is not None:
            self._reselect(before)
        return label

    def _reselect(self, before: Project) -> None:
        """Select what the step has changed, else what was selected."""
        crops = self.project.crops
        if len(crops) == len(before.crops):
            changed = [i for i, crop in enumerate(crops) if crop != before.crops[i]]
        else:
            known = set(map(id, before.crops))
            changed = [i for i, crop in enumerate(crops) if id(crop) not in known]
        if changed:
            self._choose(changed[0])
        elif self.index >= len(crops) or not self.index >= 0:
            self.index = next(reversed(self.indexes), -1)
        elif crops[self.index].sheet != self.sheet_key:
            self.index = next(iter(self.indexes), -1)
        if self.sheet_key not in self.sheet_keys:
            self.open_sheet(next(iter(self.sheet_keys), ""))

    def _choose(self, index: int) -> None:
        self.index = index
        self.sheet_key = self.project.crops[index].sheet

    def _reshape(
        self, label: str, change: Callable[[Rect], Rect], burst: str | None = None
    ) -> None:
        crop = self.crop
        if crop is None:
            return
        rect = change(crop.rect)
        if rect != crop.rect:
            key = f"{burst} {self.index}" if burst else None
            self._apply(f"{label} {crop.id}", self._with(replace(crop, rect=rect)), key)

    def _with(self, crop: Crop) -> Project:
        crops = list(self.project.crops)
        crops[self.index] = crop
        return self.project.with_crops(tuple(crops))

    def _apply(self, label: str, project: Project, burst: str | None = None) -> None:
        """Take the change, and with the first one to a sheet's crops the size it is drawn on."""
        sheet = project.sheets.get(self.sheet_key)
        size = self.picture_sizes.get(self.sheet_key)
        if sheet is not None and sheet.size is None and size is not None:
            project = project.with_sheet(replace(sheet, size=size))
        self.history.apply(label, project, burst)

    def _ratio(self) -> tuple[int, int] | None:
        return {
            AspectLock.FREE: None,
            AspectLock.SQUARE: (1, 1),
            AspectLock.KEEP: self.ratio,
        }[self.lock]
