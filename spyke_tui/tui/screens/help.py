"""The keys of a pane, made from the table of actions; typing narrows them down."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from spyke_tui.actions import EVERYWHERE, PANES, Action
from spyke_tui.model.keyboard import Keyboard
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.keymap import keys_of
from spyke_tui.tui.stylesheets import stylesheet

LATER = (
    "Set (F5) and Regularization (F6) are not part of this version; their work is on the command "
    "line and in crops.toml."
)


class HelpScreen(ModalScreen[None]):
    """All keys that work here."""

    CSS_PATH = stylesheet("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1", "dismiss", "Back", show=False),
        Binding("down", "scroll(1)", show=False, priority=True),
        Binding("up", "scroll(-1)", show=False, priority=True),
        Binding("pagedown", "scroll(10)", show=False, priority=True),
        Binding("pageup", "scroll(-10)", show=False, priority=True),
    ]

    def __init__(self, pane: str, keyboard: Keyboard, problems: Sequence[str] = ()) -> None:
        """`problems`: what is wrong with the user's own keys and settings."""
        super().__init__()
        self._pane = pane
        self._actions = keyboard.actions_of(pane) + keyboard.actions_of(EVERYWHERE)
        self._problems = problems

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="-tall"):
            yield Static(Content(f"Keys: {PANES.get(self._pane, '')}"), classes="title")
            yield Input(placeholder="type to find a key, Esc goes back", id="find")
            with VerticalScroll(id="keys", can_focus=False):
                yield Static("", id="table", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._show("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._show(event.value)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#keys").scroll_relative(y=lines, animate=False)

    def _show(self, words: str) -> None:
        lines: list[str] = []
        width = max(40, min(76, self.app.size.width - 9))
        if self._problems and not words:
            lines += [line for one in self._problems for line in wrap(f"! {plain(one)}", width)]
            lines.append("")
        actions = (action for action in self._actions if _matches(action, words))
        for group, rows in groupby(actions, lambda action: action.group):
            lines.append(f"\n{group}" if lines and lines[-1] else group)
            for row in rows:
                keys = f"  {keys_of(row) or '(palette)':16} "
                text = f"{row.label}: {row.help}"
                lines += wrap(text, width, initial_indent=keys, subsequent_indent=" " * len(keys))
        if not words:
            lines += ["", *wrap(LATER, width)]
        self.query_one("#table", Static).update(Content("\n".join(lines) or "No such key."))


def _matches(action: Action, words: str) -> bool:
    text = " ".join((action.label, action.help, keys_of(action), *action.keys)).casefold()
    return all(word in text for word in words.casefold().split())
