"""The pictures beside the rows of the table of sheets, through the terminal's own gallery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.gallery import Framed, Gallery
from spyke_tui.tui.half_cell_pictures import fitted_cells
from spyke_tui.tui.sheet_pictures import SheetPictures
from spyke_tui.tui.sheet_states import Looked
from spyke_tui.tui.widgets.cell_pane import as_int
from spyke_tui.tui.widgets.run_gallery import GalleryPane

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture


class SheetThumbnails(GalleryPane):
    """One slot for each row that is wholly in view."""

    def __init__(self, gallery: Gallery) -> None:
        super().__init__(gallery, "row-pictures")
        self._laid: tuple[Rect, ...] = ()

    @property
    def slots(self) -> Sequence[Rect]:
        return self._laid

    def show_rows(
        self, rows: Sequence[tuple[int, Looked]], height: int, pictures: SheetPictures
    ) -> None:
        """`rows`: at which row of this pane each sheet begins; they are `height` cells high."""
        cell = self.surface.cell(self.spyke.session.choice.cell_now())
        room = Size(max(1, self.size.width - 2), height)
        ready = [(top, one, picture) for top, one in rows if (picture := pictures.get(one))]
        laid = tuple(
            Rect(1, top, cells.width, cells.height)
            for top, _, picture in ready
            if (cells := fitted_cells(picture.size, room, cell))
        )
        if laid != self._laid or self._shown_at != self.region:
            self._laid, self._pictures = laid, []
            self.reshow()
        framed: list[Framed | None] = []
        ground = as_int(self.background_colors[1])
        for (_, looked, picture), slot in zip(ready, laid, strict=True):
            size = self.surface.size_of(slot)
            framed.append(Framed((looked.file, size, ground), size, _above(picture, size, ground)))
        self.show(framed)


def _above(picture: SheetPicture, size: Size, ground: int) -> bytes:
    """The picture above a thin gap, which keeps it from the next row's."""
    gap = max(2, size.height // 20)
    shown = picture.whole(Size(size.width, max(1, size.height - gap))).tobytes()
    return (shown + ground.to_bytes(3, "big") * (size.width * gap))[: 3 * size.width * size.height]
