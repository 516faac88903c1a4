"""Half cells replayed: what a terminal shows after any sequence of changes is the scene itself."""

import random

import pytest
from PIL import Image, ImageDraw
from screen_model import ScreenModel

from spyke_tui.model.geometry import Edge, Rect, Size, nearest_fit
from spyke_tui.processing.previews import SheetPicture
from spyke_tui.terminal.cells import encode
from spyke_tui.terminal.halfcell import HalfcellSurface
from spyke_tui.terminal.halfcell_frame import CELL
from spyke_tui.terminal.halfcell_preview import (
    FOLLOW_TOLERANCE,
    SETTLE_TOLERANCE,
    HalfcellPreview,
)
from spyke_tui.terminal.rough import REST
from spyke_tui.terminal.scene import Kind, Outline, Palette, Scene
from spyke_tui.terminal.surface import Place, Span, Surface, Transfer, Update
from spyke_tui.terminal.viewport import Viewport

SHEET = Size(640, 360)
PALETTE = Palette()


def drawn_sheet() -> Image.Image:
    image = Image.effect_noise((SHEET.width, SHEET.height), 40).convert("RGB")
    draw = ImageDraw.Draw(image)
    for x in range(0, SHEET.width, 80):
        draw.ellipse((x, 40, x + 60, 300), fill=(x % 255, 120, 255 - x % 200))
    return image


PICTURE = SheetPicture(drawn_sheet())


class Terminal:
    """Shows a surface as the app does: changes at once, repaints from the surface's rows."""

    def __init__(self, surface: Surface | HalfcellPreview, place: Place) -> None:
        self.surface, self.place = surface, place
        self.screen = ScreenModel(place.left + place.width, place.top + place.height)
        self.bytes = 0
        self.waiting: list[Transfer] = []

    def take(self, update: Update) -> None:
        if update.repaint:
            for row in range(self.place.height):
                self._write_row(row)
            self.surface.repainted(
                [Span(row, 0, self.place.width) for row in range(self.place.height)], ()
            )
        text = encode(update.changes, self.place.left, self.place.top, width=self.screen.cols)
        self.bytes = len(text.encode())
        self.screen.feed(text)
        self.waiting += update.transfers

    def rest(self) -> None:
        """No key comes for a while."""
        while self.waiting:
            transfer = self.waiting.pop(0)
            assert transfer.due(REST)
            transfer.prepare()
            while piece := transfer.next():
                self.screen.feed(piece)
            self.take(transfer.done())

    def _write_row(self, row: int) -> None:
        from spyke_tui.terminal.cells import Change

        cells = self.surface.cells(row)
        changes = [Change(row, col, cell) for col, cell in enumerate(cells)]
        self.screen.feed(encode(changes, self.place.left, self.place.top))

    def pixels(self) -> dict[tuple[int, int], int]:
        """(x, y) -> colour of every half cell that has no text on it."""
        found = {}
        for row in range(self.place.height):
            for col in range(self.place.width):
                cell = self.screen.cells[self.place.top + row][self.place.left + col]
                if cell.text == "▀":
                    found[col, 2 * row], found[col, 2 * row + 1] = cell.fg, cell.bg
                elif cell.text == " ":
                    found[col, 2 * row] = found[col, 2 * row + 1] = cell.bg
        return found


