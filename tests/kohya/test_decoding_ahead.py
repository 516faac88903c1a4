"""The sheet that is decoded before the build knows what it needs: a guess that can't do harm."""

from __future__ import annotations

import os
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from little_project import LittleProject, rect
from PIL import Image

from spyke_tui.errors import PictureError
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
    file = CropsFile.read(project.folder)
    return decode_ahead(file.project, file.folder)


def build(project: LittleProject, ahead: DecodingAhead | None) -> Any:
    file = CropsFile.read(project.folder)
    return build_project(file.project, file.folder, crops_file=file, ahead=ahead)


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


def test_the_largest_file_that_lacks_a_picture_is_taken(project: LittleProject) -> None:
    one, two = (project.folder / "sheets" / f"{name}.png" for name in ("one", "two"))
    larger = max((one, two), key=lambda path: path.stat().st_size)
    ahead = begin(project)
    assert ahead is not None
    assert ahead.path == larger
    build(project, ahead)
    assert begin(project) is None, "every picture is there"
    (project.train / "back.png").unlink()
    again = begin(project)
    assert again is not None
    assert again.path == two


def test_a_sheet_replaced_after_it_was_decoded_is_read_again(project: LittleProject) -> None:
    """Else the old picture would be noted as made from the new file, for good."""
    ahead = begin(project)
    assert ahead is not None
    ahead._thread.join()
    with Image.open(ahead.path) as old:
        size = old.size
    Image.new("RGB", size, (1, 2, 3)).save(ahead.path)
    build(project, ahead)
    crop = next(c for c in ("front", "back") if project.crop(c)["sheet"] == ahead.path.stem)
    with Image.open(project.train / f"{crop}.png") as picture:
        assert picture.getpixel((256, 256)) == (1, 2, 3)


def test_what_is_not_needed_is_forgotten(project: LittleProject) -> None:
    build(project, None)
    ahead = DecodingAhead(project.folder / "sheets" / "one.png")
    assert build(project, ahead).written == 0
    assert ahead._outcome is None


def test_a_broken_sheet_fails_its_crops_and_no_others(project: LittleProject) -> None:
    broken = project.folder / "sheets" / "one.png"
    data = broken.read_bytes()
    broken.write_bytes(data[: len(data) // 2] + os.urandom(200_000))
    ahead = begin(project)
    assert ahead is not None
    assert ahead.path == broken
    result = build(project, ahead)
    assert [(f.crop, f.code) for f in result.failed] == [("front", "sheet-unreadable")]
    assert (project.train / "back.png").exists()


def test_an_error_comes_to_whoever_asks(tmp_path: Path) -> None:
    path = tmp_path / "no.png"
    ahead = DecodingAhead(path)
    with pytest.raises(PictureError):
        ahead.loading(loading.load_picture)(path)


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
