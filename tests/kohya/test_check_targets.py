"""Findings about the whole set against [targets]."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from training_set import TrainingSet

from spyke_tui.model.project import Span


@pytest.fixture
def good(tmp_path: Path) -> TrainingSet:
    return TrainingSet(tmp_path)


def test_too_few_images(good: TrainingSet) -> None:
    good.targets(images=Span(6, 9))
    finding = good.only("images-few")
    assert finding.severity == "error"
    assert "1 missing" in finding.message


def test_too_many_images(good: TrainingSet) -> None:
    good.targets(images=Span(1, 4))
    finding = good.only("images-many")
    assert finding.severity == "warning"
    assert "1 more than the 4" in finding.message


def test_too_few_because_nothing_is_built(good: TrainingSet) -> None:
    for path in good.train.glob("*.png"):
        path.unlink()
    assert "spyke-tui build" in good.first("images-few").fix


def test_details(good: TrainingSet) -> None:
    good.targets(details_shown=0.41)
    finding = good.only("coverage-details")
    assert finding.severity == "warning"
    assert "2 of 5 images (40%)" in finding.message
    assert "1 more" in finding.message
    good.targets(details_shown=0.1)  # a floor: more is fine
    assert good.codes() == set()


@pytest.mark.parametrize(
    ("want", "words"), [(0.46, "bust, 1 more"), (0.34, "bust, 1 fewer"), (0.45, ""), (0.35, "")]
)
def test_framing(good: TrainingSet, want: float, words: str) -> None:
    good.targets(framing=MappingProxyType({"full body": 0.4, "bust": want}))
    if not words:
        assert good.codes() == set()
        return
    finding = good.only("coverage-framing")
    assert finding.severity == "warning"
    kind, change = words.split(", ")
    assert kind in finding.message
    assert change in finding.message


@pytest.mark.parametrize(
    ("want", "fine"), [(0.65, True), (0.66, False), (0.55, True), (0.5, False)]
)
def test_action(good: TrainingSet, want: float, fine: bool) -> None:
    good.targets(action=want)
    assert good.codes() == (set() if fine else {"coverage-action"})


def test_expressions(good: TrainingSet) -> None:
    good.targets(expressions=("neutral", "Angry expression", "calm", "sad"))
    finding = good.only("coverage-expressions")
    assert finding.severity == "warning"
    assert "2 of 4" in finding.message
    assert "calm, sad" in finding.message


def test_steps_that_land_nowhere(good: TrainingSet) -> None:
    good.targets(steps=Span(41, 59))
    finding = good.only("steps-range")
    assert finding.severity == "warning"
    assert "2 epochs with 40 steps" in finding.message
    assert good.check().steps == {"per_epoch": 20, "epochs": None, "total": None, "with_reg": True}
    assert "repeats = 1" in finding.fix  # 10 steps an epoch: 5 epochs
    good.targets(steps=Span(41, 60))
    assert good.codes() == set()
    good.targets(steps=Span(40, 59))
    assert good.codes() == set()


def test_a_batch(good: TrainingSet) -> None:
    good.targets(batch=3, steps=Span(7, 7))
    assert good.check().steps == {"per_epoch": 7, "epochs": 1, "total": 7, "with_reg": True}


def test_without_regularization_images_an_epoch_is_half_as_long(good: TrainingSet) -> None:
    for path in good.reg.iterdir():
        path.unlink()
    assert good.check().steps == {"per_epoch": 10, "epochs": 4, "total": 40, "with_reg": False}


def test_counts_are_those_of_the_disk(good: TrainingSet) -> None:
    (good.train / "a.png").unlink()
    (good.train / "c_mirror.png").unlink()
    good.p = good.p.with_crops(
        tuple(replace(c, status="draft") if c.id == "b" else c for c in good.p.crops)
    )
    assert good.check().counts == {
        "train_images": 3, "mirrored": 0, "captions": 5, "reg_images": 10,
        "drafts": 1, "rejected": 0,
    }  # fmt: skip
