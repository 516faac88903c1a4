"""Pictures in the kitty graphics protocol.

The sheet lies in the terminal once; what is seen of it is a placement with a source rectangle, so
that zooming, panning and the preview send no pixels. What a scene needs on the screen is worked
out whole each time (`_wanted`) and the `Board` says only what differs: moving, hiding and showing
again are one path, and nothing can be left behind.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from spyke_tui.model.geometry import Edge, Rect, Size
from spyke_tui.terminal.cells import ANY, CLEAR, Cell, Change
from spyke_tui.terminal.kitty_levels import Lens, Level, box_of, in_pixels, sheet_cells
from spyke_tui.terminal.kitty_marks import around, corner_cuts, edge_source, put
from spyke_tui.terminal.kitty_shelf import Shelf
from spyke_tui.terminal.kitty_stock import KittyStock, KittyView
from spyke_tui.terminal.kitty_wire import PLAIN_CUT, Placement
from spyke_tui.terminal.labels import Labels, TextLayer, edge_of, line_width
from spyke_tui.terminal.scene import Palette, Scene
from spyke_tui.terminal.surface import NOTHING, Place, Span, Update, View
from spyke_tui.terminal.viewport import Viewport

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture

GROUND, SHEET, DIM, OVERLAY, FRAME, EDGE = range(1, 7)
"""Layers from the bottom; also the slot of a placement (dimming: 11-14, frame: 15, 16)."""


class KittySurface:
    """A sheet and the scene over it."""

    protocol = "kitty"

    def __init__(self, palette: Palette, shelf: Shelf, *, linear: bool = False) -> None:
        """`linear`: how the terminal mixes, see `surface.Terminal`."""
        self._palette = palette
        self._stock = KittyStock(shelf, self._arrived, linear)
        self._board = shelf.board()
        self._view: KittyView | None = None
        self._scene = Scene(Size(1, 1))
        self._place: Place | None = None
        self._lens: Lens | None = None
        self._shown = False
        self._columns_first = False
        self._labels = Labels()
        self._text: TextLayer = {}
        self._ground_shown = False
        self._serials: WeakKeyDictionary[SheetPicture, int] = WeakKeyDictionary()
        self._serial = itertools.count(1)

    def cell(self, device: Size) -> Size:
        return device

    def recolour(self, palette: Palette) -> None:
        self._palette = palette

    def load(self, picture: SheetPicture | None, viewport: Viewport) -> KittyView:
        serial = 0
        if picture is not None:
            serial = self._serials.get(picture, 0) or next(self._serial)
            self._serials[picture] = serial
        return KittyView(viewport, picture, serial, self._palette.background)

    def show(self, view: View, scene: Scene, place: Place) -> Update:
        assert isinstance(view, KittyView)
        same_pane = self._shown and place == self._place
        before = self._view
        if (
            before is None
            or before.viewport.pane != view.viewport.pane
            or (before.picture is not view.picture and scene.sheet != self._scene.sheet)
        ):
            self._stock.drop_overlay()
        self._view, self._scene, self._place, self._shown = view, scene, place, True
        transfers = self._stock.order(view, scene, place, self._palette)
        update = self._turn()
        changes = update.changes if same_pane else ()
        return Update(changes, update.text, transfers, repaint=not same_pane)

    def move(self, scene: Scene) -> Update:
        if not self._shown or self._view is None or self._place is None:
            return NOTHING
        self._follow_axis(self._scene, scene)
        redraw = (scene.others, scene.erase) != (self._scene.others, self._scene.erase)
        self._scene = scene
        transfers = (
            self._stock.order(self._view, scene, self._place, self._palette) if redraw else ()
        )
        update = self._turn()
        return Update(update.changes, update.text, transfers)

    def repainted(self, spans: Sequence[Span], covered: Sequence[Rect]) -> Update:  # noqa: ARG002
        return NOTHING  # text lies over these pictures and harms nothing

    def hide(self) -> Update:
        self._shown = False
        self._ground_shown = False
        return Update(text=self._board.turn_to({}))

    def close(self) -> Update:
        self._view, self._shown, self._text, self._ground_shown = None, False, {}, False
        self._board.turn_to({})
        return Update(text=self._stock.clear())

    def cells(self, row: int) -> Sequence[Cell]:
        if self._place is None:
            return ()
        background = CLEAR if self._ground_shown else self._palette.background
        line: list[Cell] = [Cell(" ", ANY, background)] * self._place.width
        for col, cell in self._text.get(row, {}).items():
            if col < len(line):
                line[col] = cell
        return self._board.anchored(line, row, self._place)

    # What is on the screen

    def _arrived(self) -> Update:
        """An image has come."""
        if not self._shown:
            return NOTHING
        was_ground = self._ground_shown
        update = self._turn()
        return replace(update, repaint=self._ground_shown and not was_ground)

    def _turn(self) -> Update:
        """Bring the screen in line with the scene, then drop what is of no more use."""
        assert self._place is not None and self._view is not None
        wanted = self._wanted()
        text = self._board.turn_to(wanted)
        self._ground_shown = GROUND in wanted
        layer: TextLayer = {}
        if self._lens is not None:
            pane = self._place
            layer = self._labels.over(
                self._scene, self._lens, pane.pixels, pane.cell, self._palette
            )
            self._board.keep_free(layer, pane)
        before, self._text = self._text, layer
        return Update(self._text_changes(before, layer), text + self._stock.tidy())

    def _text_changes(self, before: TextLayer, after: TextLayer) -> tuple[Change, ...]:
        assert self._place is not None
        clear = Cell(" ", ANY, CLEAR if self._ground_shown else self._palette.background)
        changes: list[Change] = []
        for row in sorted(before.keys() | after.keys()):
            old, new = before.get(row, {}), after.get(row, {})
            if old == new:
                continue
            for col in sorted(old.keys() | new.keys()):
                cell = new.get(col, clear)
                if cell != old.get(col, clear) and cell.text and col < self._place.width:
                    changes.append(Change(row, col, cell))
        return tuple(changes)

    def _wanted(self) -> dict[int, Placement]:
        """Everything that should be on the screen, as far as the terminal has it."""
        assert self._place is not None and self._view is not None
        place, viewport = self._place, self._view.viewport
        out: dict[int, Placement] = {}
        ground = self._stock.ink("ground")
        if ground is not None:
            out[GROUND] = Placement(
                ground, GROUND, place.left, place.top, PLAIN_CUT, 0, 0, place.width, place.height
            )
        self._lens = None
        names = ("pane", "full", "half") if viewport.is_fit else ("full", "pane", "half")
        best = self._stock.level(*names)
        cells = sheet_cells(viewport)
        if best is None or cells.is_empty or ground is None:
            return out
        image, level = best
        source = level.source(box_of(viewport, cells))
        self._lens = Lens.on(level.box(source), in_pixels(cells, place.cell))
        out[SHEET] = Placement(
            image,
            SHEET,
            place.left + cells.left,
            place.top + cells.top,
            source,
            cols=cells.width,
            rows=cells.height,
        )
        self._add_overlay(out, place, self._lens)
        self._add_active(out, place, self._lens)
        return out

    def _add_active(self, out: dict[int, Placement], place: Place, lens: Lens) -> None:
        active = self._scene.active
        if active is None:
            return
        pane, line = place.pixels, line_width(place.cell)
        shown = lens.to_pane(active.rect)
        hole = shown.intersection(Rect(0, 0, pane.width, pane.height))
        dim = self._stock.ink("dim")
        if dim is not None:
            for slot, part in enumerate(around(hole, pane, self._columns_first), 11):
                if not part.is_empty:
                    cut = Rect(0, 0, part.width, part.height)
                    out[slot] = put(dim, DIM, place, part, cut)
        corners = [self._stock.ink(name) for name in ("upper", "lower")]
        for which, target, source in corner_cuts(shown, pane, line):
            if (corner := corners[which]) is not None:
                out[15 + which] = put(corner, FRAME, place, target, source)
        edge = self._stock.ink("edge")
        if self._scene.edge is not Edge.WHOLE and edge is not None:
            strip = edge_of(shown, self._scene.edge, line)
            strip = strip.intersection(Rect(0, 0, pane.width, pane.height))
            if not strip.is_empty:
                out[EDGE] = put(edge, EDGE, place, strip, edge_source(strip))

    def _add_overlay(self, out: dict[int, Placement], place: Place, lens: Lens) -> None:
        found = self._stock.overlay()
        if found is None:
            return
        image, drawn = found
        pane = place.pixels
        whole = Rect(0, 0, pane.width, pane.height)
        source = drawn.pixels(lens.box(whole), pane)
        out[OVERLAY] = Placement(
            image, OVERLAY, place.left, place.top, source, cols=place.width, rows=place.height
        )

    def _follow_axis(self, before: Scene, after: Scene) -> None:
        """Cut the dimming so that the next move along the same axis changes two parts only."""
        if before.active is None or after.active is None:
            return
        old, new = before.active.rect, after.active.rect
        across = (old.left, old.right) != (new.left, new.right)
        down = (old.top, old.bottom) != (new.top, new.bottom)
        if across != down:
            self._columns_first = down

    def level_for(self, picture: SheetPicture) -> tuple[int, Level] | None:
        """The sharpest copy of that picture that the terminal has, for the preview."""
        if self._view is None or self._view.picture is not picture:
            return None
        return self._stock.level("full", "pane", "half")
