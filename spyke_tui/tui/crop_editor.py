"""What the Crops pane edits: the selected crop, the edge, the step; every change is a step back.

No Textual in here: keys become calls, calls become new projects in the history.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from spyke_tui.model.geometry import Rect, nearest_fit
from spyke_tui.model.mirroring import mirror_refusal, with_twin
from spyke_tui.model.project import Crop, Project, Status
from spyke_tui.tui.crop_reshaping import CropReshaping

FAR = 10
"""Steps that a shifted arrow makes."""


class CropEditor(CropReshaping):
    """The changes the keys make to the selected crop."""

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
        changed = with_twin(crop, self.project.dataset, wanted=not crop.mirror)
        self._apply(label, self._with(changed))
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
