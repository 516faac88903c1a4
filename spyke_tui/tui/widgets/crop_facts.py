"""What is known of the selected crop, beside its preview."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from spyke_tui.model.caption import caption_of
from spyke_tui.model.mirroring import has_twin
from spyke_tui.terminal.cells import cells_of, clipped, plain
from spyke_tui.tui.crop_words import enlarged_words, erased_words
from spyke_tui.tui.widgets.cell_pane import TextPane

if TYPE_CHECKING:
    from spyke_tui.model.geometry import Size
    from spyke_tui.model.project import Crop, Dataset


class CropFacts(TextPane):
    """Id and status, rectangle, framing, caption."""

    def __init__(self) -> None:
        super().__init__(id="facts")
        self._shown: tuple[Crop | None, Dataset, Size] | None = None
        self._seam = ""

    def show(self, crop: Crop | None, dataset: Dataset, sheet: Size) -> None:
        self._shown = (crop, dataset, sheet)
        self.draw()

    def tell_seam(self, words: str) -> None:
        """What is to be said of the letterbox of this crop; "" where nothing is."""
        if words != self._seam:
            self._seam = words
            self.draw()

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        if self._shown is None:
            return
        crop, dataset, sheet = self._shown
        fg, bg = self.ink
        width = self.size.width
        if crop is None:
            lines = [("No crop here.", True), ("i makes one.", False)]
        else:
            lines = [(f"{crop.id}  {crop.status}", True), (str(crop.rect), False)]
            if not crop.rect.is_inside(sheet):
                lines.append((f"! leaves the {sheet} sheet", True))
            framing: str = crop.framing or "framing not decided"
            for words in (enlarged_words(crop.rect, dataset.size), erased_words(crop)):
                framing += f"  {words}" if words else ""
            if crop.mirror:
                framing += "  + twin" if has_twin(crop, dataset) else "  ! twin refused"
            lines.append((framing, False))
            if self._seam:
                lines.append((self._seam, False))
            caption = plain(caption_of(crop, dataset))
            lines += [(line, False) for line in wrap(caption, max(8, width))]
        self.set_rows([clipped(cells_of(text, fg, bg, bold), width) for text, bold in lines])
