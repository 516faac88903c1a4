"""What stands in the way of the first image; a key jumps to the field that puts it right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from spyke_tui.terminal.cells import plain
from spyke_tui.tui.run_control import Hindrance
from spyke_tui.tui.stylesheets import stylesheet

MOST = 9
"""As many as there are digits."""


class HindrancesScreen(ModalScreen[str | None]):
    """Gives the key of [reg] or [topup] to edit, ``start`` to start all the same, or None."""

    CSS_PATH = stylesheet("settings_form")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", show=False),
    ]

    def __init__(self, title: str, found: Sequence[Hindrance]) -> None:
        super().__init__()
        self._title = title
        self._found = list(found)[:MOST]
        self._only_warnings = all(one.is_warning for one in found)

    def compose(self) -> ComposeResult:
        count = len(self._found)
        what = "warning" if self._only_warnings else "thing"
        what += "s" if count > 1 else ""
        what += "" if self._only_warnings else " to put right"
        with Vertical(id="dialog"):
            yield Static(Content(f"{self._title}: {count} {what} first"), classes="title")
            with VerticalScroll(id="hindrances"):
                for number, one in enumerate(self._found, 1):
                    where = f"  ({one.field})" if one.field else ""
                    words = [f"! {one.message}{where}", one.hint]
                    with Horizontal(classes="hindrance"):
                        yield Static(str(number) if one.field else "", classes="number")
                        yield Static(Content("\n".join(map(plain, filter(None, words)))))
            yield Static(Content(self._keys()), id="settings-help")

    def _keys(self) -> str:
        words = ["Enter or a number: edit that field"] if self._fields else []
        if self._only_warnings:
            words.append("s: start all the same")
        return "   ".join([*words, "Esc: back"])

    @property
    def _fields(self) -> list[str]:
        return [one.field for one in self._found if one.field]

    def on_key(self, event: events.Key) -> None:
        typed = event.character or event.key
        if event.key == "enter" and self._fields:
            event.stop()
            self.dismiss(self._fields[0])
        elif typed == "s" and self._only_warnings:
            event.stop()
            self.dismiss("start")
        elif typed.isdecimal() and 1 <= int(typed) <= len(self._found):
            event.stop()
            if field := self._found[int(typed) - 1].field:
                self.dismiss(field)
