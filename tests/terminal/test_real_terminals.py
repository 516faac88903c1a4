"""The strings in a real terminal, seen by a screenshot: the models of the protocols are right.

Skipped where the terminal, or what is needed to look at it, is not installed.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from real_display import Shot, everything, shot

from spyke_tui.model.geometry import Edge, Rect, Size
from spyke_tui.processing.previews import SheetPicture
from spyke_tui.terminal.scene import Kind, Outline, Palette, Scene
from spyke_tui.terminal.surface import Place, Span, Surfaces, Terminal, open_surfaces
from spyke_tui.terminal.viewport import Viewport

NEEDED = ("Xvfb", "xterm", "import")
pytestmark = pytest.mark.skipif(
    any(shutil.which(program) is None for program in NEEDED),
    reason=f"needs {', '.join(NEEDED)}",
)

COLS, ROWS = 60, 20
SHEET = Size(400, 200)
PALETTE = Palette()


def art() -> Image.Image:
    image = Image.new("RGB", (SHEET.width, SHEET.height), (250, 240, 230))
    for at in range(0, 400, 50):
        image.paste((at % 256, 120, 255 - at % 200), (at, at // 3, at + 30, at // 3 + 60))
    return image


def xterm(script: Path) -> list[str]:
    """An xterm that runs this. Where its font of 10x20 is not installed it takes another one."""
    return [
        *("xterm", "-ti", "vt340", "-geometry", f"{COLS}x{ROWS}+0+0", "-fn", "10x20"),
        *("-b", "0", "-bw", "0", "+sb", "-bg", "#101010", "-fg", "#e0e0e0"),
        *("-xrm", "*decTerminalID: vt340", "-xrm", "*numColorRegisters: 256"),
        *("-xrm", "*maxGraphicSize: 2000x2000", "-e", sys.executable, str(script)),
    ]


def in_xterm(text: str, folder: Path) -> Shot:
    return shot(text, folder, (COLS, ROWS), xterm)


@pytest.mark.parametrize("clear", [False, True], ids=["whole-cells", "holes"])
def test_xterm_shows_after_moves_what_a_fresh_view_shows(clear: bool, tmp_path: Path) -> None:
    cell = in_xterm("", tmp_path / "cell").cell
    place = Place(4, 2, 40, 12, cell)
    picture = SheetPicture(art())
    viewport = Viewport.fit(SHEET, place.pixels, place.cell)
    others = (Outline(Rect(20, 20, 90, 100), Kind.KEEP, ""),)

    def scene(rect: Rect) -> Scene:
        return Scene(SHEET, Outline(rect, Kind.ACTIVE, ""), Edge.WHOLE, others)

    def begun(rect: Rect) -> tuple[Surfaces, str]:
        surfaces = open_surfaces("sixel", PALETTE, Terminal(clear_patches=clear))
        view = surfaces.sheet.load(picture, viewport)
        surfaces.sheet.show(view, scene(rect), place)
        spans = [Span(row, 0, place.width) for row in range(place.height)]
        return surfaces, everything(surfaces.sheet.repainted(spans, ()))

    surfaces, text = begun(Rect(100, 20, 120, 130))
    for step in range(1, 25):
        rect = Rect(100 + 5 * step, 20 + step, 120 + step, 130 - step)
        text += everything(surfaces.sheet.move(scene(rect)))
    after = in_xterm(text, tmp_path / "moved").image
    wanted = in_xterm(begun(rect)[1], tmp_path / "fresh").image
    assert ImageChops.difference(after, wanted).getbbox() is None
    # And it is the sheet, not a blank: the lit part looks like the picture.
    shown = viewport.to_pane(rect)
    left = place.left * cell.width + shown.left + 4
    top = place.top * cell.height + shown.top + 4
    inner = Rect(left, top, shown.width - 8, shown.height - 8)
    whole = Image.frombytes(
        "RGB",
        (place.pixels.width, viewport.picture.height),
        picture.part(viewport.source, viewport.picture.size),
    )
    part = whole.crop(
        (
            shown.left + 4,
            shown.top + 4 - viewport.picture.top,
            shown.right - 4,
            shown.bottom - 4 - viewport.picture.top,
        )
    )
    apart = ImageChops.difference(after.crop(inner.box), part)
    assert max(ImageStat.Stat(apart).mean) < 10
