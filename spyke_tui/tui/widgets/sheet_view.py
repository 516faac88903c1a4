"""The sheet with its rectangles: where crops are moved by keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.cells import Cell
from spyke_tui.terminal.scene import Palette, Scene
from spyke_tui.terminal.surface import Surface, View
from spyke_tui.terminal.viewport import Viewport
from spyke_tui.tui.background import start
from spyke_tui.tui.keymap import bindings_of
from spyke_tui.tui.messages import SheetDragged, SheetPointed, SheetPressed, SheetReleased
from spyke_tui.tui.widgets.picture_pane import PicturePane

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture

WHEEL = 1.25
"""One notch of the wheel zooms by this factor."""


class SheetView(PicturePane, can_focus=True):
    """Shows one sheet through a surface. Scaling runs in a thread; the newest view wins."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("crops", "screen")]

    surface: Surface

    def __init__(
        self,
        surface: Surface,
        keys: Callable[[str], bool] | None = None,
        nudges: Mapping[str, str] = MappingProxyType({}),
        nudge: Callable[[str, int], None] = lambda action, times: None,  # noqa: ARG005
    ) -> None:
        """`keys` is offered each key first, and says whether it took it.

        `nudges` has an action for each key, by Textual's name, that may be held; `nudge` runs one
        of them so many times.
        """
        super().__init__(id="sheet")
        self.surface = surface
        self.keys = keys
        self.nudges = nudges
        self.nudge = nudge
        self._picture: SheetPicture | None = None
        self._scene = Scene(Size(1, 1))
        self._viewport: Viewport | None = None
        self._view: View | None = None
        self._asked = 0
        self._dragged = False
        self._pans = False
        self._mouse_at = (0.0, 0.0)

    def row_cells(self, row: int) -> Sequence[Cell]:
        return self.surface.cells(row)

    @property
    def viewport(self) -> Viewport | None:
        """None until the pane has a size."""
        return self._viewport

    def open(self, picture: SheetPicture | None, scene: Scene) -> None:
        """Show another sheet, whole."""
        self._picture, self._scene = picture, scene
        self._viewport = None
        self._fit_pane()

    def take_picture(self, picture: SheetPicture | None, scene: Scene) -> None:
        """The picture of the sheet that is shown has come."""
        self._picture = picture
        if scene.sheet != self._scene.sheet:
            self._viewport = None
        self._scene = scene
        self._fit_pane()

    def show_scene(self, scene: Scene, follow: bool = True) -> None:
        """Show another scene over the same sheet; the view follows the active rectangle."""
        if scene == self._scene:
            return
        self._scene = scene
        if self._viewport is None or self._view is None:
            return
        viewport = self._viewport
        if follow and scene.active is not None and not viewport.is_fit:
            viewport = viewport.following(scene.active.rect)
        if viewport != self._viewport:
            self.look(viewport)
        else:
            self.take(self.surface.move(scene))

    def look(self, viewport: Viewport) -> None:
        """Look through another viewport, as soon as a thread has scaled the sheet to it."""
        if viewport == self._viewport and self._view is not None:
            return
        self._viewport = viewport
        self._asked += 1
        asked, picture = self._asked, self._picture
        if picture is None:
            self._loaded(asked, self.surface.load(None, viewport))
            return

        def load() -> None:
            view = self.surface.load(picture, viewport)
            self.app.call_from_thread(partial(self._loaded, asked, view))

        start(self.screen, load, "view", thread=True)

    def recolour(self, palette: Palette) -> None:
        self.surface.recolour(palette)
        self._view = None
        if self._viewport is not None:
            self.look(self._viewport)

    def on_resize(self) -> None:
        self._fit_pane()

    async def on_key(self, event: events.Key) -> None:
        """A mode of the pane takes keys before the bindings do.

        The bindings are looked up in here: by way of all the parents, as Textual has it, each key
        costs four more messages. All keys, so that none overtakes another.
        """
        typed = event.character if event.is_printable and event.character else event.key
        taken = self.keys is not None and self.keys(typed)
        if taken or await self._held(event.key) or await self.app._check_bindings(event.key):
            event.stop()
            event.prevent_default()

    async def _held(self, key: str) -> bool:
        """A nudge, and the same keys that wait behind it, at once; False where it is none."""
        action = self.nudges.get(key)
        if action is None:
            return False
        times = 1
        while not self._closed and not self._closing:
            after = self._peek_message()
            if not isinstance(after, events.Key) or after.key != key:
                break
            await self._get_message()
            times += 1
        self.nudge(action, times)
        return True

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._zoom(WHEEL, event)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._zoom(1 / WHEEL, event)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._dragged = False
        self._pans = event.button != 1 or event.shift or event.ctrl or event.meta
        self.capture_mouse()
        if self._viewport is None:
            return
        self._mouse_at = self._point(event)
        if not self._pans:
            cell, scale = self._viewport.cell, self._viewport.scale
            reach = cell.width / scale, 0.6 * cell.height / scale
            self.post_message(SheetPressed(*self._sheet_point(event), *reach))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is not self or self._viewport is None:
            return
        before, self._mouse_at = self._mouse_at, self._point(event)
        if before == self._mouse_at:
            return
        self._dragged = True
        if self._pans:
            dx, dy = before[0] - self._mouse_at[0], before[1] - self._mouse_at[1]
            self.look(self._viewport.panned(dx, dy))
        else:
            self.post_message(SheetDragged(*self._sheet_point(event)))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()
        if self._viewport is None or self._pans:
            return
        if self._dragged:
            self.post_message(SheetReleased())
        else:
            self.post_message(SheetPointed(*self._viewport.to_sheet(*self._point(event))))

    def reshow(self) -> None:
        self._fit_pane()

    def _point(self, event: events.MouseEvent) -> tuple[float, float]:
        """The middle of the cell under the mouse, in pane pixels."""
        assert self._viewport is not None
        cell = self._viewport.cell
        offset = event.get_content_offset_capture(self)
        return (offset.x + 0.5) * cell.width, (offset.y + 0.5) * cell.height

    def _sheet_point(self, event: events.MouseEvent) -> tuple[float, float]:
        """The point of the sheet under the mouse, perhaps beside the sheet."""
        assert self._viewport is not None
        x, y = self._point(event)
        viewport = self._viewport
        return viewport.left + x / viewport.scale, viewport.top + y / viewport.scale

    def _zoom(self, factor: float, event: events.MouseEvent) -> None:
        event.stop()
        if self._viewport is not None:
            self.look(self._viewport.zoomed(factor, *self._point(event)))

    def _fit_pane(self) -> None:
        place = self.place()
        if place.width < 1 or place.height < 1:
            return
        if self._viewport is None or self._viewport.sheet != self._scene.sheet:
            viewport = Viewport.fit(self._scene.sheet, place.pixels, place.cell)
        else:
            viewport = self._viewport.resized(place.pixels, place.cell)
        self._view = None
        self.look(viewport)

    def _loaded(self, asked: int, view: View) -> None:
        if asked != self._asked or not self.is_attached:
            return
        place = self.place()
        if view.viewport.pane != place.pixels:
            return  # resized meanwhile; another view is on its way
        self._view, self._shown_at = view, self.region
        with self.spyke.writer.one_write():
            self.take(self.surface.show(view, self._scene, place))


def middle_rect(viewport: Viewport, sheet: Size) -> Rect:
    """A sensible new rectangle: a third of what is in view, upright, in its middle."""
    left, top, right, bottom = viewport.source
    height = max(1.0, (bottom - top) * 0.5)
    width = max(1.0, min((right - left) * 0.5, height * 0.6))
    size = Size(min(sheet.width, round(width)), min(sheet.height, round(height)))
    return Rect(
        round((left + right) / 2 - size.width / 2),
        round((top + bottom) / 2 - size.height / 2),
        size.width,
        size.height,
    )
