"""The whole road on real sheets, as a user walks it: init, suggest, build, check."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

import pytest
from little_project import run_cli
from PIL import Image

from spyke_tui.cli import main

SHEETS = Path(__file__).resolve().parents[2].parent / "shared" / "sheets"
ODD = SHEETS / "odd-formats"

pytestmark = pytest.mark.skipif(not SHEETS.is_dir(), reason=f"no real sheets in {SHEETS}")


def sheets() -> list[Path]:
    """The pictures that somebody drew true boxes for."""
    found = sorted(path.parent for path in SHEETS.glob("*/truth.json"))
    return [
        next(p for p in sorted(folder.iterdir()) if p.suffix in (".png", ".jpg", ".webp"))
        for folder in found
    ]


def odd_files() -> list[dict[str, str]]:
    if not ODD.is_dir():
        return []
    with (ODD / "EXPECT.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def init(folder: Path, *files: Path) -> list[str]:
    names = [str(file) for file in files]
    return ["init", str(folder), *names, "--character", "hero", "--trigger", "hero_v1"]


@pytest.mark.parametrize("sheet", sheets(), ids=lambda path: path.parent.name)
def test_the_road(sheet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = tmp_path / "project"
    assert main(init(project, sheet)) == 0
    place = ["--project", str(project)]
    assert main(["suggest", "--write", "--keep", *place]) == 0
    once = (project / "crops.toml").read_bytes()
    assert main(["suggest", "--write", "--keep", *place]) == 0
    assert (project / "crops.toml").read_bytes() == once
    assert main(["build", *place]) == 0
    capsys.readouterr()
    assert main(["check", "--json", *place]) == 1, "one sheet is no training set yet"
    captured = capsys.readouterr()
    report = json.loads(captured.out)
    assert captured.err == ""
    train = project / "dataset/hero/train/10_hero_v1"
    pictures = sorted(train.glob("*.png"))
    assert len(pictures) == report["counts"]["train_images"] == report["counts"]["captions"] > 0
    for path in pictures:
        with Image.open(path) as picture:
            picture.load()
            assert (picture.format, picture.size, picture.mode) == ("PNG", (512, 512), "RGB")
            assert not set(picture.info) & {"icc_profile", "exif", "transparency"}
        assert path.with_suffix(".txt").read_bytes() == b"hero_v1\n"
    codes = {finding["code"] for finding in report["findings"]}
    assert not {
        code for code in codes if code.startswith(("image-m", "image-st", "sheet-", "rect-"))
    }
    assert main(["build", "--json", *place]) == 0
    assert json.loads(capsys.readouterr().out)["unchanged"] == 2 * len(pictures)


def test_the_road_in_processes_of_its_own(tmp_path: Path) -> None:
    """Once with nothing shared between the commands, several sheets in one project."""
    project = tmp_path / "my project"
    for words, code in (
        (init(project, *sheets()[:3]), 0),
        (["suggest", "--write", "--keep", "--project", str(project)], 0),
        (["build", "--project", str(project)], 0),
        (["build", "--dry-run", "--project", str(project)], 0),
        (["check", "--project", str(project)], 1),
        (["handover", "--project", str(project)], 0),
    ):
        done = run_cli(*words, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (code, ""), words
    root = project / "dataset/hero"
    built = {path.name for path in (root / "train/10_hero_v1").glob("*.png")}
    shown = {path.name for path in (root / "preview").glob("*.png")}
    assert shown == built | {"_contact-sheet.png"}
    assert len(built) >= 6


@pytest.mark.parametrize("row", odd_files(), ids=lambda row: row["file"])
def test_odd_files(row: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each becomes a project and a picture, or a clear refusal before anything is written."""
    path, project = ODD / row["file"], tmp_path / "project"
    code = main(init(project, path))
    said = capsys.readouterr().err
    assert code == (0 if row["loads"] == "yes" else 2)
    text = '[dataset]\ncharacter = "hero"\ntrigger = "hero_v1"\n[sheets.odd]\nfile = '
    text += json.dumps(str(path)) + "\n"
    if code:
        assert row["file"] in said
        assert "Nothing was written" in said
        assert not project.exists()
        project.mkdir()  # named by hand all the same, it is a finding and the build goes on
    else:
        text = (project / "crops.toml").read_text(encoding="utf-8")
    ((key, sheet),) = tomllib.loads(text)["sheets"].items()
    width, height = sheet.get("size", (4, 4))
    rect = f"{{ left = 0, top = 0, width = {width}, height = {height} }}"
    crop = f'\n[[crops]]\nid = "all"\nsheet = "{key}"\nrect = {rect}\n'
    (project / "crops.toml").write_text(text + crop, encoding="utf-8")
    assert main(["build", "--json", "--project", str(project)]) == bool(code)
    result = json.loads(capsys.readouterr().out)
    made = project / "dataset/hero/train/10_hero_v1/all.png"
    if code:
        (failure,) = result["failed"]
        assert failure["code"] == "sheet-unreadable"
        assert row["file"] in failure["message"]
        assert failure["fix"]
        assert not made.exists()
    else:
        with Image.open(made) as picture:
            picture.load()
            assert (picture.size, picture.mode) == ((512, 512), "RGB")
    assert main(["check", "--project", str(project)]) == 1
    assert "should not" not in capsys.readouterr().err
