"""The form for [reg] or [topup]: every field is taken when it is left, and can be undone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static, TextArea

from spyke_tui.errors import SpykeError
from spyke_tui.model.generation import Kind
from spyke_tui.model.settings_edit import settings_of
from spyke_tui.model.settings_text import LONG, SettingField, fields_of, with_text
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start
from spyke_tui.tui.run_choices import Choices, choices_of, mapping_of
from spyke_tui.tui.run_words import TITLES
from spyke_tui.tui.screens.pane import NARROW
from spyke_tui.tui.stylesheets import stylesheet

if TYPE_CHECKING:
    from spyke_tui.tui.spyke_app import SpykeApp

SHOWN = 12
"""Names of the server's that stand below the form at once."""

FIELD = "run-field-"


class LongField(TextArea):
    """A long text that is one line in the file: Enter goes on to the next field."""

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.screen.focus_next()
        else:
            await super()._on_key(event)


class RunSettingsScreen(ModalScreen[None]):
    """Esc goes back; what was typed is in the project by then."""

    CSS_PATH = stylesheet("run_settings")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("ctrl+s", "leave", "Back", show=False, priority=True),
        Binding("down", "next", show=False),
        Binding("up", "previous", show=False),
    ]

    def __init__(self, app: SpykeApp, kind: Kind, field: str = "") -> None:
        """`field`: the key to begin with."""
        super().__init__()
        self._spyke = app
        self._kind = kind
        self._first = field
        self._fields = {one.key: one for one in fields_of(app.session.project, kind)}
        self._choices: Choices = {}
        self._asked = False
        self._wrong: dict[str, str] = {}
        self._warned = False

    def compose(self) -> ComposeResult:
        title = f"{TITLES[self._kind]}: [{self._kind}] in crops.toml"
        with Vertical(id="dialog", classes="-tall"):
            yield Static(Content(title), classes="title")
            with VerticalScroll(id="run-fields", can_focus=False):
                for field in self._fields.values():
                    with Horizontal(classes="run-row -long" if field.key in LONG else "run-row"):
                        yield Static(Content(field.key), classes="run-label")
                        yield self._editor(field)
            yield Static("", id="run-verdict", markup=False)
            keys = "Enter, Tab: next field   →: take what is proposed   Esc: back, it is kept"
            yield Static(Content(keys), id="run-help")

    def _editor(self, field: SettingField) -> Input | LongField:
        id_ = f"{FIELD}{field.key}"
        if field.key in LONG:
            return LongField(
                plain(field.text), id=id_, compact=True, placeholder=plain(field.otherwise),
                highlight_cursor_line=False,
            )  # fmt: skip
        return Input(
            plain(field.text), plain(field.otherwise), id=id_, compact=True, select_on_focus=False
        )

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < 34, NARROW)

    def on_mount(self) -> None:
        self.set_class(self.app.size.height < 34, NARROW)
        first = self._first if self._first in self._fields else "prompt"
        self.query_one(f"#{FIELD}{first}").focus()
        start(self, self._ask_server, "choices")

    async def _ask_server(self) -> None:
        settings = settings_of(self._spyke.session.project, self._kind)
        self._choices = await asyncio.to_thread(choices_of, settings)
        self._asked = True
        for key, names in self._choices.items():
            self.query_one(f"#{FIELD}{key}", Input).suggester = SuggestFromList(
                names, case_sensitive=False
            )
        self._tell()

    # Typing

    @property
    def _here(self) -> str:
        """The key of the field that has the focus."""
        id_ = (self.focused.id or "") if self.focused is not None else ""
        return id_.removeprefix(FIELD) if id_.startswith(FIELD) else ""

    def _text(self, key: str) -> str:
        editor = self.query_one(f"#{FIELD}{key}")
        return editor.text if isinstance(editor, TextArea) else getattr(editor, "value", "")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def action_next(self) -> None:
        self.focus_next()

    def action_previous(self) -> None:
        self.focus_previous()

    def on_descendant_focus(self) -> None:
        self._tell()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        id_ = event.widget.id or ""
        if id_.startswith(FIELD):
            self._take(id_.removeprefix(FIELD))

    def on_input_changed(self) -> None:
        self._warned = False
        self._tell()

    def on_text_area_changed(self) -> None:
        self._warned = False

    def action_leave(self) -> None:
        """Back; what is wrong is said once, and the second Esc leaves it as it was."""
        if key := self._here:
            self._take(key)
        if self._wrong and not self._warned:
            self._warned = True
            key = next(iter(self._wrong))
            self.query_one(f"#{FIELD}{key}").focus()
            self._tell()
            return
        self.dismiss(None)

    def _take(self, key: str) -> None:
        """Bring what was typed into the project, if it is different and makes sense."""
        session = self._spyke.session
        label = f"{key} of [{self._kind}]"
        try:
            changed = with_text(session.project, self._kind, key, self._text(key))
            if changed != session.project:
                session.history.end_burst()
                session.history.apply(label, changed)
                self._spyke.autosave.changed()
        except SpykeError as error:
            self._wrong[key] = str(error)
        else:
            self._wrong.pop(key, None)
        self.query_one(f"#{FIELD}{key}").set_class(key in self._wrong, "-wrong")

    # What stands below

    def _tell(self) -> None:
        key = self._here
        if not key:
            return
        if key in self._wrong:
            more = " Esc again leaves it as it was." if self._warned else ""
            self._say(f"! {self._wrong[key]}{more}", True)
            return
        words = f"{key}: {self._fields[key].hint}"
        if key == "workflow" and self._text(key).strip():
            start(self, partial(self._tell_mapping, words), "mapping", exclusive=True)
            return
        names = self._choices.get(key, ())
        if names:
            words += f"\n{_listed(names, self._text(key))}"
        elif self._asked and key in ("checkpoint", "sampler", "scheduler"):
            words += "\nThe server can't be reached just now, so its names are not known."
        self._say(words)

    async def _tell_mapping(self, words: str) -> None:
        """Where the workflow that is typed in takes what stands in the other fields."""
        session, name = self._spyke.session, self._text("workflow")
        settings = replace(settings_of(session.project, self._kind), workflow=name)
        said = await asyncio.to_thread(mapping_of, settings, session.file.folder)
        if self._here == "workflow":
            self._say(f"{words}\n{said}", said.startswith("!"))

    def _say(self, words: str, bad: bool = False) -> None:
        verdict = self.query_one("#run-verdict", Static)
        verdict.set_class(bad, "-wrong")
        verdict.update(Content("\n".join(map(plain, words.split("\n")))))


def _listed(names: tuple[str, ...], typed: str) -> str:
    """The names that fit what is typed, else all of them, as many as there is room for."""
    wanted = typed.strip().casefold()
    fitting = [name for name in names if wanted in name.casefold()] or list(names)
    more = f"  and {len(fitting) - SHOWN} more" if len(fitting) > SHOWN else ""
    return "on the server: " + "  ".join(fitting[:SHOWN]) + more
