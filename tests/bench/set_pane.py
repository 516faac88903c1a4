"""The Set pane on five hundred crops: its first screen, scrolling, the filter.

The app runs in this process without a terminal, with a heart that beats every millisecond on its
event loop: the longest pause between two beats is the longest that a key has to wait. Of each
pause it is also told how much of it our own work on the loop took, which does not depend on what
else this machine does.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import random
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from spyke_tui.kohya.build import build_project
from spyke_tui.model.geometry import Size
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.terminal.capabilities import Choice, choose
from spyke_tui.tui.screens.set import SetScreen
from spyke_tui.tui.session import Session
from spyke_tui.tui.spyke_app import SpykeApp
from tests.bench.meter import CACHE
from tests.bench.pseudo_terminal import Kind
from tests.bench.report import heading, say, table, verdict
from tests.bench.set_memory import LIMIT, peak_memory

CROPS, SHEETS = 500, 10
KINDS: dict[Kind, str] = {"text": "halfcell", "kitty": "kitty", "sixel": "sixel"}
"""What the pseudo terminal shows, and the protocol that the app then takes."""
SIZE = (200, 50)
FIRST_SCREEN, STALL, FILTER = 1.0, 0.050, 0.050
"""Seconds that the first screen with its pictures, a pause while scrolling, and a filter take at
most."""


@dataclass
class Heart:
    """Beats on the event loop; the pauses between two beats, in seconds."""

    pauses: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    """Processor time of the loop's thread in each of them."""

    async def beat(self) -> None:
        last, worked = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now, work = time.perf_counter(), time.thread_time()
            self.pauses.append(now - last - 0.001)
            self.work.append(work - worked)
            last, worked = now, work

    def take(self) -> tuple[float, float]:
        """The longest pause since the last call, and the most work in one."""
        longest = max(self.pauses, default=0.0), max(self.work, default=0.0)
        self.pauses, self.work = [], []
        return longest


