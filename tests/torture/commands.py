"""The commands under torture: from what they start and what they make when nobody disturbs them."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from tests.torture import stage

NAMES = ("--character", "hero", "--trigger", "hero_v1")


@dataclass(frozen=True, slots=True)
class Command:
    """`start`: ``plain``, ``built``, ``changed`` (built, then edited), ``sheets`` or ``kohya``.

    `calls` is about how many calls to the disk one of its processes makes; `done_before` are exit
    codes of a second run that finds the work done.
    """

    words: tuple[str, ...]
    start: str
    calls: int
    done_before: tuple[int, ...] = ()


COMMANDS = {
    "build": Command(("build",), "plain", 80),
    "rebuild": Command(("build",), "changed", 60),
    "dry-run": Command(("build", "--dry-run"), "plain", 50),
    "suggest": Command(("suggest", "--write"), "plain", 8),
    "init": Command(("init", "new", "a.png", "b.png", *NAMES), "sheets", 8, (2,)),
    "import": Command(("import", "10_hero_v1", "taken"), "kohya", 8, (2,)),
    "handover": Command(("handover",), "built", 8),
    "check": Command(("check",), "built", 5),
    "demo": Command(("demo", "sample", "--headless"), "sheets", 300),
    "reg": Command(("reg",), "built", 60),
    "topup": Command(("topup",), "built", 30),
}
WEIGHTED = [
    *("build", "build", "rebuild", "rebuild", "rebuild", "dry-run", "suggest", "suggest", "init"),
    *("init", "import", "import", "handover", "handover", "check", "demo", "demo"),
    *("reg", "reg", "reg", "topup", "topup"),
]


@dataclass(frozen=True, slots=True)
class Reference:
    """What an undisturbed run leaves, and how long it takes."""

    tree: dict[str, str]
    status: int
    seconds: float
    crops_before: str = ""
    crops: str = ""
    """crops.toml, where the project's folder has one."""


_known: dict[tuple[Command, Path], Reference] = {}


def prepare(command: Command, folder: Path, built: Path, plain: Path) -> None:
    """What lies in `folder` before the command runs there."""
    shutil.rmtree(folder, ignore_errors=True)
    match command.start:
        case "plain":
            stage.fresh(plain, folder)
        case "built":
            stage.fresh(built, folder)
        case "changed":
            stage.fresh(built, folder)
            file = folder / "crops.toml"
            text = file.read_text().replace("height = 240", "height = 230").replace("c03", "third")
            file.write_text(text.replace('"standing"', '"running"'))
        case "sheets":
            folder.mkdir()
            stage.draw_sheet(folder / "a.png", 2, 1)
            stage.draw_sheet(folder / "b.png", 3, 2)
        case "kohya":
            folder.mkdir()
            shutil.copytree(built / "dataset/hero/train/10_hero_v1", folder / "10_hero_v1")


def reference(command: Command, folder: Path, built: Path, plain: Path, base: Path) -> Reference:
    """Made once for each command and folder: some files hold their own place."""
    key = (command, folder)
    if key not in _known:
        state = base / "state-reference"
        shutil.rmtree(state, ignore_errors=True)
        prepare(command, folder, built, plain)
        before = _crops(folder)
        start = time.monotonic()
        done = stage.run(list(command.words), folder, state)
        seconds = time.monotonic() - start
        assert b"Traceback" not in done.stderr, done.stderr
        after = _crops(folder)
        _known[key] = Reference(stage.tree(folder), done.returncode, seconds, before, after)
    return _known[key]


def _crops(folder: Path) -> str:
    file = folder / "crops.toml"
    return file.read_text() if file.exists() else ""
