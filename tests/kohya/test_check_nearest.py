"""What must not trigger a finding though it comes close."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from training_set import TrainingSet, crop, picture, png

from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import Span


@pytest.fixture
def good(tmp_path: Path) -> TrainingSet:
    return TrainingSet(tmp_path)


def test_ids_of_one_letter_apart_are_two(good: TrainingSet) -> None:
    more = crop("dd", rect=Rect(9, 9, 600, 600), status="draft")
    good.p = good.p.with_crops((*good.p.crops, more))
    assert good.codes() == set()
    good.change("dd", id="d")
    assert "id-duplicate" in good.codes()


def test_a_sheet_of_the_right_name(good: TrainingSet) -> None:
    good.change("a", sheet="Front")
    assert "sheet-unknown" in good.codes()
    good.change("a", sheet="front")
    assert good.codes() == set()


def test_a_sheet_of_which_only_the_header_is_left(good: TrainingSet) -> None:
    data = good.sheet.read_bytes()
    good.sheet.write_bytes(data[:20])
    assert "sheet-unreadable" in good.codes()
    good.sheet.write_bytes(data)
    assert good.codes() == set()


@pytest.mark.parametrize(
    ("images", "codes"),
    [
        (Span(5, 5), set()),
        (Span(6, 9), {"images-few"}),
        (Span(1, 4), {"images-many"}),
        (Span(1, 5), set()),
        (Span(5, 9), set()),
    ],
)
def test_one_picture_more_or_less(good: TrainingSet, images: Span, codes: set[str]) -> None:
    good.targets(images=images)
    assert good.codes() == codes


@pytest.mark.parametrize(("count", "codes"), [(9, {"reg-few"}), (10, set()), (11, {"reg-many"})])
def test_one_regularization_picture_more_or_less(
    good: TrainingSet, count: int, codes: set[str]
) -> None:
    for path in good.reg.iterdir():
        path.unlink()
    good.p = replace(good.p, reg=replace(good.p.reg, count=count))
    for index in range(1, count + 1):
        good.layout.reg_image(index).write_bytes(png("a"))
    assert good.codes() == codes


def test_a_flipped_picture_that_is_symmetrical_is_no_suspect(good: TrainingSet) -> None:
    even = Image.new("RGB", (512, 512), "white")
    even.paste("purple", (100, 40, 412, 470))
    even.save(good.train / "a.png")
    assert not {"mirror-suspect", "near-duplicate"} & good.codes()


def test_a_twin_that_is_asked_for_is_no_suspect(good: TrainingSet) -> None:
    assert "mirror-suspect" not in good.codes(), "c has its twin"
    good.change("c", mirror=False)
    assert "image-foreign" in good.codes()


def test_pictures_that_share_a_pose_are_no_duplicates(good: TrainingSet) -> None:
    other = picture("a")
    other.paste("navy", (150, 250, 380, 505))
    other.save(good.train / "b.png")
    assert "near-duplicate" not in good.codes()
    picture("a").save(good.train / "b.png")
    assert "near-duplicate" in good.codes()


def test_the_last_expression(good: TrainingSet) -> None:
    good.targets(expressions=("neutral", "angry", "calm"))
    assert good.codes() == {"coverage-expressions"}
    good.targets(expressions=("neutral", "ANGRY"))
    assert good.codes() == set()


def test_a_key_that_is_known(good: TrainingSet) -> None:
    good.p = replace(good.p, unknown_keys=("dataset.trigge",))
    assert good.codes() == {"unknown-key"}
    good.p = replace(good.p, unknown_keys=())
    assert good.codes() == set()
