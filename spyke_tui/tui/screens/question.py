"""A question with a few answers, each with a key of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from spyke_tui.terminal.cells import plain
from spyke_tui.tui.stylesheets import stylesheet


class QuestionScreen(ModalScreen[str | None]):
    """Gives the key of the answer; None where the user went back."""

    CSS_PATH = stylesheet("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", show=False),
    ]

    def __init__(self, title: str, words: str, answers: Sequence[tuple[str, str]]) -> None:
        """`answers` are (key, what it means)."""
        super().__init__()
        self._title = title
        self._words = words
        self._answers = answers

    def compose(self) -> ComposeResult:
        lines = [f"{key}  {meaning}" for key, meaning in self._answers]
        text = "\n".join([self._words, "", *lines, "", "Esc goes back, and nothing happens."])
        with Vertical(id="dialog"):
            yield Static(Content(plain(self._title)), classes="title")
            with VerticalScroll(id="result"):
                clean = "\n".join(map(plain, text.split("\n")))
                yield Static(Content(clean), id="verdict", markup=False)

    def on_key(self, event: events.Key) -> None:
        typed = event.character or event.key
        if any(typed == key for key, _ in self._answers):
            event.stop()
            self.dismiss(typed)
