"""A line below the sheet for what is wrong with it; takes no room while all is well."""

from __future__ import annotations

from textwrap import wrap

from spyke_tui.terminal.cells import cells_of, plain
from spyke_tui.tui.widgets.cell_pane import TextPane


class Notice(TextPane):
    """One message, or none."""

    def __init__(self) -> None:
        super().__init__(id="notice")
        self._words = ""

    def say(self, words: str) -> None:
        """Show these words; "" takes the line away."""
        if words != self._words:
            self._words = words
            self.display = bool(words)
            self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        if not self._words:
            return
        # Not yet laid out, it is as wide as the pane that it belongs to.
        width = self.size.width or (self.parent.size.width if self.parent else 0)  # type: ignore[attr-defined]
        lines = wrap(plain(f"! {self._words}"), max(8, width))[:4]
        self.styles.height = len(lines)
        fg, bg = self.ink
        self.set_rows([cells_of(line, fg, bg) for line in lines])
