"""One picture of the set at full size, or two side by side with what differs in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import Worker

from spyke_tui.model.caption import caption_of, mirror_caption_of
from spyke_tui.terminal.cells import plain
from spyke_tui.terminal.scene import kind_of
from spyke_tui.terminal.surface import PreviewSurface, open_surfaces
from spyke_tui.tui.background import tell_failure
from spyke_tui.tui.screens.full_image import TrainingImage
from spyke_tui.tui.stylesheets import stylesheet
from spyke_tui.tui.themes import palette_of

if TYPE_CHECKING:
    from spyke_tui.model.project import Crop
    from spyke_tui.model.set_items import SetItem
    from spyke_tui.tui.session import Session
    from spyke_tui.tui.spyke_app import SpykeApp

FIELDS = ("sheet", "rect", "framing", "view", "pose", "expression", "action", "details", "tags")


class CompareScreen(ModalScreen[bool]):
    """Left and right choose a side, Enter keeps it, x rejects it; gives whether that was done."""

    CSS_PATH = stylesheet("compare")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,c,v", "back", "Back", show=False),
        Binding("left,h,right,l,tab,shift+tab", "turn", "Other side", show=False),
        Binding("enter", "keep", "Keep", show=False),
        Binding("x", "reject", "Reject", show=False),
        Binding("f", "flip", "Flip", show=False),
    ]

    def __init__(self, session: Session, items: Sequence[SetItem]) -> None:
        super().__init__()
        self._session = session
        self._items = list(items)
        self.side = 0
        """Which of the two the keys are about."""
        self._flipped = False
        self._changed = False

    def compose(self) -> ComposeResult:
        app = cast("SpykeApp", self.app)
        choice, palette = app.session.choice, palette_of(app.current_theme.dark)

        def surface() -> PreviewSurface:
            return open_surfaces(choice.protocol, palette, choice.terminal).preview

        with Horizontal(id="compare"):
            for number in range(len(self._items)):
                with Vertical(classes="compare-side"):
                    yield Static(Content(""), classes="compare-name", id=f"name-{number}")
                    yield TrainingImage(surface(), f"picture-{number}")
                    yield Static(Content(""), classes="compare-words", id=f"words-{number}")
        yield Static(Content(""), id="compare-hint")

    def on_mount(self) -> None:
        for number in range(len(self._items)):
            self._show_picture(number)
        self._draw()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_failure(self.app, event)

    # Keys

    def action_back(self) -> None:
        self.dismiss(self._changed)

    def action_turn(self) -> None:
        self.side = (self.side + 1) % len(self._items)
        self._draw()

    def action_keep(self) -> None:
        self._decide("keep")

    def action_reject(self) -> None:
        crop = self._crop(self.side)
        self._decide("draft" if crop.status == "reject" else "reject")

    def action_flip(self) -> None:
        """Flip the last picture, to see whether it is the first one mirrored."""
        self._flipped = not self._flipped
        self._show_picture(len(self._items) - 1)
        self._draw()

    def _decide(self, status: str) -> None:
        editor = self._session.editor
        with cast("SpykeApp", self.app).telling():
            editor.select(self._items[self.side].index)
            editor.set_status(status)  # type: ignore[arg-type]
            self._changed = True
            cast("SpykeApp", self.app).autosave.changed()
        self._draw()

    # What is shown

    def _crop(self, number: int) -> Crop:
        return self._session.project.crops[self._items[number].index]

    def _show_picture(self, number: int) -> None:
        item, crop = self._items[number], self._crop(number)
        flip = self._flipped and number == len(self._items) - 1
        draw = partial(self._drawn, crop, item.mirror != flip)
        self.query_one(f"#picture-{number}", TrainingImage).show(draw)

    def _drawn(self, crop: Crop, mirror: bool, side: int) -> bytes:
        """In a thread. Raises ValueError where the sheet is not there."""
        sheet = self._session.project.sheets.get(crop.sheet)
        app, dataset = cast("SpykeApp", self.app), self._session.project.dataset
        state = app.pictures.load(self._session.path_of(sheet)) if sheet is not None else None
        if state is None or state.picture is None:
            raise ValueError("no picture")
        return state.picture.real_preview(
            crop.rect, dataset.size, side, dataset.pad, crop.erase, mirror
        )

    def _draw(self) -> None:
        two = len(self._items) == 2
        crops = [self._crop(number) for number in range(len(self._items))]
        for number, (item, crop) in enumerate(zip(self._items, crops, strict=True)):
            chosen = number == self.side and two
            name = crop.mirror_id if item.mirror else crop.id
            text = f"{'▶' if chosen else ' '} {kind_of(crop).value}{name}  {crop.status}"
            if self._flipped and number == len(self._items) - 1:
                text += "  (shown flipped)"
            label = self.query_one(f"#name-{number}", Static)
            label.update(Content(plain(text)))
            label.set_class(chosen, "-chosen")
            words = self._words(crop, item.mirror, crops[1 - number] if two else None)
            self.query_one(f"#words-{number}", Static).update(Content(words))
        hint = (
            "f flips the one on the right. Enter keeps, x rejects the one marked ▶; "
            if two
            else ("Enter keeps, x rejects; f flips it. ")
        )
        if two:
            hint = f"Left and right choose. {hint}"
        if self._session.choice.protocol == "none":
            hint = "Pictures are off here (--images none). " + hint
        self.query_one("#compare-hint", Static).update(Content(f"{hint}Esc goes back."))

    def _words(self, crop: Crop, mirror: bool, other: Crop | None) -> str:
        """The fields; ≠ stands before those in which the two differ."""
        dataset = self._session.project.dataset
        lines: list[tuple[bool, str]] = []
        for name in FIELDS:
            value = getattr(crop, name)
            differs = other is not None and value != getattr(other, name)
            shown = ", ".join(value) if isinstance(value, tuple) else _plain(value)
            if shown or differs:
                lines.append((not differs, f"{'≠' if differs else ' '} {name}: {shown or '-'}"))
        caption = mirror_caption_of(crop, dataset) if mirror else caption_of(crop, dataset)
        lines.sort(key=lambda line: line[0])  # what differs comes first
        return "\n".join(map(plain, [f"  {caption}", *[line for _, line in lines]]))


def _plain(value: object) -> str:
    return {None: "", True: "yes", False: "no"}.get(value, str(value))  # type: ignore[call-overload, no-any-return]