def expected(viewport: Viewport, scene: Scene) -> Image.Image:
    """The scene painted another way: with Pillow, all of it at once."""
    pane = viewport.pane
    image = Image.new("RGB", (pane.width, pane.height), f"#{PALETTE.background:06x}")
    shown = viewport.picture
    part = PICTURE.part(viewport.source, shown.size)
    picture = Image.frombytes("RGB", (shown.width, shown.height), part)
    if scene.active is None:
        image.paste(picture, (shown.left, shown.top))
    else:
        dark = picture.point([round(value * PALETTE.dim) for value in range(256)] * 3)
        image.paste(dark, (shown.left, shown.top))
        active = viewport.to_pane(scene.active.rect)
        lit = active.intersection(shown)
        if not lit.is_empty:
            box = lit.translated(-shown.left, -shown.top).box
            image.paste(picture.crop(box), (lit.left, lit.top))
    draw = ImageDraw.Draw(image)

    def outline(rect: Rect, colour: int) -> None:
        left, top, right, bottom = rect.box
        corners = (left, top, right - 1, bottom - 1)
        if min(rect.width, rect.height) == 1:
            draw.line(corners, fill=f"#{colour:06x}")  # rectangle draws one pixel more then
        else:
            draw.rectangle(corners, outline=f"#{colour:06x}")

    for other in scene.others:
        outline(viewport.to_pane(other.rect), PALETTE.of(other.kind))
    if scene.active is not None:
        active = viewport.to_pane(scene.active.rect)
        outline(active, PALETTE.active)
        left, top, right, bottom = active.box
        line = {
            Edge.TOP: (left, top, right - 1, top),
            Edge.BOTTOM: (left, bottom - 1, right - 1, bottom - 1),
            Edge.LEFT: (left, top, left, bottom - 1),
            Edge.RIGHT: (right - 1, top, right - 1, bottom - 1),
        }.get(scene.edge)
        if line:
            draw.line(line, fill=f"#{PALETTE.edge:06x}")
    return image


def check(terminal: Terminal, viewport: Viewport, scene: Scene) -> None:
    image = expected(viewport, scene)
    pixels = terminal.pixels()
    assert len(pixels) > 0.5 * viewport.pane.width * viewport.pane.height
    for (x, y), colour in pixels.items():
        red, green, blue = image.getpixel((x, y))
        assert colour == red << 16 | green << 8 | blue, (x, y)


def check_roughly(terminal: Terminal, viewport: Viewport, scene: Scene) -> None:
    """While keys come: lines are exact, what is dark is dark, and little is far off."""
    image = expected(viewport, scene)
    far = 0
    for (x, y), colour in terminal.pixels().items():
        wanted = image.getpixel((x, y))
        if int.from_bytes(bytes(wanted), "big") in PALETTE.lines:
            assert colour.to_bytes(3, "big") == bytes(wanted), (x, y)
        apart = max(abs(a - b) for a, b in zip(colour.to_bytes(3, "big"), wanted, strict=True))
        far += apart > 40
    assert far < 0.01 * viewport.pane.width * viewport.pane.height


@pytest.mark.parametrize("seed", range(3))
def test_no_stale_cell_after_hundreds_of_changes(seed: int) -> None:
    chance = random.Random(seed)
    place = Place(3, 2, 60, 20, CELL)
    surface = HalfcellSurface(PALETTE)
    terminal = Terminal(surface, place)
    viewport = Viewport.fit(SHEET, place.pixels, CELL)
    rect, edge = Rect(100, 60, 120, 200), Edge.WHOLE
    others = tuple(
        Outline(Rect(40 * i, 20 * i, 90, 130), chance.choice([Kind.KEEP, Kind.DRAFT]), f"+crop_{i}")
        for i in range(4)
    )

    def scene() -> Scene:
        return Scene(SHEET, Outline(rect, Kind.ACTIVE, "+front"), edge, others)

    terminal.take(surface.show(surface.load(PICTURE, viewport), scene(), place))
    check(terminal, viewport, scene())
    for _ in range(120):
        match chance.choice(["nudge"] * 6 + ["size", "edge", "zoom", "pan", "resize", "others"]):
            case "nudge":
                step = chance.choice([1, 8, 32])
                rect = nearest_fit(
                    rect.translated(chance.randint(-1, 1) * step, chance.randint(-1, 1) * step),
                    SHEET,
                )
                terminal.take(surface.move(scene()))
            case "size":
                width, height = chance.randint(1, 300), chance.randint(1, 300)
                rect = nearest_fit(Rect(rect.left, rect.top, width, height), SHEET)
                terminal.take(surface.move(scene()))
            case "edge":
                edge = edge.next()
                terminal.take(surface.move(scene()))
            case "others":
                others = tuple(chance.sample(others, len(others)))[: chance.randint(2, 4)]
                terminal.take(surface.move(scene()))
            case "zoom":
                viewport = viewport.zoomed(
                    chance.uniform(0.3, 3), chance.randint(0, 50), chance.randint(0, 30)
                )
                view = surface.load(PICTURE, viewport)
                terminal.take(surface.show(view, scene(), place))
            case "pan":
                viewport = viewport.panned(chance.randint(-20, 20), chance.randint(-20, 20))
                view = surface.load(PICTURE, viewport)
                terminal.take(surface.show(view, scene(), place))
            case "resize":
                place = Place(3, 2, chance.randint(20, 70), chance.randint(8, 24), CELL)
                terminal.place, terminal.screen = place, ScreenModel(80, 30)
                viewport = viewport.resized(place.pixels, CELL)
                view = surface.load(PICTURE, viewport)
                terminal.take(surface.show(view, scene(), place))
        assert len(terminal.waiting) <= 1
        if chance.random() < 0.3:
            terminal.rest()
            check(terminal, viewport, scene())
        else:
            check_roughly(terminal, viewport, scene())


