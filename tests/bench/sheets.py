"""Large sheets: time and memory until one can be used. Many crops on one, and held keys."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import time
from pathlib import Path

from PIL import Image

from tests.bench.meter import CACHE, PYTHON, SPYKE
from tests.bench.pictures import EDITED, LEFT, RIGHT
from tests.bench.pseudo_terminal import PseudoTerminal
from tests.bench.report import heading, table, verdict
from tests.bench.screens import environment

_PEAK = """
import re, resource, sys, time
def peak():
    try:
        # What getrusage says includes the process that started this one.
        return int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # macOS: bytes
"""

_DECODE = """
from PIL import Image
Image.MAX_IMAGE_PIXELS = None
before, start = peak(), time.perf_counter()
picture = Image.open(sys.argv[1])
picture.load()
print(time.perf_counter() - start, peak() - before)
"""

_OPEN = """
from pathlib import Path
from spyke_tui.model.geometry import Rect, Size
from spyke_tui.processing.previews import SheetPicture
from spyke_tui.terminal.scene import Kind, Outline, Palette, Scene
from spyke_tui.terminal.surface import Place, Span, Terminal, open_surfaces
from spyke_tui.terminal.viewport import Viewport
protocol, files = sys.argv[2], sys.argv[3] == "files"
place = Place(0, 2, 143, 47, Size(10, 20))
sheet = open_surfaces(protocol, Palette(), Terminal(files)).sheet
import PIL.Image, PIL.PngImagePlugin, spyke_tui.processing.loading
before, start = peak(), time.perf_counter()
picture = SheetPicture.load(Path(sys.argv[1]))
usable = time.perf_counter() - start
viewport = Viewport.fit(picture.size, place.pixels, sheet.cell(place.cell))
def send(update):
    for transfer in update.transfers:
        transfer.prepare()
        while transfer.next(): pass
        send(transfer.done())
