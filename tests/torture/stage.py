"""A project to torture: small, but with everything in it, and what must hold of it afterwards."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageDraw

from spyke_tui.errors import SpykeError
from spyke_tui.model.layout import Layout
from spyke_tui.store.crops_file import CropsFile
from tests.torture.programs import ROOT, environment

sys.path.insert(0, str(ROOT / "tests/torture/observer"))
from torture_state import word_of

PAPER, INK = (250, 248, 240), (120, 40, 40)
TEMPORARY = ".spyke-tmp-"

HEAD = """\
# by hand, and to stay
[dataset]
character = "hero"
trigger = "hero_v1"
details = ["red scarf", "left glove"]
one_sided = ["left glove"]

"""


TRAIN = "dataset/hero/train/10_hero_v1"
CLASS = "dataset/hero/reg/1_character"
CANDIDATES = "dataset/hero/topup"
IMAGES = 6
CHOICES = 2

RUNS = f"""\
[reg]
server = "{{server}}"
checkpoint = "practice_sd15.safetensors"
count = {IMAGES}
steps = 2
prompt = "a person"
negative = "blurry"

[topup]
prompt = "a person with a red scarf"
count = {CHOICES}

"""


def draw_sheet(path: Path, figures: int, seed: int) -> None:
    picture = Image.new("RGB", (160 * figures + 20, 300), PAPER)
    pen = ImageDraw.Draw(picture)
    for number in range(figures):
        left = 20 + 160 * number + 7 * seed
        pen.ellipse((left + 40, 30, left + 80, 75), fill=INK)
        pen.rectangle((left + 30, 75, left + 90, 200), fill=(60, 60 + 20 * seed, 160))
        pen.rectangle((left + 35, 200, left + 55, 280), fill=INK)
        pen.rectangle((left + 65, 200, left + 85, 280), fill=INK)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


def write_project(folder: Path, crops: int = 12, server: str = "") -> None:
    """Two sheets of four figures and one that nobody has cropped yet; images by `server`."""
    text = HEAD + (RUNS.format(server=server) if server else "")
    for number, name in enumerate(("one", "two", "three"), 1):
        draw_sheet(folder / f"sheets/{name}.png", 4, number)
        text += f'[sheets.{name}]\nfile = "sheets/{name}.png"\nsize = [660, 300]\n\n'
    for at in range(crops):
        sheet = "one" if at % 2 else "two"
        left, top = 20 + 40 * at, 20 + at
        text += (
            f'[[crops]]\nid = "c{at:02}"\nsheet = "{sheet}"\n'
            f"rect = {{ left = {left}, top = {top}, width = 120, height = 240 }}   # placed\n"
            f'framing = "full body"\nview = "view {at}"\npose = "standing"\n'
            'background = "white background"\ndetails = []\n\n'
        )
    (folder / "crops.toml").write_text(text)


def change_captions(folder: Path) -> None:
    """As somebody does who mends them where they lie."""
    for path in sorted((folder / TRAIN).glob("*.txt"))[::2]:
        path.write_text(path.read_text().replace("standing", "running, sword"))


def run(
    words: list[str], folder: Path, state: Path, **more: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "spyke_tui", *words], cwd=folder, env=environment(state, **more),
        stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False,
    )  # fmt: skip


def tree(folder: Path) -> dict[str, str]:
    """Digests by name of all files below `folder`, but for what says only when or who."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and "/.spyke/" not in f"/{path.relative_to(folder).as_posix()}"
        and path.name != "filler"
    }


OWN_NAMES = {"app.lock", "lock", "manifest.json", "check.json", "thumbnails", "runs"}
"""What may lie in .spyke when all is done."""


def stray_files(folder: Path, expected: set[str]) -> list[str]:
    """Files that nobody asked for: not in `expected`, nor our own records."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name in expected or path.name == "filler":
            continue
        if "/.spyke/" in f"/{name}" and not path.name.startswith(TEMPORARY):
            inside = name.partition(".spyke/")[2]
            if inside.split("/")[0] in OWN_NAMES:
                continue
        found.append(name)
    return found


def leftovers(*folders: Path) -> list[str]:
    return [str(path) for folder in folders for path in folder.rglob(f"{TEMPORARY}*")]


def torn_files(folder: Path) -> list[str]:
    """Pictures that can't be decoded, captions without their end, records that can't be read."""
    torn = []
    for path in folder.rglob("*"):
        if not path.is_file() or path.name.startswith(TEMPORARY):
            continue
        name = path.relative_to(folder).as_posix()
        try:
            if path.suffix == ".png" and "sheets/" not in name:
                with Image.open(path) as picture:
                    picture.load()
            elif path.suffix == ".txt":
                data = path.read_bytes()
                if not data.endswith(b"\n") or data.count(b"\n") != 1 or len(data) < 2:
                    torn.append(name)
            elif path.name in ("manifest.json", "check.json"):
                json.loads(path.read_bytes())
            elif path.suffix in (".toml", ".md") and "dataset/" in name:
                signed = re.search(rb"checksum [0-9a-f]{16}[^\n]*\n$", path.read_bytes())
                if signed is None:
                    torn.append(name)
        except FileNotFoundError:
            continue  # moved by a run that goes on
        except (OSError, ValueError, SyntaxError):
            torn.append(name)
    return torn


def state_of(folder: Path) -> str:
    """The word of what crops.toml says; raises `SpykeError` where it can't be read."""
    return word_of(CropsFile.read(folder / "crops.toml").project)


def made_folders(folder: Path) -> tuple[str, str]:
    """Of training images and class images, as crops.toml has it, relative to `folder`."""
    layout = Layout.of(CropsFile.read(folder / "crops.toml").project.dataset, folder)
    train, class_ = (path.relative_to(folder).as_posix() for path in (layout.train, layout.reg))
    return train, class_


def readable(folder: Path) -> str:
    """Empty, or why crops.toml can't be read."""
    try:
        state_of(folder)
    except SpykeError as error:
        return str(error)
    return ""


def crash_logs(state: Path) -> list[str]:
    return [path.read_text(errors="replace")[-600:] for path in state.rglob("crash-*.log")]


def fresh(template: Path, folder: Path) -> Path:
    shutil.copytree(template, folder, symlinks=True)
    return folder
