"""The top line: the panes and their keys."""

from __future__ import annotations

from textual import events

from spyke_tui.actions import PANES
from spyke_tui.terminal.cells import Cell, cells_of
from spyke_tui.tui.keymap import key_name
from spyke_tui.tui.widgets.cell_pane import TextPane


class PaneBar(TextPane):
    """Names the panes; the one that is open is in brackets. What it names can be clicked."""

    def __init__(self, pane: str) -> None:
        super().__init__(id="panes")
        self._pane = pane
        self._spans: list[tuple[int, int, str]] = []

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        fg, bg = self.ink
        actions = self.spyke.session.keyboard.actions_of("")
        keys = {action.id: key_name(action.keys[0]) for action in actions if action.keys}
        names = [(pane, title, keys.get(f"pane.{pane}", "")) for pane, title in PANES.items()]
        needed = sum(len(title) + 3 + len(key) for _, title, key in names)
        # In a narrow terminal the gaps go first, then the program's own name.
        name = " spyke-tui  " if needed + len(names) + 12 <= self.size.width else ""
        gap = max(0, min(3, (self.size.width - needed - len(name)) // len(names)))
        cells: list[Cell] = cells_of(name, fg, bg, bold=True)
        self._spans = []
        for pane, title, key in names:
            here = pane == self._pane
            text = f"[{title}]" if here else f" {title} "
            start = len(cells)
            cells += cells_of(text, fg, bg, bold=here)
            cells += cells_of(f"{' ' * min(gap, 1)}{key}{' ' * gap}", fg, bg)
            self._spans.append((start, len(cells) - gap, f"pane.{pane}"))
        hints = (("app.help", "keys"), ("app.palette", "actions"))
        words = {action: f"{keys[action]} {word}" for action, word in hints if action in keys}
        needed = sum(len(word) + 2 for word in words.values()) - 1
        if (room := self.size.width - len(cells) - needed) >= 0:
            cells += cells_of(" " * room, fg, bg)
            for action, word in words.items():
                self._spans.append((len(cells), len(cells) + len(word), action))
                cells += cells_of(f"{word}  ", fg, bg)
        self.set_rows([cells[: self.size.width]])

    def on_click(self, event: events.Click) -> None:
        for start, end, action in self._spans:
            if start <= event.x < end:
                self.spyke.do(action)
