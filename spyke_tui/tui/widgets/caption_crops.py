"""The crops to caption, and how much is still open on each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from spyke_tui.model.mirroring import twin_is_behind
from spyke_tui.model.undecided import undecided
from spyke_tui.terminal.cells import Cell, cells_of, clipped
from spyke_tui.terminal.scene import label_of
from spyke_tui.tui.messages import CropChosen, PictureWanted
from spyke_tui.tui.widgets.caption_parts import Ink, InkPane

if TYPE_CHECKING:
    from spyke_tui.model.project import Dataset, Project


class CaptionCrops(InkPane, can_focus=True):
    """One line a crop: marked or not, its status, its id, what is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "turn(-1)", show=False),
        Binding("down", "turn(1)", show=False),
        Binding("home", "turn(-9999)", show=False),
        Binding("end", "turn(9999)", show=False),
        Binding("enter", "leave", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="cap-crops")
        self._order: Sequence[int] = ()
        self._project: Project | None = None
        self._marked: Collection[str] = ()
        self._selected = -1
        self._top = 0

    def show(
        self, project: Project, order: Sequence[int], selected: int, marked: Collection[str]
    ) -> None:
        self._project, self._order, self._marked = project, order, marked
        self._selected = selected
        self.draw()

    def draw(self) -> None:
        width, height = self.size
        if width < 1 or height < 1 or self._project is None:
            return
        room = max(1, height - 1)
        at = self._order.index(self._selected) if self._selected in self._order else -1
        self._top = max(0, min(self._top, len(self._order) - room))
        if at >= 0:
            self._top = min(max(self._top, at - room + 1), at)
        crops, dataset = self._project.crops, self._project.dataset
        shown = self._order[self._top : self._top + room]
        title = f"{len(self._order)} crop{'' if len(self._order) == 1 else 's'}"
        if self._marked:
            title += f", {len(self._marked)} marked"
        if behind := sum(twin_is_behind(crops[i], dataset) for i in self._order):
            title += f", {behind} twin{'s' if behind > 1 else ''} behind: / mirror:behind"
        rows = [self.cells(Ink(("▶ " if self.has_focus else "  ") + title, bold=True))]
        rows += [self._row(crops[i].id, i, dataset) for i in shown]
        self.set_rows([clipped(row, width) for row in rows])

    def _row(self, crop_id: str, index: int, dataset: Dataset) -> list[Cell]:
        assert self._project is not None
        crop = self._project.crops[index]
        text = f"{' ' if crop_id not in self._marked else ''}{label_of(crop, self._marked)}"
        found = len(undecided(crop, dataset))
        behind = "  twin behind" if twin_is_behind(crop, dataset) else ""
        fg, bg = self.ink
        if index == self._selected:
            state = f"{found} open" if found else "done"
            cells = cells_of(f">{text}  {state}{behind}", bg, fg, True)
            return cells + [Cell(" ", bg, fg)] * (self.size.width - len(cells))
        row = self.cells(Ink(f" {text}  "))
        row += self.cells(
            Ink(f"{found} open", "warning") if found else Ink("done", "success", dim=True)
        )
        return row + self.cells(Ink(behind, "warning"))

    def on_focus(self) -> None:
        self.draw()

    def on_blur(self) -> None:
        self.draw()

    def on_click(self, event: events.Click) -> None:
        at = self._top + event.y - 1
        if event.y > 0 and at < len(self._order):
            self.post_message(CropChosen(self._order[at]))

    def on_mouse_scroll_down(self) -> None:
        self.action_turn(1)

    def on_mouse_scroll_up(self) -> None:
        self.action_turn(-1)

    def action_turn(self, by: int) -> None:
        if self._order:
            at = self._order.index(self._selected) if self._selected in self._order else -by
            at = min(max(0, at + by), len(self._order) - 1)
            self.post_message(CropChosen(self._order[at]))

    def action_leave(self) -> None:
        """The keys go to the form again."""
        self.post_message(PictureWanted())
