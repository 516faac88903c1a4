"""``spyke-tui import``: what it writes, says and refuses, and that the rest works on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from spyke_tui.cli import main
from spyke_tui.store.crops_file import CropsFile

CAPTION = "spyke_v1, full body, {} view, hand on hip, white background"


@pytest.fixture
def train(tmp_path: Path) -> Path:
    folder = tmp_path / "old" / "10_spyke_v1"
    folder.mkdir(parents=True)
    for number, view in enumerate(("front", "side", "back")):
        image = Image.new("RGB", (512, 512), "white")
        ImageDraw.Draw(image).ellipse((50, 60, 120 + 90 * number, 400), fill="maroon")
        image.save(folder / f"{view}.png")
        (folder / f"{view}.txt").write_text(CAPTION.format(view) + "\n")
    return folder


def files_under(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_came_in_builds_the_same_captions_and_checks(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_under(train)
    project = tmp_path / "my hero"
    assert main(["import", str(train), str(project)]) == 0
    said = capsys.readouterr().out
    assert "3 pictures came in" in said
    assert f"spyke-tui build --project '{project}'" in said
    assert main(["build", "--project", str(project), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["written"] == 6
    built = project / "dataset" / "spyke-v1" / "train" / "10_spyke_v1"
    for name, data in before.items():
        if name.endswith(".txt"):
            assert (built / name).read_bytes() == data
        else:
            same = Image.open(built / name).tobytes() == Image.open(train / name).tobytes()
            assert same, "a picture of the right size is not resampled"
    assert main(["check", "--project", str(project), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert {f["code"] for f in report["findings"] if f["severity"] == "error"} == {
        "images-few", "reg-few",
    }  # fmt: skip
    assert files_under(train) == before


def test_only_the_projects_folder_is_written_to(train: Path, tmp_path: Path) -> None:
    assert main(["import", str(train), str(tmp_path / "new")]) == 0
    names = {name for name in files_under(tmp_path) if not name.startswith("old/")}
    assert names == {"new/crops.toml", "new/.gitignore"}


def test_here_is_where_no_folder_is_named(
    train: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert main(["import", "../old"]) == 0
    sheets = CropsFile.read(Path()).project.sheets
    assert sheets["back"].file == "../old/10_spyke_v1/back.png"


def test_the_folder_may_be_named_by_dots(
    train: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (train / "sub").mkdir()
    monkeypatch.chdir(train / "sub")
    assert main(["import", ".."]) == 0
    project = CropsFile.read(Path()).project
    assert project.dataset.repeats == 10
    assert project.sheets["back"].file == "../back.png"


def test_an_existing_project_is_left_alone(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "crops.toml"
    path.write_text("mine")
    for words in ([str(tmp_path)], ["--project", str(tmp_path)], ["--project", str(path)]):
        assert main(["import", str(train), *words]) == 2
        assert "there already" in capsys.readouterr().err
    assert path.read_text() == "mine"


@pytest.mark.parametrize("words", [["gone"], ["old", "old/10_spyke_v1/front.txt"], []])
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    words: list[str], train: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = files_under(tmp_path)
    assert main(["import", *words]) == 2
    assert files_under(tmp_path) == before


def test_what_did_not_come_in_is_named_and_makes_exit_code_1(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (train / "bro\x1b[31mken.png").write_text("no picture")
    for number in range(30):
        (train / f"bad{number}.png").touch()
    (train / "front.txt").write_text("somebody else")
    assert main(["import", str(train), str(tmp_path / "new")]) == 1
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "bad0.png  is empty" in said
    assert "and 11 more" in said
    assert "--trigger spyke_v1" in said


def test_a_trigger_and_a_character_can_be_named(train: Path, tmp_path: Path) -> None:
    words = ["import", str(train), str(tmp_path / "new"), "--trigger", "hero", "--character", "joe"]
    assert main(words) == 0
    dataset = CropsFile.read(tmp_path / "new").project.dataset
    assert (dataset.character, dataset.trigger) == ("joe", "hero")


def test_json(train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (train / "side.txt").unlink()
    (train / "broken.png").write_bytes(b"no picture")
    reg = train.parent / "reg" / "1_person"
    reg.mkdir(parents=True)
    Image.new("RGB", (64, 64)).save(reg / "r1.png")
    project = tmp_path / "project"
    assert main(["import", str(train.parent), str(project), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said.pop("left_out")[0]["file"].endswith("broken.png")
    assert said == {
        "project": str(project / "crops.toml"), "pictures": 3, "twins": 0,
        "character": "spyke-v1", "trigger": {"word": "spyke_v1", "origin": "captions"},
        "class": "person", "repeats": 10, "size": 512,
        "captions": {
            "in_fields": 2, "overrides": 0, "without": 1, "trigger_added": 0, "without_trigger": 0,
        },
        "renamed": 0,
        "folders": [{"folder": "10_spyke_v1", "pictures": 4, "repeats": 10}],
        "reg_images": 1, "remarks": [],
    }  # fmt: skip


def test_different_repeats_are_refused_with_what_to_write(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = train.parent / "4_spyke_v1"
    other.mkdir()
    Image.new("RGB", (512, 512), "navy").save(other / "armour.png")
    project = tmp_path / "project"
    command = ["import", str(train.parent), str(project)]
    assert main([*command, "--json"]) == 2
    assert "--repeats 8" in json.loads(capsys.readouterr().out)["error"]["fix"]
    assert not project.exists()
    assert main([*command, "--repeats", "0"]) == 2
    assert "is no number of repeats" in capsys.readouterr().err
    assert main([*command, "--repeats", "8"]) == 0
    said = capsys.readouterr().out
    assert "10_spyke_v1, 4_spyke_v1: shown 8 times from now on." in said
    assert CropsFile.read(project).project.dataset.repeats == 8
