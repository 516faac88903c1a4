"""What watching a run costs: the app in its Regularization pane while 200 images come, with ten
previews a second, in each image protocol; and how soon it answers a key meanwhile."""

from __future__ import annotations

import codecs
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.meter import SPYKE
from tests.bench.pseudo_terminal import COLUMNS, ROWS, Kind, PseudoTerminal
from tests.bench.report import heading, say, table, verdict
from tests.bench.screens import environment
from tests.terminal.screen_model import ScreenModel
from tests.torture.generation_scene import SERVE, Client, Server

IMAGES, STEPS, STEP_SECONDS = 200, 5, 0.1
SIDE = 512
PROTOCOLS: tuple[tuple[str, Kind], ...] = (
    ("kitty", "kitty"), ("sixel", "sixel"), ("half cells", "text"),
)  # fmt: skip
FIRST = 0.05
"""The share of the run that is left out: it loads the modules."""
PRESS_EVERY = 4.0
SHARE, ANSWER, GROWTH = 0.15, 0.050, 0.03

_NOISY = """
import io, itertools
from PIL import Image
from spyke_tui.comfy.practice.painter import Painter

def noisy():
    noise = Image.merge("RGB", [Image.effect_noise((160, 160), 90) for _ in "rgb"])
    file = io.BytesIO()
    noise.resize((512, 512), Image.Resampling.BICUBIC).save(file, "JPEG", quality=85)
    return file.getvalue()

pictures = itertools.cycle([noisy() for _ in range(16)])

async def previews(painter, images):
    return tuple(next(pictures) for _ in range(5))

Painter.previews = previews
"""

_F6, _LEFT, _ESCAPE = b"\x1b[17~", b"\x1b[D", b"\x1b"
_CHOSEN = re.compile(r"image (\d+) .* seed \d+")


@dataclass(slots=True)
class Watched:
    """Seconds of processor and wall, and MiB, of the app; `keys`: seconds to each answer."""

    cpu: float = 0.0
    wall: float = 0.0
    memory: list[float] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.cpu / self.wall

    @property
    def growth(self) -> float:
        """Of the memory: the last fifth of the run against the one before.

        Before that it fills what may be kept: the last 120 pictures as they went to the terminal.
        """
        fifth = len(self.memory) // 5
        early, late = self.memory[-2 * fifth : -fifth], self.memory[-fifth:]
        return statistics.median(late) / statistics.median(early) - 1


def bench_watching(_rounds: int) -> bool:
    """One run in each protocol; the key chooses the image before, which has a seed to be seen."""
    previews = 1 / STEP_SECONDS
    heading(f"watching a run: {IMAGES} images, {previews:g} previews a second, {COLUMNS}x{ROWS}")
    if not Path("/proc/self/stat").exists():
        say("left out: this system does not tell what a process takes just now")
        return True
    rows, fine = [], True
    for name, kind in PROTOCOLS:
        with tempfile.TemporaryDirectory(prefix="spyke-bench-") as folder:
            one = _watch(Path(folder), kind)
        rows.append(
            [
                name, f"{one.share:.1%}", f"{one.memory[0]:.0f}", f"{one.memory[-1]:.0f}",
                f"{one.growth:+.1%}", f"{1000 * statistics.median(one.keys):.0f}",
                f"{1000 * max(one.keys):.0f}", str(len(one.keys)), f"{one.wall:.0f} s",
            ]
        )  # fmt: skip
        fine &= verdict(f"{name}: share of a core", one.share, SHARE)
        fine &= verdict(f"{name}: growth of memory", one.growth, GROWTH)
        fine &= verdict(f"{name}: median answer", statistics.median(one.keys), ANSWER, " s")
    table(["", "of a core", "MiB first", "last", "growth", "key ms", "worst", "keys", "took"], rows)
    return fine


class NoisyServer(Server):
    """Its previews are as large as those of a real one: 38 to 125 kB, each another."""

    code = _NOISY + SERVE


def _watch(folder: Path, kind: Kind) -> Watched:
    server = NoisyServer(folder / "server", STEPS * STEP_SECONDS)
    server.start()
    client = Client(folder / "project", server.port, IMAGES, SIDE, steps=STEPS)
    try:
        with _app(client.crops.parent, kind) as screen:
            client.start()
            return _measure(screen, client)
    finally:
        client.kill()
        server.kill()


class Screen:
    """What stands on the terminal. The app sends changed cells only, so its output must be kept."""

    def __init__(self, terminal: PseudoTerminal) -> None:
        self.terminal = terminal
        self._model = ScreenModel(COLUMNS, ROWS)
        self._model.feed(terminal.output.decode("utf-8", "replace"))
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def chosen(self) -> str:
        """The image whose seed stands above the large picture; "" while one is being drawn."""
        for line in self._model.text():
            if found := _CHOSEN.search(line):
                return found[1]
        return ""

    def read_for(self, seconds: float) -> None:
        for piece in self.terminal.pieces(seconds):
            self._model.feed(self._decoder.decode(piece))

    def answer_to(self, key: bytes) -> float:
        """Seconds from a key until another image is the chosen one. Raises TimeoutError."""
        before, start = self.chosen(), time.perf_counter()
        self.terminal.send(key)
        for piece in self.terminal.pieces(5.0):
            came = time.perf_counter()
            self._model.feed(self._decoder.decode(piece))
            if self.chosen() not in ("", before):
                return came - start
        raise TimeoutError("the key that chooses another image was not answered")


def _measure(screen: Screen, client: Client) -> Watched:
    found, terminal = Watched(), screen.terminal
    while client.view().done < IMAGES * FIRST:
        screen.read_for(0.5)
    begun, cpu = time.perf_counter(), terminal.cpu_seconds()
    pressed = begun
    while not client.ended():
        screen.read_for(0.25)
        found.memory.append(terminal.memory())
        if time.perf_counter() - pressed > PRESS_EVERY and client.view().done < IMAGES - 5:
            pressed = time.perf_counter()
            found.keys.append(screen.answer_to(_LEFT))
            terminal.send(_ESCAPE)
    found.wall = time.perf_counter() - begun
    found.cpu = terminal.cpu_seconds() - cpu
    return found


@contextmanager
def _app(project: Path, kind: Kind) -> Iterator[Screen]:
    """The app on that project, with the pane in front."""
    terminal = PseudoTerminal([str(SPYKE), str(project)], environment(), kind)
    try:
        terminal.wait_for("Crops")
        terminal.settle()
        terminal.send(_F6)
        terminal.wait_for("not started")
        yield Screen(terminal)
    finally:
        terminal.close()
