"""A little project in a folder of its own: drawn sheets, a crops.toml made of dictionaries."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from spyke_tui.kohya.build import build_project
from spyke_tui.kohya.previews import build_previews
from spyke_tui.kohya.result import BuildResult
from spyke_tui.store.crops_file import CropsFile

PAPER = (250, 248, 240)


def draw_sheet(path: Path, size: tuple[int, int] = (240, 160), seed: int = 1) -> Path:
    """A sheet with ovals, different for every seed."""
    picture = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(picture)
    for number in range(6):
        left = (37 * number * seed + 11) % (size[0] - 40)
        top = (53 * number * seed + 7) % (size[1] - 40)
        colour = ((60 * number + 20 * seed) % 256, (90 * number) % 256, (40 * seed) % 256)
        pen.ellipse((left, top, left + 38, top + 32), fill=colour, outline="black")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, **({"compress_level": 1} if path.suffix == ".png" else {}))
    return path


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(entry) for entry in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def rect(left: int, top: int, width: int, height: int) -> dict[str, int]:
    return {"left": left, "top": top, "width": width, "height": height}


class LittleProject:
    """`dataset`, `sheets` and `crops` are what the next `save` writes."""

    def __init__(self, folder: Path, crops: Sequence[dict[str, Any]] | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.dataset: dict[str, Any] = {"character": "hero", "trigger": "hero_v1"}
        self.sheets: dict[str, dict[str, Any]] = {
            "one": {"file": "sheets/one.png", "size": [240, 160]},
            "two": {"file": "sheets/two.png", "size": [240, 160]},
        }
        draw_sheet(folder / "sheets/one.png", seed=1)
        draw_sheet(folder / "sheets/two.png", seed=2)
        if crops is None:
            crops = [
                {"id": "front", "sheet": "one", "rect": rect(10, 10, 80, 120), "view": "front"},
                {"id": "back", "sheet": "one", "rect": rect(100, 20, 120, 60), "mirror": True},
                {"id": "face", "sheet": "two", "rect": rect(0, 0, 100, 100), "framing": "bust"},
            ]
        self.crops = [dict(crop) for crop in crops]
        self.save()

    # crops.toml ---------------------------------------------------------------------------

    @property
    def crops_toml(self) -> Path:
        return self.folder / "crops.toml"

    def save(self) -> None:
        lines = ["[dataset]", *self._rows(self.dataset)]
        for key, sheet in self.sheets.items():
            lines += ["", f"[sheets.{key}]", *self._rows(sheet)]
        for crop in self.crops:
            lines += ["", "[[crops]]", *self._rows(crop)]
        self.crops_toml.write_text("\n".join(lines) + "\n", encoding="utf-8")

    @staticmethod
    def _rows(table: dict[str, Any]) -> list[str]:
        return [f"{key} = {toml(value)}" for key, value in table.items()]

    def crop(self, crop_id: str) -> dict[str, Any]:
        return next(crop for crop in self.crops if crop["id"] == crop_id)

    def change(self, crop_id: str, **values: Any) -> None:
        self.crop(crop_id).update(values)
        self.save()

    def nudge(self, crop_id: str, by: int = 1) -> None:
        crop = self.crop(crop_id)
        self.change(crop_id, rect={**crop["rect"], "left": crop["rect"]["left"] + by})

    def set(self, **values: Any) -> None:
        self.dataset.update(values)
        self.save()

    # runs ---------------------------------------------------------------------------------

    def build(self, **options: Any) -> BuildResult:
        file = CropsFile.read(self.crops_toml)
        return build_project(file.project, file.folder, crops_file=file, **options)

    def preview(self, **options: Any) -> BuildResult:
        file = CropsFile.read(self.crops_toml)
        return build_previews(file.project, file.folder, **options)

    # what is there ------------------------------------------------------------------------

    @property
    def root(self) -> Path:
        return self.folder / "dataset" / str(self.dataset["character"])

    @property
    def train(self) -> Path:
        repeats = self.dataset.get("repeats", 10)
        return self.root / "train" / f"{repeats}_{self.dataset['trigger']}"

    @property
    def aside(self) -> Path:
        return self.root / "aside"

    def names(self) -> list[str]:
        return sorted(entry.name for entry in os.scandir(self.train))


def stamps(folder: Path) -> dict[str, tuple[object, ...]]:
    """Everything below `folder` with size, times and content: equal only if nothing was touched."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[path.relative_to(folder).as_posix()] = (
            status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_size, content,
        )  # fmt: skip
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of all files below `folder`, our own records aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".spyke" not in path.relative_to(folder).as_posix()
    }


def run_cli(*words: str, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command line as a user has it, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "spyke_tui", *words],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


def build_and_die(
    project: LittleProject, at: int, *, after: bool, words: tuple[str, ...] = ("build",)
) -> bool:
    """Build in a process that is killed before (or right after) its `at`-th rename.

    Whether it came so far.
    """
    code = f"""
import itertools, os, signal, sys
numbers = itertools.count(1)
rename = os.replace
def replace(source, target, *args, **kwargs):
    number = next(numbers)  # its own: other threads rename meanwhile
    if number == {at} and not {after}:
        os.kill(os.getpid(), signal.SIGKILL)
    rename(source, target, *args, **kwargs)
    if number == {at}:
        os.kill(os.getpid(), signal.SIGKILL)
os.replace = os.rename = replace
from spyke_tui.cli import main
sys.exit(main({list(words)!r}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project.folder, capture_output=True, timeout=120
    )
    return done.returncode == -signal.SIGKILL
