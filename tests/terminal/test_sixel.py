"""Sixels, replayed into pixels: what is on the screen is what should be there."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from models.sixel_model import SixelModel
from PIL import Image, ImageChops, ImageDraw, ImageStat

from spyke_tui.model.geometry import Edge, Rect, Size, nearest_fit
from spyke_tui.processing.previews import SheetPicture
from spyke_tui.terminal.cells import Cell
from spyke_tui.terminal.few_colours import few_colours
from spyke_tui.terminal.labels import line_width
from spyke_tui.terminal.rough import REST, rows_of_few
from spyke_tui.terminal.scene import Kind, Outline, Palette, Scene
from spyke_tui.terminal.sixel_wire import LEFT_OUT, sixel
from spyke_tui.terminal.surface import Place, Span, Terminal, Transfer, Update, open_surfaces
from spyke_tui.terminal.viewport import Viewport

CELL = Size(5, 9)
SHEET = Size(320, 200)
PALETTE = Palette()
PLACE = Place(2, 1, 40, 14, CELL)


def art() -> Image.Image:
    image = Image.linear_gradient("L").resize((SHEET.width, SHEET.height)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for at in range(0, SHEET.width, 40):
        draw.rectangle((at, at // 2, at + 15, at // 2 + 30), fill=(at % 256, 200, 255 - at % 256))
    return image


PICTURE = SheetPicture(art())


def scene(rect: Rect, edge: Edge = Edge.WHOLE, others: int = 2, erased: bool = False) -> Scene:
    outlines = [
        Outline(Rect(10 + 75 * n, 15, 60, 100), kind, f"+o{n}")
        for n, kind in enumerate((Kind.KEEP, Kind.DRAFT, Kind.REJECT)[:others])
    ]
    erase = (Rect(40, 40, 50, 30),) if erased else ()
    return Scene(SHEET, Outline(rect, Kind.ACTIVE, "+active"), edge, tuple(outlines), erase)


class Host:
    """Brings updates to the model as the app does; it paints the text layer on `repaint`."""

    def __init__(self, terminal: Terminal, holes: bool) -> None:
        surfaces = open_surfaces("sixel", PALETTE, terminal)
        self.sheet, self.preview = surfaces.sheet, surfaces.preview
        self.model = SixelModel(60, 24, (CELL.width, CELL.height), holes)
        self.place = PLACE
        self.waiting: list[Transfer] = []
        self.toast: tuple[Rect, ...] = ()

    def take(self, update: Update) -> None:
        self.model.feed(update.text)
        for row, col, cell in update.changes:
            if not self.under_toast(row, col):
                self.write(row, col, cell)
        self.waiting += update.transfers
        if update.repaint:
            self.paint([Span(row, 0, self.place.width) for row in range(self.place.height)])

    def paint(self, spans: Sequence[Span]) -> None:
        """Textual's part: text cells, a toast over them, and the word that it was done."""
        for row, left, right in spans:
            cells = self.sheet.cells(row)
            for col in range(left, right):
                if not self.under_toast(row, col):
                    self.write(row, col, cells[col])
                else:
                    self.model.write(row + self.place.top, col + self.place.left, (255, 0, 255))
        self.take(self.sheet.repainted(spans, self.toast))

    def write(self, row: int, col: int, cell: Cell) -> None:
        red, green, blue = cell.bg >> 16, cell.bg >> 8 & 255, cell.bg & 255
        self.model.write(row + self.place.top, col + self.place.left, (red, green, blue))

    def under_toast(self, row: int, col: int) -> bool:
        return any(r.left <= col < r.right and r.top <= row < r.bottom for r in self.toast)

    def finish(self) -> None:
        while self.waiting:
            transfer = self.waiting.pop(0)
            transfer.prepare()
            while piece := transfer.next():
                self.model.feed(piece)
            self.take(transfer.done())

    def show(self, viewport: Viewport, what: Scene, place: Place = PLACE) -> None:
        self.place = place
        self.take(self.sheet.show(self.sheet.load(PICTURE, viewport), what, place))


TERMINALS = [
    pytest.param(Terminal(clear_patches=True), True, id="holes"),
    pytest.param(Terminal(), False, id="whole-cells"),
]


def pane(host: Host) -> Image.Image:
    place = host.place
    left, top = place.left * CELL.width, place.top * CELL.height
    return host.model.screen.crop((left, top, left + place.pixels.width, top + place.pixels.height))


