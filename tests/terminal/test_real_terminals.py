"""The strings in a real terminal, seen by a screenshot: the models of the protocols are right.

Skipped where the terminal, or what is needed to look at it, is not installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
from PIL import Image, ImageChops, ImageStat

from spyke_tui.model.geometry import Edge, Rect, Size
from spyke_tui.processing.previews import SheetPicture
from spyke_tui.terminal.scene import Kind, Outline, Palette, Scene
from spyke_tui.terminal.surface import Place, Span, Surfaces, Terminal, Update, open_surfaces
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


@contextmanager
def display() -> Iterator[str]:
    """A private X display; it chooses a free number itself."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "900x600x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            pytest.skip("Xvfb does not start here")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


def everything(surfaces: Surfaces, update: Update) -> str:
    text = update.text
    for transfer in update.transfers:
        transfer.prepare()
        while piece := transfer.next():
            text += piece
        text += everything(surfaces, transfer.done())
    return text


def shot(text: str, folder: Path) -> tuple[Image.Image, Size]:
    """What xterm shows for `text`, as soon as it has shown all of it; pixels of its cells.

    Where its font of 10x20 is not installed it takes another one.
    """
    folder.mkdir()
    (folder / "text").write_text(text + f"\x1b[{ROWS};1H", encoding="utf-8")
    script = folder / "show"
    # The terminal's answer (DA1) shows that it has drawn what came before.
    script.write_text(
        f"import fcntl, os, struct, sys, tty, termios\n"
        f"tty.setcbreak(0)\n"
        f"data = open({str(folder / 'text')!r}, 'rb').read()\n"
        f"os.write(1, b'\\x1b[?25l\\x1b[H\\x1b[2J')\n"
        f"while data: data = data[os.write(1, data[:4096]):]\n"
        f"os.write(1, b'\\x1b[c')\n"
        f"while not os.read(0, 100).endswith(b'c'): pass\n"
        f"size = struct.unpack('4H', fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8)))\n"
        f"print(*size, file=open({str(folder / 'done')!r}, 'w'), flush=True)\n"
        f"import signal; signal.pause()\n"
    )
    with display() as name:
        terminal = subprocess.Popen(
            [
                *("xterm", "-ti", "vt340", "-geometry", f"{COLS}x{ROWS}+0+0", "-fn", "10x20"),
                *("-b", "0", "-bw", "0", "+sb", "-bg", "#101010", "-fg", "#e0e0e0"),
                *("-xrm", "*decTerminalID: vt340", "-xrm", "*numColorRegisters: 256"),
                *("-xrm", "*maxGraphicSize: 2000x2000", "-e", sys.executable, str(script)),
            ],
            env={**os.environ, "DISPLAY": name},
            stderr=subprocess.DEVNULL,
        )
        try:
            end = monotonic() + 30
            while not (folder / "done").exists() or not (folder / "done").read_text().strip():
                if terminal.poll() is not None or monotonic() > end:
                    pytest.skip("xterm does not show anything here")
                subprocess.run(["true"], check=False)
            before = None
            while (now := _screen(folder / "shot.png", name)) != before:
                before = now
        finally:
            terminal.terminate()
            terminal.wait()
    rows, cols, width, height = map(int, (folder / "done").read_text().split())
    cell = Size(width // cols, height // rows)
    shown = Image.open(folder / "shot.png").convert("RGB")
    return shown.crop((0, 0, COLS * cell.width, ROWS * cell.height)), cell


def _screen(file: Path, name: str) -> bytes:
    """The whole screen, into a file."""
    subprocess.run(
        ["import", "-silent", "-window", "root", f"png24:{file}"],
        env={**os.environ, "DISPLAY": name},
        check=True,
        timeout=30,
    )
    with Image.open(file) as image:
        return image.tobytes()


@pytest.mark.parametrize("clear", [False, True], ids=["whole-cells", "holes"])
def test_xterm_shows_after_moves_what_a_fresh_view_shows(clear: bool, tmp_path: Path) -> None:
    _, cell = shot("", tmp_path / "cell")
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
        return surfaces, everything(surfaces, surfaces.sheet.repainted(spans, ()))

    surfaces, text = begun(Rect(100, 20, 120, 130))
    for step in range(1, 25):
        rect = Rect(100 + 5 * step, 20 + step, 120 + step, 130 - step)
        text += everything(surfaces, surfaces.sheet.move(scene(rect)))
    after, _ = shot(text, tmp_path / "moved")
    wanted, _ = shot(begun(rect)[1], tmp_path / "fresh")
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
