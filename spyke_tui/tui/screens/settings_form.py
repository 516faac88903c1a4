"""A form of settings from crops.toml: every field is taken when it is left, and can be undone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from spyke_tui.errors import SpykeError
from spyke_tui.model.project import Project
from spyke_tui.model.settings_text import SettingField
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.screens.pane import NARROW
from spyke_tui.tui.stylesheets import stylesheet

if TYPE_CHECKING:
    from spyke_tui.tui.spyke_app import SpykeApp

FIELD = "field-"


class LongField(TextArea):
    """A long text that is one line in the file: Enter goes on to the next field."""

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.screen.focus_next()
        else:
            await super()._on_key(event)


class SettingsForm(ModalScreen[None]):
    """Esc goes back; what was typed is in the project by then.

    A form says what its fields are called (`label_of`), brings one into the project (`changed`),
    and names the undo step (`step_of`).
    """

    CSS_PATH = stylesheet("settings_form")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("ctrl+s", "leave", "Back", show=False, priority=True),
        Binding("down", "next", show=False),
        Binding("up", "previous", show=False),
    ]
    LONG: ClassVar[tuple[str, ...]] = ()
    """Fields whose text takes several lines."""

    KEYS: ClassVar[str] = "Enter, Tab: next field   Esc: back, it is kept"

    def __init__(
        self, app: SpykeApp, title: str, fields: Iterable[SettingField], first: str
    ) -> None:
        """`first`: the field to begin with."""
        super().__init__()
        self._spyke = app
        self._words = title
        self._fields = {one.key: one for one in fields}
        self._first = first if first in self._fields else next(iter(self._fields))
        self._wrong: dict[str, str] = {}
        self._warned = False

    def label_of(self, key: str) -> str:
        return key

    def changed(self, project: Project, key: str, text: str) -> Project:
        """`project` with this field as it was typed. Raises `SpykeError`."""
        raise NotImplementedError

    def step_of(self, key: str) -> str:
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="-tall"):
            yield Static(Content(self._words), classes="title")
            with VerticalScroll(id="settings", can_focus=False):
                for field in self._fields.values():
                    is_long = field.key in self.LONG
                    with Horizontal(classes="settings-row -long" if is_long else "settings-row"):
                        yield Static(Content(self.label_of(field.key)), classes="settings-label")
                        yield self._editor(field)
            yield Static("", id="settings-verdict", markup=False)
            yield Static(Content(self.KEYS), id="settings-help")

    def _editor(self, field: SettingField) -> Input | LongField:
        id_ = self._id_of(field.key)
        if field.key in self.LONG:
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
        self.editor(self._first).focus()

    # Typing

    @staticmethod
    def _id_of(key: str) -> str:
        return FIELD + key.replace(".", "-")

    def editor(self, key: str) -> Input | LongField:
        found = self.query_one(f"#{self._id_of(key)}")
        assert isinstance(found, Input | LongField)
        return found

    @property
    def here(self) -> str:
        """The key of the field that has the focus; "" where none has."""
        return self._key_of(self.focused.id if self.focused is not None else None)

    def _key_of(self, id_: str | None) -> str:
        return next((key for key in self._fields if self._id_of(key) == id_), "")

    def text(self, key: str) -> str:
        editor = self.editor(key)
        return editor.text if isinstance(editor, TextArea) else editor.value

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def action_next(self) -> None:
        self.focus_next()

    def action_previous(self) -> None:
        self.focus_previous()

    def on_descendant_focus(self) -> None:
        self.tell()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if key := self._key_of(event.widget.id):
            self._take(key)

    def on_input_changed(self) -> None:
        self._warned = False
        self.tell()

    def on_text_area_changed(self) -> None:
        self._warned = False

    def action_leave(self) -> None:
        """Back; what is wrong is said once, and the second Esc leaves it as it was."""
        if key := self.here:
            self._take(key)
        if self._wrong and not self._warned:
            self._warned = True
            key = next(iter(self._wrong))
            self.editor(key).focus()
            self.tell()
            return
        self.dismiss(None)

    def _take(self, key: str) -> None:
        """Bring what was typed into the project, if it is different and makes sense."""
        session = self._spyke.session
        try:
            changed = self.changed(session.project, key, self.text(key))
            if changed != session.project:
                session.history.end_burst()
                session.history.apply(self.step_of(key), changed)
                self._spyke.autosave.changed()
        except SpykeError as error:
            self._wrong[key] = str(error)
        else:
            self._wrong.pop(key, None)
        self.editor(key).set_class(key in self._wrong, "-wrong")

    # What stands below

    def tell(self) -> None:
        """What is to be known of the field that has the focus."""
        key = self.here
        if not key:
            return
        if key in self._wrong:
            more = " Esc again leaves it as it was." if self._warned else ""
            self.say(f"! {self._wrong[key]}{more}", True)
        else:
            self.explain(key, f"{self.label_of(key)}: {self._fields[key].hint}")

    def explain(self, key: str, words: str) -> None:  # noqa: ARG002
        """Say the hint of a field, and what else there is to it."""
        self.say(words)

    def say(self, words: str, bad: bool = False) -> None:
        verdict = self.query_one("#settings-verdict", Static)
        verdict.set_class(bad, "-wrong")
        verdict.update(Content("\n".join(map(plain, words.split("\n")))))
