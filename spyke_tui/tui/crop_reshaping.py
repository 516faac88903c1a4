"""Changes to what the keys move: the selected crop, or an erased rectangle inside it.

Every change is a step back. No Textual in here: keys become calls, calls become new projects in
the history.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from spyke_tui.model.geometry import Edge, Rect, Size, grow, nearest_fit, nudge
from spyke_tui.model.project import Crop, Project
from spyke_tui.tui.crop_selection import CropSelection
from spyke_tui.tui.shapes import AspectLock, nearest_fit_in, shaped, stretched

_UNKNOWN = Size(30_000, 30_000)
"""How far keys move a crop on a sheet whose size nobody knows yet: no sheet is larger."""


class CropReshaping(CropSelection):
    """Rectangles, moved and reshaped."""

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

    # Erased rectangles

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
        size = self.known_size_of(self.sheet_key) or _UNKNOWN
        return Rect(0, 0, size.width, size.height)

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
