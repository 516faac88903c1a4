"""Cells that are no whole pixels: a picture fills its own, and no others."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence

import pytest
from models.xterm_js_model import XtermJsModel
from PIL import Image, ImageChops
from real_display import everything
from test_sixel import PICTURE, SHEET

from spyke_tui.model.geometry import Edge, Rect, Size
from spyke_tui.terminal.gallery import Framed, open_galleries
from spyke_tui.terminal.scene import Kind, Outline, Palette, Scene
from spyke_tui.terminal.surface import Place, Span, Terminal, Transfer, Update, open_surfaces
from spyke_tui.terminal.uneven_cells import Grid, below, closed, grid_of, stretched
from spyke_tui.terminal.viewport import Viewport

GROUND = 0xFF00FF
"""Nothing else has this colour."""

PALETTE = Palette(background=GROUND)
GRIDS = [
    Grid(7.5, 15),
    Grid(7.2, 15.2),
    Grid(22 / 3, 46 / 3),
    Grid(8.8, 18.4),
    Grid(6 / 0.875, 12.5 / 0.875),
    Grid(9 / 1.100000023841858, 18 / 1.100000023841858),
]


@pytest.mark.parametrize(
    ("pixels", "wanted"),
    [
        # Recorded: 80 x 24 cells of several fonts, the screen scaled by 1, 1.1, 1.25, 1.5 and 2.
        (Size(640, 384), None),
        (Size(720, 456), None),
        (Size(655, 393), (8.181818004482052, 16.363636008964104)),
        (Size(576, 365), (7.2, 15.2)),
        (Size(704, 442), (8.8, 18.4)),
        (Size(587, 368), (7.333333333333333, 15.333333333333334)),
        (Size(747, 464), (9.333333333333334, 19.333333333333332)),
        (Size(600, 360), (7.5, 15)),
    ],
)
def test_the_cells_are_found_from_the_size_of_all(
    pixels: Size, wanted: tuple[float, float] | None
) -> None:
    grid = grid_of(pixels, 80, 24)
    assert grid == (None if wanted is None else pytest.approx(wanted, rel=1e-9))


def test_where_no_factor_fits_the_cells_are_a_little_small() -> None:
    grid = grid_of(Size(2031, 1017), 200, 50)
    assert grid is not None
    assert 10.15 < grid.width < 10.155
    assert 20.32 < grid.height < 20.34
    assert grid_of(Size(0, 0), 80, 24) is None
    assert grid_of(Size(800, 600), 0, 0) is None


@pytest.mark.parametrize("grid", GRIDS)
def test_whole_cells_have_nearly_the_same_shape(grid: Grid) -> None:
    cell = grid.cell
    assert abs(math.log(cell.width / cell.height) - math.log(grid.width / grid.height)) < 0.035
    assert 0.88 < cell.width / grid.width < 1.05


@pytest.mark.parametrize("grid", GRIDS)
def test_a_picture_covers_as_many_cells_as_it_has(grid: Grid) -> None:
    """One pixel more, and it would cover the next; by the terminal's own arithmetic."""
    cell = grid.cell
    for count in range(1, 90):
        row = bytes(range(200)) * 9
        (line, *_) = rows = stretched([row[: count * cell.width]] * cell.height, cell, grid)
        assert math.ceil(len(line) / grid.width) == count
        assert len(line) >= math.floor(count * grid.width) - 1
        assert math.ceil(len(rows) / grid.height) == 1
        assert line[0] < cell.width and line[-1] == row[: count * cell.width][-1]
        rows = stretched([b"ab"[:1] * cell.width] * cell.height * count, cell, grid)
        assert math.ceil(len(rows) / grid.height) == count


def test_a_picture_is_made_larger_until_it_ends_where_the_next_cell_begins() -> None:
    grid, within = GRIDS[0], Rect(0, 0, 20, 10)  # 7.5 x 15: two columns are whole pixels

    def larger(rect: Rect, left: int = 0, free: bool = True) -> Rect:
        return closed(rect, within, (left, 0), grid, lambda _: free)

    assert larger(Rect(4, 2, 1, 3)) == Rect(4, 2, 1, 3)  # 30 to 37.5, and 37 is the next
    assert larger(Rect(5, 2, 1, 3)) in (Rect(4, 2, 2, 3), Rect(5, 2, 2, 3))  # 37 would stay open
    assert larger(Rect(4, 2, 1, 3), left=1).width == 2  # it is the screen that counts
    assert larger(Rect(5, 2, 1, 3), free=False) == Rect(5, 2, 1, 3)  # a label stands there
    assert larger(Rect(19, 2, 1, 3)) == Rect(19, 2, 1, 3)  # nothing comes after the last


def test_where_a_picture_must_end_early_the_cell_below_has_its_colour() -> None:
    grid, cell = Grid(7.5, 15), Size(7, 14)
    rows = [bytes((1,)) * 6 + bytes((2,))] * 14
    colours = [0, 0x102030, 0x405060]
    assert below(rows, colours, cell, (4, 2), grid) == ""
    assert below(rows, colours, cell, (5, 2), grid) == "\x1b[3;6H\x1b[48;2;64;80;96m \x1b[0m"
    after = below(rows, colours, cell, (4, 2), grid, after_open=True)
    assert after == "\x1b[3;5H\x1b[48;2;16;32;48m \x1b[0m"


def scene(rect: Rect, edge: Edge = Edge.WHOLE, label: str = "") -> Scene:
    others = (Outline(Rect(10, 15, 60, 100), Kind.KEEP, label),)
    return Scene(SHEET, Outline(rect, Kind.ACTIVE, label), edge, others)


