"""The sheet that is decoded before the build knows what it needs: a guess that can't do harm."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from little_project import LittleProject, rect
from PIL import Image

from spyke_tui.kohya.build import build_project
from spyke_tui.kohya.decoding_ahead import DecodingAhead, decode_ahead
from spyke_tui.processing import loading
from spyke_tui.store.crops_file import CropsFile


@pytest.fixture
def project(tmp_path: Path) -> LittleProject:
    crops = [
        {"id": "front", "sheet": "one", "rect": rect(0, 0, 60, 80)},
        {"id": "back", "sheet": "two", "rect": rect(5, 5, 60, 80)},
    ]
    return LittleProject(tmp_path / "project", crops)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    counted: Counter[str] = Counter()
    real = loading.load_picture

    def load(path: Path) -> Any:
        counted[path.name] += 1
        return real(path)

    monkeypatch.setattr(loading, "load_picture", load)
    return counted


def begin(project: LittleProject) -> DecodingAhead | None:
    return decode_ahead(str(project.folder))


def build(project: LittleProject, ahead: DecodingAhead | None) -> Any:
    file = CropsFile.read(project.folder)
    return build_project(file.project, file.folder, crops_file=file, ahead=ahead)


def sheet(project: LittleProject, name: str) -> Path:
    return project.folder / "sheets" / f"{name}.png"


def sheet_ahead(project: LittleProject, ahead: DecodingAhead) -> str:
    names = ("one", "two")
    return next(n for n in names if sheet(project, n).stat().st_ino == ahead.stamp[3])


def test_it_is_handed_over_and_the_pictures_are_the_same(
    project: LittleProject, loads: Counter[str]
) -> None:
    ahead = begin(project)
    assert ahead is not None
    result = build(project, ahead)
    assert (result.written, result.failed) == (4, [])
    assert loads == {"one.png": 1, "two.png": 1}
    made = {path.name: path.read_bytes() for path in project.train.glob("*.png")}
    for path in project.train.glob("*.png"):
        path.unlink()
    assert build(project, None).written == 2
    assert made == {path.name: path.read_bytes() for path in project.train.glob("*.png")}


def test_the_largest_file_is_taken_and_only_for_a_first_build(project: LittleProject) -> None:
    ahead = begin(project)
    assert ahead is not None
    larger = max(("one", "two"), key=lambda name: sheet(project, name).stat().st_size)
    assert sheet_ahead(project, ahead) == larger
    build(project, ahead)
    assert begin(project) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "character = [",
        "\xff\n",
        'character = "hero"\n',
        'character = "hero"\nfile = "no.png"\nfile = "."\n',
        'file = "sheets/one.png"\n',
    ],
)
def test_lines_that_do_not_tell_are_no_guess(project: LittleProject, text: str) -> None:
    (project.folder / "crops.toml").write_bytes(text.encode("latin-1"))
    assert begin(project) is None
    assert decode_ahead(str(project.folder / "nowhere")) is None


def test_a_dataset_elsewhere_that_is_built_already_is_seen(
    project: LittleProject, tmp_path: Path
) -> None:
    text = (project.folder / "crops.toml").read_text()
    root = tmp_path / "elsewhere"
    assert "root" not in text
    marked = text.replace("[dataset]\n", f'[dataset]\nroot = "{root}"\n', 1)
    (project.folder / "crops.toml").write_text(marked)
    assert begin(project) is not None
    build(project, None)
    assert root.exists()
    assert begin(project) is None


def test_a_sheet_replaced_after_it_was_decoded_is_read_again(project: LittleProject) -> None:
    """Else the old picture would be noted as made from the new file, for good."""
    ahead = begin(project)
    assert ahead is not None
    ahead._thread.join()
    name = sheet_ahead(project, ahead)
    with Image.open(sheet(project, name)) as old:
        size = old.size
    Image.new("RGB", size, (1, 2, 3)).save(sheet(project, name))
    build(project, ahead)
    crop = next(c for c in ("front", "back") if project.crop(c)["sheet"] == name)
    with Image.open(project.train / f"{crop}.png") as picture:
        assert picture.getpixel((256, 256)) == (1, 2, 3)


def test_what_is_not_needed_is_forgotten(project: LittleProject) -> None:
    build(project, None)
    ahead = DecodingAhead(str(sheet(project, "one")))
    assert build(project, ahead).written == 0
    ahead._thread.join()
    assert ahead._picture is None


def test_a_broken_sheet_fails_its_crops_and_no_others(project: LittleProject) -> None:
    broken = sheet(project, "one")
    data = broken.read_bytes()
    broken.write_bytes(data[: len(data) // 2] + os.urandom(200_000))
    ahead = begin(project)
    assert ahead is not None
    assert sheet_ahead(project, ahead) == "one"
    result = build(project, ahead)
    assert [(f.crop, f.code) for f in result.failed] == [("front", "sheet-unreadable")]
    assert (project.train / "back.png").exists()


def test_an_error_while_the_workers_begin_leaves_no_thread(
    project: LittleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spyke_tui.kohya import build as module

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = set(threading.enumerate())
    monkeypatch.setattr(module, "write_caption", stop)
    with pytest.raises(KeyboardInterrupt):
        build(project, None)
    assert {t for t in threading.enumerate() if t.name.startswith("sheets-")} <= before


def test_it_begins_before_the_program_is_loaded(project: LittleProject) -> None:
    """What it imports is what the first build of a project waits for."""
    code = (
        "import sys\n"
        "from spyke_tui.kohya.decoding_ahead import decode_ahead\n"
        f"assert decode_ahead({str(project.folder)!r})\n"
        "slow = {'dataclasses', 'inspect', 'tomllib', 'json', 'argparse', 'spyke_tui.model'}\n"
        "print(sorted(slow & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
