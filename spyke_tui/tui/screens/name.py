"""A crop's new name."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from spyke_tui.model.project import MIRROR_SUFFIX
from spyke_tui.model.reading import CROP_NAME
from spyke_tui.model.table import LONGEST_NAME
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.stylesheets import stylesheet


class NameScreen(ModalScreen[str | None]):
    """Gives the name, or None; says why one can't be taken while it is typed."""

    CSS_PATH = stylesheet("dialogs")
    DEFAULT_CSS = "NameScreen { align: center middle; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", show=False),
    ]

    def __init__(self, name: str, taken: Collection[str]) -> None:
        super().__init__()
        self._before = name
        self._taken = taken

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content(f"A new name for {plain(self._before)}"), classes="title")
            yield Input(plain(self._before), id="name", select_on_focus=False)
            yield Static(Content(_HINT), id="verdict")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        name = meant_name(event.value)
        becomes = f"It will be {name}. " if name != event.value else ""
        self._say(self._problem(name) or f"{becomes}{_HINT}")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        name = meant_name(event.value)
        problem = self._problem(name)
        if problem:
            self._say(problem)
        else:
            self.dismiss(name)

    def _problem(self, name: str) -> str:
        if name != self._before and name in self._taken:
            return f"{name} is another crop's name."
        return why_no_crop_name(name)

    def _say(self, words: str) -> None:
        self.query_one("#verdict", Static).update(Content(plain(words)))


_HINT = "Enter takes it, Esc goes back. Its picture and caption follow with the next build."


def meant_name(typed: str) -> str:
    """The crop's name that is meant: blanks and capital letters are none of it."""
    return "_".join(typed.casefold().split())


def why_no_crop_name(name: str) -> str:
    """Why crops.toml can't hold this name of a crop; empty where it can."""
    if len(name) > LONGEST_NAME:
        return f"That is too long for a file's name: at most {LONGEST_NAME} characters."
    if re.fullmatch(CROP_NAME, name):
        return ""
    if not name:
        return "A crop needs a name."
    if name.endswith(MIRROR_SUFFIX):
        return f"A name must not end in {MIRROR_SUFFIX}: that is what its flipped twin is called."
    if odd := sorted(set(re.sub(r"[a-z0-9_-]", "", name))):
        shown = " ".join("space" if char == " " else char for char in odd)
        return f"Small letters, digits, _ and - only; not: {shown}"
    return "A name begins with a small letter or a digit."
