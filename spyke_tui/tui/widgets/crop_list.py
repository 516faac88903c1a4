"""The crops of the sheet that is open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from spyke_tui.model.project import Crop
from spyke_tui.terminal.cells import Cell, cells_of, clipped
from spyke_tui.terminal.scene import MARK, label_of
from spyke_tui.tui.messages import CropChosen, PictureWanted
from spyke_tui.tui.widgets.cell_pane import TextPane


class CropList(TextPane, can_focus=True):
    """One line a crop: the sign of its status, its id, its framing. The selected is marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "turn(-1)", show=False),
        Binding("down,j", "turn(1)", show=False),
        Binding("home", "turn(-9999)", show=False),
        Binding("end", "turn(9999)", show=False),
        Binding("enter,escape", "leave", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="crops")
        self._crops: list[tuple[int, Crop]] = []
        self._marked: Collection[str] = ()
        self._filtered = False
        self._at = -1
        self._top = 0

    def show(
        self,
        crops: Sequence[tuple[int, Crop]],
        selected: int,
        marked: Collection[str] = (),
        filtered: bool = False,
    ) -> None:
        """These crops, each with its place in the file; `selected` is such a place, or -1.

        `marked` are ids. `filtered`: there may be more of them.
        """
        self._filtered = filtered
        self._marked = marked
        self._crops = list(crops)
        self._at = next((at for at, (index, _) in enumerate(crops) if index == selected), -1)
        self.draw()

    def draw(self) -> None:
        width, height = self.size
        if width < 1 or height < 1:
            return
        room = max(1, height - 1)
        self._top = max(0, min(self._top, len(self._crops) - room))
        if self._at >= 0:
            self._top = min(max(self._top, self._at - room + 1), self._at)
        fg, bg = self.ink
        title = f"Crops {len(self._crops)}"
        if self._filtered:
            title += " filtered"
        if self._marked:
            title += f"  {MARK}{len(self._marked)} marked"
        if len(self._crops) > room:
            title += f"  ({self._top + 1} to {min(len(self._crops), self._top + room)})"
        rows = [cells_of(("▶ " if self.has_focus else "  ") + title, fg, bg, bold=True)]
        for at, (_, crop) in enumerate(self._crops[self._top : self._top + room], self._top):
            rows.append(self._row(crop, at == self._at))
        self.set_rows([clipped(row, width) for row in rows])

    def on_resize(self) -> None:
        self.draw()

    def on_focus(self) -> None:
        self.draw()

    def on_blur(self) -> None:
        self.draw()

    def on_click(self, event: events.Click) -> None:
        at = self._top + event.y - 1
        if event.y > 0 and at < len(self._crops):
            self.post_message(CropChosen(self._crops[at][0]))

    def on_mouse_scroll_down(self) -> None:
        self.action_turn(1)

    def on_mouse_scroll_up(self) -> None:
        self.action_turn(-1)

    def action_turn(self, by: int) -> None:
        """Choose the crop so many lines further."""
        if self._crops:
            at = min(max(0, self._at + by), len(self._crops) - 1)
            self.post_message(CropChosen(self._crops[at][0]))

    def action_leave(self) -> None:
        """Back to the picture."""
        self.post_message(PictureWanted())

    def _row(self, crop: Crop, selected: bool) -> list[Cell]:
        fg, bg = self.ink
        text = f"{label_of(crop, self._marked)}  {crop.framing}".rstrip()
        if not selected:
            return cells_of("  " + text, fg, bg)
        cells = cells_of("> " + text, bg, fg, bold=True)
        blank = Cell(" ", bg, fg)
        return cells + [blank] * (self.size.width - len(cells))
