"""The one seam between what is to be seen and how a terminal is told.

A surface turns a prepared view and a scene into an `Update`: cell changes and terminal text with
absolute positions. It writes nothing itself and knows no toolkit, so each protocol can be tested
byte for byte; the host has one writer for all of it. Text (labels, outlines in characters) is a
layer of cells that the host also paints when it repaints the pane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.cells import Cell, Change
from spyke_tui.terminal.scene import Palette, Scene
from spyke_tui.terminal.viewport import Viewport

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture
    from spyke_tui.terminal.kitty_anchor import Anchors
    from spyke_tui.terminal.uneven_cells import Grid


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pane lies on the screen, in cells from the top left, and how large a cell is."""

    left: int
    top: int
    width: int
    height: int
    cell: Size
    """Pane pixels per cell."""
    grid: Grid | None = None
    """The terminal's pixels per cell, where those are no whole ones."""

    @property
    def pixels(self) -> Size:
        return Size(self.width * self.cell.width, self.height * self.cell.height)


class Span(NamedTuple):
    """Cells of one row of a pane: from `left` to before `right`."""

    row: int
    left: int
    right: int


class Transfer(Protocol):
    """Picture data for the terminal, sent in pieces while keys go on being answered.

    The host sends one transfer after the other: `prepare` in a thread, then piece by piece,
    outside synchronized output, then shows what `done` says.
    """

    def due(self, idle: float) -> bool:
        """Whether it may start, `idle` seconds after the last write for a key."""

    def prepare(self) -> None:
        """Scale and encode. Slow, for any thread."""

    def next(self) -> str:
        """The next piece; empty at the end."""

    def done(self) -> Update:
        """What can be shown now that it is there."""


@dataclass(frozen=True, slots=True)
class Update:
    """What the terminal must be told, in this order: `text`, then `changes`, then `transfers`.

    `changes` count cells from the pane's own corner; `text` holds absolute positions. `repaint`
    means that the pane's whole text layer has changed.
    """

    changes: tuple[Change, ...] = ()
    text: str = ""
    transfers: tuple[Transfer, ...] = ()
    repaint: bool = False

    def __bool__(self) -> bool:
        return bool(self.changes or self.text or self.transfers or self.repaint)


NOTHING = Update()


@dataclass(frozen=True, slots=True)
class View:
    """What `load` made of a picture for one viewport; each surface has its own kind."""

    viewport: Viewport


class Surface(Protocol):
    """Shows a sheet and the scene over it."""

    @property
    def protocol(self) -> str:
        """``halfcell``, ``none``...: the word in the status line."""

    def cell(self, device: Size) -> Size:
        """Pane pixels per cell, where `device` are the terminal's own pixels per cell."""

    def load(self, picture: SheetPicture | None, viewport: Viewport) -> View:
        """Scale and encode a picture (None: it is not there). Slow, pure, for any thread."""

    def show(self, view: View, scene: Scene, place: Place) -> Update:
        """Show a view, new or again, with a scene over it."""

    def move(self, scene: Scene) -> Update:
        """Show another scene over the view that is there; the cheapest way that exists."""

    def recolour(self, palette: Palette) -> None:
        """Take other colours; they are seen with the next `load` and `show`."""

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:
        """The host has painted the text layer of these cells; `covered` cells are not ours now.

        Whatever a protocol loses when text is written over it is written again.
        """

    def hide(self) -> Update:
        """Take everything off the screen (another screen comes over it); keeps what was loaded."""

    def close(self) -> Update:
        """Take everything out of the terminal."""

    def cells(self, row: int) -> Sequence[Cell]:
        """The text layer of one row, as wide as the pane; empty while nothing is shown."""


class PreviewSurface(Protocol):
    """Shows the training image that a rectangle will make."""

    def cell(self, device: Size) -> Size:
        """Pane pixels per cell, where `device` are the terminal's own pixels per cell."""

    def place(self, place: Place) -> Update:
        """Lie here from now on."""

    def follow(
        self, picture: SheetPicture | None, rect: Rect, pad: str, room: int | None = None
    ) -> Update:
        """Show `rect` letterboxed, quickly: called once per key press.

        `room`: about how many bytes that may cost, while the same crop moves; what does not fit
        comes with the next calls or with `settle`. None: all of it.
        """

    def settle(self, pixels: bytes, side: int) -> Update:
        """Show the real thing: `side` x `side` RGB pixels."""

    def rest(self, erased: bool) -> float | None:
        """Seconds without a key after which `settle` should show the real thing.

        None where `follow` has shown as much. `erased`: parts of the crop are painted over.
        """

    def recolour(self, palette: Palette) -> None:
        """Take other colours."""

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:
        """As for `Surface`."""

    def hide(self) -> Update:
        """Take it off the screen."""

    def close(self) -> Update:
        """Take it out of the terminal."""

    @property
    def side(self) -> int:
        """How many pixels wide and high the shown picture is; 0 while there is no place."""

    def cells(self, row: int) -> Sequence[Cell]:
        """The text layer of one row."""


@dataclass(frozen=True, slots=True)
class Surfaces:
    """What one protocol brings: the sheet's surface and the preview's."""

    sheet: Surface
    preview: PreviewSurface


@dataclass(frozen=True, slots=True)
class Terminal:
    """What a surface has to know of the terminal.

    `files`: it reads temporary files of ours. `clear_patches`: pixels that a sixel picture leaves
    out stay as they were. `registers`: how many colours a sixel picture may have. `anchors`:
    pictures hang on cells of text, because a multiplexer stands between. `linear`: it mixes
    translucent pictures in linear light, in which half of white looks like three quarters.
    """

    files: bool = False
    clear_patches: bool = False
    registers: int = 256
    anchors: Anchors | None = None
    linear: bool = False


def open_surfaces(protocol: str, palette: Palette, terminal: Terminal | None = None) -> Surfaces:
    """The surfaces of a protocol that `capabilities.choose` named."""
    terminal = terminal or Terminal()
    if protocol == "none":
        from spyke_tui.terminal.textonly import NoPreview, TextSurface

        return Surfaces(TextSurface(palette), NoPreview())
    if protocol == "kitty":
        from spyke_tui.terminal.kitty import KittySurface
        from spyke_tui.terminal.kitty_preview import KittyPreview
        from spyke_tui.terminal.kitty_shelf import Shelf

        shelf = Shelf(terminal.files, anchors=terminal.anchors)
        sheet = KittySurface(palette, shelf, linear=terminal.linear)
        return Surfaces(sheet, KittyPreview(palette, shelf, sheet.level_for))
    if protocol == "sixel":
        from spyke_tui.terminal.sixel import SixelSurface
        from spyke_tui.terminal.sixel_preview import SixelPreview

        return Surfaces(SixelSurface(palette, terminal), SixelPreview(palette, terminal))
    from spyke_tui.terminal.halfcell import HalfcellSurface
    from spyke_tui.terminal.halfcell_preview import HalfcellPreview

    return Surfaces(HalfcellSurface(palette), HalfcellPreview(palette))
