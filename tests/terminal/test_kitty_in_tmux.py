"""Kitty graphics through tmux, replayed into pixels: the same as without tmux."""

from __future__ import annotations

import random

import pytest
from models.kitty_model import KittyModel
from models.tmux_model import TmuxModel
from PIL import Image
from test_kitty import CELL, GROUND, PALETTE, PLACE, SHEET, Host, art, furthest, scene, show

from spyke_tui.model.geometry import Edge, Rect
from spyke_tui.processing.previews import SheetPicture
from spyke_tui.terminal.cells import ANY, Cell, Change, encode
from spyke_tui.terminal.gallery import Framed, Gallery, open_galleries
from spyke_tui.terminal.kitty_anchor import Anchors
from spyke_tui.terminal.surface import (
    Place,
    PreviewSurface,
    Surface,
    Terminal,
    Transfer,
    Update,
    open_surfaces,
)
from spyke_tui.terminal.tmux import wrapped
from spyke_tui.terminal.viewport import Viewport


@pytest.fixture(scope="module")
def picture() -> SheetPicture:
    return SheetPicture(art())


class Tmux:
    """Brings updates to the model as the app's writer and its panes do."""

    def __init__(self, terminal: Terminal | None = None) -> None:
        self.model = TmuxModel(80, 40, (CELL.width, CELL.height))
        self.waiting: list[tuple[Transfer, Surface | PreviewSurface | Gallery, Place]] = []
        self.said = ""

    def take(
        self, update: Update, surface: Surface | PreviewSurface | Gallery, place: Place
    ) -> None:
        self.said = wrapped(update.text)
        self.model.feed(self.said)
        if update.repaint:
            for row in range(place.height):
                for col, cell in enumerate(surface.cells(row)):
                    self.model.write(place.left + col, place.top + row, cell)
        for row, col, cell in update.changes:
            self.model.write(place.left + col, place.top + row, cell)
        self.waiting += [(one, surface, place) for one in update.transfers]

    def finish(self) -> None:
        while self.waiting:
            transfer, surface, place = self.waiting.pop(0)
            transfer.prepare()
            while piece := transfer.next():
                self.model.feed(wrapped(piece))
            self.take(transfer.done(), surface, place)

    def pixels(self) -> Image.Image:
        self.model.look()
        return self.model.terminal.render(GROUND)


def hung(files: bool = False) -> Terminal:
    return Terminal(files, anchors=Anchors(3))


@pytest.mark.parametrize("files", [True, False], ids=["files", "stream"])
def test_300_random_steps_show_what_they_show_without_tmux(
    picture: SheetPicture, files: bool
) -> None:
    surface = open_surfaces("kitty", PALETTE, hung(files)).sheet
    plain = Host(open_surfaces("kitty", PALETTE, Terminal(files)))
    tmux, place, rect, dice = Tmux(), PLACE, Rect(100, 60, 90, 120), random.Random(5)
    viewport = show(plain, picture, scene(rect))
    tmux.take(surface.show(surface.load(picture, viewport), scene(rect), place), surface, place)
    tmux.finish()
    kinds = ["nudge"] * 8 + ["grow", "zoom", "zoom", "pan", "crop", "place", "hide"]
    for step in range(300):
        kind, looked = dice.choice(kinds), viewport
        if kind == "nudge":
            rect = rect.translated(dice.randint(-9, 9), dice.randint(-9, 9))
        elif kind == "grow":
            rect = Rect(rect.left, rect.top, dice.randint(1, 300), dice.randint(1, 300))
        elif kind == "zoom":
            looked = viewport.zoomed(dice.choice((0.2, 0.8, 1.25, 2.0)), 200, 150)
        elif kind == "pan":
            looked = viewport.panned(dice.randint(-90, 90), dice.randint(-90, 90))
        elif kind == "crop":
            rect = Rect(dice.randint(-9, 600), dice.randint(-9, 350), 40, 50)
        elif kind == "place":
            for row in range(place.height):  # other text stands there now
                for col in range(place.width):
                    tmux.model.write(place.left + col, place.top + row, Cell(" ", ANY, 0))
            place = Place(dice.randint(0, 9), 1, dice.randint(20, 60), dice.randint(6, 30), CELL)
            looked = viewport.resized(place.pixels, CELL)
        elif kind == "hide":
            tmux.take(surface.hide(), surface, place)
            plain.take(plain.sheet.hide())
            assert not tmux.model.terminal.placed
        what = scene(rect, dice.choice(list(Edge)))
        for sheet, take in (
            (surface, lambda update: tmux.take(update, surface, place)),  # noqa: B023
            (plain.sheet, plain.take),
        ):
            if looked != viewport or kind in ("place", "hide"):
                take(sheet.show(sheet.load(picture, looked), what, place))
            else:
                take(sheet.move(what))
        viewport = looked
        tmux.finish()
        plain.finish()
        if step % 6 == 0:
            assert furthest(tmux.pixels(), plain.pixels()) == 0, f"step {step}: {kind}"
    tmux.take(surface.close(), surface, place)
    assert not tmux.model.terminal.images
    plain.take(plain.sheet.close())


