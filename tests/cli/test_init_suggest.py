"""Starting a project and proposing rectangles, by a user whose files are named as they are."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from little_project import LittleProject, draw_sheet, rect, stamps
from PIL import Image, ImageDraw

from spyke_tui.cli import main
from spyke_tui.store.new_project import (
    GITIGNORE_RULES,
    add_gitignore_rules,
    path_from,
    sheet_keys,
)


def draw_figures(path: Path, number: int = 3) -> Path:
    """Plain figures side by side on white paper."""
    picture = Image.new("RGB", (200 * number + 40, 360), "white")
    pen = ImageDraw.Draw(picture)
    for n in range(number):
        left = 200 * n + 50
        pen.ellipse((left + 20, 30, left + 100, 110), fill=(200, 120, 60), outline="black", width=3)
        pen.rectangle(
            (left + 10, 105, left + 110, 320), fill=(40, 60, 160), outline="black", width=3
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, format="PNG")
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*words: str, character: str = "hero", trigger: str = "hero_v1") -> int:
    return main(["init", *words, "--character", character, "--trigger", trigger])


def table(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "crops.toml").read_text(encoding="utf-8"))


# init ------------------------------------------------------------------------------------------


def test_names_that_need_care(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [
        "art/Front View.png", "art/front-view.png", "more/Front View.png", "art/ünï.png",
        "art/größer.png", "art/new\nline.png", "art/'quote\".png", "art/a.b.c.png", "art/__.png",
        "art/" + "long" * 30 + ".png", "-dash.png",
    ]  # fmt: skip
    for number, name in enumerate(names):
        draw_sheet(here / name, seed=number + 1)
    assert init("my project", "./-dash.png", *names[:-1]) == 0
    sheets = table(here / "my project")["sheets"]
    assert len(sheets) == len(names)
    for sheet in sheets.values():
        assert sheet["size"] == [240, 160]
        assert not sheet["file"].startswith("/")
        assert (here / "my project" / sheet["file"]).is_file()
    assert {"front_view", "front_view_2", "front_view_3"} <= set(sheets)
    said = capsys.readouterr().out
    assert f"with {len(names)} sheets" in said
    assert "suggest --write --project 'my project'" in said
    assert main(["check", "--project", "my project"]) == 1, "no crops yet"
    assert main(["build", "--project", "my project"]) == 0


def test_sheet_keys_are_names_and_unique() -> None:
    files = [
        Path(n) for n in ("A.png", "a.jpg", "x/a.png", "ü.png", "ö.png", ".png", "_mirror.png")
    ]
    keys = sheet_keys(files)
    assert keys == ["a", "a_2", "a_3", "sheet", "sheet_2", "png", keys[-1]]
    assert not keys[-1].startswith("_")


def test_an_existing_project_is_refused(here: Path) -> None:
    draw_sheet(here / "a.png")
    assert init("new", "a.png") == 0
    before = stamps(here)
    assert init("new", "a.png") == 2
    assert stamps(here) == before
    (here / "linked").mkdir()
    (here / "linked/crops.toml").symlink_to(here / "nowhere")
    assert init("linked", "a.png") == 2, "a link that leads nowhere is somebody's too"
    assert (here / "linked/crops.toml").is_symlink()


@pytest.mark.parametrize(
    ("character", "trigger", "advice"),
    [
        ("My Hero", "x", "my-hero"), ("Spyke_T", "x", "spyke-t"), ("../x", "x", '"x"'),
        ("", "x", "spyke"), ("ünï", "x", "uni"), ("a/b", "x", "a-b"), ("x\n", "x", '"x"'),
        ("x", "my hero", "my_hero"), ("x", "a-b", "a_b"), ("x", "", "spyke"), ("x", "a,b", "a_b"),
    ],
)  # fmt: skip
def test_unsafe_names_get_a_safe_one(
    here: Path, capsys: pytest.CaptureFixture[str], character: str, trigger: str, advice: str
) -> None:
    draw_sheet(here / "a.png")
    assert init("new", "a.png", character=character, trigger=trigger) == 2
    assert advice in capsys.readouterr().err
    assert not (here / "new").exists()


@pytest.mark.parametrize("kind", ["missing", "text", "cut", "empty", "folder", "pipe", "bomb"])
def test_a_sheet_that_is_none_stops_everything(
    here: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    draw_sheet(here / "good.png")
    bad = here / "bad.png"
    match kind:
        case "text":
            bad.write_text("words")
        case "cut":
            bad.write_bytes((here / "good.png").read_bytes()[:-400])
        case "empty":
            bad.touch()
        case "folder":
            bad.mkdir()
        case "pipe":
            os.mkfifo(bad)
        case "bomb":
            bad.write_bytes(b"GIF89a\xff\xff\xff\xff" + b"\0" * 40)
    assert init("new", "good.png", "bad.png") == 2
    said = capsys.readouterr().err
    assert "bad.png" in said
    assert "Nothing was written" in said
    assert not (here / "new").exists()


def test_a_name_that_is_not_utf8(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsdecode(b"bad\xff.png")
    draw_sheet(here / "a.png").rename(here / name)
    assert init("new", name) == 2
    assert "UTF-8" in capsys.readouterr().err
    assert not (here / "new").exists()


def test_the_folder_comes_first(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw_sheet(here / "a.png")
    draw_sheet(here / "b.png")
    assert init("a.png", "b.png") == 2
    assert "folder first" in capsys.readouterr().err


def test_options_may_stand_anywhere(here: Path) -> None:
    for name in ("a", "b", "c"):
        draw_sheet(here / f"{name}.png")
    words = ["init", "--trigger", "t", "new", "a.png", "--character", "x", "b.png", "c.png"]
    assert main(words) == 0
    assert list(table(here / "new")["sheets"]) == ["a", "b", "c"]


def test_the_same_picture_twice_is_one_sheet(here: Path) -> None:
    draw_sheet(here / "a.png")
    assert init("new", "a.png", "./a.png") == 0
    assert list(table(here / "new")["sheets"]) == ["a"]


def test_paths_are_relative_near_and_absolute_far(tmp_path: Path) -> None:
    project = tmp_path / "a/b/project"
    assert path_from(project, project / "sheets/x.png") == "sheets/x.png"
    assert path_from(project, tmp_path / "a/x.png") == "../../x.png"
    far = tmp_path / "x.png"
    assert path_from(project, far) == str(far)


def test_paths_hold_behind_a_link(here: Path) -> None:
    """`..` in a linked folder leads out of the folder it is linked to."""
    (here / "disk/deep").mkdir(parents=True)
    (here / "link").symlink_to(here / "disk/deep")
    draw_sheet(here / "a.png")
    assert init("link", "a.png") == 0
    (sheet,) = table(here / "link")["sheets"].values()
    assert (here / "link" / sheet["file"]).is_file()


# .gitignore ------------------------------------------------------------------------------------


def test_rules_are_appended_once(tmp_path: Path) -> None:
    path = tmp_path / ".gitignore"
    path.write_bytes(b"*.pyc\ndataset/**/*.npz")
    add_gitignore_rules(tmp_path)
    once = path.read_bytes()
    assert once.startswith(b"*.pyc\ndataset/**/*.npz\n#")
    assert sorted(set(GITIGNORE_RULES)) == sorted(
        line for line in once.decode().splitlines() if line.startswith("dataset/")
    )
    add_gitignore_rules(tmp_path)
    assert path.read_bytes() == once


@pytest.mark.parametrize("present", [b"a\r\nb\r\n", b"caf\xe9\n", b"\xef\xbb\xbfx\n", b""])
def test_what_is_there_stays_byte_for_byte(tmp_path: Path, present: bytes) -> None:
    path = tmp_path / ".gitignore"
    path.write_bytes(present)
    add_gitignore_rules(tmp_path)
    text = path.read_bytes()
    assert text.startswith(present)
    added = text[len(present) :]
    assert (b"\r\n" in added) is (b"\r\n" in present)
    add_gitignore_rules(tmp_path)
    assert path.read_bytes() == text


def test_a_gitignore_that_is_none_is_left(here: Path) -> None:
    (here / "new/.gitignore").mkdir(parents=True)
    draw_sheet(here / "a.png")
    assert init("new", "a.png") == 1
    assert (here / "new/.gitignore").is_dir()
    (here / "rules").write_text("mine\n")
    (here / "other").mkdir()
    (here / "other/.gitignore").symlink_to(here / "rules")
    assert init("other", "a.png") == 0
    assert (here / "other/.gitignore").is_symlink()
    assert (here / "rules").read_text().startswith("mine\n")


# suggest ---------------------------------------------------------------------------------------


@pytest.fixture
def project(here: Path) -> LittleProject:
    made = LittleProject(here / "project", crops=[])
    draw_figures(made.folder / "sheets/one.png", 3)
    draw_figures(made.folder / "sheets/two.png", 2)
    del made.sheets["one"]["size"], made.sheets["two"]["size"]
    made.save()
    os.chdir(made.folder)
    return made


def boxes_of(text: str) -> dict[str, int]:
    return {sheet["file"]: len(sheet["boxes"]) for sheet in json.loads(text)["sheets"]}


def test_json(project: LittleProject, capsys: pytest.CaptureFixture[str]) -> None:
    before = stamps(project.folder)
    assert main(["suggest", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["sheets"]
    one = found["sheets"][0]
    assert list(one) == ["file", "width", "height", "boxes"]
    assert (one["file"], one["width"], one["height"]) == ("sheets/one.png", 640, 360)
    assert all(list(box) == ["x", "y", "w", "h"] for box in one["boxes"])
    assert {sheet["file"]: len(sheet["boxes"]) for sheet in found["sheets"]} == {
        "sheets/one.png": 3,
        "sheets/two.png": 2,
    }
    assert stamps(project.folder) == before


def test_write_adds_drafts_once(project: LittleProject, capsys: pytest.CaptureFixture[str]) -> None:
    text = project.crops_toml.read_text().replace("[sheets.two]", "# my comment\n[sheets.two]")
    project.crops_toml.write_text(text)
    assert main(["suggest", "--write"]) == 0
    once = project.crops_toml.read_bytes()
    assert [(c["id"], c["status"]) for c in table(project.folder)["crops"]] == [
        ("one_1", "draft"), ("one_2", "draft"), ("one_3", "draft"),
        ("two_1", "draft"), ("two_2", "draft"),
    ]  # fmt: skip
    assert table(project.folder)["sheets"]["one"]["size"] == [640, 360]
    assert b"# my comment\n[sheets.two]" in once
    assert "5 drafts added" in capsys.readouterr().out
    for more in ([], ["--keep"], ["one"], ["sheets/two.png", "--json"]):
        assert main(["suggest", "--write", *more]) == 0
        assert project.crops_toml.read_bytes() == once, more
    assert "0 drafts added" in capsys.readouterr().out


def test_keep_and_only_some_sheets(project: LittleProject) -> None:
    assert main(["suggest", "two", "--write", "--keep"]) == 0
    crops = table(project.folder)["crops"]
    assert [(c["id"], c.get("status", "keep")) for c in crops] == [
        ("two_1", "keep"),
        ("two_2", "keep"),
    ]
    assert main(["build"]) == 0
    assert len(project.names()) == 4


@pytest.mark.parametrize(
    "word", ["one", "sheets/one.png", "./sheets/one.png", "../project/sheets/one.png"]
)
def test_every_way_to_name_a_sheet(project: LittleProject, word: str) -> None:
    assert main(["suggest", "--write", word, str(project.folder / "sheets/one.png")]) == 0
    assert {crop["sheet"] for crop in table(project.folder)["crops"]} == {"one"}
    assert len(table(project.folder)["crops"]) == 3


def test_loose_pictures_need_no_project(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw_figures(here / "my art/ü 1.png", 2)
    assert main(["suggest", "my art/ü 1.png", "--json"]) == 0
    assert boxes_of(capsys.readouterr().out) == {"my art/ü 1.png": 2}
    assert main(["suggest", "my art/ü 1.png", "nowhere.png", "--json"]) == 1
    captured = capsys.readouterr()
    assert boxes_of(captured.out) == {"my art/ü 1.png": 2}, "the others are still looked at"
    assert "nowhere.png" in captured.err
    assert main(["suggest", "--write", "my art/ü 1.png"]) == 2, "there is no project to write to"
    assert main(["suggest"]) == 2


def test_a_key_without_write(project: LittleProject, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suggest", "two", "--json"]) == 0
    assert boxes_of(capsys.readouterr().out) == {"sheets/two.png": 2}
    os.chdir("/")
    assert main(["suggest", "one", "--json", "--project", str(project.folder)]) == 0
    assert boxes_of(capsys.readouterr().out) == {"sheets/one.png": 3}


def test_excluded_sheets_only_by_name(
    project: LittleProject, capsys: pytest.CaptureFixture[str]
) -> None:
    project.sheets["one"]["use"] = "exclude"
    project.save()
    assert main(["suggest", "--json"]) == 0
    assert boxes_of(capsys.readouterr().out) == {"sheets/two.png": 2}
    assert main(["suggest", "--json", "one"]) == 0
    assert boxes_of(capsys.readouterr().out) == {"sheets/one.png": 3}
    project.sheets["two"]["use"] = "exclude"
    project.save()
    assert main(["suggest"]) == 2


def test_rectangles_of_another_picture_are_not_mixed(
    project: LittleProject, capsys: pytest.CaptureFixture[str]
) -> None:
    project.sheets["one"]["size"] = [100, 100]
    project.save()
    assert main(["suggest", "--write"]) == 1
    assert "640x360" in capsys.readouterr().err
    assert {crop["sheet"] for crop in table(project.folder)["crops"]} == {"two"}


def test_a_rejected_figure_is_not_proposed_again(project: LittleProject) -> None:
    assert main(["suggest", "--write"]) == 0
    text = project.crops_toml.read_text().replace('"draft"', '"reject"')
    project.crops_toml.write_text(text)
    assert main(["suggest", "--write"]) == 0
    assert project.crops_toml.read_text() == text


def test_ids_in_use_are_passed_over(project: LittleProject) -> None:
    project.crops = [{"id": "one_2", "sheet": "two", "rect": rect(0, 0, 5, 5)}]
    project.save()
    assert main(["suggest", "--write", "one"]) == 0
    assert sorted(crop["id"] for crop in table(project.folder)["crops"]) == [
        "one_1", "one_2", "one_3", "one_4",
    ]  # fmt: skip


def test_a_broken_sheet_costs_no_other(
    project: LittleProject, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.folder / "sheets/one.png").write_bytes(b"x")
    assert main(["suggest", "--write"]) == 1
    assert "one.png" in capsys.readouterr().err
    assert {crop["sheet"] for crop in table(project.folder)["crops"]} == {"two"}
