"""What the Crops pane edits: the selected crop, the edge, the step; every change is a step back.

No Textual in here: keys become calls, calls become new projects in the history.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from spyke_tui.model.geometry import Edge, Rect, Size, grow, nearest_fit, nudge
from spyke_tui.model.mirroring import mirror_refusal
from spyke_tui.model.project import Crop, Project, Status
from spyke_tui.tui.crop_selection import CropSelection
from spyke_tui.tui.shapes import AspectLock, nearest_fit_in, shaped, stretched

FAR = 10
"""Steps that a shifted arrow makes."""


class CropEditor(CropSelection):
    """The changes the keys make to the selected crop."""

    # Rectangles

    def move(self, dx: int, dy: int) -> None:
        """Move the rectangle or the chosen edge by (dx, dy) steps."""
        dx, dy = dx * self.step, dy * self.step

        def moved(rect: Rect, ground: Size) -> Rect:
            new = nudge(rect, self.edge, dx, dy, ground)
            return shaped(new, rect, self.edge, self._ratio(), ground)

        self._reshape(f"move {self.edge.value}", moved, f"move {self.edge.value}")

    def grow(self, steps: int) -> None:
        by = steps * self.step
        self._reshape("grow", lambda rect, ground: grow(rect, by, ground), "grow")

    def stretch(self, across: int, down: int) -> None:
        """Add so many steps at the left and right, and at the top and bottom."""
        dx, dy = across * self.step, down * self.step
        self._reshape("stretch", lambda rect, ground: stretched(rect, dx, dy, ground), "stretch")

    def square(self) -> None:
        def squared(rect: Rect, ground: Size) -> Rect:
            side = min(max(rect.width, rect.height), ground.width, ground.height)
            left = rect.left + (rect.width - side) // 2
            top = rect.top + (rect.height - side) // 2
            return nearest_fit(Rect(left, top, side, side), ground)

        self._reshape("make square", squared)

    def place(self, rect: Rect, label: str = "set rectangle", burst: str | None = None) -> None:
        """Take this rectangle, moved inside the sheet (or the crop) if need be."""
        fitted = nearest_fit_in(rect, self._ground)
        corner = self._ground
        inside = fitted.translated(-corner.left, -corner.top)
        self._reshape(label, lambda _, __: inside, burst)

    def drag(self, start: Rect, edges: Sequence[Edge], dx: int, dy: int) -> None:
        """Where `start` comes to when its edges, or all of it, are pulled by so many pixels."""
        corner, ratio = self._ground, self._ratio()
        if ratio is not None:
            edges = edges[:1]  # the other side follows the shape

        def dragged(_: Rect, ground: Size) -> Rect:
            begun = rect = start.translated(-corner.left, -corner.top)
            for edge in edges or (Edge.WHOLE,):
                rect = nudge(rect, edge, dx, dy, ground)
                rect = shaped(rect, begun, edge, ratio, ground)
            return rect

        self._reshape("drag", dragged, "drag")

    def turn_edge(self, by: int) -> None:
        self.history.end_burst()
        self.edge = self.edge.next(by)

    def turn_lock(self) -> None:
        self.lock = self.lock.next()
        if self.target is not None:
            self.ratio = (self.target.width, self.target.height)

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
        self.choose(at)
        return crop_id

    def add_drafts(self, rects: Sequence[Rect], label: str) -> list[Crop]:
        """Drafts for these rectangles, behind the sheet's other crops; the first is selected."""
        from spyke_tui.kohya.drafts import add_drafts

        if self.sheet_key not in self.project.sheets:
            return []
        project, added = add_drafts(self.project, self.sheet_key, self.sheet_size, rects)
        if added:
            self._apply(label.replace("{id}", added[0].id), project)
            self.choose(self.project.crops.index(added[0]))
        return added

    def add_split(self, whole: Rect, parts: Sequence[Rect]) -> None:
        """Drafts for the parts of a crop or of the sheet, behind it; the first is selected."""
        taken = {crop.id for crop in self.project.crops}
        at = self.index + 1 if self.crop is not None else len(self.project.crops)
        new: list[Crop] = []
        for part in parts:
            new.append(Crop(self.free_id(self.sheet_key, taken), self.sheet_key, part, "draft"))
            taken.add(new[-1].id)
        crops = list(self.project.crops)
        crops[at:at] = new
        self._apply(f"split {whole} into {len(new)}", self.project.with_crops(tuple(crops)))
        self.choose(at)

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

    def turn_mirror(self) -> str | None:
        """Ask for a flipped twin, or no longer; the reason where that is refused."""
        crop = self.crop
        if crop is None:
            return None
        if not crop.mirror and (reason := mirror_refusal(crop, self.project.dataset)):
            return reason
        label = f"{'no twin' if crop.mirror else 'twin'} {crop.id}"
        self._apply(label, self._with(replace(crop, mirror=not crop.mirror)))
        return None

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

    def add_erased(self, rect: Rect) -> None:
        """One more rectangle that is painted over, the one that the keys move from now on."""
        crop = self.crop
        if crop is not None:
            changed = replace(crop, erase=(*crop.erase, nearest_fit_in(rect, crop.rect)))
            self._apply(f"erase in {crop.id}", self._with(changed))
            self.erase_at = len(crop.erase)

    def delete_erased(self) -> None:
        """Take the chosen erased rectangle out."""
        crop = self.crop
        if crop is not None and 0 <= self.erase_at < len(crop.erase):
            parts = list(crop.erase)
            del parts[self.erase_at]
            self._apply(
                f"no longer erase in {crop.id}", self._with(replace(crop, erase=tuple(parts)))
            )
            self.erase_at = min(self.erase_at, len(parts) - 1)

    def rename(self, crop_id: str) -> None:
        """Give the selected crop another id; its mark goes along."""
        crop = self.crop
        if crop is not None and crop_id != crop.id:
            self.marks.rename(crop.id, crop_id)
            changed = self._with(replace(crop, id=crop_id))
            self._apply(f"rename {crop.id} to {crop_id}", changed)

    def take_edit(self, label: str, project: Project) -> None:
        """Take a change to many crops as one step; the selected crop stays so if it can."""
        before, crop_id = self.project, self.crop.id if self.crop is not None else ""
        self.history.end_burst()
        self._apply(label, project)
        if not self.select_id(crop_id):
            self.index = min(self.index, len(project.crops) - 1)
            self.reselect(before)

    def free_id(self, base: str, taken: set[str] | None = None) -> str:
        """An id that is not taken: `base_1`, `base_2`, ... (`base` may end in a number itself)."""
        if taken is None:
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
        self.reselect(before)

    def _travel(self, step: Callable[[], str | None]) -> str | None:
        before = self.project
        label = step()
        if label is not None:
            self.reselect(before)
        return label

    def _reshape(
        self, label: str, change: Callable[[Rect, Size], Rect], burst: str | None = None
    ) -> None:
        """Change what the keys move: the crop on its sheet, an erased rectangle in its crop."""
        crop, rect, ground = self.crop, self.target, self._ground
        if crop is None or rect is None:
            return
        inside = rect.translated(-ground.left, -ground.top)
        new = change(inside, ground.size).translated(ground.left, ground.top)
        if new == rect:
            return
        if rect is crop.rect:
            what, changed = crop.id, replace(crop, rect=new)
        else:
            parts = list(crop.erase)
            parts[self.erase_at] = new
            what, changed = f"erased in {crop.id}", replace(crop, erase=tuple(parts))
        key = f"{burst} {self.index} {self.erase_at}" if burst else None
        self._apply(f"{label} {what}", self._with(changed), key)

    @property
    def _ground(self) -> Rect:
        """Where what the keys move may lie."""
        crop = self.crop
        if crop is not None and self.target is not crop.rect:
            return crop.rect
        return Rect(0, 0, self.sheet_size.width, self.sheet_size.height)

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
