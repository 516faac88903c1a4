"""Thumbnails of a grid: made with few sheets in memory, each decoded once where it can be."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from little_project import LittleProject, draw_sheet, rect

from spyke_tui.model.geometry import Size
from spyke_tui.processing.previews import SheetPicture
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.tui import pictures, set_pictures
from spyke_tui.tui.pictures import Pictures
from spyke_tui.tui.set_pictures import SetPictures, Wanted

SHEETS, ROUNDS = 4, 3


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the sheets that were decoded, in order."""
    names: list[str] = []
    load = SheetPicture.load

    def noted(path: Path) -> SheetPicture:
        names.append(path.stem)
        return load(path)

    monkeypatch.setattr(SheetPicture, "load", noted)
    return names


def wanted_of(folder: Path) -> tuple[SetPictures, list[Wanted]]:
    """Neighbours in the grid come from different sheets."""
    project = LittleProject(folder, crops=[])
    project.sheets = {
        f"s{n}": {"file": f"sheets/s{n}.png", "size": [240, 160]} for n in range(SHEETS)
    }
    for n in range(SHEETS):
        draw_sheet(folder / f"sheets/s{n}.png", seed=n + 1)
    project.crops = [
        {"id": f"c{n}", "sheet": f"s{n % SHEETS}", "rect": rect(n, 0, 90, 90)}
        for n in range(SHEETS * ROUNDS)
    ]
    project.save()
    file = CropsFile.read(project.crops_toml)
    session = SimpleNamespace(
        project=file.project, file=file, path_of=lambda sheet: file.folder / sheet.file
    )
    screen = SimpleNamespace(
        session=session, spyke=SimpleNamespace(pictures=Pictures()), is_attached=False
    )
    size = Size(20, 20)
    wanted = [Wanted(c, False, False, None, "#ffffff", size, 0) for c in file.project.crops]
    return SetPictures(screen, lambda: None), wanted  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_pictures, "start", lambda screen, work, name, thread: work())


def test_with_room_for_one_sheet_each_is_decoded_once(
    tmp_path: Path, decoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "BUDGET", 1)
    them, wanted = wanted_of(tmp_path)
    them.want(wanted, len(wanted))
    assert decoded == ["s0", "s1", "s2", "s3"]


def test_what_is_in_view_comes_before_the_rest_of_a_sheet(
    tmp_path: Path, decoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "BUDGET", 1)
    them, wanted = wanted_of(tmp_path)
    made: list[str] = []
    make = SetPictures._made

    def noted(self: SetPictures, one: Wanted) -> object:
        made.append(one.crop.id)
        return make(self, one)

    monkeypatch.setattr(SetPictures, "_made", noted)
    them.want(wanted, SHEETS)
    assert sorted(made[:SHEETS]) == ["c0", "c1", "c2", "c3"]
    assert len(made) == len(wanted)
    assert len(decoded) == 2 * SHEETS - 1, "the last sheet in view serves the rest, too"


def test_sheets_that_are_dropped_leave_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    monkeypatch.setattr(pictures, "give_back_memory", lambda: given.append(1))
    kept = Pictures()
    for n in range(3):
        kept.load(draw_sheet(tmp_path / f"{n}.png", seed=n + 1))
    assert [kept.holds(tmp_path / f"{n}.png") for n in range(3)] == [True, True, True]
    assert not given
    monkeypatch.setattr(pictures, "BUDGET", 1)
    kept.load(draw_sheet(tmp_path / "3.png", seed=4))
    assert [kept.holds(tmp_path / f"{n}.png") for n in range(4)] == [False, False, False, True]
    assert given == [1]


def test_a_sheet_weighs_what_pillow_takes_for_it(tmp_path: Path) -> None:
    picture = SheetPicture.load(draw_sheet(tmp_path / "a.png", size=(400, 400)))
    assert picture.weight == 4 * (400 * 400 + 200 * 200)
