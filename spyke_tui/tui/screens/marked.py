"""The menu for the marked crops: what it would change stands below before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from spyke_tui.errors import UsageError
from spyke_tui.model.batch import BatchEdit
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.marked_choices import Choice
from spyke_tui.tui.stylesheets import stylesheet

SHOWN = 4
"""Changes that the preview names one by one."""


class MarkedScreen(ModalScreen[BatchEdit | None]):
    """Typing narrows the menu; what needs a word asks for it in the same field."""

    CSS_PATH = stylesheet("marked")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False),
        Binding("down", "turn(1)", show=False, priority=True),
        Binding("up", "turn(-1)", show=False, priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._open = list(choices)
        self._asking: Choice | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content(plain(self._title)), classes="title")
            yield Input(placeholder="type to find, arrows choose, Enter does it, Esc goes back")
            menu = OptionList(id="menu", markup=False)
            menu.can_focus = False
            yield menu
            yield Static(Content(""), id="changes")

    def on_mount(self) -> None:
        self._menu = self.query_one(OptionList)
        self.query_one(Input).focus()
        self._fill("")

    def action_turn(self, by: int) -> None:
        if self._asking is None and self._open:
            at = self._menu.highlighted or 0
            self._menu.highlighted = (at + by) % len(self._open)

    def action_back(self) -> None:
        if self._asking is None:
            self.dismiss(None)
            return
        self._asking = None
        self._menu.display = True
        self._clear("type to find, arrows choose, Enter does it, Esc goes back")

    def on_option_list_option_highlighted(self) -> None:
        self._preview("")

    def on_option_list_option_selected(self) -> None:
        self._take("")  # a click

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._asking is None:
            self._fill(event.value)
        self._preview(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._take(event.value)

    @property
    def _choice(self) -> Choice | None:
        at = self._menu.highlighted
        if self._asking is not None:
            return self._asking
        return self._open[at] if at is not None and at < len(self._open) else None

    def _take(self, typed: str) -> None:
        choice = self._choice
        if choice is None:
            return
        if choice.asks and self._asking is None:
            self._asking = choice
            self._menu.display = False
            self._clear(f"{choice.asks}; Enter takes it, Esc goes back")
            return
        try:
            edit = choice.make(typed)
        except UsageError as error:
            self._say([str(error)])
            return
        if edit.changes:
            self.dismiss(edit)

    def _clear(self, placeholder: str) -> None:
        field = self.query_one(Input)
        field.placeholder = placeholder
        field.value = ""
        self._preview("")

    def _fill(self, words: str) -> None:
        asked = words.casefold().split()
        self._open = [
            one for one in self._choices if all(word in one.label.casefold() for word in asked)
        ]
        self._menu.clear_options()
        self._menu.add_options([Option(plain(one.label)) for one in self._open])
        self._menu.highlighted = 0 if self._open else None

    def _preview(self, typed: str) -> None:
        """What would change, before it does."""
        choice = self._choice
        if choice is None:
            self._say(["There is nothing of that name."])
            return
        if choice.asks and (self._asking is None or not typed.strip()):
            self._say([f"Enter asks for {choice.asks}." if self._asking is None else ""])
            return
        try:
            edit = choice.make(typed)
        except UsageError as error:
            self._say([str(error)])
            return
        self._say(lines_of(edit))

    def _say(self, lines: Sequence[str]) -> None:
        self.query_one("#changes", Static).update(Content("\n".join(map(plain, lines))))


def lines_of(edit: BatchEdit) -> list[str]:
    """What an edit changes, in a few lines."""
    if not edit.changes and not edit.skipped:
        return ["Nothing would change."]
    lines = [f"{len(edit.changes)} would change:" if edit.changes else "Nothing would change:"]
    for change in edit.changes[:SHOWN]:
        what = change.what
        if change.before != change.after:
            what = "  ".join(filter(None, (what, change.after)))
        lines.append(f"  {change.crop_id}: {what}")
    if len(edit.changes) > SHOWN:
        lines.append(f"  and {len(edit.changes) - SHOWN} more")
    lines += [f"  ! not {one.crop_id}: {one.why}" for one in edit.skipped[:SHOWN]]
    if len(edit.skipped) > SHOWN:
        lines.append(f"  ! nor {len(edit.skipped) - SHOWN} more")
    return lines