def bench_set(rounds: int) -> bool:
    heading(f"Set pane, {CROPS} crops of {SHEETS} sheets, {SIZE[0]}x{SIZE[1]} cells")
    project = large_project()
    os.environ |= {
        "XDG_STATE_HOME": str(CACHE / "set-state"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }
    fine = True
    rows = []
    for protocol in ("halfcell", "kitty", "sixel"):
        asyncio.run(_measure(project, protocol, 1))  # thumbnails are cached from now on
        found = asyncio.run(_measure(project, protocol, max(3, rounds // 2)))
        rows.append([protocol, *[f"{1000 * value:.0f}" for value in found.values()]])
        fine &= verdict(f"{protocol}: first screen", found["first"], FIRST_SCREEN, " s")
        fine &= verdict(f"{protocol}: work at once", 1000 * found["work"], 1000 * STALL, " ms")
        fine &= verdict(f"{protocol}: longest pause", 1000 * found["pause"], 1000 * STALL, " ms")
        fine &= verdict(f"{protocol}: filter", 1000 * found["filter"], 1000 * FILTER, " ms")
    for kind, name in KINDS.items():
        memory = peak_memory(project, kind)
        if memory:  # else this system does not say
            fine &= verdict(f"{name}: peak memory, no thumbnails yet", memory, LIMIT, " MiB")
    say()
    table(["ms", "first screen", "work at once", "longest pause", "filter"], rows)
    say("work at once: the most processor time that the event loop takes without a pause while")
    say(
        "scrolling by line and page; longest pause: by the clock, so also what other programs take."
    )
    say("Both are the least of all rounds.")
    return fine


async def _measure(folder: Path, protocol: str, rounds: int) -> dict[str, float]:
    first, pauses, work, filters = [], [], [], []
    for _ in range(rounds):
        async with _opened(folder, protocol) as (app, pilot, heart):
            start = time.perf_counter()
            app.open_pane("set")
            screen = await _screen(app)
            await _until(lambda s=screen: s.grid.missing == 0 and len(s.grid.shown) > 0)
            first.append(time.perf_counter() - start)
            await _until(lambda s=screen: s.check.is_current)
            await asyncio.sleep(0.3)
            heart.take()
            for key in ["down"] * 20 + ["pagedown"] * 8 + ["pageup"] * 4 + ["up"] * 10:
                await pilot.press(key)  # which also waits for idleness: it says nothing of the key
                await asyncio.sleep(0.02)
            pause, worked = heart.take()
            pauses.append(pause)
            work.append(worked)
            for text in ("framing:bust", "tag:sword -status:draft", ""):
                begun = time.perf_counter()
                screen.set.filter_by(text)
                screen.draw()
                filters.append(time.perf_counter() - begun)
    return {
        "first": statistics.median(first),
        "work": min(work),
        "pause": min(pauses),
        "filter": statistics.median(filters),
    }


@asynccontextmanager
async def _opened(folder: Path, protocol: str) -> AsyncIterator[tuple[SpykeApp, Any, Heart]]:
    choice = choose("halfcell")
    if protocol != "halfcell":
        choice = Choice(protocol, cell=Size(10, 20))  # type: ignore[arg-type]
    app = SpykeApp(Session.open(folder, choice))
    heart = Heart()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        beating = asyncio.get_running_loop().create_task(heart.beat())
        try:
            yield app, pilot, heart
        finally:
            beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beating
    # The app takes what start-up made out of collection, for it lives as long as its process;
    # here one follows the other.
    gc.unfreeze()
    gc.collect()


async def _screen(app: SpykeApp) -> SetScreen:
    await _until(lambda: isinstance(app.screen, SetScreen) and hasattr(app.screen, "grid"))
    assert isinstance(app.screen, SetScreen)
    return app.screen


async def _until(condition: Any, limit: float = 120) -> None:
    end = time.perf_counter() + limit
    while not condition():
        if time.perf_counter() > end:
            raise TimeoutError("the Set pane was not ready in time")
        await asyncio.sleep(0.002)


# The project ----------------------------------------------------------------------------------


def large_project() -> Path:
    """Drawn and built once, then kept."""
    folder = CACHE / "set-500"
    done = folder / "done"
    if done.exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    say(f"drawing and building {CROPS} crops (once) ...")
    chance = random.Random(500)
    lines = ['[dataset]', 'character = "spyke"', 'trigger = "spyke_v1"',
             'details = ["cloak"]', "[targets]", "images = { min = 400, max = 500 }"]  # fmt: skip
    for sheet in range(SHEETS):
        _draw_sheet(folder / f"sheet{sheet}.png", chance)
        lines += [f"[sheets.s{sheet}]", f'file = "sheet{sheet}.png"', "size = [2000, 1600]"]
    for number in range(CROPS):
        column, row = number // SHEETS % 10, number // SHEETS // 10
        framing = chance.choice(["full body", "bust", "closeup"])
        lines += [
            "[[crops]]", f'id = "crop_{number:03}"', f'sheet = "s{number % SHEETS}"',
            f"rect = {{ left = {column * 200}, top = {row * 320}, width = 190, height = 310 }}",
            f'status = "{"draft" if number % 10 == 9 else "keep"}"', f'framing = "{framing}"',
            f'view = "{chance.choice(["front", "side", "back"])} view"',
            f'pose = "{chance.choice(["standing", "running", "fighting"])}"',
            f'tags = ["{chance.choice(["sword", "bow", "shield"])}"]', "details = []",
            'action = false', 'expression = "calm"', 'background = "white background"',
        ]  # fmt: skip
    (folder / "crops.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    file = CropsFile.read(folder)
    build_project(file.project, file.folder, crops_file=file)
    done.touch()
    return folder


def _draw_sheet(path: Path, chance: random.Random) -> None:
    """Fifty figures that are all different."""
    picture = Image.new("RGB", (2000, 1600), "#fdfbf4")
    pen = ImageDraw.Draw(picture)
    for column in range(10):
        for row in range(5):
            left, top = column * 200, row * 320
            for _ in range(9):
                x, y = left + chance.randrange(20, 120), top + chance.randrange(20, 220)
                box = (x, y, x + chance.randrange(20, 60), y + chance.randrange(20, 80))
                colour = tuple(chance.randrange(256) for _ in range(3))
                draw = chance.choice([pen.ellipse, pen.rectangle])
                draw(box, fill=colour, outline="black", width=3)
    picture.save(path, compress_level=1)