def test_a_nudge_within_a_cell_writes_nothing_and_one_over_a_cell_little() -> None:
    place = Place(0, 0, 143, 47, CELL)
    surface = HalfcellSurface(PALETTE)
    terminal = Terminal(surface, place)
    sheet = Size(2816, 1536)
    viewport = Viewport.fit(sheet, place.pixels, CELL)
    rect = Rect(30, 100, 650, 1100)
    scene = Scene(sheet, Outline(rect, Kind.ACTIVE, "+front"))
    terminal.take(surface.show(surface.load(None, viewport), scene, place))
    sizes = []
    for _ in range(40):
        rect = rect.translated(1, 0)
        terminal.take(surface.move(scene.moved(rect, Edge.WHOLE)))
        sizes.append(terminal.bytes)
    assert sorted(sizes)[20] == 0
    assert 0 < max(sizes) < 3500


def test_hidden_it_comes_back_whole() -> None:
    place = Place(0, 0, 40, 12, CELL)
    surface = HalfcellSurface(PALETTE)
    terminal = Terminal(surface, place)
    viewport = Viewport.fit(SHEET, place.pixels, CELL)
    scene = Scene(SHEET, Outline(Rect(10, 10, 100, 100), Kind.ACTIVE, "+a"))
    view = surface.load(PICTURE, viewport)
    terminal.take(surface.show(view, scene, place))
    surface.hide()
    assert not surface.move(scene.moved(Rect(50, 50, 100, 100), Edge.WHOLE))
    terminal.screen = ScreenModel(40, 12)
    update = surface.show(view, scene, place)
    assert update.repaint
    terminal.take(update)
    check(terminal, viewport, scene)


def test_erase_rectangles_and_labels_are_seen() -> None:
    place = Place(0, 0, 60, 20, CELL)
    surface = HalfcellSurface(PALETTE)
    terminal = Terminal(surface, place)
    viewport = Viewport.fit(SHEET, place.pixels, CELL)
    active = Outline(Rect(50, 20, 400, 300), Kind.ACTIVE, "?angry")
    scene = Scene(SHEET, active, Edge.RIGHT, erase=(Rect(200, 100, 150, 100),))
    terminal.take(surface.show(surface.load(PICTURE, viewport), scene, place))
    assert terminal.screen.has("?angry")
    assert terminal.screen.has("# erase")
    assert terminal.screen.has("▶")
    assert PALETTE.erase in terminal.pixels().values()


def difference(preview: HalfcellPreview, terminal: Terminal, wanted: bytes) -> int:
    """The largest difference of a channel between what is shown and what should be."""
    side, place = preview.side, terminal.place
    left, top = (place.width - side) // 2, (2 * place.height - side) // 2 // 2 * 2
    worst = 0
    for (x, y), colour in terminal.pixels().items():
        if left <= x < left + side and top <= y < top + side:
            at = 3 * ((y - top) * side + x - left)
            for shift, value in zip((16, 8, 0), wanted[at : at + 3], strict=True):
                worst = max(worst, abs((colour >> shift & 255) - value))
    return worst