def test_what_is_encoded_comes_back() -> None:
    dice = random.Random(1)
    for width, height in ((1, 1), (7, 6), (13, 20), (40, 5), (3, 61)):
        colours = [dice.randrange(1 << 24) for _ in range(40)]
        rows = [bytes(dice.choice((0, 0, 0, 5, 39)) for _ in range(width)) for _ in range(height)]
        model = SixelModel(20, 12, (5, 9))
        model.feed("\x1b[2;3H" + sixel(rows, colours))
        for y, row in enumerate(rows):
            for x, index in enumerate(row):
                wanted = colours[index].to_bytes(3, "big")
                seen = model.screen.getpixel((10 + x, 9 + y))
                assert all(abs(a - b) <= 2 for a, b in zip(wanted, seen, strict=True))


def test_pixels_that_are_left_out_stay() -> None:
    model = SixelModel(20, 12, (5, 9))
    rows = [bytes((LEFT_OUT, 1, LEFT_OUT, LEFT_OUT)) for _ in range(7)]
    model.feed("\x1b[1;1H" + sixel(rows, [0, 0xFFFFFF]))
    assert model.screen.getpixel((0, 0)) == (9, 9, 9)
    assert model.screen.getpixel((1, 6)) == (255, 255, 255)
    assert sixel([bytes((LEFT_OUT,)) * 4], [0]) == ""


@pytest.mark.parametrize(("terminal", "holes"), TERMINALS)
def test_a_view_looks_like_the_sheet(terminal: Terminal, holes: bool) -> None:
    host = Host(terminal, holes)
    viewport = Viewport.fit(SHEET, PLACE.pixels, CELL)
    rect = Rect(100, 60, 150, 100)
    host.show(viewport, scene(rect, others=0))
    host.finish()
    shown = viewport.to_pane(rect)
    line = line_width(CELL)
    inner = (
        shown.left + line,
        shown.top + 3 * CELL.height,
        shown.right - line,
        shown.bottom - line,
    )
    seen = pane(host).crop(inner)
    whole = Image.frombytes(
        "RGB",
        (viewport.picture.width, viewport.picture.height),
        PICTURE.part(viewport.source, viewport.picture.size),
    )
    moved = Image.new("RGB", (PLACE.pixels.width, PLACE.pixels.height))
    moved.paste(whole, (viewport.picture.left, viewport.picture.top))
    assert max(ImageStat.Stat(ImageChops.difference(seen, moved.crop(inner))).mean) < 12
    corner = pane(host).getpixel((shown.left, shown.bottom - 1))
    assert max(abs(a - b) for a, b in zip(corner, (0xFF, 0x3D, 0x7F), strict=True)) <= 2


@pytest.mark.parametrize(("terminal", "holes"), TERMINALS)
def test_random_steps_leave_not_one_stale_pixel(terminal: Terminal, holes: bool) -> None:
    """Each time compared with a fresh surface that shows the same from nothing."""
    dice = random.Random(5)
    host = Host(terminal, holes)
    place, rect, edge, others, erased = PLACE, Rect(50, 30, 60, 80), Edge.WHOLE, 2, False
    viewport = Viewport.fit(SHEET, place.pixels, CELL)
    host.show(viewport, scene(rect))
    host.finish()
    kinds = ["nudge"] * 10 + [
        "grow",
        "edge",
        "zoom",
        "pan",
        "crop",
        "place",
        "hide",
        "toast",
        "part",
    ]
    for number in range(500):
        kind = dice.choice(kinds)
        looked = viewport
        if kind == "nudge":
            moved = rect.translated(dice.randint(-5, 5), dice.randint(-5, 5))
            rect = nearest_fit(moved, SHEET)
        elif kind == "grow":
            rect = Rect(rect.left, rect.top, dice.randint(1, 200), dice.randint(1, 200))
        elif kind == "edge":
            edge = dice.choice(list(Edge))
        elif kind == "zoom":
            looked = viewport.zoomed(dice.choice((0.2, 1.5)), dice.randint(0, 200), 60)
        elif kind == "pan":
            looked = viewport.panned(dice.randint(-40, 40), dice.randint(-40, 40))
        elif kind == "crop":
            others, erased = dice.randint(0, 3), dice.random() < 0.3
        elif kind == "place":
            place = Place(dice.randint(0, 9), 1, dice.randint(9, 45), dice.randint(3, 20), CELL)
            looked = viewport.resized(place.pixels, CELL)
        elif kind == "hide":
            host.take(host.sheet.hide())
        elif kind == "toast":
            before, host.toast = host.toast, ()
            if not before:
                host.toast = (Rect(dice.randint(0, 8), dice.randint(0, 5), 6, 2),)
            rows = {r for t in (*before, *host.toast) for r in range(t.top, t.bottom)}
            rows = {r for r in rows if r < host.place.height}
            host.paint([Span(row, 0, host.place.width) for row in sorted(rows)])
        elif kind == "part" and host.waiting:
            host.waiting[0].prepare()
            host.model.feed(host.waiting[0].next())
        what = scene(rect, edge, others, erased)
        if looked != viewport or kind in ("place", "hide"):
            viewport = looked
            if kind == "place":
                host.toast = ()
            host.show(viewport, what, place)
        else:
            host.take(host.sheet.move(what))
        if number % 12:
            continue
        host.finish()
        if host.toast:
            host.toast, gone = (), host.toast
            rows = {r for t in gone for r in range(t.top, t.bottom) if r < place.height}
            host.paint([Span(row, 0, place.width) for row in sorted(rows)])
            host.finish()
        fresh = Host(terminal, holes)
        fresh.show(viewport, what, place)
        fresh.finish()
        apart = ImageChops.difference(pane(host), pane(fresh)).getbbox()
        assert apart is None, f"step {number}: {kind} {apart}"
        for row in range(place.height):
            assert list(host.sheet.cells(row)) == list(fresh.sheet.cells(row))


