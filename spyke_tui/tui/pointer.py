"""The mouse on the sheet: rectangles are moved, resized, drawn and chosen with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Edge, Rect
from spyke_tui.terminal.scene import Kind, Outline, Scene

if TYPE_CHECKING:
    from spyke_tui.tui.crop_editor import CropEditor
    from spyke_tui.tui.messages import SheetDragged, SheetPressed
    from spyke_tui.tui.screens.crops import CropsScreen

LEAST = 8
"""A drawn rectangle smaller than this many sheet pixels was a slip of the hand."""


class Pointer:
    """One drag: what was taken hold of, and where."""

    def __init__(self, screen: CropsScreen) -> None:
        self._screen = screen
        self._from: SheetPressed | None = None
        self._start: Rect | None = None
        self._edges: tuple[Edge, ...] = ()
        self._band: Rect | None = None
        self.is_dragging = False

    @property
    def _editor(self) -> CropEditor:
        return self._screen.editor

    def press(self, event: SheetPressed) -> None:
        """A button went down; nothing happens until the mouse moves."""
        self._from, self._start, self._band, self.is_dragging = event, None, None, False
        mode = self._screen.mode
        if mode is not None and not mode.drags:
            self._from = None
        self._editor.history.end_burst()

    def drag(self, event: SheetDragged) -> None:
        pressed = self._from
        if pressed is None:
            return
        if not self.is_dragging:
            self.is_dragging = True
            self._take_hold(pressed)
        before = self._editor.project
        if self._start is not None:
            dx, dy = round(event.x - pressed.x), round(event.y - pressed.y)
            self._from = None  # where it is refused the drag is over
            self._editor.drag(self._start, self._edges, dx, dy)
            self._from = pressed
        else:
            self._band = self._spanned(pressed, event)
        self._screen.edited(before is not self._editor.project)

    def release(self) -> None:
        """The button went up: a drawn rectangle becomes a draft, or is painted over."""
        band, self._band, self._from = self._band, None, None
        was_dragging, self.is_dragging = self.is_dragging, False
        before = self._editor.project
        if band is not None and min(band.width, band.height) >= LEAST:
            if self._editor.erase_at >= 0:
                self._editor.add_erased(band)
            elif self._editor.sheet_key:
                self._editor.add(band)
        self._editor.history.end_burst()
        if was_dragging:
            self._screen.edited(before is not self._editor.project)

    def scene(self, scene: Scene) -> Scene:
        """The scene with what is being drawn."""
        if self._band is None or self._band.is_empty:
            return scene
        others = scene.others
        if scene.active is not None:
            others = (*others, replace(scene.active, kind=Kind.DRAFT))
        front = Outline(self._band, Kind.ACTIVE, str(self._band.size))
        return replace(scene, active=front, edge=Edge.WHOLE, others=others)

    def _take_hold(self, pressed: SheetPressed) -> None:
        """Of the active rectangle at an edge, a corner or inside; of another crop; of nothing."""
        editor = self._editor
        target = editor.target
        if target is not None:
            held = held_at(target, pressed.x, pressed.y, pressed.reach_x, pressed.reach_y)
            if held is not None:
                self._start, self._edges = target, held
                return
        if editor.erase_at >= 0:
            return
        under = crop_under(editor, pressed.x, pressed.y)
        if under is not None:
            editor.select(under)
            self._start, self._edges = editor.target, ()

    def _spanned(self, pressed: SheetPressed, event: SheetDragged) -> Rect:
        left, right = sorted((round(pressed.x), round(event.x)))
        top, bottom = sorted((round(pressed.y), round(event.y)))
        size = self._editor.sheet_size
        return Rect.from_box(left, top, right, bottom).intersection(
            Rect(0, 0, size.width, size.height)
        )


def crop_under(editor: CropEditor, x: float, y: float) -> int | None:
    """The place of the smallest crop under a sheet point, the topmost of those."""
    crops = editor.project.crops
    under = [
        index
        for index, crop in enumerate(crops)
        if crop.sheet == editor.sheet_key
        and crop.rect.left <= x < crop.rect.right
        and crop.rect.top <= y < crop.rect.bottom
    ]
    return min(under, key=lambda index: (crops[index].rect.area, -index), default=None)


def held_at(
    rect: Rect, x: float, y: float, reach_x: float, reach_y: float
) -> tuple[Edge, ...] | None:
    """The edges of `rect` near a point, () for its inside, None where it is not held there.

    Of a small rectangle at least the middle half is inside.
    """
    near_x, near_y = min(reach_x, rect.width / 4), min(reach_y, rect.height / 4)
    if not (
        rect.left - reach_x <= x <= rect.right + reach_x
        and rect.top - reach_y <= y <= rect.bottom + reach_y
    ):
        return None
    edges: list[Edge] = []
    if x <= rect.left + near_x:
        edges.append(Edge.LEFT)
    elif x >= rect.right - near_x:
        edges.append(Edge.RIGHT)
    if y <= rect.top + near_y:
        edges.append(Edge.TOP)
    elif y >= rect.bottom - near_y:
        edges.append(Edge.BOTTOM)
    return tuple(edges)
