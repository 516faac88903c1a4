"""Fields that are chosen, not typed: one of a few words, or ticks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget

from spyke_tui.terminal.cells import Cell, cells_of, clipped
from spyke_tui.tui.widgets.cell_pane import TextPane
from spyke_tui.tui.widgets.inks import mixed, readable, theme_ink

MOST_ROWS = 3
"""Options that need more rows are cut: the form must stay a form."""


class OptionsField(TextPane, can_focus=True):
    """Options in a row, each with its digit; where they don't fit they go on in the next row, and
    the row of the form grows with them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "turn(-1)", show=False),
        Binding("down", "turn(1)", show=False),
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("backspace,delete", "clear", show=False),
    ]

    def __init__(self, name: str, turn: Callable[[int], None]) -> None:
        super().__init__(id=f"field-{name}")
        self.field = name
        self._turn = turn
        self._options: tuple[str, ...] = ()
        self._on: tuple[bool, ...] = ()
        self._words = self._remark = ""
        self._spans: list[tuple[int, int, int]] = []
        self.cursor = 0
        self._height = 1

    def show(
        self, options: Sequence[str], on: Sequence[bool], words: str = "", remark: str = ""
    ) -> None:
        """These options, those that are `on` marked; `words` where there are none to mark, a
        `remark` only where it fits."""
        self._options, self._on = tuple(options), tuple(on)
        self._words, self._remark = words, remark
        self.cursor = min(self.cursor, max(0, len(self._options) - 1))
        self.draw()

    @property
    def option(self) -> str:
        """The option under the cursor."""
        return self._options[self.cursor] if self._options else ""

    def means(self, key: str) -> bool:
        """Whether this character is for this field."""
        raise NotImplementedError

    def press_character(self, key: str) -> None:
        raise NotImplementedError

    def press_option(self, at: int) -> None:
        """The option at this place was clicked."""
        raise NotImplementedError

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002
        return bool(character) and self.means(character or "")

    async def on_key(self, event: events.Key) -> None:
        if event.character and self.means(event.character):
            event.stop()
            event.prevent_default()
            self.press_character(event.character)

    def on_click(self, event: events.Click) -> None:
        for at, (row, start, end) in enumerate(self._spans):
            if event.y == row and start <= event.x < end:
                self.cursor = at
                self.press_option(at)

    def on_resize(self) -> None:
        self.draw()

    def on_focus(self) -> None:
        self.draw()

    def on_blur(self) -> None:
        self.draw()

    def action_turn(self, by: int) -> None:
        self._turn(by)

    def sign(self, on: bool) -> str:  # noqa: ARG002
        """What stands before an option."""
        return ""

    def draw(self) -> None:
        width = self.size.width
        if width < 1:
            return
        fg, bg = self.ink
        dim = mixed(fg, bg, 0.45)
        rows: list[list[Cell]] = [[]]
        self._spans = []
        for at, option in enumerate(self._options):
            on = at < len(self._on) and self._on[at]
            under = self.has_focus and self._has_cursor and at == self.cursor
            digit = f"{at + 1}" if at < 9 else ""
            is_own = not on or self.app.native_ansi_color
            ink = fg if is_own else readable(theme_ink(self.app, "primary"), bg, fg)
            cells = cells_of(digit, dim, bg)
            name = f"{self.sign(on)}{option}"
            if on and not self.sign(on):
                cells += cells_of(f" {name} ", bg, ink, True)
            else:
                ground = mixed(bg, ink, 0.25) if under else bg
                cells += cells_of(f" {name} ", ink, ground, on or under)
            if rows[-1] and len(rows[-1]) + len(cells) > width and len(rows) < MOST_ROWS:
                rows.append([])
            self._spans.append((len(rows) - 1, len(rows[-1]), len(rows[-1]) + len(cells)))
            rows[-1] += [*cells, Cell(" ", fg, bg)]
        if self._words:
            room = width - len(rows[-1]) - len(self._words) - 1
            if rows[-1] and room < 0 and len(rows) < MOST_ROWS:
                rows.append([])
            rows[-1] += cells_of(f" {self._words}", dim, bg)
        elif len(rows[-1]) + len(self._remark) + 1 <= width:
            rows[-1] += cells_of(f" {self._remark}", dim, bg)
        self.set_rows([clipped(row, width) for row in rows])
        row_of_form = self.parent
        if isinstance(row_of_form, Widget) and self._height != len(rows):
            self._height = len(rows)
            row_of_form.styles.height = len(rows)

    _has_cursor = False


class ChoiceField(OptionsField):
    """One of the options: by digit, by first letter, or with the arrows."""

    def __init__(
        self,
        name: str,
        turn: Callable[[int], None],
        by_key: Callable[[str], bool],
        choose: Callable[[str], object],
    ) -> None:
        super().__init__(name, turn)
        self._by_key = by_key
        self._choose = choose

    def means(self, key: str) -> bool:
        if key.isdecimal():
            return 0 < int(key) <= len(self._options)
        return key.isalpha() and any(o.casefold().startswith(key) for o in self._options)

    def press_character(self, key: str) -> None:
        self._by_key(key)

    def press_option(self, at: int) -> None:
        self._choose(self._options[at])

    def action_step(self, by: int) -> None:
        if self._options:
            at = self._on.index(True) + by if True in self._on else (0 if by > 0 else -1)
            self._choose(self._options[at % len(self._options)])

    def action_clear(self) -> None:
        self._choose("")


class TicksField(OptionsField):
    """Any of the options: digits, or Space at the cursor; 0 says that somebody looked."""

    _has_cursor = True

    def __init__(
        self,
        name: str,
        turn: Callable[[int], None],
        tick: Callable[[str], object],
        looked: Callable[[bool], object],
    ) -> None:
        super().__init__(name, turn)
        self._tick = tick
        self._looked = looked

    def means(self, key: str) -> bool:
        if key.isdecimal():
            return int(key) <= len(self._options)
        return key == " " and bool(self._options)

    def press_character(self, key: str) -> None:
        if key == "0":
            self._looked(True)
            return
        if key != " ":
            self.cursor = int(key) - 1
        self._tick(self.option)

    def press_option(self, at: int) -> None:
        self._tick(self._options[at])

    def sign(self, on: bool) -> str:
        return "✓ " if on else "· "

    def action_step(self, by: int) -> None:
        if self._options:
            self.cursor = (self.cursor + by) % len(self._options)
            self.draw()

    def action_clear(self) -> None:
        self._looked(False)
