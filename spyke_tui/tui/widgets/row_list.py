"""A list of rows made of cells, one of them selected; arrows walk it, Enter takes it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from spyke_tui.terminal.cells import Cell
from spyke_tui.tui.widgets.caption_parts import Ink, InkPane


class RowMoved(Message):
    """Another row of a list is selected."""


class RowTaken(Message):
    """Enter, or a click on the selected row."""

    def __init__(self, rows: RowList) -> None:
        super().__init__()
        self.rows = rows


class RowList(InkPane, can_focus=True):
    """Entries of one or more rows each, below a heading."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "turn(-1)", show=False),
        Binding("down,j", "turn(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "turn(-99999)", show=False),
        Binding("end", "turn(99999)", show=False),
        Binding("enter", "take", show=False),
    ]

    def __init__(self, id_: str, title: str) -> None:
        super().__init__(id=id_)
        self._title = title
        self.at = 0
        self._top = 0
        self._rows_of: list[int] = []

    @property
    def count(self) -> int:
        """How many entries there are."""
        raise NotImplementedError

    @property
    def heading(self) -> str:
        return self._title

    def blocks(self) -> list[list[list[Cell]]]:
        """The rows of each entry."""
        raise NotImplementedError

    def select(self, at: int) -> None:
        self.at = min(max(0, at), max(0, self.count - 1))
        self.draw()

    def draw(self) -> None:
        width, height = self.size
        if width < 1 or height < 1:
            return
        self.at = min(max(0, self.at), max(0, self.count - 1))
        blocks = self.blocks()
        room = max(1, height - 1)
        self._top = min(self._top, self.at)
        while self._top < self.at and sum(map(len, blocks[self._top : self.at + 1])) > room:
            self._top += 1
        while self._top > 0 and sum(map(len, blocks[self._top - 1 :])) <= room:
            self._top -= 1
        head = Ink(("▶ " if self.has_focus else "  ") + self.heading, bold=True)
        rows, self._rows_of = [self.cells(head)], [-1]
        for number, block in enumerate(blocks[self._top :], self._top):
            for row in block:
                rows.append(self._selected(row) if number == self.at and self.has_focus else row)
                self._rows_of.append(number)
        self.set_rows(rows)

    def _selected(self, row: list[Cell]) -> list[Cell]:
        fg, bg = self.ink
        cells = [Cell(cell.text, bg, fg, cell.bold) for cell in row]
        return cells + [Cell(" ", bg, fg)] * (self.size.width - len(cells))

    def on_focus(self) -> None:
        self.call_next(self.draw)  # `has_focus` is set after this
        self.post_message(RowMoved())

    def on_blur(self) -> None:
        self.call_next(self.draw)

    def on_click(self, event: events.Click) -> None:
        number = self._rows_of[event.y] if event.y < len(self._rows_of) else -1
        if number >= 0:
            again = number == self.at and self.has_focus
            self.select(number)
            self.post_message(RowTaken(self) if again else RowMoved())

    def on_mouse_scroll_down(self) -> None:
        self.action_turn(1)

    def on_mouse_scroll_up(self) -> None:
        self.action_turn(-1)

    def action_turn(self, by: int) -> None:
        self.select(self.at + by)
        self.post_message(RowMoved())

    def action_page(self, by: int) -> None:
        self.action_turn(by * max(1, self.size.height - 2))

    def action_take(self) -> None:
        if self.count:
            self.post_message(RowTaken(self))
