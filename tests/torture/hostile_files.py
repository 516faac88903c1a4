"""Something else in the place of every file that we read: pipes, devices, sockets, endless ones."""

from __future__ import annotations

import os
import random
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

from tests.torture.programs import end_all
from tests.torture.watched import SECONDS, watched

TRAIN = "dataset/hero/train/10_hero_v1"
OWN = "dataset/hero/.spyke"
RUNS = f"{OWN}/runs"
WORKFLOW = "workflow.json"

REG = """
[reg]
server = "{server}"
checkpoint = "practice_sd15.safetensors"
workflow = "{workflow}"
count = 2
steps = 1
width = 64
height = 64
prompt = "a person"

[topup]
prompt = "a person with a red scarf"
count = 1
"""

FILES = (
    "crops.toml", ".gitignore", "sheets/one.png", "sheets", "dataset", "dataset/hero",
    "dataset/hero/train", TRAIN, f"{TRAIN}/c01.png", f"{TRAIN}/c01.txt", f"{TRAIN}/strange.png",
    f"{TRAIN}/strange.txt", f"{TRAIN}/c01.npz", "dataset/hero/reg/1_character/reg_001.png",
    "dataset/hero/reg/1_character/reg_002.png", "dataset/hero/reg", "dataset/hero/preview",
    "dataset/hero/aside", "dataset/hero/topup", OWN, f"{OWN}/manifest.json",
    f"{OWN}/manifest.journal", f"{OWN}/check.json", f"{OWN}/lock", f"{OWN}/app.lock",
    "dataset/hero/preview/.spyke-previews", "dataset/hero/dataset.toml",
    "dataset/hero/TRAINING.md", WORKFLOW, "STATE/config/spyke-tui/config.toml",
    f"{OWN}/crops", f"{OWN}/thumbnails", RUNS, f"{RUNS}/rejected", f"{RUNS}/topup.taken",
    f"{RUNS}/topup.journal", "dataset/hero/topup/topup_001.png",
    *(f"{RUNS}/reg.{one}" for one in (
        "lock", "journal", "orders", "log", "live.json", "preview", "followed")),
)  # fmt: skip


def _fifo(path: Path, _: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path, _: Path) -> None:
    listening = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    try:
        os.chdir(path.parent)  # its full name is too long for a socket
        listening.bind(path.name)
    finally:
        os.chdir(here)
        listening.close()


def _folder(path: Path, _: Path) -> None:
    path.mkdir()


def _sparse(path: Path, _: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def _link(target: str) -> Callable[[Path, Path], None]:
    def make(path: Path, outside: Path) -> None:
        path.symlink_to(target.replace("OUTSIDE", str(outside)))

    return make


KINDS: dict[str, Callable[[Path, Path], None]] = {
    "pipe": _fifo,
    "socket": _socket,
    "folder": _folder,
    "endless": _sparse,
    "zero": _link("/dev/zero"),
    "terminal": _link("/dev/tty"),
    "loop": _link("loop-of-itself"),
    "hanging": _link("OUTSIDE/hanging"),
    "outside file": _link("OUTSIDE/precious"),
    "outside folder": _link("OUTSIDE/folder"),
    "deleted": lambda *_: None,
    "empty": lambda path, _: path.write_bytes(b"") and None,
    "junk": lambda path, _: path.write_bytes(bytes(range(256)) * 40) and None,
    "unreadable": lambda path, _: path.write_bytes(b"\xff\xfe\x00[") and None,
}

OPENED = ("pipe", "endless", "outside folder", "junk")
"""Kinds with which the app is opened too, for every other file and all of our own: that takes
seconds."""

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("check",), ("build",), ("build", "--dry-run"), ("handover",), ("suggest", "--write"),
    ("build", "--force", "c01"), ("import", TRAIN, "taken"), ("reg", "--status"), ("reg",),
    ("topup",),
)  # fmt: skip


def cases() -> list[tuple[str, str]]:
    return [(name, kind) for name in FILES for kind in KINDS]


def sample(number: int, seed: int) -> list[tuple[str, str]]:
    every = cases()
    random.Random(seed).shuffle(every)
    return every[:number]


def play(name: str, kind: str, place: Path, built: Path, server: str) -> list[str]:
    """Put it there and run every command, then open the app; what was found.

    Images are drawn by the practice server at `server`.
    """
    shutil.rmtree(place, ignore_errors=True)
    project, outside = place / "project", place / "outside"
    shutil.copytree(built, project)
    (outside / "folder").mkdir(parents=True)
    (outside / "precious").write_text("precious")
    text = (project / "crops.toml").read_text()
    runs = REG.format(server=server, workflow=WORKFLOW if name == WORKFLOW else "")
    (project / "crops.toml").write_text(text + runs)
    target = place / name.replace("STATE", "state") if name.startswith("STATE") else project / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)
    KINDS[kind](target, outside)
    findings = []
    is_opened = kind in OPENED and (name.startswith(OWN) or FILES.index(name) % 2 == 0)
    opened = [("app",)] if is_opened else []
    for words in (*COMMANDS, *opened):
        shutil.rmtree(project / "taken", ignore_errors=True)
        found = watched(
            lambda words=words: _run(words, project, place / "state"),  # type: ignore[misc]
            limit=15 if words == ("app",) else SECONDS,
        )
        findings += [f"{kind} for {name}: {' '.join(words)}: {one}" for one in found.findings]
        if found.status not in (0, 1, 2):
            findings.append(f"{kind} for {name}: {' '.join(words)}: exit code {found.status}")
        left = end_all(place / "state")
        findings += [f"{kind} for {name}: {' '.join(words)}: never ended: {one}" for one in left]
    # Where the dataset as a whole lies is the user's own choice, by a link too.
    if name != "dataset" and _contents(outside) != {"folder": "", "precious": str(b"precious")}:
        findings.append(f"{kind} for {name}: written outside: {_contents(outside)}")
    return findings


def _contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): str(path.read_bytes()[:60]) if path.is_file() else ""
        for path in folder.rglob("*")
    }


def _run(words: tuple[str, ...], folder: Path, state: Path) -> int:
    os.environ.update(XDG_STATE_HOME=str(state), XDG_CONFIG_HOME=str(state / "config"))
    os.environ.update(COLUMNS="100", TERM="xterm-256color")
    os.chdir(folder)
    if words == ("app",):
        return _open(folder)
    from spyke_tui.cli import main

    return main(words)


def _open(folder: Path) -> int:
    """The app without a terminal: every pane, a nudge, a build, and out."""
    import asyncio

    from spyke_tui.errors import SpykeError
    from spyke_tui.store.config import load_config
    from spyke_tui.terminal.capabilities import choose
    from spyke_tui.tui.session import Session
    from spyke_tui.tui.spyke_app import SpykeApp

    try:
        session = Session.open(folder, choose("none"), load_config())
    except SpykeError as error:
        return error.exit_code
    app = SpykeApp(session)

    async def visit() -> None:
        async with app.run_test(size=(100, 30)) as pilot:
            await pilot.pause()
            for key in ("f2", "f4", "escape", "f5", "f6", "f3", "right", "b", "escape", "q"):
                await pilot.press(key)
                await pilot.pause()

    asyncio.run(visit())
    if app.failure is not None:
        raise app.failure
    return 0
