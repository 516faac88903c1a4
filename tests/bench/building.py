"""Build and check: against sharp, with nothing changed, and as projects grow."""

from __future__ import annotations

import contextlib
import io
import os
import random
import shutil
import subprocess
import time
from pathlib import Path

from PIL import Image

from tests.bench.job import Job, the_job, write_project
from tests.bench.meter import CACHE, PYTHON, SPYKE, Contender, Cost, median, paired, run_alternating
from tests.bench.report import heading, say, table, verdict
from tests.bench.sharp import install_sharp, sharp_contender

_STATE = CACHE / "state"


def build_contender(project: Path, name: str = "spyke-tui build") -> Contender:
    """A whole build, as the command line does it, of a project that was never built."""

    def forget() -> None:
        shutil.rmtree(project / "dataset", ignore_errors=True)
        shutil.rmtree(_STATE, ignore_errors=True)

    return Contender(
        name=name,
        command=[str(SPYKE), "build", "--project", str(project)],
        environment={"XDG_STATE_HOME": str(_STATE)},
        prepare=forget,
        output=lambda: sum(path.stat().st_size for path in project.rglob("dataset/**/*.png")),
    )


def bench_build(rounds: int) -> bool:
    """Twenty crops of four sheets against sharp, in the same rounds."""
    job = the_job()
    heading(f"20 crops of 4 sheets ({job.origin}), medians of {rounds} rounds")
    contenders = [build_contender(write_project(CACHE / "build", job))]
    missing = install_sharp()
    if missing:
        say(f"without sharp: {missing}")
    else:
        contenders += [sharp_contender(mode, job) for mode in ("all", "raw")]
    costs = run_alternating(contenders, rounds)
    table(
        ["", "wall ms", "CPU ms", "peak MiB", "MB written"],
        [[name, *_cells(median(found))] for name, found in costs.items()],
    )
    ours = costs["spyke-tui build"]
    fine = verdict("peak memory", median(ours).memory, 60, " MiB")
    for mode, limit in () if missing else (("all", 0.65), ("raw", 1.0)):
        ratio = paired(ours, costs[f"sharp {mode}"])
        fine &= verdict(f"wall, against sharp {mode}", ratio.wall, limit, "x")
        say(f"      CPU, against sharp {mode}: {ratio.cpu:.2f}x")
        if mode == "all":
            fine &= verdict("bytes, against sharp", ratio.output / 100, 0.8, "x")
    _say_load()
    return fine


def _cells(cost: Cost) -> list[str]:
    return [
        f"{cost.wall * 1000:.0f}",
        f"{cost.cpu * 1000:.0f}",
        f"{cost.memory:.1f}",
        f"{cost.output / 1e6:.2f}",
    ]


def _say_load() -> None:
    load = os.getloadavg()[0]
    cores = os.cpu_count() or 1
    if load > cores * 0.6:
        say(f"      (this machine is busy with other work: load {load:.1f} on {cores} cores)")


# Nothing changed ----------------------------------------------------------------------------

TWICE = """
import contextlib, io, sys, time
from spyke_tui.cli import main
def timed():
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        assert main(["build", "--project", sys.argv[1]]) == 0
    return (time.perf_counter() - start) * 1000
timed()
print(min(timed() for _ in range(5)))
"""


def bench_unchanged(rounds: int) -> bool:
    """A build of 200 crops with nothing to do."""
    heading("200 crops, nothing changed")
    project = write_project(CACHE / "unchanged", the_job(), copies=10)
    contender = build_contender(project)
    environment = {**os.environ, **contender.environment}
    contender.prepare()
    subprocess.run(contender.command, env=environment, check=True, stdout=subprocess.DEVNULL)
    again = Contender("again", contender.command, contender.environment, lambda: None)
    bare_command = [str(SPYKE), "--version"]
    bare = Contender("--version", bare_command, contender.environment, lambda: None)
    costs = run_alternating([again, bare], rounds)
    inside = subprocess.run(
        [str(PYTHON), "-c", TWICE, str(project)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    table(
        ["", "wall ms", "CPU ms"],
        [[name, *_cells(median(found))[:2]] for name, found in costs.items()],
    )
    return verdict("work inside the process", float(inside.stdout), 5, " ms")


# Growing ------------------------------------------------------------------------------------


def bench_scaling(rounds: int) -> bool:
    """More crops of the same sheets, and more sheets of the same crops."""
    heading("as projects grow (one build each)")
    rows = []
    per_crop: list[float] = []
    for copies in (1, 5, 10):
        cost = _built_once(the_job(), copies, 1)
        crops = 20 * copies
        rows.append([f"{crops} crops, 4 sheets", *_cells(cost), f"{cost.wall / crops * 1000:.1f}"])
        per_crop.append(cost.wall / crops)
    for sheets in (5, 12):
        cost = _built_once(the_job(), sheets, sheets)
        crops = 20 * sheets
        label = f"{crops} crops, {4 * sheets} sheets"
        rows.append([label, *_cells(cost), f"{cost.wall / crops * 1000:.1f}"])
    table(["", "wall ms", "CPU ms", "peak MiB", "MB written", "ms a crop"], rows)
    return verdict("time per crop, 200 against 20", per_crop[-1] / per_crop[0], 1.1, "x")


def _built_once(job: Job, copies: int, sheet_copies: int) -> Cost:
    project = write_project(CACHE / "scaling", job, copies, sheet_copies)
    cost = run_alternating([build_contender(project)], 1)["spyke-tui build"][0]
    shutil.rmtree(project)
    return cost


# Check --------------------------------------------------------------------------------------

_IMAGES = 10_000


def bench_check(rounds: int) -> bool:
    """`check` over ten thousand pictures, for the second time."""
    heading(f"check of {_IMAGES} images, second time")
    fine = True
    rows = []
    for kind, folder in (("train", "10_spyke_plasma_v1"), ("reg", "1_character")):
        project = write_project(CACHE / "check", the_job())
        _fill(project / "dataset" / "spyke" / kind / folder, with_captions=kind == "train")
        environment = {**os.environ, "XDG_STATE_HOME": str(_STATE)}
        times = []
        for _ in range(3):
            start = time.perf_counter()
            command = [str(SPYKE), "check", "--json", "--project", str(project)]
            subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - start)
        rows.append([f"in {kind}/", *[f"{seconds:.2f}" for seconds in times]])
        fine &= verdict(f"{kind}/, second time", min(times[1:]), 3, " s")
        shutil.rmtree(project)
    table(["seconds", "first", "second", "third"], rows)
    return fine


def _fill(folder: Path, *, with_captions: bool) -> None:
    """Ten thousand pictures, fifty different ones again and again."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = [_blot(seed) for seed in range(50)]
    for number in range(_IMAGES):
        name = folder / f"image_{number:05}"
        name.with_suffix(".png").write_bytes(pictures[number % 50])
        if with_captions:
            caption = f"spyke_plasma_v1, full body, view {number}, white background\n"
            name.with_suffix(".txt").write_text(caption, encoding="utf-8")


def _blot(seed: int) -> bytes:
    data = random.Random(seed).randbytes(8 * 8 * 3)
    image = Image.frombytes("RGB", (8, 8), data).resize((512, 512), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    with contextlib.closing(buffer):
        image.save(buffer, "PNG")
        return buffer.getvalue()
