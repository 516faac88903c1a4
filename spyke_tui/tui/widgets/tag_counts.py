"""How often each tag stands in the captions; Enter shows the crops that have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from spyke_tui.terminal.cells import cells_of, clipped
from spyke_tui.tui.widgets.caption_parts import Ink, InkPane

if TYPE_CHECKING:
    from spyke_tui.model.vocabulary import Used


class TagCounts(InkPane, can_focus=True):
    """One line a tag, the most used first, with a bar."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "turn(-1)", show=False),
        Binding("down", "turn(1)", show=False),
        Binding("home", "turn(-9999)", show=False),
        Binding("end", "turn(9999)", show=False),
        Binding("enter", "choose", show=False),
    ]

    def __init__(self, choose: Callable[[str], object]) -> None:
        super().__init__(id="cap-tags")
        self._choose = choose
        self._tags: Sequence[Used] = ()
        self._crops = 0
        self._at = 0
        self._top = 0

    def show(self, tags: Sequence[Used], crops: int) -> None:
        """The tags of so many crops."""
        self._tags, self._crops = tags, crops
        self._at = min(self._at, max(0, len(tags) - 1))
        self.draw()

    def draw(self) -> None:
        width, height = self.size
        if width < 1 or height < 2:
            return
        room = height - 1
        self._top = min(max(self._top, self._at - room + 1), self._at)
        fg, bg = self.ink
        tags = "1 tag" if len(self._tags) == 1 else f"{len(self._tags)} tags"
        title = f"{tags} in {self._crops} caption{'' if self._crops == 1 else 's'}"
        rows = [self.cells(Ink(("▶ " if self.has_focus else "  ") + title, bold=True))]
        for at, used in enumerate(self._tags[self._top : self._top + room], self._top):
            here = self.has_focus and at == self._at
            bar = max(1, round(6 * used.count / max(1, self._crops)))
            row = self.cells(Ink(f"{used.count:4} ", dim=True))
            row += self.cells(Ink("━" * min(6, bar) + " " * (7 - min(6, bar)), "secondary"))
            row += (
                cells_of(f" {used.text} ", bg, fg, True)
                if here
                else self.cells(Ink(f" {used.text} "))
            )
            rows.append(row)
        self.set_rows([clipped(row, width) for row in rows])

    def on_focus(self) -> None:
        self.draw()

    def on_blur(self) -> None:
        self.draw()

    def on_click(self, event: events.Click) -> None:
        at = self._top + event.y - 1
        if event.y > 0 and at < len(self._tags):
            self._at = at
            self.action_choose()

    def on_mouse_scroll_down(self) -> None:
        self.action_turn(1)

    def on_mouse_scroll_up(self) -> None:
        self.action_turn(-1)

    def action_turn(self, by: int) -> None:
        self._at = min(max(0, self._at + by), max(0, len(self._tags) - 1))
        self.draw()

    def action_choose(self) -> None:
        if self._tags:
            self._choose(self._tags[self._at].text)
