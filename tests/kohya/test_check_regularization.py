"""Findings about regularization images: how many, what lies among them, what draws them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from training_set import TrainingSet, png

from spyke_tui.model.project import Span


@pytest.fixture
def good(tmp_path: Path) -> TrainingSet:
    return TrainingSet(tmp_path)


def leave(good: TrainingSet, number: int) -> None:
    for path in sorted(good.reg.iterdir())[number:]:
        path.unlink()


def test_below_the_target(good: TrainingSet) -> None:
    leave(good, 7)
    finding = good.only("reg-few")
    assert finding.severity == "error"
    assert "1 missing" in finding.message


def test_below_images_times_repeats(good: TrainingSet) -> None:
    leave(good, 8)
    finding = good.only("reg-few")
    assert finding.severity == "warning"
    assert "5 images x 2 repeats = 10" in finding.message
    assert "spyke-tui reg --count 10" in finding.fix
    good.targets(reg=Span(1, 9))
    assert "raise targets.reg.max to 10" in good.only("reg-few").fix


def test_no_folder_at_all(good: TrainingSet) -> None:
    leave(good, 0)
    good.reg.rmdir()
    good.reg.parent.rmdir()
    good.targets(steps=Span(10, 40))
    assert good.only("reg-few").severity == "error"
    assert good.check().steps["with_reg"] is False


def test_more_than_images_times_repeats(good: TrainingSet) -> None:
    good.p = replace(good.p, reg=replace(good.p.reg, count=12))
    (good.reg / "reg_011.png").write_bytes(png("a"))
    finding = good.only("reg-many")
    assert finding.severity == "warning"
    assert "the last 1" in finding.message
    (good.reg / "reg_011.png").unlink()
    assert good.codes() == set()


def test_above_the_target(good: TrainingSet) -> None:
    good.targets(reg=Span(1, 9))
    assert "1 more than the 9" in good.only("reg-many").message
    good.targets(reg=Span(1, 10))
    assert good.codes() == set()


@pytest.mark.parametrize("name", ["reg_001.txt", "notes.txt"])
def test_a_caption_in_reg(good: TrainingSet, name: str) -> None:
    (good.reg / name).write_text("spyke_v1")
    finding = good.only("reg-caption")
    assert finding.severity == "error"
    assert finding.where == f"dataset/spyke/reg/1_hero/{name}"


def test_a_caption_beside_the_reg_folder(good: TrainingSet) -> None:
    (good.reg.parent / "x.txt").write_text("spyke_v1")
    assert good.only("reg-caption")


@pytest.mark.parametrize("name", ["reg_001.TXT", "reg_001.caption", ".reg_001.txt", "notes.md"])
def test_no_caption_in_reg(good: TrainingSet, name: str) -> None:
    (good.reg / name).write_text("spyke_v1")
    assert good.codes() == set()


@pytest.mark.parametrize("side", [511, 513])
def test_a_wrong_size(good: TrainingSet, side: int) -> None:
    (good.reg / "reg_001.png").write_bytes(png("a", side))
    finding = good.only("reg-size")
    assert finding.severity == "error"
    assert finding.where == "dataset/spyke/reg/1_hero/reg_001.png"
    assert "if a run made it, spyke-tui reg --redo-outdated" in finding.fix


def test_a_size_that_crops_toml_asks_for(good: TrainingSet) -> None:
    """To draw it once more would not help."""
    (good.reg / "reg_001.png").write_bytes(png("a", 256))
    good.p = replace(good.p, reg=replace(good.p.reg, width=256, height=256))
    fix = good.first("reg-size").fix
    assert fix.startswith("[reg] asks for 256x256: take width and height out of it; then")


def test_a_wrong_mode_and_a_broken_one(good: TrainingSet) -> None:
    (good.reg / "reg_001.png").write_bytes(png("a", mode="RGBA"))
    assert good.only("image-mode").where.endswith("reg_001.png")
    (good.reg / "reg_001.png").write_bytes(b"")
    assert good.only("image-unreadable").where.endswith("reg_001.png")


@pytest.mark.parametrize("name", ["reg_011.png", "reg_1.png", "photo.png", "reg_001.jpg"])
def test_a_picture_that_no_run_explains(good: TrainingSet, name: str) -> None:
    (good.reg / "reg_010.png").unlink()
    (good.reg / name).write_bytes(png("a"))
    finding = good.first("image-foreign")
    assert finding.severity == "warning"
    assert finding.where == f"dataset/spyke/reg/1_hero/{name}"


def test_a_picture_that_we_remember(good: TrainingSet) -> None:
    (good.reg / "reg_010.png").unlink()
    good.write_ours(good.reg / "reg_011.png", png("a"), "")
    good.manifest.write()
    assert good.codes() == set()


def prompt(good: TrainingSet, text: str) -> None:
    good.p = replace(good.p, reg=replace(good.p.reg, prompt=text))


@pytest.mark.parametrize(
    "text", ["hero, (White_cloak:1.2)", "spyke_v1, hero", "RIGHT  BRACER", "hero, spyke v1"]
)
def test_a_prompt_that_leaks(good: TrainingSet, text: str) -> None:
    prompt(good, text)
    finding = good.only("reg-prompt-leak")
    assert (finding.severity, finding.where) == ("error", "reg")


@pytest.mark.parametrize("text", ["", "white cloaks", "white, cloak", "spyke_v12", "bracer right"])
def test_a_prompt_that_does_not(good: TrainingSet, text: str) -> None:
    prompt(good, text)
    assert good.codes() == set()


def test_the_negative_prompt_may_name_it(good: TrainingSet) -> None:
    good.p = replace(good.p, reg=replace(good.p.reg, negative="spyke_v1, white cloak"))
    assert good.codes() == set()


def workflow(positive: str, negative: str) -> dict[str, object]:
    return {
        "3": {"class_type": "KSampler", "inputs": {"positive": ["9", 0], "negative": ["9", 1]}},
        "9": {"class_type": "ControlNet", "inputs": {"positive": ["6", 0], "negative": ["7", 0]}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["8", 0], "clip": ["6", 0]}},
        "8": {"class_type": "Text", "inputs": {"value": positive}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": negative}},
    }


def test_a_workflow_that_leaks(good: TrainingSet) -> None:
    good.p = replace(good.p, reg=replace(good.p.reg, workflow="flow.json"))
    assert good.codes() == set()  # not there: drawing will say so
    file = good.folder / "flow.json"
    file.write_text(json.dumps(workflow("a white cloak", "spyke_v1")))
    assert "flow.json" in good.only("reg-prompt-leak").message
    file.write_text(json.dumps(workflow("a hero", "spyke_v1, white cloak")))
    assert good.codes() == set()


@pytest.mark.parametrize(
    "data", ["[]", "{", '{"3":4}', '{"3":{"inputs":[]}}', pytest.param("[" * 99999, id="deep")]
)
def test_a_workflow_that_is_none(good: TrainingSet, data: str) -> None:
    good.p = replace(good.p, reg=replace(good.p.reg, workflow="flow.json"))
    (good.folder / "flow.json").write_text(data)
    assert good.codes() == set()
