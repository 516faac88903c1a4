"""The form: one field for each part of a caption, and one for the caption written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, cast

from textual.app import ComposeResult

from spyke_tui.errors import SpykeError
from spyke_tui.model.caption import has_override
from spyke_tui.model.caption_form import (
    FORM,
    TEXT_FIELDS,
    ChoiceName,
    FormField,
    TextField,
    chosen,
    details_listed,
    says,
    shows,
    text_of,
)
from spyke_tui.model.undecided import undecided
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.widgets.caption_parts import FieldLabel
from spyke_tui.tui.widgets.choice_field import ChoiceField, OptionsField, TicksField
from spyke_tui.tui.widgets.frames import Columns, Rows
from spyke_tui.tui.widgets.tag_field import TagField

if TYPE_CHECKING:
    from spyke_tui.tui.caption_editor import CaptionEditor

FieldName = FormField | Literal["caption"]
LABELS: dict[FieldName, str] = {"tags": "extra tags", "details": "details", "caption": "by hand"}
OPEN = "not decided yet"


class CaptionForm(Rows):
    """Fields over the editor. `edited` is called after every change, `typed` after a key in a
    text field, `turned` when an arrow leads out of a field or through its proposals."""

    def __init__(
        self,
        editor: CaptionEditor,
        edited: Callable[[], None],
        typed: Callable[[TextField, str], None],
        turned: Callable[[int], None],
    ) -> None:
        super().__init__(id="cap-fields")
        self._editor = editor
        self._edited = edited
        self._typed = typed
        self._turned = turned
        self._field: FieldName = "framing"
        self._index = -1
        self._widgets: dict[FieldName, TagField | OptionsField] = {}
        self._labels: dict[FieldName, FieldLabel] = {}

    def compose(self) -> ComposeResult:
        for name in (*FORM, "caption"):
            with Columns(classes="field", id=f"row-{name}"):
                field = cast("FieldName", name)
                self._labels[field] = FieldLabel(LABELS.get(field, name))
                self._widgets[field] = self._widget(field)
                yield self._labels[field]
                yield self._widgets[field]

    def _widget(self, name: FieldName) -> TagField | OptionsField:
        if name in TEXT_FIELDS:
            return TagField(name, self._take_text, self._turned)
        if name == "details":
            return TicksField(name, self._turned, self._tick, self._looked)
        choice = cast("ChoiceName", name)
        return ChoiceField(
            name,
            self._turned,
            lambda key: self._choose_by_key(choice, key),
            lambda value: self._choose(choice, value),
        )

    # Where the keys go

    @property
    def field(self) -> FieldName:
        """The field that has the focus, or had it last."""
        return self._field

    @property
    def focused_text(self) -> TagField | None:
        widget = self.widget(self._field)
        return widget if isinstance(widget, TagField) and widget.has_focus else None

    def on_mount(self) -> None:
        self._by_hand_row = self.query_one("#row-caption")

    def widget(self, name: FieldName) -> TagField | OptionsField:
        return self._widgets[name]

    def on_descendant_focus(self) -> None:
        for name in (*FORM, "caption"):
            if self.widget(cast("FieldName", name)).has_focus:
                if name != self._field:
                    self._editor.leave_field()
                self._field = cast("FieldName", name)

    def enter(self, name: FieldName | None = None) -> None:
        """Give the keys to a field, else to the one that had them last."""
        self._field = name or self._field
        widget = self.widget(self._field)
        widget.focus()
        # In a low terminal; its row may be there from the next layout on only.
        self.call_after_refresh(widget.scroll_visible, animate=False, immediate=True)

    def to_end(self) -> None:
        """The cursor behind the last letter of the field."""
        widget = self.widget(self._field)
        if isinstance(widget, TagField):
            widget.cursor_position = len(widget.value)

    def step(self, by: int) -> None:
        """To the field above or below."""
        names: list[FieldName] = [*FORM]
        if self._is_by_hand:
            names.append("caption")
        at = names.index(self._field) if self._field in names else 0
        self.enter(names[(at + by) % len(names)])

    @property
    def _is_by_hand(self) -> bool:
        return self._editor.crop is not None and has_override(self._editor.crop)

    # What the fields hold

    def draw(self) -> None:
        """Show the crop; what is just being typed stays as it is typed."""
        crop, dataset = self._editor.crop, self._editor.project.dataset
        is_new = self._editor.index != self._index
        self._index = self._editor.index
        self.disabled = crop is None
        self._by_hand_row.display = self._is_by_hand
        if crop is None:
            return
        found = undecided(crop, dataset)
        for name in TEXT_FIELDS:
            widget = self.widget(name)
            assert isinstance(widget, TagField)
            if is_new or not says(crop, name, widget.value):
                widget.fill(text_of(crop, name))
            widget.placeholder = OPEN if name in found else ""
        for choice in ("framing", "expression", "action"):
            options = self._editor.choices(choice)
            now = chosen(crop, choice)
            on = [option.casefold() == now.casefold() for option in options]
            words = now if True not in on else ""
            remark = OPEN if choice in found else ""
            self._options(choice).show(options, on, words, remark)
        details = details_listed(crop, dataset)
        remark = OPEN if crop.details is None else ""
        words = "looked, none" if crop.details == () else ""
        if not details:
            words = "none are listed yet: Esc, then T"
        on = [shows(crop, one) for one in details]
        self._options("details").show(details, on, words, remark)
        self.draw_labels(found)

    def draw_labels(self, found: tuple[str, ...]) -> None:
        for name, label in self._labels.items():
            label.show(self._widgets[name].has_focus, name in found)

    def _options(self, name: FieldName) -> OptionsField:
        widget = self.widget(name)
        assert isinstance(widget, OptionsField)
        return widget

    # Changes

    def _take_text(self, name: TextField, text: str) -> None:
        with self._telling():
            if self._editor.type(name, text):
                self._edited()
        self._typed(name, text)

    def _choose(self, name: ChoiceName, value: str) -> None:
        with self._telling():
            self._editor.choose(name, value)
            self._edited()

    def _choose_by_key(self, name: ChoiceName, key: str) -> bool:
        known = False
        with self._telling():
            known = self._editor.choose_by_key(name, key)
            self._edited()
        return known

    def _tick(self, detail: str) -> None:
        with self._telling():
            self._editor.turn_detail(detail)
            self._edited()

    def _looked(self, looked: bool) -> None:
        with self._telling():
            self._editor.set_looked(looked)
            self._edited()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """A change that is refused is told, and the fields show what is."""
        try:
            yield
        except SpykeError as error:
            self.app.notify(plain(str(error)), severity="warning", markup=False)
            self.call_later(self.draw)
