"""The README's tour, step by step, and what a new user types wrongly on the way."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from spyke_tui.cli import main
from spyke_tui.processing.samples.sheets import draw_busts


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four half-length figures, in a folder and a file whose names need care."""
    path = tmp_path_factory.mktemp("my pictures") / "Bild [1] ü.png"
    draw_busts().save(path, compress_type=3)
    return path


@pytest.fixture
def project(sheet: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "my hero"
    words = ["init", str(folder), str(sheet), "--character", "my-hero", "--trigger", "my_hero_v1"]
    assert main(words) == 0
    return folder


def crops_of(project: Path) -> list[dict[str, object]]:
    crops = tomllib.loads((project / "crops.toml").read_text(encoding="utf-8")).get("crops", [])
    assert isinstance(crops, list)
    return crops


def test_the_whole_tour(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--project", str(project)]
    assert main(["suggest", "--write", "--keep", *at]) == 0
    assert [crop.get("status", "keep") for crop in crops_of(project)] == ["keep"] * 4
    assert main(["build", *at]) == 0
    train = project / "dataset" / "my-hero" / "train" / "10_my_hero_v1"
    assert len(list(train.glob("*.png"))) == len(list(train.glob("*.txt"))) == 4
    capsys.readouterr()
    assert main(["check", "--json", *at]) == 1, "4 images are too few"
    report = json.loads(capsys.readouterr().out)
    assert report["counts"]["train_images"] == 4
    assert main(["handover", "--at", "/somewhere/my-hero", *at]) == 0
    dataset = (project / "dataset" / "my-hero" / "dataset.toml").read_text(encoding="utf-8")
    assert 'image_dir = "/somewhere/my-hero/train/10_my_hero_v1"' in dataset


def test_suggesting_twice_adds_nothing(project: Path) -> None:
    at = ["--project", str(project)]
    assert main(["suggest", "--write", *at]) == 0
    first = crops_of(project)
    assert main(["suggest", "--write", *at]) == 0
    assert crops_of(project) == first
    assert {crop["status"] for crop in first} == {"draft"}


def test_the_next_command_can_be_pasted(
    sheet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "two words"
    main(["init", str(folder), str(sheet), "--character", "a", "--trigger", "b_1"])
    assert f"--project '{folder}'" in capsys.readouterr().out


def test_drafts_are_written_though_nobody_reads_on(project: Path) -> None:
    words = [sys.executable, "-c", "from spyke_tui.cli import main; main()", "suggest", "--write"]
    with subprocess.Popen(
        [*words, "--project", str(project)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as suggest:
        assert suggest.stdout is not None
        suggest.stdout.close()
        suggest.wait(timeout=60)
    assert len(crops_of(project)) == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["biuld"], "Did you mean spyke-tui build?"),
        (["demo", "--hedless"], "--hedless"),
        (["init"], "--character"),
        (["suggest", "--keep"], "--write"),
        (["check", "--project", "no/such/place"], "spyke-tui init"),
        ([], "needs a terminal"),
    ],
)
def test_slips_are_told_with_what_to_do(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert "Traceback" not in told.err
    assert told.out == ""
