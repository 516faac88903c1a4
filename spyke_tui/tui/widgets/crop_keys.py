"""The line below the sheet: what the keys do that a newcomer needs, as many as have room."""

from __future__ import annotations

from spyke_tui.terminal.cells import cells_of
from spyke_tui.tui.keymap import key_name
from spyke_tui.tui.widgets.caption_parts import Ink, InkPane

HINTS: tuple[tuple[str, str], ...] = (
    ("crop.left crop.down crop.up crop.right", "move"),
    ("step.1 step.8 step.32 step.128", "step"),
    ("edge.next", "edge"),
    ("crop.keep", "keep, next"),
    ("crop.reject", "reject"),
    ("crop.snap", "snap"),
    ("suggest.begin", "suggest"),
    ("crop.grow crop.shrink", "size"),
    ("view.closer", "zoom"),
    ("edit.undo", "undo"),
    ("crop.new", "new"),
    ("view.image", "training image"),
    ("split.begin", "split"),
    ("erase.begin", "erase"),
    ("project.build", "build"),
)
"""Actions and the word for them, the most wanted first."""


class CropKeys(InkPane):
    """One line; in a mode, whose keys the line above the sheet names, it is empty."""

    def __init__(self) -> None:
        super().__init__(id="crop-keys")
        self._in_mode = False

    def show(self, in_mode: bool) -> None:
        if in_mode != self._in_mode:
            self._in_mode = in_mode
            self.draw()

    def draw(self) -> None:
        line = ""
        for words in () if self._in_mode else self._hints():
            if len(cells_of(line + words, 0, 0)) > self.size.width:
                break
            line += words
        self.set_rows([self.cells(Ink(line, dim=True))])

    def _hints(self) -> list[str]:
        keyboard = self.spyke.session.keyboard
        first = {one.id: key_name(one.keys[0]) for one in keyboard.actions if one.keys}
        found: list[str] = []
        for actions, word in HINTS:
            keys = "".join(first.get(action, "") for action in actions.split())
            if keys:
                found.append(f"{' ' if not found else '  '}{keys} {word}")
        return found
