"""The pictures of the Regularization pane: the large one, the strip, and what stands by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spyke_tui.model.layout import Layout
from spyke_tui.model.settings_edit import settings_of
from spyke_tui.tui.run_hints import caption_of
from spyke_tui.tui.run_live import LivePreview
from spyke_tui.tui.run_pictures import RunPictures
from spyke_tui.tui.run_words import image_words
from spyke_tui.tui.themes import palette_of
from spyke_tui.tui.widgets.run_gallery import GAP, GalleryPane, LargePicture, StripPicture
from spyke_tui.tui.widgets.run_parts import RunTitle, StripCaptions

if TYPE_CHECKING:
    from textual.timer import Timer

    from spyke_tui.model.geometry import Size
    from spyke_tui.model.run_view import ImageView, RunView, ServerView
    from spyke_tui.terminal.gallery import Framed
    from spyke_tui.tui.screens.regularization import RegularizationScreen

REST = 0.12
"""Seconds that the keys must rest before the chosen image is drawn large."""


class RunShow:
    """Draws the chosen image, or what is being drawn just now, and those around it."""

    def __init__(self, screen: RegularizationScreen) -> None:
        self.screen = screen
        self.palette = palette_of(screen.app.current_theme.dark)
        self._about = screen.query_one("#run-about", RunTitle)
        self._large = screen.query_one(LargePicture)
        self._strip = screen.query_one(StripPicture)
        self._captions = screen.query_one(StripCaptions)
        self._side = screen.query_one("#run-side")
        self._without = screen.session.choice.protocol == "none"
        self._pictures = RunPictures(screen, screen.draw_soon)
        self._live = LivePreview(self)
        self._resting: Timer | None = None

    # How much room there is

    @property
    def places(self) -> int:
        """How many images the strip shows."""
        return len(self._strip.slots)

    @property
    def large_size(self) -> Size:
        """The pixels that the large picture must have."""
        return self._large.sizes()[0]

    @property
    def is_busy(self) -> bool:
        """Whether the last large picture is still on its way to the terminal."""
        return self._large.is_busy

    @property
    def _panes(self) -> tuple[GalleryPane, ...]:
        return self._large, self._strip

    # Coming and going

    def begin(self) -> None:
        self._live.begin()

    def hide(self) -> None:
        """Another pane is in front."""
        self._live.want(False)
        for pane in self._panes:
            pane.hide_picture()

    def reshow(self) -> None:
        for pane in self._panes:
            pane.reshow()

    def recolour(self) -> bool:
        """Take the theme's colours; whether they are others."""
        palette = palette_of(self.screen.app.current_theme.dark)
        if palette is self.palette:
            return False
        self.palette = palette
        self._live.forget()
        for pane in self._panes:
            pane.recolour(palette)
        return True

    def other_kind(self) -> None:
        """Another run is shown from now on."""
        self._live.forget()

    def other_room(self) -> None:
        """The slots have another size now."""
        self._pictures.forget()

    def run_changed(self) -> None:
        self._pictures.try_again()

    def wait_for_rest(self) -> None:
        """Keys choose one image after the other: the large one follows when they rest."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.screen.set_timer(REST, self._rested)

    def _rested(self) -> None:
        self._resting = None
        self.screen.draw()

    # Drawing

    def draw(self, view: RunView, rejected: frozenset[int]) -> None:
        self._make_room(view)
        self._draw_strip(view, rejected)
        self.draw_large(view, rejected)
        self._live.want(bool(self._drawing(view)) and self._side.display)

    def _make_room(self, view: RunView) -> None:
        """Before there are images the words have all of the pane."""
        empty = not view.total
        shown = not (empty or self._without)
        if shown != self._side.display or self._captions.display == empty:
            for pane in self._panes:
                pane.hide_picture()
            self._side.display = self._strip.display = shown
            self._captions.display = not empty

    def draw_large(self, view: RunView, rejected: frozenset[int]) -> None:
        """The chosen image, or a preview of the one that is being drawn."""
        screen = self.screen
        settings = settings_of(screen.session.project, view.kind)
        self._large.take_shape(settings.width, settings.height)
        if self._show_live(view):
            return
        image = screen.image(screen.chosen)
        if image is None:
            self._about.say("")
            self._large.show((None,))
            return
        self._about.say(*image_words(image, image.index in rejected))
        if self._resting is None:
            self._large.show((self._framed(image, self.large_size),))

    def _drawing(self, view: RunView) -> list[ServerView]:
        """The servers whose previews somebody wants to see: the newest, or the chosen image's."""
        screen = self.screen
        working = [server for server in view.servers if server.state == "working"]
        if screen.selection.is_following:
            return working
        return [server for server in working if server.index == screen.chosen]

    def _show_live(self, view: RunView) -> bool:
        """Whether there is a fresh preview of what is being drawn."""
        working = self._drawing(view)
        if not working:
            return False
        live = self._live.newest(view.kind)
        if live is None or live.size != self.large_size:
            return False
        index = next((server.index for server in working if server.index is not None), None)
        self._about.say("drawing an image" if index is None else f"drawing image {index}")
        self._large.show((live,))
        return True

    def _draw_strip(self, view: RunView, rejected: frozenset[int]) -> None:
        screen, sizes = self.screen, self._strip.sizes()
        window = screen.selection.window(view, self.places)
        images = [view.images[index - 1] for index in window]
        shown: list[Framed | None] = [
            self._framed(image, size) for image, size in zip(images, sizes, strict=False)
        ]
        shown += [None] * (len(sizes) - len(shown))
        self._strip.show(shown)
        chosen = screen.chosen
        captions = [caption_of(one, one.index in rejected, one.index == chosen) for one in images]
        self._captions.show(captions, self._strip.width_of_one + GAP)

    def _framed(self, image: ImageView, size: Size) -> Framed | None:
        session = self.screen.session
        folder = Layout.of(session.project.dataset, session.file.folder).root
        return self._pictures.framed(image, folder, size, self.palette.background)
