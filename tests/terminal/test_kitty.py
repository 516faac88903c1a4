"""Kitty graphics, replayed into pixels: what is on the screen is what should be there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from models.kitty_model import KittyModel
from PIL import Image, ImageChops, ImageDraw, ImageStat

from spyke_tui.model.geometry import Edge, Rect, Size, contain_box
from spyke_tui.processing.previews import SheetPicture
from spyke_tui.terminal.kitty import KittySurface
from spyke_tui.terminal.kitty_preview import KittyPreview
from spyke_tui.terminal.kitty_shelf import Shelf
from spyke_tui.terminal.kitty_wire import GIVE_UP
from spyke_tui.terminal.scene import Kind, Outline, Palette, Scene
from spyke_tui.terminal.surface import Place, Surfaces, Terminal, Transfer, Update, open_surfaces
from spyke_tui.terminal.viewport import Viewport

CELL = Size(10, 20)
SHEET = Size(640, 400)
PALETTE = Palette()
PLACE = Place(3, 2, 50, 16, CELL)
GROUND = (1, 2, 3)


def art(size: Size = SHEET) -> Image.Image:
    """Gradients and shapes, so that every shift shows."""
    image = Image.linear_gradient("L").resize((size.width, size.height)).convert("RGB")
    image = ImageChops.multiply(
        image, Image.radial_gradient("L").resize(image.size).convert("RGB").rotate(90)
    )
    draw = ImageDraw.Draw(image)
    for at in range(0, size.width, 40):
        draw.rectangle((at, at // 2, at + 15, at // 2 + 30), fill=(at % 256, 200, 255 - at % 256))
    return image


@pytest.fixture(scope="module")
def picture() -> SheetPicture:
    return SheetPicture(art())


def scene(rect: Rect, edge: Edge = Edge.WHOLE, others: int = 2) -> Scene:
    outlines = [
        Outline(Rect(20 + 150 * n, 30, 120, 200), kind, f"+other{n}")
        for n, kind in enumerate((Kind.KEEP, Kind.DRAFT, Kind.REJECT)[:others])
    ]
    return Scene(SHEET, Outline(rect, Kind.ACTIVE, "+active"), edge, tuple(outlines))


class Host:
    """Brings updates to the model as the app's writer does, one transfer after the other."""

    def __init__(self, surfaces: Surfaces, cols: int = 80, rows: int = 40) -> None:
        self.sheet, self.preview = surfaces.sheet, surfaces.preview
        self.model = KittyModel(cols, rows, (CELL.width, CELL.height))
        self.waiting: list[Transfer] = []
        self.said = 0

    def take(self, update: Update) -> None:
        self.model.feed(update.text)
        self.said = len(update.text)
        self.waiting += update.transfers

    def finish(self) -> None:
        while self.waiting:
            transfer = self.waiting.pop(0)
            transfer.prepare()
            while piece := transfer.next():
                self.model.feed(piece)
            self.take(transfer.done())

    def pixels(self) -> Image.Image:
        return self.model.render(GROUND)


@pytest.fixture(params=[True, False], ids=["files", "stream"])
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    host = Host(open_surfaces("kitty", PALETTE, Terminal(files=request.param)))
    yield host
    host.take(host.sheet.close())


def show(host: Host, picture: SheetPicture | None, what: Scene, place: Place = PLACE) -> Viewport:
    viewport = Viewport.fit(what.sheet, place.pixels, place.cell)
    host.take(host.sheet.show(host.sheet.load(picture, viewport), what, place))
    host.finish()
    return viewport