def test_a_toast_is_not_drawn_over() -> None:
    host = Host(Terminal(), False)
    viewport = Viewport.fit(SHEET, PLACE.pixels, CELL)
    host.show(viewport, scene(Rect(10, 10, 100, 100)))
    host.finish()
    host.toast = (Rect(5, 4, 10, 3),)
    host.paint([Span(row, 0, PLACE.width) for row in range(4, 7)])
    for step in range(20):
        host.take(host.sheet.move(scene(Rect(10 + 3 * step, 10, 100, 100))))
    over = pane(host).crop((5 * CELL.width, 4 * CELL.height, 15 * CELL.width, 7 * CELL.height))
    assert over.getcolors() == [(over.width * over.height, (255, 0, 255))]


def test_while_another_screen_is_on_top_nothing_is_drawn() -> None:
    host = Host(Terminal(), False)
    viewport = Viewport.fit(SHEET, PLACE.pixels, CELL)
    host.show(viewport, scene(Rect(10, 10, 100, 100)))
    host.take(host.sheet.hide())
    drawn = host.model.bytes
    host.take(host.sheet.move(scene(Rect(20, 10, 100, 100))))
    host.take(host.sheet.repainted([Span(2, 0, 9)], ()))
    host.finish()
    assert host.model.bytes == drawn


