"""Finished pictures side by side, each in a slot of its own: a live preview, a strip of images.

Other than a `Surface` a gallery knows no sheet and no scene: it is given pixels, framed to what a
slot takes, and says how they come on the screen. A slot whose picture did not change costs
nothing, and where the terminal keeps pictures one that moves to another slot is not sent again.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.cells import Cell
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.surface import Place, Span, Terminal, Update

if TYPE_CHECKING:
    from spyke_tui.terminal.kitty_shelf import Shelf


@dataclass(frozen=True, slots=True)
class Framed:
    """A picture for a slot: RGB pixels of the size that the gallery asked for.

    Two with one `key` are the same picture.
    """

    key: Hashable
    size: Size
    pixels: bytes


class Gallery(Protocol):
    """Shows pictures in slots."""

    def cell(self, device: Size) -> Size:
        """Pane pixels per cell, where `device` are the terminal's own pixels per cell."""

    def place(self, place: Place, slots: Sequence[Rect]) -> Update:
        """Lie here from now on, with these slots (in cells, from the pane's corner)."""

    def size_of(self, slot: Rect) -> Size:
        """The pixels that a picture for this slot has."""

    def show(self, pictures: Sequence[Framed | None]) -> Update:
        """Show these, one for each slot; None leaves a slot empty."""

    def recolour(self, palette: Palette) -> None:
        """Take other colours; they are seen with the next `place`."""

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:
        """As for `Surface`."""

    def hide(self) -> Update:
        """Take everything off the screen; the next `place` and `show` bring it back."""

    def close(self) -> Update:
        """Take everything out of the terminal."""

    def cells(self, row: int) -> Sequence[Cell]:
        """The text layer of one row; empty while there is no place."""


@dataclass(frozen=True, slots=True)
class Galleries:
    """One for a picture that changes several times a second, one for pictures that stay."""

    live: Gallery
    strip: Gallery


def open_galleries(protocol: str, palette: Palette, terminal: Terminal) -> Galleries:
    """The galleries of a protocol that `capabilities.choose` named."""
    if protocol == "kitty":
        from spyke_tui.terminal.gallery_kitty import KittyGallery, own_shelf

        shelf: Shelf = own_shelf(terminal)
        live = KittyGallery(palette, shelf, "live", changing=True)
        return Galleries(live, KittyGallery(palette, shelf, "strip"))
    if protocol == "sixel":
        from spyke_tui.terminal.gallery_sixel import SixelGallery

        live_sixel = SixelGallery(palette, terminal, changing=True)
        return Galleries(live_sixel, SixelGallery(palette, terminal))
    from spyke_tui.terminal.gallery_cells import CellGallery

    blank = protocol == "none"
    return Galleries(CellGallery(palette, blank, changing=True), CellGallery(palette, blank))