active = Outline(Rect(10, 10, 600, 1000), Kind.ACTIVE, "one")
send(sheet.show(sheet.load(picture, viewport), Scene(picture.size, active), place))
send(sheet.repainted([Span(row, 0, place.width) for row in range(place.height)], ()))
sheet.close()
print(usable, peak() - before)
"""

PROTOCOLS = (("kitty", "files"), ("kitty", "line"), ("sixel", "line"), ("halfcell", "line"))


def bench_opening(rounds: int) -> bool:
    """Decoding a sheet for use, and everything that is sent of it, against Pillow's decoding."""
    heading("opening large sheets: until one can be used; peak memory with all that is sent")
    fine = True
    rows = []
    for size in ((2816, 1536), (8000, 8000)):
        sheet = _noisy_sheet(size)
        times, usable = [], []
        peaks: dict[str, float] = {}
        for _ in range(max(1, rounds // 2)):
            decode, one = _measured(_DECODE, str(sheet))
            times.append(decode)
            usable.append(_measured(_OPEN, str(sheet), "halfcell", "line")[0])
        for protocol, way in PROTOCOLS:
            peaks[f"{protocol} ({way})"] = _measured(_OPEN, str(sheet), protocol, way)[1]
        ratio = statistics.median(ours / its for ours, its in zip(usable, times, strict=True))
        words = f"{size[0]}x{size[1]}"
        rows.append([words, f"{1000 * min(times):.0f}", f"{1000 * min(usable):.0f}", f"{one:.0f}"])
        rows[-1] += [f"{peak:.0f}" for peak in peaks.values()]
        fine &= verdict(f"{words}: time, against Pillow's decoding", ratio, 1.5, "x")
        fine &= verdict(f"{words}: peak, against one copy", max(peaks.values()) / one, 2.5, "x")
    table(["", "Pillow ms", "ours ms", "one copy MiB", *peaks], rows)
    return fine


def _measured(code: str, *arguments: str) -> tuple[float, float]:
    """Seconds, and MiB."""
    command = [str(PYTHON), "-c", _PEAK + code, *arguments]
    words = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(words[0]), float(words[1]) / 1024


def _noisy_sheet(size: tuple[int, int]) -> Path:
    """Figures on grainy paper, drawn once."""
    path = CACHE / f"noisy-{size[0]}x{size[1]}.png"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        grain = Image.effect_noise((500, 500), 12)
        tile = Image.merge("RGB", (grain, grain.point(lambda v: v - 9), grain.rotate(90)))
        sheet = Image.new("RGB", size)
        for left in range(0, size[0], 500):
            for top in range(0, size[1], 500):
                sheet.paste(tile, (left, top))
        for left in range(100, size[0] - 400, 600):
            sheet.paste((120, 40 + left % 150, 60), (left, size[1] // 8, left + 300, size[1] // 2))
        sheet.save(path, compress_level=3)
    return path


CROPS = 200
SECONDS = 10.0
APART = 1 / 30
"""Seconds between two keys of a held one."""


def bench_held(rounds: int) -> bool:
    """An arrow held for ten seconds on a sheet with 200 crops, and a nudge there."""
    heading(f"a key held for {SECONDS:.0f} s, {CROPS} crops on one sheet")
    fine = True
    rows = []
    for protocol in ("kitty", "sixel", "halfcell"):
        few = _crowded(4)
        alone = _nudge_ms(protocol, few, rounds)
        folder = _crowded(CROPS)
        crowded = _nudge_ms(protocol, folder, rounds)
        lag, saves, end, undone = _hold(protocol, folder)
        row = [protocol, f"{alone:.1f}", f"{crowded:.1f}", f"{1000 * lag:.0f}", str(saves)]
        rows.append([*row, "yes" if end else "NO", "yes" if undone else "NO"])
        fine &= verdict(f"{protocol}: a nudge among {CROPS} crops", crowded / alone, 1.5, "x")
        fine &= verdict(f"{protocol}: lag after release", lag, 0.15, " s")
        fine &= verdict(f"{protocol}: saves in {SECONDS:.0f} s", saves, SECONDS + 1)
        fine &= end and undone
    columns = ["", "nudge ms", f"of {CROPS} ms", "lag ms", "saves", "all saved", "one undo"]
    table(columns, rows)
    return fine


def _crowded(crops: int) -> Path:
    folder = CACHE / "held"
    folder.mkdir(parents=True, exist_ok=True)
    sheet = folder / "sheet.png"
    if not sheet.exists():
        os.link(_noisy_sheet((2816, 1536)), sheet)
    lines = ['[dataset]\ncharacter = "spyke"\ntrigger = "spyke"\n']
    lines += ['[sheets.one]\nfile = "sheet.png"\nsize = [2816, 1536]\n']
    for number in range(crops):
        left, top = number % 20 * 100, number // 20 * 100
        rect = f"{{ left = {left}, top = {top}, width = 600, height = 500 }}"
        lines.append(f'[[crops]]\nid = "crop{number}"\nsheet = "one"\nrect = {rect}\n')
    (folder / "crops.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def _opened(protocol: str, folder: Path) -> PseudoTerminal:
    kind = "text" if protocol == "halfcell" else protocol
    command = [str(SPYKE), "--images", protocol, str(folder)]
    terminal = PseudoTerminal(command, environment(), kind)  # type: ignore[arg-type]
    terminal.wait_for("crop1")
    terminal.settle(3.0)
    return terminal


def _nudge_ms(protocol: str, folder: Path, rounds: int) -> float:
    terminal = _opened(protocol, folder)
    try:
        seconds = []
        for number in range(2 * rounds):
            seconds.append(terminal.press((RIGHT, LEFT)[number % 2], EDITED.quiet).seconds)
            terminal.settle(EDITED.rest)
        return 1000 * statistics.median(seconds)
    finally:
        terminal.close()


def _hold(protocol: str, folder: Path) -> tuple[float, int, bool, bool]:
    """Seconds of lag, saves, whether the file has every key, whether one undo takes all back."""
    file = folder / "crops.toml"
    before = _first_left(file)
    terminal = _opened(protocol, folder)
    try:
        seen, saves, keys = file.stat().st_mtime_ns, 0, 0
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            terminal.send(RIGHT)
            keys += 1
            terminal.read_for(APART)
            if (now := file.stat().st_mtime_ns) != seen:
                seen, saves = now, saves + 1
        released = time.perf_counter()
        lag = max(0.0, terminal.last_read_within(EDITED.quiet) - released)
        terminal.settle(2.0)
        all_saved = _first_left(file) == before + keys
        terminal.press(b"u")
        terminal.settle(2.0)
        return lag, saves, all_saved, _first_left(file) == before
    finally:
        terminal.close()


def _first_left(file: Path) -> int:
    found = re.search(r"left = (\d+)", file.read_text(encoding="utf-8"))
    return int(found[1]) if found else -1
