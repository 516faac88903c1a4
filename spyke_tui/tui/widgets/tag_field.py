"""A line to type tags in; what is typed is taken at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input
from textual.widgets.input import Selection

from spyke_tui.model.caption_form import TextField, moved_tag
from spyke_tui.model.proposals import Proposal

Typed = Callable[[TextField, str], None]


class TagField(Input):
    """One text field of the form. `typed` is called with every change that the user makes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "turn(-1)", show=False),
        Binding("down", "turn(1)", show=False),
    ]

    def __init__(self, name: TextField, typed: Typed, turn: Callable[[int], None]) -> None:
        # A caption by hand is gone on with; a field is rather typed anew.
        super().__init__(id=f"field-{name}", compact=True, select_on_focus=name != "caption")
        self.field: TextField = name
        self.cursor_blink = False
        self._typed = typed
        self._turn = turn
        self._filling = False

    def watch_value(self, value: str) -> None:
        if not self._filling:
            self._typed(self.field, value)

    def fill(self, value: str) -> None:
        """Show what the crop holds; ready to be typed over."""
        if value != self.value:
            self._set(value)
        if self.has_focus:
            first = 0 if self.select_on_focus else len(value)
            self.selection = Selection(first, len(value))

    def take(self, proposal: Proposal) -> None:
        """Put a proposal in, as if it had been typed."""
        self.value = proposal.result
        self.cursor_position = len(proposal.result)

    def hint(self, proposal: Proposal | None) -> None:
        """Show how the likeliest proposal goes on; the right arrow takes it."""
        result = proposal.result if proposal else ""
        self._suggestion = result if result.startswith(self.value) and self.value else ""

    def action_turn(self, by: int) -> None:
        self._turn(by)

    async def action_submit(self) -> None:
        """At once: what is typed behind Enter is for the next picture."""
        await self.screen.run_action("do('caption.take')")

    def move_tag(self, by: int) -> None:
        """Move the tag under the cursor before or behind its neighbour."""
        at = self.value[: self.cursor_position].count(",")
        text, to = moved_tag(self.value, at, by)
        if text != self.value:
            self.value = text
            self.cursor_position = len(", ".join(text.split(", ")[: to + 1]))

    def _set(self, value: str) -> None:
        self._filling = True
        try:
            with self.prevent(Input.Changed):
                self.value = value
        finally:
            self._filling = False
