"""What `spyke-tui handover` says beside the files that it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from little_project import LittleProject, rect

from spyke_tui.cli import main


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LittleProject:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    crops = [{"id": "front", "sheet": "one", "rect": rect(0, 0, 60, 80)}]
    return LittleProject(tmp_path / "project", crops)


def said(project: LittleProject, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["handover", "--project", str(project.folder), *options]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_steps_and_an_empty_trainer(
    project: LittleProject, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "1 image (not built yet) x 10 repeats, 0 regularization images" in said(project, capsys)
    empty = tmp_path / "kohya_ss" / "sd-scripts"
    empty.mkdir(parents=True)
    words = said(project, capsys, "--sd-scripts", str(empty))
    assert "sd-scripts is empty: the trainer in it was never fetched." in words
    assert "git submodule update --init --recursive" in words


def test_the_trainer_of_config_toml(
    project: LittleProject, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trainer = tmp_path / "trainer"
    trainer.mkdir()
    (trainer / "train_network.py").touch()
    config = tmp_path / "config" / "spyke-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'sd_scripts = "{trainer}"\n')
    assert f"The trainer is in {trainer}." in said(project, capsys)
    assert "/nowhere is not there." in said(project, capsys, "--sd-scripts", "/nowhere")
    assert "other machine" in said(project, capsys, "--at", "/data/hero")


def test_a_hand_over_from_before_a_renaming_is_told(
    project: LittleProject, capsys: pytest.CaptureFixture[str]
) -> None:
    """The trainer leaves out renamed regularization images without a word."""
    at = ["--project", str(project.folder)]
    reg = project.folder / "dataset" / "hero" / "reg"
    project.build()
    (reg / "1_character").mkdir(parents=True)
    (reg / "1_character" / "reg_001.png").touch()
    said(project, capsys)
    main(["check", *at])
    assert "dataset.toml" not in capsys.readouterr().out
    text = project.crops_toml.read_text()
    project.crops_toml.write_text(text.replace("[dataset]\n", '[dataset]\nclass = "fighter"\n', 1))
    (reg / "1_character").rename(reg / "1_fighter")
    for command in ("build", "check"):
        main([command, *at])
        assert "dataset.toml is older than 1_fighter" in capsys.readouterr().out
    main(["build", "--json", *at])
    json.loads(capsys.readouterr().out)
    said(project, capsys)
    main(["build", *at])
    assert "dataset.toml" not in capsys.readouterr().out