def expected(picture: SheetPicture, what: Scene, viewport: Viewport, place: Place) -> Image.Image:
    """A fitting view drawn with nothing but Pillow."""
    pane = Image.new("RGB", (place.pixels.width, place.pixels.height), PALETTE.background)
    pane.paste(tuple(PALETTE.background.to_bytes(3, "big")), (0, 0, *pane.size))
    shown = viewport.picture
    part = Image.frombytes(
        "RGB", (shown.width, shown.height), picture.part(viewport.source, shown.size)
    )
    pane.paste(part, (shown.left, shown.top))
    assert what.active is not None
    hole = viewport.to_pane(what.active.rect)
    dark = pane.point(lambda value: round(value * PALETTE.dim))
    dark.paste(pane.crop(hole.box), hole.box)
    draw = ImageDraw.Draw(dark)
    for outline in (*what.others, what.active):
        rect = viewport.to_pane(outline.rect)
        colour = tuple(PALETTE.of(outline.kind).to_bytes(3, "big"))
        draw.rectangle(
            (rect.left, rect.top, rect.right - 1, rect.bottom - 1), outline=colour, width=2
        )
    screen = Image.new("RGB", (800, 800), GROUND)
    screen.paste(dark, (place.left * CELL.width, place.top * CELL.height))
    return screen


def furthest(a: Image.Image, b: Image.Image) -> int:
    """The largest difference of any channel of any pixel."""
    return max(high for _, high in ImageChops.difference(a, b).getextrema())


def test_a_fitting_view_is_exact(picture: SheetPicture) -> None:
    host = Host(open_surfaces("kitty", PALETTE, Terminal(files=True)))
    what = scene(Rect(200, 100, 150, 180))
    viewport = show(host, picture, what)
    assert furthest(host.pixels(), expected(picture, what, viewport, PLACE)) <= 1
    for rect in (Rect(0, 0, 640, 400), Rect(630, 390, 10, 10), Rect(0, 100, 30, 20)):
        what = scene(rect)
        host.take(host.sheet.move(what))
        assert furthest(host.pixels(), expected(picture, what, viewport, PLACE)) <= 1
    host.take(host.sheet.close())


def test_a_move_is_a_few_placements_and_sends_no_image(host: Host, picture: SheetPicture) -> None:
    show(host, picture, scene(Rect(100, 100, 150, 180)))
    host.take(host.preview.place(Place(60, 2, 20, 10, CELL)))
    host.take(host.preview.follow(picture, Rect(100, 100, 150, 180), "#ffffff"))
    host.finish()
    before = host.model.transmitted
    for step in range(1, 30):
        rect = Rect(100 + 3 * step, 100, 150, 180)
        host.take(host.sheet.move(scene(rect)))
        sheet = host.said
        host.take(host.preview.follow(picture, rect, "#ffffff"))
        assert not host.waiting
        assert sheet <= 330
        assert host.said <= 100
    for step in range(2, 30):
        host.take(host.sheet.move(scene(Rect(187, 100 + 3 * step, 150, 180))))
        if step > 2:  # the first one turns the dimming round
            assert host.said <= 330
    assert host.model.transmitted == before


def test_growing_sends_no_image(host: Host, picture: SheetPicture) -> None:
    show(host, picture, scene(Rect(100, 100, 150, 180)))
    before = host.model.transmitted
    for size in range(1, 60, 7):
        host.take(host.sheet.move(scene(Rect(100, 100, 3 * size, size))))
    assert host.model.transmitted == before


def test_zoom_and_pan_send_no_image_and_stay_short(host: Host, picture: SheetPicture) -> None:
    what = scene(Rect(200, 100, 150, 180))
    viewport = show(host, picture, what)
    before = host.model.transmitted
    for step in range(6):
        viewport = viewport.zoomed(1.2, 250, 160) if step < 4 else viewport.panned(33, 15)
        host.take(host.sheet.show(host.sheet.load(picture, viewport), what, PLACE))
        assert host.said <= 700
        assert not host.waiting
    assert host.model.transmitted == before


def random_steps(seed: int, count: int) -> Iterator[tuple[str, random.Random]]:
    dice = random.Random(seed)
    kinds = ["nudge"] * 8 + ["grow", "edge", "zoom", "zoom", "pan", "crop", "place", "hide", "late"]
    for _ in range(count):
        yield dice.choice(kinds), dice