class Host:
    """Brings updates to the model as the app does."""

    def __init__(self, grid: Grid) -> None:
        self.sheet = open_surfaces("sixel", PALETTE, Terminal()).sheet
        self.model = XtermJsModel(60, 24, grid)
        self.place = Place(3, 1, 40, 14, grid.cell, grid)
        self.viewport = Viewport.fit(SHEET, self.place.pixels, grid.cell)
        self.waiting: list[Transfer] = []

    def take(self, update: Update) -> None:
        self.model.feed(update.text)
        for row, col, cell in update.changes:
            self.write(row, col, cell.bg)
        self.waiting += update.transfers
        if update.repaint:
            self.paint([Span(row, 0, self.place.width) for row in range(self.place.height)])

    def paint(self, spans: Sequence[Span]) -> None:
        for row, left, right in spans:
            for col in range(left, right):
                self.write(row, col, self.sheet.cells(row)[col].bg)
        self.take(self.sheet.repainted(spans, ()))

    def write(self, row: int, col: int, colour: int) -> None:
        red, green, blue = colour >> 16, colour >> 8 & 255, colour & 255
        self.model.write(row + self.place.top, col + self.place.left, (red, green, blue))

    def show(self, what: Scene) -> None:
        self.take(self.sheet.show(self.sheet.load(PICTURE, self.viewport), what, self.place))
        self.finish()

    def finish(self) -> None:
        while self.waiting:
            transfer = self.waiting.pop(0)
            transfer.prepare()
            while piece := transfer.next():
                self.model.feed(piece)
            self.take(transfer.done())

    @property
    def area(self) -> Rect:
        """The cells of the screen that the sheet has."""
        cells = self.viewport.to_cells(Rect(0, 0, SHEET.width, SHEET.height))
        return cells.translated(self.place.left, self.place.top)


def of_ground(image: Image.Image) -> Image.Image:
    """What is as the ground is."""
    apart = ImageChops.difference(image, Image.new("RGB", image.size, (255, 0, 255)))
    return apart.convert("L").point(lambda value: 255 if value == 0 else 0)


@pytest.mark.parametrize("grid", GRIDS)
def test_after_many_moves_no_pixel_of_the_sheet_is_open(grid: Grid) -> None:
    host, dice = Host(grid), random.Random(3)
    host.show(scene(Rect(100, 20, 120, 130)))
    for step in range(25):
        rect = Rect(dice.randrange(200), dice.randrange(100), 100 + step, 90)
        host.take(host.sheet.move(scene(rect, Edge.LEFT if step % 2 else Edge.WHOLE)))
        if step % 5 == 0:
            host.finish()
        if step % 7 == 0:
            row, left = dice.randrange(12), dice.randrange(30)
            host.paint([Span(row, left, left + 9), Span(row + 1, left, left + 9)])
    host.finish()
    area = host.area
    left, top = (area.left + 1) * grid.width, (area.top + 1) * grid.height
    right, bottom = (area.right - 1) * grid.width, (area.bottom - 1) * grid.height
    inner = host.model.render().crop(tuple(map(int, (left, top, right, bottom))))
    assert of_ground(inner).getbbox() is None
    assert set(host.model.parts) == {
        (row, col) for row in range(area.top, area.bottom) for col in range(area.left, area.right)
    }


@pytest.mark.parametrize("grid", GRIDS)
def test_moves_lead_to_what_a_fresh_view_shows(grid: Grid) -> None:
    """But for lines that are one pixel off where a picture was cut by another."""
    moved, fresh = Host(grid), Host(grid)
    moved.show(scene(Rect(100, 20, 120, 130), label="+a"))
    for step in range(20):
        moved.take(moved.sheet.move(scene(Rect(100 + 3 * step, 20 + step, 120, 130), label="+a")))
    moved.finish()
    fresh.show(scene(Rect(157, 39, 120, 130), label="+a"))
    apart = ImageChops.difference(moved.model.render(), fresh.model.render()).convert("L")
    far = sum(apart.point(lambda value: 255 if value > 40 else 0).histogram()[255:])
    assert far < 0.02 * moved.place.pixels.width * moved.place.pixels.height


def test_pictures_of_a_gallery_fill_their_slots() -> None:
    grid = GRIDS[1]
    gallery = open_galleries("sixel", PALETTE, Terminal()).strip
    slots = (Rect(0, 0, 9, 5), Rect(10, 0, 34, 12))
    gallery.place(Place(2, 1, 50, 14, grid.cell, grid), slots)
    model = XtermJsModel(60, 24, grid)
    sizes = [gallery.size_of(slot) for slot in slots]
    shown = [Framed(n, size, bytes(range(3)) * size.width * size.height)
             for n, size in enumerate(sizes)]  # fmt: skip
    waiting = list(gallery.show(shown).transfers)
    while waiting:
        transfer = waiting.pop(0)
        transfer.prepare()
        while piece := transfer.next():
            model.feed(piece)
        update = transfer.done()
        model.feed(update.text)
        waiting += update.transfers
    assert set(model.parts) == {
        (row + 1, col + 2)
        for slot in slots
        for row in range(slot.top, slot.bottom)
        for col in range(slot.left, slot.right)
    }


def test_whole_cells_are_sent_as_before() -> None:
    """No text is written among the pictures."""
    sheet = open_surfaces("sixel", PALETTE, Terminal()).sheet
    place = Place(3, 1, 40, 14, Size(8, 16))
    viewport = Viewport.fit(SHEET, place.pixels, place.cell)
    sheet.show(sheet.load(PICTURE, viewport), scene(Rect(100, 20, 120, 130)), place)
    everything(sheet.repainted([Span(row, 0, 40) for row in range(14)], ()))
    text = sheet.move(scene(Rect(101, 20, 120, 130))).text
    assert text and re.sub(r"\x1bP[^\x1b]*\x1b\\|\x1b\[\d+;\d+H", "", text) == ""
