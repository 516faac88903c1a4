"""The training image of a crop as large as the terminal allows, its flipped twin beside it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import Worker

from spyke_tui.model.mirroring import has_twin, mirror_refusal
from spyke_tui.terminal.cells import plain
from spyke_tui.terminal.surface import PreviewSurface, open_surfaces
from spyke_tui.tui.background import tell_failure
from spyke_tui.tui.crop_words import enlarged_words, erased_words
from spyke_tui.tui.stylesheets import stylesheet
from spyke_tui.tui.themes import palette_of
from spyke_tui.tui.widgets.rendered_picture import Render, RenderedPicture

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop, Dataset
    from spyke_tui.processing.previews import SheetPicture
    from spyke_tui.tui.spyke_app import SpykeApp


class TrainingImage(RenderedPicture):
    """One picture, as large as its place."""

    def __init__(self, surface: PreviewSurface, id: str) -> None:
        super().__init__(surface, id)
        self._wanted: Render | None = None
        self.shown: Render | None = None
        """What stands there, once it does."""

    @property
    def wanted(self) -> Render | None:
        return self._wanted

    def show(self, render: Render) -> None:
        self._wanted = render
        self.redraw()

    def redraw(self) -> None:
        if self._wanted is not None:
            self.render_wanted(self._wanted)

    def rendered(self) -> None:
        self.shown = self._wanted


class FullImageScreen(ModalScreen[None]):
    """Space shows it without what is erased, and back."""

    CSS_PATH = stylesheet("full_image")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,v,q,enter", "dismiss", "Back", show=False),
        Binding("space", "turn", "Before, after", show=False),
    ]

    def __init__(self, picture: SheetPicture, crop: Crop, dataset: Dataset) -> None:
        super().__init__()
        self._picture = picture
        self._crop = crop
        self._dataset = dataset
        self.erased = bool(crop.erase)
        """Whether what is erased is painted over."""

    def compose(self) -> ComposeResult:
        app = cast("SpykeApp", self.app)
        choice, palette = app.session.choice, palette_of(app.current_theme.dark)

        def surface() -> PreviewSurface:
            return open_surfaces(choice.protocol, palette, choice.terminal).preview

        yield Static(Content(self._title()), id="full-title")
        with Horizontal(id="full-images"):
            yield TrainingImage(surface(), "image")
            if has_twin(self._crop, self._dataset):
                yield TrainingImage(surface(), "twin")
        yield Static(Content(""), id="full-hint")

    def on_mount(self) -> None:
        self._show()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_failure(self.app, event)

    def action_turn(self) -> None:
        if self._crop.erase:
            self.erased = not self.erased
            self._show()

    def _show(self) -> None:
        crop, size, pad = self._crop, self._dataset.size, self._dataset.pad
        erase = crop.erase if self.erased else ()

        def drawn(mirror: bool, side: int) -> bytes:
            return self._picture.real_preview(crop.rect, size, side, pad, erase, mirror)

        for pane in self.query(TrainingImage):
            pane.show(partial(drawn, pane.id == "twin"))
        self.query_one("#full-hint", Static).update(Content(self._hint()))

    def _title(self) -> str:
        crop, size = self._crop, self._dataset.size
        words = [crop.id, f"{size}x{size} from {crop.rect}"]
        words += [enlarged_words(crop.rect, size), erased_words(crop)]
        if has_twin(crop, self._dataset):
            words.append(f"and its twin {crop.mirror_id}")
        elif crop.mirror:
            words.append(f"! no twin: {mirror_refusal(crop, self._dataset)}")
        return plain("  ".join(filter(None, words)))

    def _hint(self) -> str:
        if cast("SpykeApp", self.app).session.choice.protocol == "none":
            return "Pictures are off here (--images none). Esc goes back."
        if not self._crop.erase:
            return "As it will be trained. Esc goes back."
        if self.erased:
            return "As it will be trained. Space shows it without erasing, Esc goes back."
        return "Before erasing. Space shows it as it will be trained, Esc goes back."
