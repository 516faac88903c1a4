"""The crops of the sheet that is open."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import OptionList

from spyke_tui.model.project import Crop
from spyke_tui.terminal.cells import plain
from spyke_tui.terminal.scene import kind_of
from spyke_tui.tui.messages import CropChosen


class CropList(OptionList):
    """One line a crop: the sign of its status, its id, its framing."""

    def __init__(self) -> None:
        super().__init__(id="crops")
        self._shown_lines: list[str] = []
        self._indexes: list[int] = []

    def show(self, crops: Sequence[tuple[int, Crop]], selected: int) -> None:
        """These crops, each with its place in the file; `selected` is such a place, or -1."""
        lines = [self._line(crop) for _, crop in crops]
        self._indexes = [index for index, _ in crops]
        with self.prevent(OptionList.OptionHighlighted):
            if lines != self._shown_lines:
                same = len(lines) == len(self._shown_lines)
                if same:
                    for at, line in enumerate(lines):
                        if line != self._shown_lines[at]:
                            self.replace_option_prompt_at_index(at, Content(line))
                else:
                    self.clear_options()
                    self.add_options([Content(line) for line in lines])
                self._shown_lines = lines
                self.border_title = f"Crops {len(lines)}"
            at_line = self._indexes.index(selected) if selected in self._indexes else None
            if at_line != self.highlighted:
                self.highlighted = at_line

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self.has_focus and event.option_index < len(self._indexes):
            self.post_message(CropChosen(self._indexes[event.option_index]))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self._indexes):
            self.post_message(CropChosen(self._indexes[event.option_index]))
        self.screen.query_one("#sheet").focus()

    @staticmethod
    def _line(crop: Crop) -> str:
        return plain(f"{kind_of(crop).value} {crop.id}  {crop.framing}").rstrip()
