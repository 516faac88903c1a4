"""Pictures of a generation run on the screen: the large one, and the strip of images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

from textual import events
from textual.message import Message

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.cells import Cell
from spyke_tui.terminal.gallery import Framed, Gallery
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.surface import Update
from spyke_tui.tui.widgets.picture_pane import PicturePane

LOST = 5.0
"""Seconds after which a picture on its way is no longer waited for."""


class GalleryPane(PicturePane):
    """A gallery; `slots` says where its pictures go, in cells."""

    surface: Gallery

    class Laid(Message):
        """The slots are others now: what is shown must be framed anew."""

    def __init__(self, surface: Gallery, id_: str) -> None:
        super().__init__(id=id_)
        self.surface = surface
        self._pictures: list[Framed | None] = []
        self._waiting = 0
        self._since = 0.0

    @property
    def slots(self) -> Sequence[Rect]:
        """In the order of the pictures."""
        return (Rect(0, 0, self.size.width, self.size.height),)

    @property
    def is_busy(self) -> bool:
        """Whether the last picture is still on its way to the terminal."""
        return self._waiting > 0 and monotonic() - self._since < LOST

    def sizes(self) -> list[Size]:
        """The pixels that the picture of each slot must have."""
        return [self.surface.size_of(slot) for slot in self.slots]

    def row_cells(self, row: int) -> Sequence[Cell]:
        return self.surface.cells(row)

    def show(self, pictures: Sequence[Framed | None]) -> None:
        """One picture for each slot, framed for it."""
        self._pictures = list(pictures)
        if self._shown_at is not None and len(self._pictures) == len(self.slots):
            self.take(self.surface.show(self._pictures))

    def take(self, update: Update) -> None:
        if update.transfers:
            if not self._waiting:
                self._since = monotonic()
            self._waiting += len(update.transfers)
            self.spyke.writer.send(update.transfers, self._arrived)
            update = replace(update, transfers=())
        super().take(update)

    def _arrived(self, update: Update) -> None:
        self._waiting = max(0, self._waiting - 1)
        self.take(update)

    def recolour(self, palette: Palette) -> None:
        self.surface.recolour(palette)
        self.reshow()

    def on_resize(self) -> None:
        self.reshow()

    def reshow(self) -> None:
        if not self.region or self.app.screen is not self.screen:
            return
        self._shown_at = self.region
        slots = self.slots
        self._waiting = 0
        with self.spyke.writer.one_write():
            self.take(self.surface.place(self.place(), slots))
            sizes = [self.surface.size_of(slot) for slot in slots]
            fitting = len(sizes) == len(self._pictures) and all(
                picture is None or picture.size == size
                for picture, size in zip(self._pictures, sizes, strict=True)
            )
            if fitting:
                self.take(self.surface.show(self._pictures))
        self.post_message(self.Laid())


class LargePicture(GalleryPane):
    """One picture, as large as the pane allows."""

    def __init__(self, surface: Gallery) -> None:
        super().__init__(surface, "run-picture")
        self._shape = (1, 1)

    def take_shape(self, width: int, height: int) -> None:
        """The pictures will have this shape."""
        if (width, height) != self._shape:
            self._shape = (width, height)
            self.reshow()

    @property
    def slots(self) -> Sequence[Rect]:
        cell = self.surface.cell(self.spyke.session.choice.cell_now())
        room = Size(self.size.width * cell.width, self.size.height * cell.height)
        wide, high = self._shape
        scale = min(room.width / wide, room.height / high)
        across = min(self.size.width, round(wide * scale / cell.width))
        down = min(self.size.height, round(high * scale / cell.height))
        return (Rect(0, 0, across, down),)


GAP = 1
"""Cells between two pictures of the strip."""


class StripPicture(GalleryPane):
    """As many square slots as fit side by side."""

    class Pointed(Message):
        """Somebody clicked on a slot."""

        def __init__(self, slot: int) -> None:
            super().__init__()
            self.slot = slot

    def __init__(self, surface: Gallery) -> None:
        super().__init__(surface, "run-strip")

    @property
    def slots(self) -> Sequence[Rect]:
        width, height = self.size.width, self.size.height
        across = self.width_of_one
        count = max(0, (width + GAP) // (across + GAP)) if across else 0
        return [Rect(at * (across + GAP), 0, across, height) for at in range(count)]

    @property
    def width_of_one(self) -> int:
        """In cells: as wide as the pane is high, on the screen."""
        cell = self.surface.cell(self.spyke.session.choice.cell_now())
        return round(self.size.height * cell.height / cell.width)

    def on_click(self, event: events.Click) -> None:
        for at, slot in enumerate(self.slots):
            if slot.left <= event.x < slot.right:
                self.post_message(self.Pointed(at))
