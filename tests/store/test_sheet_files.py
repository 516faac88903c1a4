"""Looking for moved pictures, completing paths, taking in new ones, and small copies."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from spyke_tui.errors import PictureError, UsageError
from spyke_tui.model.geometry import Size
from spyke_tui.store import sheet_search
from spyke_tui.store.new_sheets import sheets_at
from spyke_tui.store.path_completion import common_start, completions
from spyke_tui.store.sheet_search import likeness, search_sheet
from spyke_tui.store.thumbnails import SIDE, load_thumbnail


def picture(path: Path, width: int = 30, height: int = 20) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height), "white").save(path)
    return path


def test_same_name_and_size_come_first(tmp_path: Path) -> None:
    picture(tmp_path / "Spyke_Final.png", 9, 9)
    picture(tmp_path / "old" / "spyke-final (1).png")
    picture(tmp_path / "deep" / "er" / "Spyke_Final.png")
    picture(tmp_path / "other.png")
    picture(tmp_path / "unlike.png", 7, 7)
    picture(tmp_path / ".hidden" / "Spyke_Final.png")
    (tmp_path / "Spyke_Final.jpg").write_bytes(b"broken")
    (tmp_path / "Spyke_Final.txt").write_text("no picture")
    found = search_sheet(tmp_path, "Spyke_Final.png", Size(30, 20))
    assert found.whole
    paths = [one.path.relative_to(tmp_path).as_posix() for one in found.candidates]
    assert paths[0] == "deep/er/Spyke_Final.png" and paths[-1] == "other.png"
    assert {one.path.name for one in found.candidates} == {
        "Spyke_Final.png",
        "spyke-final (1).png",
        "other.png",
    }


def test_a_search_is_bounded_and_never_goes_in_circles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(tmp_path / "a" / "x.png")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    outside = picture(tmp_path.parent / f"{tmp_path.name}-out" / "x.png")
    (tmp_path / "link").symlink_to(outside.parent, target_is_directory=True)
    found = search_sheet(tmp_path, "x.png", None)
    assert [one.path for one in found.candidates] == [tmp_path / "a" / "x.png"] and found.whole
    monkeypatch.setattr(sheet_search, "ENTRIES", 3)
    for number in range(20):
        picture(tmp_path / f"x{number}.png")
    found = search_sheet(tmp_path, "x.png", None)
    assert not found.whole and len(found.candidates) <= 3
    assert search_sheet(tmp_path, "x.png", None, seconds=0).whole is False
    assert search_sheet(tmp_path / "none", "x.png", None).candidates == ()


def test_likeness() -> None:
    assert likeness("a.png", "a.png") == 1
    assert 0.8 < likeness("Spyke_Final.png", "spyke final.jpg") < 1
    assert likeness("front.png", "back_view.png") < 0.5


def test_paths_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture(tmp_path / "art" / "front.png")
    picture(tmp_path / "art" / "Front2.png")
    (tmp_path / "art" / "front.txt").write_text("")
    (tmp_path / "art" / ".front.png").write_text("")
    (tmp_path / "archive").mkdir()
    assert completions("ar", tmp_path) == ["archive/", "art/"]
    assert completions("art/fr", tmp_path) == ["art/front.png", "art/Front2.png"]
    assert completions("art/", tmp_path, pictures=False) == []
    assert completions("none/", tmp_path) == [] and completions("\0", tmp_path) == []
    assert completions(f"{tmp_path}/arc", Path("/")) == [f"{tmp_path}/archive/"]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert completions("~/arc", Path("/")) == ["~/archive/"]
    assert completions("~nobody-like-that/x", tmp_path) == []
    assert common_start(["art/front.png", "art/Front2.png"], "art/f") == "art/front"
    assert common_start(["archive/", "art/"], "ar") == "ar"
    assert common_start([], "x") == "x"


def test_new_sheets_are_named_measured_and_never_doubled(tmp_path: Path) -> None:
    known = picture(tmp_path / "p" / "front.png")
    picture(tmp_path / "p" / "Füße.png", 8, 6)
    picture(tmp_path / "p" / "Back View.png", 4, 5)
    found = sheets_at(tmp_path / "p", tmp_path, {"front": known})
    assert [(one.file, one.size) for one in found.sheets] == [
        ("p/Back View.png", Size(4, 5)),
        ("p/Füße.png", Size(8, 6)),
    ]
    assert found.left_out == ("front.png is the sheet front already.",)
    for place in (known, tmp_path / "none.png", tmp_path, tmp_path / "\0"):
        with pytest.raises(UsageError):
            sheets_at(place, tmp_path, {"front": known})


def test_thumbnails_are_kept_and_follow_the_file(tmp_path: Path) -> None:
    path, folder = tmp_path / "big.png", tmp_path / "kept"
    picture(path, 2000, 1000)
    assert load_thumbnail(path, folder).size == Size(SIDE, SIDE // 2)
    (kept,) = folder.iterdir()
    before = kept.stat().st_mtime_ns
    load_thumbnail(path, folder)
    assert [one.stat().st_mtime_ns for one in folder.iterdir()] == [before]
    picture(path, 1000, 2000)
    assert load_thumbnail(path, folder).size == Size(SIDE // 2, SIDE)
    kept.write_bytes(b"damaged")
    for one in folder.iterdir():
        one.write_bytes(b"damaged")
    assert load_thumbnail(path, folder).size == Size(SIDE // 2, SIDE)
    small = picture(tmp_path / "small.png")
    assert load_thumbnail(small, tmp_path / "none").size == Size(30, 20)
    assert not (tmp_path / "none").exists()
    with pytest.raises(PictureError):
        load_thumbnail(tmp_path / "gone.png", folder)
    (tmp_path / "file").write_text("")
    assert load_thumbnail(path, tmp_path / "file").size == Size(SIDE // 2, SIDE)
