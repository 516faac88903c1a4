"""A line at the bottom of a pane that asks for a text: a note, a folder, words to filter by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start

if TYPE_CHECKING:
    from spyke_tui.tui.spyke_app import SpykeApp


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and what happens with the answer.

    `take` gets the text on Enter, and `changed` whatever is typed. `complete` proposes how a
    text may go on; it runs in a thread. `hint` stands below the field. `gone` is called when the
    line is put away without an answer.
    """

    label: str
    take: Callable[[str], None]
    value: str = ""
    hint: str = ""
    complete: Callable[[str], Sequence[str]] | None = None
    changed: Callable[[str], None] | None = None
    gone: Callable[[], object] | None = None


class PromptInput(Input):
    """Tab goes on with what is proposed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "go_on", show=False, priority=True)]

    def action_go_on(self) -> None:
        prompt = self.parent.parent if self.parent else None
        if isinstance(prompt, Prompt):
            prompt.go_on()


class Prompt(Vertical):
    """Hidden until something is asked. It keeps the question until it is answered or left."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self._question: Question | None = None
        self._found: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        with Horizontal(id="asked"):
            yield Static("", id="label", markup=False)
            yield PromptInput(id="answer", compact=True, select_on_focus=False)
        yield Static("", id="hint", markup=False)

    def ask(self, question: Question) -> None:
        """Show the line and type into it."""
        self._question = question
        self._found = ()
        self.query_one("#label", Static).update(Content(f"{question.label} "))
        self.say(question.hint)
        field = self.query_one(PromptInput)
        with self.prevent(Input.Changed):
            field.value = plain(question.value)
        field.cursor_position = len(field.value)
        self.display = True
        field.focus()

    def say(self, words: str) -> None:
        """Words below the field: a hint, or why an answer can't be taken."""
        if self.is_attached:
            self.query_one("#hint", Static).update(Content(plain(words)))

    def close(self) -> None:
        self._question = None
        self.display = False

    def go_on(self) -> None:
        """Complete what is typed as far as it is certain."""
        from spyke_tui.store.path_completion import common_start

        field = self.query_one(PromptInput)
        if self._question is not None and self._question.complete and self._found:
            field.value = common_start(list(self._found), field.value)
            field.cursor_position = len(field.value)

    def action_leave(self) -> None:
        question = self._question
        self.close()
        if question is not None and question.gone is not None:
            question.gone()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._question is not None:
            with cast("SpykeApp", self.app).telling():
                self._question.take(event.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        question = self._question
        if question is None:
            return
        if question.changed is not None:
            question.changed(event.value)
        if question.complete is not None:
            self.run_completion(question, event.value)

    def run_completion(self, question: Question, text: str) -> None:
        complete = question.complete
        assert complete is not None

        def work() -> None:
            found = complete(text)
            self.app.call_from_thread(partial(self._completed, question, text, found))

        start(self.screen, work, "complete", thread=True)

    def _completed(self, question: Question, text: str, found: Sequence[str]) -> None:
        if question is not self._question or self.query_one(PromptInput).value != text:
            return
        self._found = found
        names = "  ".join(one.rstrip("/").rpartition("/")[2] + "/" * one.endswith("/")
                          for one in found[:40])  # fmt: skip
        self.say(f"Tab: {names}" if found else question.hint)
