"""Pictures in the kitty graphics protocol.

The sheet lies in the terminal once; what is seen of it is a placement with a source rectangle, so
that zooming, panning and the preview send no pixels. What a scene needs on the screen is worked
out whole each time (`_wanted`) and the `Board` says only what differs: moving, hiding and showing
again are one path, and nothing can be left behind.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from spyke_tui.model.geometry import Edge, Rect, Size
from spyke_tui.terminal.cells import ANY, CLEAR, Cell, Change
from spyke_tui.terminal.kitty_levels import Lens, Level, box_of, in_pixels, sheet_cells
from spyke_tui.terminal.kitty_marks import (
    around,
    corner_cuts,
    corner_holes,
    corner_size,
    edge_source,
    overlay_png,
    put,
)
from spyke_tui.terminal.kitty_shelf import Key, Parcel, Shelf
from spyke_tui.terminal.kitty_wire import (
    PLAIN,
    PLAIN_CUT,
    Board,
    Placement,
    ink_png,
    palette_png,
    sent_png,
)
from spyke_tui.terminal.labels import TextLayer, edge_of, line_width, text_layer
from spyke_tui.terminal.scene import Kind, Outline, Palette, Scene
from spyke_tui.terminal.surface import NOTHING, Place, Span, Update, View
from spyke_tui.terminal.viewport import Viewport

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture

SCALED_OVERLAY = 3.0
"""Zoomed in by less than this the frames of the other crops are those of the fitting view, only
larger; from here on they are drawn anew, because their lines would be too thick."""

IDLE = 1.0
"""Seconds without a key after which the full size goes out over a slow link."""

GROUND, SHEET, DIM, OVERLAY, FRAME, EDGE = range(1, 7)
"""Layers from the bottom; also the slot of a placement (dimming: 11-14, frame: 15, 16)."""


@dataclass(frozen=True, slots=True)
class KittyView(View):
    """A viewport on a picture. Encoding happens when the picture goes to the terminal."""

    picture: SheetPicture | None
    serial: int
    """Stands for the picture in keys; 0 where there is none."""
    ground: int
    """The colour of the margin around the sheet."""

    def level_key(self, name: str) -> Key:
        pane = self.viewport
        if name == "full":
            return ("level", self.serial, self.ground, name, pane.sheet)
        return ("level", self.serial, self.ground, name, pane.sheet, pane.pane, pane.cell)


class KittySurface:
    """A sheet and the scene over it."""

    protocol = "kitty"

    def __init__(self, palette: Palette, shelf: Shelf) -> None:
        self._palette = palette
        self._shelf = shelf
        self._board = Board()
        self._view: KittyView | None = None
        self._scene = Scene(Size(1, 1))
        self._place: Place | None = None
        self._lens: Lens | None = None
        self._shown = False
        self._columns_first = False
        self._text: TextLayer = {}
        self._levels: dict[Key, Level] = {}
        self._overlays: dict[Key, Lens] = {}
        self._overlay: Key = None
        self._coming_overlay: Key = None
        self._ground_shown = False
        self._used: tuple[Key, ...] = ()
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
            self._overlay = None  # its frames are those of another sheet or pane
        self._view, self._scene, self._place, self._shown = view, scene, place, True
        transfers = self._order()
        update = self._turn()
        changes = update.changes if same_pane else ()
        return Update(changes, update.text, transfers, repaint=not same_pane)

    def move(self, scene: Scene) -> Update:
        if not self._shown:
            return NOTHING
        self._follow_axis(self._scene, scene)
        redraw = (scene.others, scene.erase) != (self._scene.others, self._scene.erase)
        self._scene = scene
        transfers = self._order() if redraw else ()
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
        self._levels, self._overlays, self._overlay = {}, {}, None
        self._board.turn_to({})
        return Update(text=self._shelf.clear())

    def cells(self, row: int) -> Sequence[Cell]:
        if self._place is None:
            return ()
        background = CLEAR if self._ground_shown else self._palette.background
        line: list[Cell] = [Cell(" ", ANY, background)] * self._place.width
        for col, cell in self._text.get(row, {}).items():
            if col < len(line):
                line[col] = cell
        return line

    # What is on the screen

    @property
    def _ground_key(self) -> Key:
        return ("sheet", "ground", self._palette.background)

    def _arrived(self) -> Update:
        """An image has come."""
        if not self._shown:
            return NOTHING
        if self._shelf.image(self._coming_overlay) is not None:
            self._overlay = self._coming_overlay
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
            layer = text_layer(
                self._scene, self._lens.to_pane, pane.pixels, pane.cell, self._palette
            )
        before, self._text = self._text, layer
        return Update(self._text_changes(before, layer), text + self._tidy())

    def _tidy(self) -> str:
        """Images of other panes, palettes and scenes go; so do sheets where room runs out."""
        assert self._view is not None
        used = {*self._used, self._overlay, self._coming_overlay}
        if self._shelf.image(self._view.level_key("pane")) is not None:
            used.discard(self._view.level_key("half"))
        return self._shelf.keep(used, lambda owner: owner in ("sheet", "level"))

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
        ground = self._shelf.image(self._ground_key)
        if ground is not None:
            out[GROUND] = Placement(
                ground, GROUND, place.left, place.top, PLAIN_CUT, 0, 0, place.width, place.height
            )
        self._lens = None
        best = self._best_level(viewport)
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
        dim = self._shelf.image(self._ink_key("dim"))
        if dim is not None:
            for slot, part in enumerate(around(hole, pane, self._columns_first), 11):
                if not part.is_empty:
                    cut = Rect(0, 0, part.width, part.height)
                    out[slot] = put(dim, DIM, place, part, cut)
        corners = [self._shelf.image(self._ink_key(name)) for name in ("upper", "lower")]
        for which, target, source in corner_cuts(shown, pane, line):
            if (corner := corners[which]) is not None:
                out[15 + which] = put(corner, FRAME, place, target, source)
        edge = self._shelf.image(self._ink_key("edge"))
        if self._scene.edge is not Edge.WHOLE and edge is not None:
            strip = edge_of(shown, self._scene.edge, line)
            strip = strip.intersection(Rect(0, 0, pane.width, pane.height))
            if not strip.is_empty:
                out[EDGE] = put(edge, EDGE, place, strip, edge_source(strip))

    def _add_overlay(self, out: dict[int, Placement], place: Place, lens: Lens) -> None:
        image = self._shelf.image(self._overlay)
        if image is None or self._overlay not in self._overlays:
            return
        drawn = self._overlays[self._overlay]
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

    # What the terminal has

    def _best_level(self, viewport: Viewport) -> tuple[int, Level] | None:
        """The sharpest copy that the terminal has; fitting views like the pane's own best."""
        assert self._view is not None
        names = ("pane", "full", "half") if viewport.is_fit else ("full", "pane", "half")
        for name in names:
            key = self._view.level_key(name)
            image = self._shelf.image(key)
            if image is not None and key in self._levels:
                return image, self._levels[key]
        return None

    def level_for(self, picture: SheetPicture) -> tuple[int, Level] | None:
        """The sharpest copy of that picture, for the preview."""
        if self._view is None or self._view.picture is not picture:
            return None
        for name in ("full", "pane", "half"):
            key = self._view.level_key(name)
            image = self._shelf.image(key)
            if image is not None and key in self._levels:
                return image, self._levels[key]
        return None

    def _ink_key(self, name: str) -> Key:
        assert self._place is not None
        colours = {
            "upper": self._palette.active,
            "lower": self._palette.active,
            "edge": self._palette.edge,
            "dim": self._palette.dim,
        }
        return ("sheet", name, self._place.pixels, self._place.cell, colours[name])

    def _order(self) -> tuple[Parcel, ...]:
        """Parcels for what the scene needs and the terminal lacks, the most urgent first."""
        assert self._place is not None and self._view is not None
        shelf, place, palette = self._shelf, self._place, self._palette
        pane, line = place.pixels, line_width(place.cell)
        upper, lower = corner_holes(pane, line)
        frame = corner_size(pane, line)
        alpha = round(255 * (1 - palette.dim))
        inks = {
            self._ground_key: partial(ink_png, PLAIN, palette.background),
            self._ink_key("dim"): partial(ink_png, pane, 0, alpha=alpha),
            self._ink_key("upper"): partial(ink_png, frame, palette.active, hole=upper),
            self._ink_key("lower"): partial(ink_png, frame, palette.active, hole=lower),
            self._ink_key("edge"): partial(ink_png, frame, palette.edge, hole=upper),
        }
        parcels: list[Parcel] = []
        for key, make in inks.items():
            parcels += shelf.want(key, partial(_inked, make), self._arrived)
        self._used = (*inks, *self._order_levels(parcels))
        self._order_overlay(parcels)
        return tuple(parcels)

    def _order_levels(self, parcels: list[Parcel]) -> list[Key]:
        assert self._view is not None and self._place is not None
        view, shelf = self._view, self._shelf
        viewport = view.viewport
        plan = {"pane": Level.of_pane(viewport)}
        if view.picture is not None:
            if not shelf.files:
                plan = {"half": Level.of_pane(viewport, 2), **plan}
            plan["full"] = Level.full(viewport, shelf.preview_side)
        keys: list[Key] = []
        for name, level in plan.items():
            key = view.level_key(name)
            keys.append(key)
            if name == "half" and shelf.image(view.level_key("pane")) is not None:
                continue
            self._levels.setdefault(key, level)
            make = partial(self._drawn, view, self._levels[key], name)
            wait = self._full_wait if name == "full" else (lambda: 0.0)
            parcels += shelf.want(key, make, self._arrived, wait)
        return keys

    def _full_wait(self) -> float:
        zoomed = self._view is not None and not self._view.viewport.is_fit
        return 0.0 if zoomed or self._shelf.files else IDLE

    def _drawn(self, view: KittyView, level: Level, name: str, image: int) -> tuple[list[str], int]:
        picture = level.drawn(view.picture, view.viewport.sheet, self._palette)
        if self._shelf.files and (sent := self._shelf.rgb(image, picture)):
            return sent
        pieces = sent_png(image, palette_png(picture, 64 if name == "half" else 256))
        return pieces, level.size.width * level.size.height

    def _order_overlay(self, parcels: list[Parcel]) -> None:
        """The frames of the other crops: one image, drawn again when they change.

        Until it has come, the one before stays.
        """
        assert self._view is not None and self._place is not None
        viewport, scene, pane = self._view.viewport, self._scene, self._place.pixels
        outlines = [*scene.others, *(Outline(rect, Kind.ERASE) for rect in scene.erase)]
        if not outlines:
            self._overlay = self._coming_overlay = None
            return
        fit = Viewport.fit(viewport.sheet, viewport.pane, viewport.cell)
        near = viewport.scale >= fit.scale * SCALED_OVERLAY
        drawn_for = viewport if near else fit
        palette, line = self._palette, line_width(self._place.cell)
        key = ("sheet", "overlay", drawn_for, tuple(outlines), palette, line)
        cells = sheet_cells(drawn_for)
        lens = Lens.on(box_of(drawn_for, cells), in_pixels(cells, viewport.cell))
        shown = [(outline, lens.to_pane(outline.rect)) for outline in outlines]
        make = partial(overlay_png, shown, pane, line, palette)
        parcels += self._shelf.want(key, partial(_inked, make), self._arrived)
        known = {self._overlay, self._coming_overlay}
        self._overlays = {k: v for k, v in self._overlays.items() if k in known} | {key: lens}
        self._coming_overlay = key
        if self._shelf.image(key) is not None:
            self._overlay = key


def _inked(make: partial[bytes], image: int) -> tuple[list[str], int]:
    return sent_png(image, make()), 0