@pytest.mark.parametrize(("files", "off"), [(True, 0), (False, 60)], ids=["files", "stream"])
def test_500_random_steps_leave_not_one_stale_pixel(
    picture: SheetPicture, files: bool, off: int
) -> None:
    """Each time compared with a fresh surface that shows the same from nothing.

    In the stream the sheet has few colours, chosen for the margin that it had when it was sent.
    """
    host = Host(open_surfaces("kitty", PALETTE, Terminal(files)))
    place, rect, edge, others = PLACE, Rect(100, 60, 90, 120), Edge.WHOLE, 2
    viewport = show(host, picture, scene(rect))
    for number, (kind, dice) in enumerate(random_steps(7, 500)):
        looked = viewport
        if kind == "nudge":
            rect = rect.translated(dice.randint(-9, 9), dice.randint(-9, 9))
        elif kind == "grow":
            rect = Rect(rect.left, rect.top, dice.randint(1, 300), dice.randint(1, 300))
        elif kind == "edge":
            edge = dice.choice(list(Edge))
        elif kind == "zoom":
            factor = dice.choice((0.2, 0.8, 1.25, 2.0))
            looked = viewport.zoomed(factor, dice.randint(0, 400), dice.randint(0, 300))
        elif kind == "pan":
            looked = viewport.panned(dice.randint(-90, 90), dice.randint(-90, 90))
        elif kind == "crop":
            others = dice.randint(0, 3)
            rect = Rect(dice.randint(0, 600), dice.randint(0, 350), 40, 50)
        elif kind == "place":
            place = Place(dice.randint(0, 9), 1, dice.randint(20, 60), dice.randint(6, 30), CELL)
            looked = viewport.resized(place.pixels, CELL)
        elif kind == "hide":
            host.take(host.sheet.hide())
            assert not host.model.placed
        what = scene(rect, edge, others)
        if looked != viewport or kind in ("place", "hide"):
            viewport = looked
            host.take(host.sheet.show(host.sheet.load(picture, viewport), what, place))
        else:
            host.take(host.sheet.move(what))
        if kind != "late" and number % 10:
            continue
        host.finish()
        fresh = Host(open_surfaces("kitty", PALETTE, Terminal(files)))
        fresh.take(fresh.sheet.show(fresh.sheet.load(picture, viewport), what, place))
        fresh.finish()
        assert furthest(host.pixels(), fresh.pixels()) <= off, f"step {number}: {kind}"
        for row in range(place.height):
            assert list(host.sheet.cells(row)) == list(fresh.sheet.cells(row))
        fresh.take(fresh.sheet.close())
        assert len(host.model.images) <= 14
    host.take(host.sheet.close())
    assert not host.model.images


def test_keys_between_the_pieces_of_a_picture_do_no_harm() -> None:
    """A transmission in pieces has placements between its pieces, never another transmission."""
    noise = Image.effect_noise((1500, 900), 90).convert("RGB")
    picture = SheetPicture(noise)
    host = Host(open_surfaces("kitty", PALETTE, Terminal(files=False)))
    what = Scene(picture.size, Outline(Rect(10, 10, 50, 50), Kind.ACTIVE, "a"))
    viewport = Viewport.fit(picture.size, PLACE.pixels, CELL)
    host.take(host.sheet.show(host.sheet.load(picture, viewport), what, PLACE))
    between = 0
    while host.waiting:
        transfer = host.waiting.pop(0)
        transfer.prepare()
        while piece := transfer.next():
            host.model.feed(piece)
            between += 1
            host.take(host.sheet.move(what.moved(Rect(10 + between, 10, 50, 50), Edge.TOP)))
        host.take(transfer.done())
    assert between > 10
    assert host.model.placed