def test_the_preview_follows_within_its_bytes_and_settles_exactly_enough() -> None:
    chance = random.Random(7)
    place = Place(2, 1, 44, 21, CELL)
    preview = HalfcellPreview(PALETTE)
    terminal = Terminal(preview, place)
    terminal.take(preview.place(place))
    rect = Rect(60, 40, 200, 260)
    terminal.take(preview.follow(PICTURE, rect, "#ffffff"))
    quick = PICTURE.quick_preview(rect, preview.side, "#ffffff")
    assert difference(preview, terminal, quick) == 0
    for _ in range(60):
        rect = nearest_fit(rect.translated(chance.randint(-9, 9), chance.randint(-9, 9)), SHEET)
        terminal.take(preview.follow(PICTURE, rect, "#ffffff", room=800))
        assert terminal.bytes < 1100
    for _ in range(200):  # the rest comes with further calls
        terminal.take(preview.follow(PICTURE, rect, "#ffffff", room=800))
    quick = PICTURE.quick_preview(rect, preview.side, "#ffffff")
    assert difference(preview, terminal, quick) < FOLLOW_TOLERANCE
    real = PICTURE.real_preview(rect, 512, preview.side, "#ffffff")
    terminal.take(preview.settle(real, preview.side))
    assert difference(preview, terminal, real) < SETTLE_TOLERANCE


def test_the_preview_of_nothing_is_blank() -> None:
    place = Place(0, 0, 20, 10, CELL)
    preview = HalfcellPreview(PALETTE)
    terminal = Terminal(preview, place)
    terminal.take(preview.place(place))
    terminal.take(preview.follow(PICTURE, Rect(0, 0, 100, 100), "#ffffff"))
    terminal.take(preview.follow(None, Rect(0, 0, 100, 100), "#ffffff"))
    assert set(terminal.pixels().values()) == {PALETTE.background}


def shown(place: Place, active: Rect) -> tuple[HalfcellSurface, Terminal, Viewport, Scene]:
    """The drawn sheet with one crop, on a terminal."""
    surface = HalfcellSurface(PALETTE)
    terminal = Terminal(surface, place)
    viewport = Viewport.fit(SHEET, place.pixels, CELL)
    scene = Scene(SHEET, Outline(active, Kind.ACTIVE, "+front"))
    terminal.take(surface.show(surface.load(PICTURE, viewport), scene, place))
    return surface, terminal, viewport, scene


def test_a_nudge_over_a_drawing_costs_few_bytes_and_rests_in_all_colours() -> None:
    rect = Rect(60, 40, 150, 240)
    surface, terminal, viewport, scene = shown(Place(0, 0, 143, 47, CELL), rect)
    sizes = []
    for _ in range(12):
        rect = rect.translated(5, 0)
        terminal.take(surface.move(scene.moved(rect, Edge.WHOLE)))
        sizes.append(terminal.bytes)
    assert 0 < max(sizes) < 1500
    waiting = terminal.waiting[0]
    assert not waiting.due(REST - 0.1)
    terminal.rest()
    check(terminal, viewport, scene.moved(rect, Edge.WHOLE))


def test_what_is_hidden_is_not_drawn_again_at_rest() -> None:
    surface, terminal, _, scene = shown(Place(0, 0, 60, 20, CELL), Rect(60, 40, 150, 240))
    terminal.take(surface.move(scene.moved(Rect(160, 40, 150, 240), Edge.WHOLE)))
    assert terminal.waiting
    surface.hide()
    written = [row[:] for row in terminal.screen.cells]
    terminal.rest()
    assert terminal.screen.cells == written


def test_what_was_on_its_way_when_it_was_hidden_is_ordered_again() -> None:
    """Whoever suspends the app throws away what waits to be sent."""
    place, rect = Place(0, 0, 60, 20, CELL), Rect(60, 40, 150, 240)
    surface, terminal, viewport, scene = shown(place, rect)
    terminal.take(surface.move(scene.moved(Rect(160, 40, 150, 240), Edge.WHOLE)))
    surface.hide()
    terminal.waiting.clear()
    terminal.take(surface.show(surface.load(PICTURE, viewport), scene, place))
    moved = scene.moved(Rect(200, 40, 150, 240), Edge.WHOLE)
    terminal.take(surface.move(moved))
    terminal.rest()
    check(terminal, viewport, moved)
