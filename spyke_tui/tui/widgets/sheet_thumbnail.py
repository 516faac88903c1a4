"""A small picture of a sheet with its crops, through the surface that the terminal has."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Size
from spyke_tui.terminal.cells import Cell
from spyke_tui.terminal.scene import Palette, Scene
from spyke_tui.terminal.surface import Surface, View
from spyke_tui.terminal.viewport import Viewport
from spyke_tui.tui.background import start
from spyke_tui.tui.widgets.picture_pane import PicturePane

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture


class SheetThumbnail(PicturePane):
    """Shows a scene over a small picture, always whole. Scaling runs in a thread."""

    surface: Surface

    def __init__(self, surface: Surface) -> None:
        super().__init__(id="thumbnail")
        self.surface = surface
        self._picture: SheetPicture | None = None
        self._scene = Scene(Size(1, 1))
        self._asked = 0

    def row_cells(self, row: int) -> Sequence[Cell]:
        return self.surface.cells(row)

    def show(self, picture: SheetPicture | None, scene: Scene) -> None:
        """Show this; the scene is in the picture's own pixels."""
        if (picture, scene) != (self._picture, self._scene):
            self._picture, self._scene = picture, scene
            self.reshow()

    def recolour(self, palette: Palette) -> None:
        self.surface.recolour(palette)
        self.reshow()

    def on_resize(self) -> None:
        self.reshow()

    def reshow(self) -> None:
        place = self.place()
        if place.width < 1 or place.height < 1:
            return
        self._asked += 1
        asked, picture = self._asked, self._picture
        viewport = Viewport.fit(self._scene.sheet, place.pixels, place.cell)
        if picture is None:
            self._loaded(asked, self.surface.load(None, viewport))
            return

        def load() -> None:
            view = self.surface.load(picture, viewport)
            self.app.call_from_thread(partial(self._loaded, asked, view))

        start(self.screen, load, "thumbnail-view", thread=True)

    def _loaded(self, asked: int, view: View) -> None:
        if asked != self._asked or not self.is_attached or self.app.screen is not self.screen:
            return
        place = self.place()
        if view.viewport.pane == place.pixels:
            self._shown_at = self.region
            with self.spyke.writer.one_write():
                self.take(self.surface.show(view, self._scene, place))