def test_the_bytes_of_a_nudge(picture: SheetPicture) -> None:
    """One wrapped run of commands, all relative to the cell in the pane's corner."""
    surface = open_surfaces("kitty", PALETTE, hung()).sheet
    tmux, viewport = Tmux(), Viewport.fit(SHEET, PLACE.pixels, CELL)
    view = surface.load(picture, viewport)
    tmux.take(surface.show(view, scene(Rect(100, 100, 150, 180), others=0), PLACE), surface, PLACE)
    tmux.finish()
    tmux.take(surface.move(scene(Rect(110, 100, 150, 180), others=0)), surface, PLACE)
    tmux.take(surface.move(scene(Rect(120, 100, 150, 180), others=0)), surface, PLACE)
    anchor = 3 << 24 | 17
    assert tmux.said.count("\x1bPtmux;") == 1
    assert tmux.said.startswith("\x1bPtmux;\x1b\x1b_Ga=p,i=")
    assert tmux.said.endswith(",C=1,q=2\x1b\x1b\\\x1b\\")
    assert tmux.said.count(f",P={anchor},Q=1,") == tmux.said.count("a=p")
    assert "H" not in tmux.said.replace(",H=", "")  # the cursor goes nowhere
    assert len(tmux.said) <= 500
    corner = surface.cells(0)[0]
    assert corner.text == "\U0010eeee\u0305\u0305\u0310"
    written = encode([Change(0, 0, corner)], PLACE.left, PLACE.top)
    assert written == f"\x1b[3;4H\x1b[38;5;17;49m{corner.text}\x1b[0m"


def test_a_label_in_the_corner_leaves_the_anchor_alone(picture: SheetPicture) -> None:
    surface = open_surfaces("kitty", PALETTE, hung()).sheet
    place = Place(0, 0, 64, 20, CELL)  # the sheet fills it
    tmux, viewport = Tmux(), Viewport.fit(SHEET, place.pixels, CELL)
    view = surface.load(picture, viewport)
    tmux.take(surface.show(view, scene(Rect(300, 100, 90, 90), others=0), place), surface, place)
    tmux.finish()
    for rect in (Rect(-20, -30, 300, 200), Rect(300, 100, 90, 90)):
        tmux.take(surface.move(scene(rect, others=0)), surface, place)
        assert tmux.model.text[0, 0].text.startswith("\U0010eeee")
        tmux.model.look()
        assert tmux.model.terminal.anchored


def test_the_preview_hangs_on_a_cell_of_its_own(picture: SheetPicture) -> None:
    surfaces = open_surfaces("kitty", PALETTE, hung())
    plain = Host(open_surfaces("kitty", PALETTE, Terminal()))
    show(plain, picture, scene(Rect(10, 10, 90, 90)))
    tmux, place = Tmux(), Place(60, 2, 15, 9, CELL)
    view = surfaces.sheet.load(picture, Viewport.fit(SHEET, PLACE.pixels, CELL))
    shown = surfaces.sheet.show(view, scene(Rect(10, 10, 90, 90)), PLACE)
    tmux.take(shown, surfaces.sheet, PLACE)
    tmux.take(surfaces.preview.place(place), surfaces.preview, place)
    plain.take(plain.preview.place(place))
    for left in (10, 60):
        rect = Rect(left, 10, 90, 120)
        tmux.take(surfaces.preview.follow(picture, rect, "#ffffff"), surfaces.preview, place)
        plain.take(plain.preview.follow(picture, rect, "#ffffff"))
        tmux.finish()
        plain.finish()
        assert furthest(tmux.pixels(), plain.pixels()) == 0
    assert len(tmux.model.terminal.anchored) == 2


def test_a_gallery_hangs_on_its_first_picture() -> None:
    """Slots fill and empty in any order; what they show is there wherever the anchor goes."""
    strip = open_galleries("kitty", PALETTE, hung()).strip
    plain = open_galleries("kitty", PALETTE, Terminal()).strip
    place = Place(2, 3, 40, 8, CELL)
    slots = [Rect(1 + 10 * at, 1, 8, 5) for at in range(4)]
    tmux, dice = Tmux(), random.Random(2)
    tmux.take(strip.place(place, slots), strip, place)
    direct = KittyModel(80, 40, (CELL.width, CELL.height))
    direct.feed(plain.place(place, slots).text)
    for _ in range(40):
        pictures = [
            Framed(key, strip.size_of(slots[0]), bytes((40 * key, 90, 200 - 30 * key)) * 8000)
            if (key := dice.randint(0, 5))
            else None
            for _ in slots
        ]
        tmux.take(strip.show(pictures), strip, place)
        tmux.finish()
        update = plain.show(pictures)
        direct.feed(update.text)
        for transfer in update.transfers:
            transfer.prepare()
            while piece := transfer.next():
                direct.feed(piece)
            direct.feed(transfer.done().text)
        assert furthest(tmux.pixels(), direct.render(GROUND)) == 0
        for row in range(place.height):
            for col, cell in enumerate(strip.cells(row)):
                assert tmux.model.text[place.left + col, place.top + row] == cell


def test_numbers_come_back() -> None:
    """Dialogs with pictures open and close all evening."""
    terminal = hung()
    for _ in range(500):
        strip = open_galleries("kitty", PALETTE, terminal).strip
        place = Place(2, 3, 40, 8, CELL)
        tmux = Tmux()
        tmux.take(strip.place(place, [Rect(1, 1, 8, 5)]), strip, place)
        framed = Framed(1, strip.size_of(Rect(1, 1, 8, 5)), bytes(3 * 8000))
        tmux.take(strip.show([framed]), strip, place)
        tmux.finish()
        tmux.take(strip.close(), strip, place)
        assert not tmux.model.terminal.images
