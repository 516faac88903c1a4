"""How long finding the figures of a sheet takes once it is decoded."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from PIL import Image

from spyke_tui.processing.loading import load_picture
from spyke_tui.processing.samples import draw_samples
from spyke_tui.processing.suggest import suggest_rects
from tests.bench.meter import SHARED
from tests.bench.report import heading, table, verdict


def bench_suggest(rounds: int) -> bool:
    heading("suggest, ms a decoded sheet")
    rows, medians = [], []
    for name, picture in _sheets():
        times = []
        for _ in range(max(3, rounds // 2)):
            start = time.perf_counter()
            found = suggest_rects(picture)
            times.append((time.perf_counter() - start) * 1000)
        medians.append(statistics.median(times))
        rows.append(
            [name, f"{picture.width}x{picture.height}", f"{medians[-1]:.0f}", str(len(found))]
        )
    table(["", "size", "ms", "figures"], rows)
    return verdict("slowest sheet", max(medians), 150, " ms")


def _sheets() -> Iterator[tuple[str, Image.Image]]:
    """The real sheets where they are at hand, and the demo's."""
    for truth in sorted((SHARED / "sheets").glob("*/truth.json")):
        for path in sorted(truth.parent.iterdir()):
            if path.suffix in (".png", ".jpg"):
                yield f"{truth.parent.name}/{path.name}", load_picture(path)
    yield from draw_samples()
