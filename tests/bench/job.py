"""The job that is measured: twenty crops of four sheets, and the projects made of it.

With the pictures and the job of the original plan at hand (../shared/bench) it is those; else
sheets that the demo draws, with grain laid over them, because a clean drawing packs too well.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from spyke_tui.processing.samples import draw_samples
from tests.bench.meter import CACHE, PYTHON, SHARED


@dataclass(frozen=True, slots=True)
class Cut:
    """One crop: the file it is cut from, its id, its rectangle in pixels."""

    source: str
    name: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Job:
    """Crops and the folder of their sheets."""

    folder: Path
    cuts: tuple[Cut, ...]
    origin: str

    @property
    def sources(self) -> list[str]:
        return list(dict.fromkeys(cut.source for cut in self.cuts))


def the_job() -> Job:
    """The job, its sheets drawn once and kept in the cache."""
    if (SHARED / "bench" / "jobs.json").is_file():
        return _planned_job()
    return _drawn_job()


def _planned_job() -> Job:
    folder = CACHE / "planned-sheets"
    if not (folder / ".drawn").exists():
        generator = SHARED / "bench" / "gen_sheets.py"
        command = [str(PYTHON), str(generator), str(folder)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (folder / ".drawn").touch()
    rows = json.loads((SHARED / "bench" / "jobs.json").read_text(encoding="utf-8"))
    cuts = tuple(Cut(r["src"], r["id"], r["l"], r["t"], r["w"], r["h"]) for r in rows)
    return Job(folder, cuts, "the original plan's job and sheets")


def _drawn_job() -> Job:
    folder = CACHE / "drawn-sheets"
    folder.mkdir(parents=True, exist_ok=True)
    cuts: list[Cut] = []
    for number, (name, picture) in enumerate(draw_samples()):
        if number == 4:
            break
        if not (folder / name).exists():
            _grained(picture, number).save(folder / name)
        cuts += _columns(name, picture.size, 8 if number == 0 else 4)
    return Job(folder, tuple(cuts), "the demo's sheets with grain")


def _columns(name: str, size: tuple[int, int], count: int) -> list[Cut]:
    """Upright crops side by side over the sheet, in one row or, from eight, in two."""
    rows = 2 if count >= 8 else 1
    width, height = size[0] * rows // count, size[1] // rows
    stem = Path(name).stem
    return [
        Cut(name, f"{stem}-{n}", (n // rows) * width, (n % rows) * height, width, height)
        for n in range(count)
    ]


def _grained(picture: Image.Image, seed: int) -> Image.Image:
    """The fine noise that generated pictures have; the same each time."""
    width, height = picture.size
    data = random.Random(seed).randbytes(width * height)
    grain = Image.frombytes("L", picture.size, data).point(lambda v: 128 + (v - 128) * 3 // 128)
    noise = Image.merge("RGB", (grain, ImageChops.offset(grain, 7, 3), ImageChops.invert(grain)))
    return ImageChops.add(picture, noise, 1, -128)


def write_project(folder: Path, job: Job, copies: int = 1, sheet_copies: int = 1) -> Path:
    """A project of the job's crops, `copies` times each, on `sheet_copies` of each sheet.

    Every copy of a rectangle is moved by a pixel, so that no picture repeats. Returns `folder`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lines = ['[dataset]\ncharacter = "spyke"\ntrigger = "spyke_plasma_v1"\n']
    for source in job.sources:
        for sheet in range(sheet_copies):
            name = f"{Path(source).stem}-{sheet}"
            shutil.copyfile(job.folder / source, folder / f"{name}.png")
            lines.append(f'[sheets.{name}]\nfile = "{name}.png"\n')
    for copy in range(copies):
        for cut in job.cuts:
            sheet_name = f"{Path(cut.source).stem}-{copy % sheet_copies}"
            left, height = max(0, cut.left - copy // 8), cut.height - copy % 8
            rect = f"left = {left}, top = {cut.top}, width = {cut.width}, height = {height}"
            lines.append(
                f'[[crops]]\nid = "{cut.name}-{copy}"\nsheet = "{sheet_name}"\n'
                f'rect = {{ {rect} }}\nframing = "full body"\nview = "front view"\n'
            )
    (folder / "crops.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder
