"""A crop, or a whole sheet, cut into columns or rows: for several views side by side."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from spyke_tui.model.geometry import Edge, Rect
from spyke_tui.model.project import Crop
from spyke_tui.terminal.scene import Kind, Outline, Scene, kind_of
from spyke_tui.tui.modes.mode import Mode
from spyke_tui.tui.screens.crops import CropsScreen

VIEWS = 4
"""Parts to begin with: front, three quarter, side and back."""


class Splitting(Mode):
    """Digits choose how many parts, c and r the direction, s fits them to what is drawn."""

    def __init__(self, screen: CropsScreen) -> None:
        super().__init__(screen)
        self._index = self.editor.index
        self._count = VIEWS
        self._rows = False
        self._fitted = False
        self._known: tuple[object, list[Rect]] = (None, [])

    def holds(self) -> bool:
        return super().holds() and self.editor.index == self._index

    def key(self, typed: str) -> bool:
        if typed in "23456789":
            self._count = int(typed)
        elif typed in "cr":
            self._rows = typed == "r"
        elif typed == "s":
            if self.screen.picture is None:
                self.screen.notify("This needs the sheet's picture.", markup=False)
            else:
                self._fitted = not self._fitted
        else:
            return typed in "01"
        return True

    def do(self, action: str) -> bool:
        match action:
            case "crop.keep":
                self._take()
            case "focus.leave" | "split.begin":
                self.screen.end_mode()
            case _:
                return False
        return True

    def _take(self) -> None:
        whole, parts = self._whole, self._parts()
        self.screen.end_mode()
        self.editor.add_split(whole, parts)

    @property
    def _whole(self) -> Rect:
        crop, size = self.editor.crop, self.editor.sheet_size
        sheet = Rect(0, 0, size.width, size.height)
        return sheet if crop is None else crop.rect.intersection(sheet)

    def _parts(self) -> list[Rect]:
        """The parts as they would be taken; worked out when something has changed."""
        asked = (self._whole, self._count, self._rows, self._fitted, self.screen.picture)
        if self._known[0] != asked:
            parts = split(self._whole, self._count, rows=self._rows)
            picture = self.screen.picture
            if self._fitted and picture is not None:
                from spyke_tui.processing.snap import snap_to_content

                parts = [snap_to_content(picture.source, part) for part in parts]
            self._known = (asked, parts)
        return self._known[1]

    def scene(self, scene: Scene) -> Scene:
        crop = self.editor.crop
        others = list(scene.others)
        if scene.active is not None and crop is not None:
            others.append(replace(scene.active, kind=kind_of(crop), label=""))
        others += [
            Outline(part, Kind.DRAFT, f"{number}") for number, part in enumerate(self._parts(), 1)
        ]
        front = Outline(self._whole, Kind.ACTIVE)
        return Scene(scene.sheet, front, Edge.WHOLE, tuple(others))

    @property
    def crop(self) -> Crop | None:
        parts = self._parts()
        return Crop("part_1", self.sheet_key, parts[0], "draft") if parts else None

    @property
    def title(self) -> str:
        what = "rows" if self._rows else "columns"
        fitted = ", fitted" if self._fitted else ""
        return f"Split: {self._count} {what}{fitted}. 2-9, c r, s fits, Enter, Esc"

    @property
    def status(self) -> str:
        return f"split {self._count} {'rows' if self._rows else 'columns'}"


def split(whole: Rect, count: int, *, rows: bool = False) -> list[Rect]:
    """`count` parts side by side (or one above the other) that fill `whole`, alike to a pixel.

    Fewer where there are not so many pixels.
    """
    length = whole.height if rows else whole.width
    count = max(1, min(count, length))
    cuts = [length * at // count for at in range(count + 1)]
    if rows:
        return [
            Rect(whole.left, whole.top + start, whole.width, end - start)
            for start, end in pairwise(cuts)
        ]
    return [
        Rect(whole.left + start, whole.top, end - start, whole.height)
        for start, end in pairwise(cuts)
    ]
