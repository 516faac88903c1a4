"""What the terminal should hold for a view, and what of it is there: the kitty surface's store.

A sheet comes in levels: over a line first half the pane's pixels in few colours, then the pane's
own, then full size when the keys rest or the view is zoomed; by file the last two at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect
from spyke_tui.terminal.kitty_levels import Lens, Level, box_of, in_pixels, sheet_cells
from spyke_tui.terminal.kitty_marks import corner_holes, corner_size, overlay_png
from spyke_tui.terminal.kitty_shelf import Key, Parcel, Shelf
from spyke_tui.terminal.kitty_wire import (
    PLAIN,
    in_linear_light,
    ink_png,
    palette_png,
    sent_png,
)
from spyke_tui.terminal.labels import line_width
from spyke_tui.terminal.scene import Kind, Outline, Palette, Scene
from spyke_tui.terminal.surface import Place, Update, View
from spyke_tui.terminal.viewport import Viewport

if TYPE_CHECKING:
    from spyke_tui.processing.previews import SheetPicture

SCALED_OVERLAY = 3.0
"""Zoomed in by less than this the frames of the other crops are those of the fitting view, only
larger; from here on they are drawn anew, because their lines would be too thick."""

IDLE = 1.0
"""Seconds without a key after which the full size goes out over a slow link."""

MINE = ("sheet", "level")
"""The owners in the keys of this store's images."""


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


class KittyStock:
    """Orders images for a view and says which are there."""

    def __init__(self, shelf: Shelf, then: Callable[[], Update], linear: bool) -> None:
        self._shelf = shelf
        self._linear = linear
        self._then = then
        self._view: KittyView | None = None
        self._inks: dict[str, Key] = {}
        self._levels: dict[Key, Level] = {}
        self._overlays: dict[Key, Lens] = {}
        self._overlay: Key = None
        self._made_of: tuple[object, ...] = ()
        self._overlay_number = 0
        """Counts the overlays; `_made_of` is what the last one shows."""
        self._coming: Key = None
        self._used: tuple[Key, ...] = ()

    def order(
        self, view: KittyView, scene: Scene, place: Place, palette: Palette
    ) -> tuple[Parcel, ...]:
        """Parcels for what the scene needs and the terminal lacks, the most urgent first."""
        self._view = view
        pane, line = place.pixels, line_width(place.cell)
        upper, lower = corner_holes(pane, line)
        size = corner_size(pane, line)
        light = in_linear_light(palette.dim) if self._linear else palette.dim
        alpha = round(255 * (1 - light))
        inks = {
            "ground": (palette.background, partial(ink_png, PLAIN, palette.background)),
            "dim": (palette.dim, partial(ink_png, pane, 0, alpha=alpha)),
            "upper": (palette.active, partial(ink_png, size, palette.active, hole=upper)),
            "lower": (palette.active, partial(ink_png, size, palette.active, hole=lower)),
            "edge": (palette.edge, partial(ink_png, size, palette.edge, hole=upper)),
        }
        parcels: list[Parcel] = []
        for name, (colour, make) in inks.items():
            key = self._inks[name] = ("sheet", name, pane, place.cell, colour)
            parcels += self._shelf.want(key, partial(_inked, make), self._then)
        self._used = (*self._inks.values(), *self._order_levels(view, palette, parcels))
        self._order_overlay(view.viewport, scene, palette, parcels)
        return tuple(parcels)

    def ink(self, name: str) -> int | None:
        """``ground``, ``dim``, ``upper``, ``lower`` or ``edge``."""
        return self._shelf.image(self._inks.get(name))

    def level(self, *names: str) -> tuple[int, Level] | None:
        """The first of these copies of the sheet that is there."""
        for name in names:
            key = self._view.level_key(name) if self._view is not None else None
            image = self._shelf.image(key)
            if image is not None and key in self._levels:
                return image, self._levels[key]
        return None

    def overlay(self) -> tuple[int, Lens] | None:
        """The frames of the other crops, and through which lens they were drawn."""
        if self._shelf.image(self._coming) is not None:
            self._overlay = self._coming
        image = self._shelf.image(self._overlay)
        if image is None or self._overlay not in self._overlays:
            return None
        return image, self._overlays[self._overlay]

    def drop_overlay(self) -> None:
        """The frames are those of another sheet or pane."""
        self._overlay = None

    def tidy(self) -> str:
        """Images of other panes, palettes and scenes go; so do sheets where room runs out."""
        assert self._view is not None
        used = {*self._used, self._overlay, self._coming}
        if self._shelf.image(self._view.level_key("pane")) is not None:
            used.discard(self._view.level_key("half"))
        words = self._shelf.keep(used, lambda owner: owner in MINE)
        if words:
            self._levels = {k: v for k, v in self._levels.items() if self._shelf.knows(k)}
        return words

    def clear(self) -> str:
        """Take everything out of the terminal."""
        self._levels, self._overlays, self._inks = {}, {}, {}
        self._overlay = self._coming = self._view = None
        return self._shelf.clear()

    def _order_levels(self, view: KittyView, palette: Palette, parcels: list[Parcel]) -> list[Key]:
        shelf, viewport = self._shelf, view.viewport
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
            make = partial(self._drawn, view, self._levels[key], name, palette)
            wait = self._full_wait if name == "full" else (lambda: 0.0)
            parcels += shelf.want(key, make, self._then, wait)
        return keys

    def _full_wait(self) -> float:
        zoomed = self._view is not None and not self._view.viewport.is_fit
        return 0.0 if zoomed or self._shelf.files else IDLE

    def _drawn(
        self, view: KittyView, level: Level, name: str, palette: Palette, image: int
    ) -> tuple[list[str], int]:
        strips = partial(level.bands, view.picture, view.viewport.sheet, palette)
        if self._shelf.files and (sent := self._shelf.rgb(image, strips(), level.size)):
            return sent
        colours, grain = (96, 14) if name == "half" else (192, 8)
        pieces = sent_png(image, palette_png(strips, level.size, colours, grain))
        return pieces, level.size.width * level.size.height

    def _order_overlay(
        self, viewport: Viewport, scene: Scene, palette: Palette, parcels: list[Parcel]
    ) -> None:
        """One image, drawn again when the crops change. Until it comes, the one before stays."""
        outlines = [*scene.others, *(Outline(rect, Kind.ERASE) for rect in scene.erase)]
        if not outlines:
            self._overlay = self._coming = None
            return
        fit = Viewport.fit(viewport.sheet, viewport.pane, viewport.cell)
        near = viewport.scale >= fit.scale * SCALED_OVERLAY
        drawn_for = viewport if near else fit
        made_of = (drawn_for, outlines, palette)
        if made_of != self._made_of:
            self._made_of = made_of
            self._overlay_number += 1
        key = (
            "sheet",
            "overlay",
            self._overlay_number,
        )  # short, because it is looked up for every key
        cells = sheet_cells(drawn_for)
        lens = Lens.on(box_of(drawn_for, cells), in_pixels(cells, viewport.cell))
        shown: list[tuple[Outline, Rect]] = [(one, lens.to_pane(one.rect)) for one in outlines]
        make = partial(overlay_png, shown, viewport.pane, line_width(viewport.cell), palette)
        parcels += self._shelf.want(key, partial(_inked, make), self._then)
        known = {self._overlay, self._coming}
        self._overlays = {k: v for k, v in self._overlays.items() if k in known} | {key: lens}
        self._coming = key


def _inked(make: partial[bytes], image: int) -> tuple[list[str], int]:
    return sent_png(image, make()), 0
