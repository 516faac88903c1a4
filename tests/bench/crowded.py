"""One project that grows to two thousand crops on forty sheets: nothing may grow faster than it."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from spyke_tui.model.tag_filter import parse_filter
from spyke_tui.store.crops_file import CropsFile
from tests.bench.building import TWICE
from tests.bench.job import the_job, write_project
from tests.bench.meter import CACHE, PYTHON, SPYKE
from tests.bench.pseudo_terminal import PseudoTerminal
from tests.bench.report import heading, table, verdict
from tests.bench.screens import environment

COUNTS = (10, 100, 1000, 2000)
_STATE = CACHE / "state"
_FILTER = "framing:full -tag:sword status:keep sheet:ref1"
LIMIT = 2.6
"""Twice the crops may take twice as long, and what a busy machine adds."""


def bench_crowded(rounds: int) -> bool:
    """Open, nudge and save, filter, check, and a build with nothing to do, at 10 to 2,000 crops."""
    heading("one project of up to 2,000 crops on 40 sheets (wall ms)")
    project = write_project(CACHE / "crowded", the_job(), COUNTS[-1] // 20, 10)
    text = (project / "crops.toml").read_text(encoding="utf-8")
    head, *crops = text.split("[[crops]]\n")
    rows, found = [], []
    try:
        for count in COUNTS:
            (project / "crops.toml").write_text("[[crops]]\n".join([head, *crops[:count]]))
            found.append(_measure(project, min(rounds, 3)))
            rows.append([f"{count} crops", *(f"{seconds * 1000:.1f}" for seconds in found[-1])])
    finally:
        shutil.rmtree(project)
    columns = ["read", "nudge and save", "filter", "check again", "unchanged build", "first frame"]
    table(["", *columns], rows)
    fine = True
    for name, before, after in zip(columns[:4], found[-2], found[-1], strict=False):
        fine &= verdict(f"{name}, 2,000 crops against 1,000", after / before, LIMIT, "x")
    return fine


def _measure(project: Path, rounds: int) -> list[float]:
    """Seconds, as in the columns of the table."""
    surroundings = {**os.environ, "XDG_STATE_HOME": str(_STATE)}

    def run(*words: str) -> None:
        command = [str(SPYKE), *words, "--project", str(project)]
        subprocess.run(command, env=surroundings, check=False, stdout=subprocess.DEVNULL)

    run("build")
    run("check")
    read = _typical(rounds, lambda: CropsFile.read(project))
    save = _typical(rounds, _Nudges(project))
    run("build")  # the nudged ones
    file = CropsFile.read(project)
    dataset, kept = file.project.dataset, file.project.crops
    wanted = parse_filter(_FILTER)
    sift = _typical(rounds, lambda: wanted.select(kept, dataset))
    check = _typical(rounds, lambda: run("check"))
    inside = subprocess.run(
        [str(PYTHON), "-c", TWICE, str(project)],
        env=surroundings, check=True, capture_output=True, text=True,
    )  # fmt: skip
    frame = _first_frame(project, kept[1].id)
    return [read, save, sift, check, float(inside.stdout) / 1000, frame]


def _first_frame(project: Path, marker: str) -> float:
    terminal = PseudoTerminal([str(SPYKE), str(project)], environment())
    try:
        return terminal.wait_for(marker)
    finally:
        terminal.close()


class _Nudges:
    """Each call moves the crop in the middle by a pixel and saves, as the app does."""

    def __init__(self, project: Path) -> None:
        self.file = CropsFile.read(project)

    def __call__(self) -> None:
        crops = list(self.file.project.crops)
        middle = len(crops) // 2
        rect = crops[middle].rect
        crops[middle] = replace(crops[middle], rect=replace(rect, height=rect.height - 1))
        self.file.write(self.file.project.with_crops(tuple(crops)))


def _typical(rounds: int, work: Callable[[], object]) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
