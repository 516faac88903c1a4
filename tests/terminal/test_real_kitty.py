"""The strings in a real kitty, seen by a screenshot, beside the model of its protocol.

`SPYKE_TUI_KITTY` names another kitty than the one on the path. Skipped where there is none.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from models.kitty_model import KittyModel
from PIL import Image, ImageChops, ImageDraw, ImageStat
from real_display import Shot, everything, shot

from spyke_tui.model.geometry import Edge, Rect, Size
from spyke_tui.processing.previews import SheetPicture
from spyke_tui.terminal.capabilities import mixes_in_linear_light
from spyke_tui.terminal.scene import Kind, Outline, Palette, Scene
from spyke_tui.terminal.surface import Place, Surfaces, Terminal, open_surfaces
from spyke_tui.terminal.viewport import Viewport

KITTY = os.environ.get("SPYKE_TUI_KITTY") or shutil.which("kitty")
NEEDED = ("Xvfb", "import")
pytestmark = pytest.mark.skipif(
    KITTY is None or any(shutil.which(program) is None for program in NEEDED),
    reason=f"needs kitty, {', '.join(NEEDED)}",
)

COLS, ROWS = 60, 20
SHEET = Size(400, 200)
PALETTE = Palette()
GROUND = (16, 16, 16)


def art() -> Image.Image:
    image = Image.linear_gradient("L").resize((SHEET.width, SHEET.height)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for at in range(0, 400, 50):
        draw.rectangle((at, at // 3, at + 30, at // 3 + 60), fill=(at % 256, 120, 255 - at % 200))
    return image


def kitty(script: Path) -> list[str]:
    options = {
        "font_size": "9",
        "remember_window_size": "no",
        "initial_window_width": f"{COLS}c",
        "initial_window_height": f"{ROWS}c",
        "window_padding_width": "0",
        "placement_strategy": "top-left",
        "hide_window_decorations": "yes",
        "background": "#{:02x}{:02x}{:02x}".format(*GROUND),
        "cursor_blink_interval": "0",
        "enable_audio_bell": "no",
        "update_check_interval": "0",
        "linux_display_server": "x11",
    }
    settings = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    return [str(KITTY), "--config", "NONE", *settings, str(script)]


def in_kitty(text: str, folder: Path) -> Shot:
    return shot(text, folder, (COLS, ROWS), kitty, {"LIBGL_ALWAYS_SOFTWARE": "1"})


class Shown:
    """A sheet in a terminal that looks like this, and all that was written for it."""

    def __init__(self, empty: Shot) -> None:
        self.place = Place(4, 2, 40, 12, empty.cell)
        self.linear = mixes_in_linear_light(empty.name)
        self.ground = empty.image.getpixel((0, 0))
        terminal = Terminal(linear=self.linear)
        self.surfaces: Surfaces = open_surfaces("kitty", PALETTE, terminal)
        self.picture = SheetPicture(art())
        self.text = ""

    def show(self, viewport: Viewport, scene: Scene) -> None:
        sheet = self.surfaces.sheet
        view = sheet.load(self.picture, viewport)
        self.text += everything(sheet.show(view, scene, self.place))

    def move(self, scene: Scene) -> None:
        self.text += everything(self.surfaces.sheet.move(scene))

    def modelled(self) -> Image.Image:
        cell = self.place.cell
        model = KittyModel(COLS, ROWS, (cell.width, cell.height), linear=self.linear)
        model.feed(self.text)
        image = model.render(self.ground)  # type: ignore[arg-type]
        image.paste((0, 0, 0), (image.width - cell.width, image.height - cell.height, *image.size))
        return image


def scene(rect: Rect, edge: Edge = Edge.WHOLE) -> Scene:
    others = (Outline(Rect(20, 20, 90, 100), Kind.KEEP, ""),)
    return Scene(SHEET, Outline(rect, Kind.ACTIVE, ""), edge, others)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Shot:
    seen = in_kitty("", tmp_path_factory.mktemp("kitty") / "empty")
    if not mixes_in_linear_light(seen.name):
        pytest.skip(
            f"needs kitty 0.28 or newer, not {seen.name}: the older ones tint what they mix"
        )
    return seen


def test_kitty_shows_after_moves_what_a_fresh_view_shows(empty: Shot, tmp_path: Path) -> None:
    """To the pixel; and nearly what the model shows, which scales a little differently."""
    moved, fresh = Shown(empty), Shown(empty)
    viewport = Viewport.fit(SHEET, moved.place.pixels, empty.cell)
    closer = viewport.zoomed(1.7, 200, 100)
    rect = Rect(100, 20, 120, 130)
    moved.show(viewport, scene(rect))
    for step in range(1, 25):
        rect = Rect(100 + 5 * step, 20 + step, 120 + step, 130 - step)
        moved.move(scene(rect, Edge.LEFT if step % 2 else Edge.WHOLE))
    moved.show(closer, scene(rect))
    moved.show(viewport, scene(rect))
    fresh.show(viewport, scene(rect))
    after = in_kitty(moved.text, tmp_path / "moved").image
    wanted = in_kitty(fresh.text, tmp_path / "fresh").image
    assert ImageChops.difference(after, wanted).getbbox() is None
    _is_alike(after, moved.modelled())


def test_kitty_shows_zoomed_what_the_model_shows(empty: Shot, tmp_path: Path) -> None:
    shown = Shown(empty)
    viewport = Viewport.fit(SHEET, shown.place.pixels, empty.cell)
    shown.show(viewport, scene(Rect(100, 20, 120, 130)))
    shown.show(viewport.zoomed(2.3, 180, 90), scene(Rect(130, 40, 90, 80), Edge.TOP))
    seen = in_kitty(shown.text, tmp_path / "zoomed").image
    _is_alike(seen, shown.modelled())


def test_nothing_is_left_in_kitty_after_the_end(empty: Shot, tmp_path: Path) -> None:
    shown = Shown(empty)
    viewport = Viewport.fit(SHEET, shown.place.pixels, empty.cell)
    shown.show(viewport, scene(Rect(100, 20, 120, 130)))
    shown.text += everything(shown.surfaces.sheet.close())
    seen = in_kitty(shown.text, tmp_path / "closed").image
    assert ImageChops.difference(seen, empty.image).getbbox() is None


def _is_alike(seen: Image.Image, model: Image.Image) -> None:
    apart = ImageChops.difference(seen, model)
    assert max(ImageStat.Stat(apart).mean) < 3
    # Lines lie where they should: few pixels are far off, those where the scaling differs.
    far = apart.convert("L").point(lambda value: 255 if value > 60 else 0)
    share = ImageStat.Stat(far).mean[0] / 255
    assert share < 0.01, f"{share:.2%} of the pixels differ, {far.getbbox()}"
    assert ImageStat.Stat(seen).stddev[0] > 20  # it is not a blank
