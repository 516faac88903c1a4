"""A rectangle typed in numbers."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from spyke_tui.model.geometry import Rect, Size, nearest_fit
from spyke_tui.tui.stylesheets import stylesheet


class NumbersScreen(ModalScreen[Rect | None]):
    """Asks for ``left top width height``; gives the rectangle, or None where nothing was typed."""

    CSS_PATH = stylesheet("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", show=False),
    ]

    def __init__(self, rect: Rect, sheet: Size) -> None:
        super().__init__()
        self._rect = rect
        self._sheet = sheet

    def compose(self) -> ComposeResult:
        rect = self._rect
        with Vertical(id="dialog"):
            yield Static(Content("left  top  width  height, in pixels of the sheet"))
            yield Input(f"{rect.left} {rect.top} {rect.width} {rect.height}", id="numbers")
            yield Static(Content(f"The sheet is {self._sheet}. Enter takes it, Esc goes back."),
                         id="verdict")  # fmt: skip

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        rect = parse_rect(event.value)
        if rect is None:
            self._say("Four whole numbers, please: left top width height.")
        elif not rect.is_inside(self._sheet):
            near = nearest_fit(rect, self._sheet)
            self._say(f"That leaves the {self._sheet} sheet. The nearest that fits: {near}.")
        else:
            self.dismiss(rect)

    def _say(self, words: str) -> None:
        self.query_one("#verdict", Static).update(Content(words))


def parse_rect(text: str) -> Rect | None:
    """The rectangle meant by four numbers with spaces or commas between; None where it is none."""
    words = text.replace(",", " ").split()
    if len(words) != 4 or not all(word.lstrip("-").isdecimal() and len(word) < 9 for word in words):
        return None
    try:
        return Rect(*map(int, words))
    except ValueError:
        return None
