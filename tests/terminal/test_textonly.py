import random

from screen_model import ScreenModel

from spyke_tui.model.geometry import Edge, Rect, Size, nearest_fit
from spyke_tui.terminal.cells import Change, encode
from spyke_tui.terminal.scene import Kind, Outline, Palette, Scene
from spyke_tui.terminal.surface import Place, open_surfaces
from spyke_tui.terminal.viewport import Viewport

SHEET = Size(800, 600)


def test_the_text_after_many_moves_is_the_text_drawn_at_once() -> None:
    chance = random.Random(1)
    palette = Palette()
    place = Place(0, 0, 60, 20, Size(1, 2))
    viewport = Viewport.fit(SHEET, place.pixels, place.cell)
    surface = open_surfaces("none", palette).sheet
    view = surface.load(None, viewport)
    rect, edge = Rect(100, 100, 200, 300), Edge.WHOLE
    others = (Outline(Rect(400, 50, 150, 250), Kind.DRAFT, "?other"),)
    screen = ScreenModel(60, 20)

    def scene() -> Scene:
        return Scene(SHEET, Outline(rect, Kind.ACTIVE, "+front"), edge, others, (rect,))

    def write_all() -> None:
        for row in range(20):
            cells = surface.cells(row)
            screen.feed(encode([Change(row, col, c) for col, c in enumerate(cells)], 0, 0))

    assert surface.show(view, scene(), place).repaint
    write_all()
    assert screen.has("+front") and screen.has("?other") and screen.has("┏")
    for _ in range(150):
        rect = nearest_fit(rect.translated(chance.randint(-60, 60), chance.randint(-60, 60)), SHEET)
        edge = chance.choice(list(Edge))
        screen.feed(encode(surface.move(scene()).changes, 0, 0))
        fresh = open_surfaces("none", palette).sheet
        fresh.show(fresh.load(None, viewport), scene(), place)
        for row in range(20):
            assert "".join(c.text for c in fresh.cells(row)) == screen.text()[row]