def test_leaving_in_the_middle_of_a_picture_gives_up_and_leaves_nothing() -> None:
    noise = Image.effect_noise((1500, 900), 90).convert("RGB")
    picture = SheetPicture(noise)
    host = Host(open_surfaces("kitty", PALETTE, Terminal(files=False)))
    viewport = Viewport.fit(picture.size, PLACE.pixels, CELL)
    what = Scene(picture.size)
    host.take(host.sheet.show(host.sheet.load(picture, viewport), what, PLACE))
    for transfer in host.waiting:
        transfer.prepare()
        host.model.feed(transfer.next())
        if host.model._loading is not None:
            break
        host.take(transfer.done())
    last = host.sheet.close().text
    assert last.startswith(GIVE_UP)
    host.model.feed(last)
    assert not host.model.images
    assert not host.model.placed


def test_no_file_stays_behind(picture: SheetPicture, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    host = Host(open_surfaces("kitty", PALETTE, Terminal(files=True)))
    viewport = Viewport.fit(SHEET, PLACE.pixels, CELL)
    host.take(host.sheet.show(host.sheet.load(picture, viewport), scene(Rect(1, 1, 9, 9)), PLACE))
    for transfer in host.waiting:
        transfer.prepare()  # written, but never read by a terminal
    assert list(tmp_path.iterdir())
    host.sheet.close()
    assert not list(tmp_path.iterdir())


def test_a_missing_picture_is_a_blank_sheet(host: Host) -> None:
    show(host, None, scene(Rect(100, 100, 150, 180)))
    lit = host.pixels().getpixel((PLACE.left * 10 + 150, PLACE.top * 20 + 160))
    assert furthest(Image.new("RGB", (1, 1), lit), Image.new("RGB", (1, 1), (0x2A,) * 3)) <= 2


@pytest.mark.parametrize("rect", [Rect(0, 0, 100, 300), Rect(500, 20, 140, 37), Rect(3, 5, 7, 7)])
def test_the_preview_is_the_letterboxed_crop(rect: Rect, picture: SheetPicture) -> None:
    host = Host(open_surfaces("kitty", PALETTE, Terminal(files=True)))
    show(host, picture, scene(rect))
    place = Place(60, 2, 15, 9, CELL)
    host.take(host.preview.place(place))
    host.take(host.preview.follow(picture, rect, "#ff0000"))
    host.finish()
    side = host.preview.side
    assert side == 150
    left = place.left * 10 + (place.pixels.width - side) // 2 // 10 * 10
    top = place.top * 20 + (place.pixels.height - side) // 2 // 20 * 20
    seen = host.pixels().crop((left, top, left + side, top + side))
    fitted = contain_box(rect.size, side)
    wanted = Image.new("RGB", (side, side), (255, 0, 0))
    cut = art().crop(rect.box).resize((fitted.width, fitted.height), Image.Resampling.BILINEAR)
    wanted.paste(cut, (fitted.left, fitted.top))
    outside = Image.new("L", (side, side), 255)
    outside.paste(0, fitted.box)
    black = Image.new("RGB", (side, side))
    bars = [Image.composite(one, black, outside) for one in (seen, wanted)]
    assert furthest(*bars) == 0
    inside = ImageChops.difference(seen, wanted).convert("L").crop(fitted.box)
    assert ImageStat.Stat(inside).mean[0] < 12
    host.take(host.preview.close())


def test_settling_shows_the_real_image_until_the_crop_moves(picture: SheetPicture) -> None:
    host = Host(open_surfaces("kitty", PALETTE, Terminal(files=True)))
    show(host, picture, scene(Rect(10, 10, 90, 90)))
    place = Place(60, 2, 15, 9, CELL)
    host.take(host.preview.place(place))
    host.take(host.preview.follow(picture, Rect(10, 10, 90, 90), "#ffffff"))
    host.finish()
    side = host.preview.side
    host.take(host.preview.settle(bytes((9, 99, 199)) * side * side, side))
    host.finish()
    middle = (place.left * 10 + 75, place.top * 20 + 75)
    assert host.pixels().getpixel(middle) == (9, 99, 199)
    host.take(host.preview.follow(picture, Rect(12, 10, 90, 90), "#ffffff"))
    assert host.pixels().getpixel(middle) != (9, 99, 199)


def test_the_preview_shows_up_when_the_sheet_has_come(picture: SheetPicture) -> None:
    shelf = Shelf(files=True, first=1)
    sheet = KittySurface(PALETTE, shelf)
    host = Host(Surfaces(sheet, KittyPreview(PALETTE, shelf, sheet.level_for)))
    host.take(host.preview.place(Place(60, 2, 15, 9, CELL)))
    host.take(host.preview.follow(picture, Rect(10, 10, 90, 90), "#ffffff"))
    host.finish()
    cut = {slot for _, slot in host.model.placed}
    show(host, picture, scene(Rect(10, 10, 90, 90)))
    assert {slot for _, slot in host.model.placed} > cut


def test_another_sheet_replaces_the_first(host: Host, picture: SheetPicture) -> None:
    other = SheetPicture(Image.new("RGB", (300, 300), (200, 30, 30)))
    show(host, picture, scene(Rect(10, 10, 90, 90)))
    show(host, other, Scene(other.size, Outline(Rect(100, 100, 90, 90), Kind.ACTIVE, "x")))
    middle = host.pixels().getpixel((PLACE.left * 10 + 250, PLACE.top * 20 + 160))
    assert middle[0] > 150 > middle[1]
    show(host, picture, scene(Rect(10, 10, 90, 90)))
    fresh = Host(open_surfaces("kitty", PALETTE, Terminal(files=False)))
    fresh.sheet._stock._shelf.files = host.sheet._stock._shelf.files  # type: ignore[attr-defined]
    show(fresh, picture, scene(Rect(10, 10, 90, 90)))
    assert furthest(host.pixels(), fresh.pixels()) == 0


def test_other_colours_are_taken(host: Host, picture: SheetPicture) -> None:
    what = scene(Rect(100, 100, 150, 180))
    show(host, picture, what)
    light = replace(PALETTE, background=0xF0F0F0, active=0x00FF00, dim=0.7)
    host.sheet.recolour(light)
    show(host, picture, what)
    pixels = host.pixels()
    assert (0, 255, 0) in {colour for _, colour in pixels.getcolors(1 << 20)}
    assert (0xFF, 0x3D, 0x7F) not in {colour for _, colour in pixels.getcolors(1 << 20)}


@pytest.mark.parametrize("protocol", ["kitty", "sixel", "halfcell", "none"])
@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_outline_can_stand_beside_the_active_one(protocol: str, kind: Kind) -> None:
    surface = open_surfaces(protocol, PALETTE).sheet
    place = replace(PLACE, cell=surface.cell(CELL))
    what = Scene(SHEET, None, Edge.WHOLE, (Outline(Rect(5, 5, 90, 90), kind, "x"),))
    viewport = Viewport.fit(SHEET, place.pixels, place.cell)
    update = surface.show(surface.load(None, viewport), what, place)
    for transfer in update.transfers:
        transfer.prepare()
    surface.close()


def test_what_is_dimmed_is_as_dark_in_a_terminal_that_mixes_in_linear_light(
    picture: SheetPicture,
) -> None:
    place = Place(0, 0, 20, 6, CELL)
    host = Host(open_surfaces("kitty", PALETTE, Terminal(files=True, linear=True)), 20, 6)
    host.model.linear = True
    what = scene(Rect(200, 100, 150, 180))
    viewport = show(host, picture, what, place)
    wanted = expected(picture, what, viewport, place).crop((0, 0, *host.pixels().size))
    assert furthest(host.pixels(), wanted) <= 7  # the darkest tones, where sRGB is a line
    host.take(host.sheet.close())
