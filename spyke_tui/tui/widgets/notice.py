"""A line below the sheet for what is wrong with it; takes no room while all is well."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from spyke_tui.terminal.cells import plain


class Notice(Static):
    """One message, or none."""

    def __init__(self) -> None:
        super().__init__("", id="notice", markup=False)

    def say(self, words: str) -> None:
        """Show these words; "" takes the line away."""
        self.update(Content(plain(f"! {words}" if words else "")))
        self.display = bool(words)
