"""The strings in a real xterm.js, the terminal of VS Code, seen by a screenshot.

`SPYKE_TUI_XTERM_JS` names a folder with `@xterm/xterm`, `@xterm/addon-image`, `@xterm/addon-webgl`
and `playwright-core` of npm; it also needs node and a Chromium. Skipped where that is missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from models.xterm_js_model import XtermJsModel
from PIL import Image, ImageChops
from test_uneven_cells import SHEET, Host, scene

from spyke_tui.model.geometry import Edge, Rect, Size
from spyke_tui.terminal.surface import Place
from spyke_tui.terminal.uneven_cells import Grid, grid_of
from spyke_tui.terminal.viewport import Viewport

FOLDER = os.environ.get("SPYKE_TUI_XTERM_JS")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    not (FOLDER and CHROMIUM and shutil.which("node")),
    reason="needs SPYKE_TUI_XTERM_JS (a folder of npm packages), node and chromium",
)

COLS, ROWS, FONT = 60, 24, 13


class Shown(NamedTuple):
    image: Image.Image
    cells: Size
    """Of all cells together, in the page's pixels."""
    megabytes: float


def shown(text: str, folder: Path, scale: float) -> Shown:
    folder.mkdir()
    (folder / "text").write_text(text, encoding="utf-8")
    options = {
        "folder": FOLDER,
        "chromium": CHROMIUM,
        "cols": COLS,
        "rows": ROWS,
        "font": FONT,
        "scale": scale,
        "profile": str(folder / "profile"),
        "text": str(folder / "text"),
        "image": str(folder / "shot.png"),
    }
    script = Path(__file__).with_name("show_in_xterm_js.cjs")
    done = subprocess.run(
        ["node", str(script), json.dumps(options)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    with Image.open(folder / "shot.png") as image:
        size = Size(round(said["clip"]["width"]), round(said["clip"]["height"]))
        return Shown(image.convert("RGB"), size, said["megabytes"])


class Recorded(Host):
    """Keeps all that was written; text cells, too."""

    def __init__(self, grid: Grid | None, cell: Size) -> None:
        super().__init__(grid or Grid(cell.width, cell.height))
        self.place = Place(3, 1, 40, 14, cell, grid)
        self.viewport = Viewport.fit(SHEET, self.place.pixels, cell)
        self.text = ""
        self.model.feed = self.record  # type: ignore[method-assign]

    def record(self, text: str) -> None:
        self.text += text
        XtermJsModel.feed(self.model, text)

    def write(self, row: int, col: int, colour: int) -> None:
        at = f"\x1b[{row + self.place.top + 1};{col + self.place.left + 1}H"
        self.record(f"{at}\x1b[48;2;{colour >> 16};{colour >> 8 & 255};{colour & 255}m \x1b[0m")


@pytest.mark.parametrize("scale", [1, 1.25, 1.5, 2])
def test_xterm_js_shows_after_moves_what_the_model_shows(scale: float, tmp_path: Path) -> None:
    cells = shown("", tmp_path / "empty", scale).cells
    grid = grid_of(cells, COLS, ROWS)
    cell = grid.cell if grid else Size(cells.width // COLS, cells.height // ROWS)
    assert (grid is None) == (scale == 1)
    moved, fresh = Recorded(grid, cell), Recorded(grid, cell)
    moved.show(scene(Rect(100, 20, 120, 130)))
    for step in range(1, 25):
        rect = Rect(100 + 3 * step, 20 + step, 120 + step, 130 - step)
        moved.take(moved.sheet.move(scene(rect, Edge.LEFT if step % 2 else Edge.WHOLE)))
    moved.finish()
    fresh.show(scene(rect))
    after = shown(moved.text, tmp_path / "moved", scale)
    wanted = shown(fresh.text, tmp_path / "fresh", scale)
    assert after.megabytes < 4
    if grid is None:
        assert ImageChops.difference(after.image, wanted.image).getbbox() is None
    assert _far(after.image, wanted.image) < 0.005
    model = moved.model.render().crop((0, 0, cells.width, cells.height))
    assert _far(after.image.resize(model.size, Image.Resampling.BOX), model) < 0.01


def _far(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ by much."""
    apart = ImageChops.difference(one, other).convert("L")
    return sum(apart.histogram()[60:]) / (one.width * one.height)
