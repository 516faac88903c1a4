"""A training image in a pane: rendered in a thread for the place it has, the newest one wins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from spyke_tui.terminal.cells import Cell
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.surface import PreviewSurface
from spyke_tui.tui.background import start
from spyke_tui.tui.widgets.picture_pane import PicturePane

Render = Callable[[int], bytes]
"""Gives the picture at so many pixels on a side, RGB. Raises ValueError where it can't."""


class RenderedPicture(PicturePane):
    """What all panes with one rendered picture have in common."""

    surface: PreviewSurface

    def __init__(self, surface: PreviewSurface, id: str) -> None:
        super().__init__(id=id)
        self.surface = surface

    @property
    def wanted(self) -> object:
        """What is to be seen; a picture of anything else is dropped when it comes."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Show what is wanted in a new place or new colours."""
        raise NotImplementedError

    def row_cells(self, row: int) -> Sequence[Cell]:
        return self.surface.cells(row)

    def recolour(self, palette: Palette) -> None:
        self.surface.recolour(palette)
        self.redraw()

    def on_resize(self) -> None:
        self.reshow()

    def reshow(self) -> None:
        if self.region:
            self._shown_at = self.region
            self.take(self.surface.place(self.place()))
            self.redraw()

    def render_wanted(self, render: Render) -> None:
        """Have what is wanted rendered; nothing where the pane has no room."""
        wanted, side = self.wanted, self.surface.side
        if not side:
            return

        def work() -> None:
            try:
                pixels = render(side)
            except ValueError:  # what can't be rendered is a finding, told elsewhere
                return
            self.app.call_from_thread(partial(self._rendered, wanted, pixels, side))

        start(self.screen, work, f"render {self.id}", thread=True)

    def _rendered(self, wanted: object, pixels: bytes, side: int) -> None:
        if wanted == self.wanted and side == self.surface.side and self.is_attached:
            self.take(self.surface.settle(pixels, side))
            self.rendered()

    def rendered(self) -> None:
        """What was wanted stands there."""