def test_the_preview_is_drawn_when_the_keys_rest() -> None:
    host = Host(Terminal(), False)
    place = Place(20, 1, 20, 11, CELL)
    assert host.preview.place(place).repaint
    host.take(host.preview.follow(PICTURE, Rect(0, 0, 50, 90), "#ff0000", 900))
    assert not host.waiting  # a key that moves the crop waits
    side = host.preview.side
    real = PICTURE.real_preview(Rect(0, 0, 50, 90), 512, side, "#ff0000")
    host.take(host.preview.settle(real, side))
    host.finish()
    left = (place.left + (place.pixels.width - side) // 2 // CELL.width) * CELL.width
    top = (place.top + (place.pixels.height - side) // 2 // CELL.height) * CELL.height
    seen = host.model.screen.crop((left, top, left + side, top + side))
    wanted = Image.frombytes("RGB", (side, side), real)
    assert max(ImageStat.Stat(ImageChops.difference(seen, wanted)).mean) < 6


def test_a_rare_colour_is_kept() -> None:
    image = Image.effect_noise((200, 200), 12).convert("RGB").point(lambda v: min(255, v + 110))
    image.paste((20, 160, 40), (10, 10, 16, 16))
    pixels, colours = few_colours(image.tobytes(), Size(200, 200), 64)
    red, green, blue = colours[pixels[12 * 200 + 12]].to_bytes(3, "big")
    assert green > 120 and red < 80 and blue < 90


@pytest.mark.parametrize("registers", [16, 64, 256])
def test_no_more_registers_than_the_terminal_has(registers: int) -> None:
    host = Host(Terminal(registers=registers), False)
    viewport = Viewport.fit(SHEET, PLACE.pixels, CELL)
    what = scene(Rect(10, 10, 100, 100), Edge.TOP, 3, erased=True)
    texts = [host.sheet.show(host.sheet.load(PICTURE, viewport), what, PLACE).text]
    update = host.sheet.repainted([Span(row, 0, PLACE.width) for row in range(14)], ())
    texts.append(update.text)
    for transfer in update.transfers:
        while piece := transfer.next():
            texts.append(piece)
    used = {int(number) for number in re.findall(r"#(\d+);2;", "".join(texts))}
    assert used
    assert max(used) < registers


def test_patches_are_rough_while_keys_come_and_right_when_they_rest() -> None:
    """Rough: no line is lost, no colour is far off, and it is cheaper. At rest: not one pixel."""
    rough, exact = Host(Terminal(), False), Host(Terminal(), False)
    viewport = Viewport.fit(SHEET, PLACE.pixels, CELL)
    for host in (rough, exact):
        host.show(viewport, scene(Rect(20, 20, 100, 160)))
        host.finish()
    before = rough.model.bytes
    for step in range(12):
        rough.take(rough.sheet.move(scene(Rect(20 + 9 * step, 20, 100, 160))))
    moved = rough.model.bytes - before
    last = scene(Rect(20 + 9 * 11, 20, 100, 160))
    exact.show(viewport, last)
    exact.finish()
    apart = ImageChops.difference(pane(rough), pane(exact))
    assert apart.getbbox() is not None
    assert max(ImageStat.Stat(apart).mean) < 6
    frame = viewport.to_pane(last.active.rect) if last.active else Rect(0, 0, 0, 0)
    assert (
        apart.crop((frame.left, frame.top, frame.left + line_width(CELL), frame.bottom)).getbbox()
        is None
    )
    assert len(rough.waiting) == 1
    finish = rough.waiting[0]
    assert not finish.due(0.3)
    assert finish.due(REST)
    rough.finish()
    assert ImageChops.difference(pane(rough), pane(exact)).getbbox() is None
    assert rough.model.bytes - before > moved


def test_a_key_stops_what_is_drawn_at_rest_and_it_comes_later() -> None:
    host, fresh = Host(Terminal(), False), Host(Terminal(), False)
    viewport = Viewport.fit(SHEET, PLACE.pixels, CELL)
    host.show(viewport, scene(Rect(20, 20, 100, 160)))
    host.finish()
    for step in range(20):
        host.take(host.sheet.move(scene(Rect(20 + 9 * step, 20, 100, 160))))
    first = host.waiting.pop()
    assert first.due(REST)
    drawn = host.model.bytes
    host.take(first.done())
    assert host.model.bytes > drawn  # a piece
    last = scene(Rect(20 + 9 * 20, 20, 100, 160))
    host.take(host.sheet.move(last))
    assert len(host.waiting) == 1  # the rest
    assert not host.waiting[0].due(0)
    host.finish()
    fresh.show(viewport, last)
    fresh.finish()
    assert ImageChops.difference(pane(host), pane(fresh)).getbbox() is None


@given(
    st.lists(st.integers(0, 0xFFFFFF), min_size=3, max_size=60),
    st.integers(1, 8),
    st.data(),
)
def test_few_colours_are_the_nearest_of_those_that_stay(
    colours: list[int], most: int, data: st.DataObject
) -> None:
    lines = len(colours) - 2
    index = st.integers(0, len(colours) - 1)
    rows = [bytes(data.draw(st.lists(index, min_size=9, max_size=9))) for _ in range(6)]
    out = rows_of_few(rows, colours, lines, most)
    kept = {value for row in out for value in row if value < lines}
    assert len(kept) <= most
    for old_row, new_row in zip(rows, out, strict=True):
        for old, new in zip(old_row, new_row, strict=True):
            if old >= lines:
                assert new == old
            else:
                assert new in {value for row in rows for value in row}
                assert all(
                    apart(colours[old], colours[new]) <= apart(colours[old], colours[one])
                    for one in kept
                )


def apart(one: int, other: int) -> int:
    weights = (3, 6, 1)
    pairs = zip(one.to_bytes(3, "big"), other.to_bytes(3, "big"), weights, strict=True)
    return sum(weight * (a - b) ** 2 for a, b, weight in pairs)
