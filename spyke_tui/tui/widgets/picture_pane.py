"""What a pane with a picture owes the terminal: it comes back, moves along, and goes at the end."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region

from spyke_tui.model.geometry import Rect
from spyke_tui.terminal.gallery import Gallery
from spyke_tui.terminal.surface import Place, PreviewSurface, Span, Surface
from spyke_tui.tui.widgets.cell_pane import CellPane


class PicturePane(CellPane):
    """A cell pane over a picture that Textual knows nothing of."""

    surface: Surface | PreviewSurface | Gallery
    _shown_at: Region | None = None

    def on_mount(self) -> None:
        self.spyke.writer.watch(self)
        self.app.app_resume_signal.subscribe(self, lambda _: self.reshow())

    def on_unmount(self) -> None:
        self.spyke.writer.draw(self.surface.close().text)
        self.spyke.writer.forget(self)

    def farewell(self) -> str:
        """What takes the picture out of the terminal."""
        return self.surface.close().text

    def place(self) -> Place:
        """Where the pane lies, in the surface's own pixels."""
        region = self.region
        choice = self.spyke.session.choice
        cell = self.surface.cell(choice.cell_now())
        return Place(region.x, region.y, region.width, region.height, cell, choice.grid_now())

    def painted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> None:
        """Textual has painted these cells of the pane; `covered`: something lies over those."""
        if self._shown_at is not None and self._shown_at != self.region:
            self.hide_picture()
            self.call_next(self.reshow)  # where it only moved, Textual does not tell
            return
        update = self.surface.repainted(spans, covered)
        if update:
            self.take(update)

    def hide_picture(self) -> None:
        """Another screen comes over this one."""
        self._shown_at = None
        self.take(self.surface.hide())

    def reshow(self) -> None:
        """Show the picture again, where the pane is now."""
        raise NotImplementedError
