"""Findings about pictures: built or not, from what, and whether the trainer can take them."""

from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from training_set import TrainingSet, crop, picture, png

from spyke_tui.model.geometry import Rect


@pytest.fixture
def good(tmp_path: Path) -> TrainingSet:
    return TrainingSet(tmp_path)


# Built or not -------------------------------------------------------------------------------


def test_a_missing_picture(good: TrainingSet) -> None:
    (good.train / "a.png").unlink()
    finding = good.first("image-missing")
    assert (finding.severity, finding.where) == ("error", "a")
    assert "spyke-tui build" in finding.fix
    assert "caption-missing" not in good.codes()


def test_a_missing_twin(good: TrainingSet) -> None:
    (good.train / "c_mirror.png").unlink()
    finding = good.first("image-missing")
    assert finding.where == "c"
    assert "c_mirror.png" in finding.message


def test_a_missing_picture_that_cannot_be_built_says_why(good: TrainingSet) -> None:
    (good.train / "a.png").unlink()
    good.sheet.unlink()
    assert "sheets/front.png is not there" in good.first("image-missing").message


def test_drafts_and_rejected_crops_are_not_missed(good: TrainingSet) -> None:
    for status in ("draft", "reject"):
        more = crop("e", status=status)
        good.p = good.p.with_crops((*good.p.crops[:4], more))
        assert good.codes() == set()


@pytest.mark.parametrize(
    "change",
    [
        {"rect": Rect(0, 0, 600, 701)},
        {"rect": Rect(1, 0, 600, 700)},
        {"erase": (Rect(0, 0, 9, 9),)},
    ],
)
def test_a_stale_picture(good: TrainingSet, change: dict[str, object]) -> None:
    good.change("a", **change)
    finding = good.only("image-stale")
    assert (finding.severity, finding.where) == ("error", "a")
    good.sheet.unlink()  # the sheet need not be at hand to see it
    assert "image-stale" in good.codes()


def test_another_encoder_makes_none_stale(good: TrainingSet) -> None:
    for entry in good.manifest.files.values():
        if entry.key:
            entry.key = json.dumps([*json.loads(entry.key)[:-1], "an older encoder"])
    good.manifest.write()
    assert good.codes() == set()
    good.sheet.unlink()
    assert good.codes() == {"sheet-missing"}


def test_another_pad_makes_all_stale(good: TrainingSet) -> None:
    good.dataset(pad="auto")
    assert len([f for f in good.check().findings if f.code == "image-stale"]) == 5


def test_an_edited_picture(good: TrainingSet) -> None:
    (good.train / "a.png").write_bytes(png("a") + b"\0")
    finding = good.only("image-edited")
    assert (finding.severity, finding.where) == ("warning", "a")
    assert "--force a" in finding.fix


def test_an_edited_picture_whose_crop_moved_is_stale(good: TrainingSet) -> None:
    (good.train / "a.png").write_bytes(png("a") + b"\0")
    good.change("a", rect=Rect(0, 0, 600, 701))
    assert "aside" in good.only("image-stale").fix


def test_a_touched_picture_is_as_we_left_it(good: TrainingSet) -> None:
    os.utime(good.train / "a.png", ns=(1, 1))
    assert good.codes() == set()


def test_a_picture_that_we_did_not_write(good: TrainingSet) -> None:
    del good.manifest.files[good.manifest.name_of(good.train / "a.png")]
    good.manifest.write()
    assert good.only("image-edited").severity == "warning"


# What the trainer takes ---------------------------------------------------------------------


def test_enlarged(good: TrainingSet) -> None:
    good.change("b", rect=Rect(100, 100, 256, 511))
    finding = good.first("image-enlarged")
    assert (finding.severity, finding.where) == ("warning", "b")
    assert "511" in finding.message
    good.change("b", rect=Rect(100, 100, 512, 20))
    assert "image-enlarged" not in good.codes()


@pytest.mark.parametrize("side", [511, 513])
def test_a_wrong_size(good: TrainingSet, side: int) -> None:
    (good.train / "a.png").write_bytes(png("a", side))
    finding = good.first("image-size")
    assert (finding.severity, finding.where) == ("error", "a")
    assert f"{side}x{side}" in finding.message


def test_another_training_size(good: TrainingSet) -> None:
    good.dataset(size=768)
    assert {"image-size", "reg-size"} <= good.codes()


@pytest.mark.parametrize("mode", ["RGBA", "L", "P", "1", "LA"])
def test_a_wrong_mode(good: TrainingSet, mode: str) -> None:
    (good.train / "a.png").write_bytes(png("a", mode=mode))
    finding = good.first("image-mode")
    assert (finding.severity, finding.where) == ("error", "a")


def test_sixteen_bits(good: TrainingSet) -> None:
    data = io.BytesIO()
    Image.new("I;16", (512, 512)).save(data, "PNG")
    (good.train / "a.png").write_bytes(data.getvalue())
    assert "16-bit" in good.first("image-mode").message


def test_an_rgb_png_with_a_see_through_colour(good: TrainingSet) -> None:
    data = io.BytesIO()
    picture("a").save(data, "PNG", transparency=(255, 255, 255))
    (good.train / "a.png").write_bytes(data.getvalue())
    assert "image-mode" in good.codes()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"no picture",
        lambda data: data[:-1],
        lambda data: data[:200],
        lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:],
    ],
)
def test_a_broken_picture(good: TrainingSet, spoil: object) -> None:
    assert callable(spoil)
    (good.train / "a.png").write_bytes(spoil(png("a")))
    finding = good.first("image-unreadable")
    assert (finding.severity, finding.where) == ("error", "a")
    assert str(good.folder) not in finding.message
    assert good.codes() == {"image-unreadable", "image-edited"}


def test_a_cut_off_jpeg(good: TrainingSet) -> None:
    data = io.BytesIO()
    picture("b").save(data, "JPEG")
    (good.train / "e.jpg").write_bytes(data.getvalue()[:-200])
    (good.train / "e.txt").write_text("spyke_v1, white background")
    assert "image-unreadable" in good.codes()
    (good.train / "e.jpg").write_bytes(data.getvalue())
    assert "image-unreadable" not in good.codes()


def test_things_that_are_no_files(good: TrainingSet) -> None:
    (good.train / "a.png").unlink()
    (good.train / "a.png").symlink_to("nowhere")
    (good.train / "b.png").unlink()
    os.mkfifo(good.train / "b.png")
    (good.train / "d.png").unlink()
    (good.train / "d.png").mkdir()
    findings = [f for f in good.check().findings if f.code == "image-unreadable"]
    assert [f.where for f in findings] == ["a", "b", "d"]
    assert "image-missing" not in good.codes()
    assert good.check().counts["train_images"] == 5  # the trainer counts them too, and stops


def test_a_link_to_a_picture_is_a_picture(good: TrainingSet) -> None:
    real = good.folder / "real.png"
    (good.train / "a.png").rename(real)
    (good.train / "a.png").symlink_to(real)
    assert good.codes() == set()


@pytest.mark.parametrize(
    "name", ["e.png", "a_mirror.png", "E.PNG", "e.jpeg", "e.webp", "e.bmp", "e_mirror.jpg"]
)
def test_a_picture_that_no_crop_explains(good: TrainingSet, name: str) -> None:
    good.targets(images=replace(good.p.targets.images, max=6))
    (good.train / name).write_bytes(png("b"))
    finding = good.first("image-foreign")
    assert finding.severity == "warning"
    assert finding.where == f"dataset/spyke/train/2_spyke_v1/{name}"
    assert good.check().counts["train_images"] == 6


@pytest.mark.parametrize("name", [".e.png", "e.Png", "e.gif", "e.png.part", "notes.md"])
def test_what_the_trainer_passes_over(good: TrainingSet, name: str) -> None:
    (good.train / name).write_bytes(png("b"))
    assert good.codes() == set()


def test_a_picture_of_a_crop_that_went(good: TrainingSet) -> None:
    good.change("a", status="reject")
    assert "a is rejected" in good.first("image-foreign").message
    good.change("a", status="draft")
    assert "a is a draft" in good.first("image-foreign").message
    good.change("a", status="keep")
    good.change("c", mirror=False)
    assert "c asks for no flipped twin" in good.first("image-foreign").message


def test_a_picture_of_a_crop_that_has_another_id(good: TrainingSet) -> None:
    good.change("a", id="e")
    finding = good.first("image-foreign")
    assert "another id" in finding.message
    assert "build" in finding.fix


def test_the_same_stem_twice(good: TrainingSet) -> None:
    (good.train / "a.jpg").write_bytes(png("a"))
    finding = good.first("stem-duplicate")
    assert finding.severity == "error"
    assert "a.jpg and a.png" in finding.message
    (good.train / "a.jpg").rename(good.train / "aa.jpg")
    assert "stem-duplicate" not in good.codes()


# Alike --------------------------------------------------------------------------------------


def test_near_duplicates(good: TrainingSet) -> None:
    same = picture("a")
    same.putpixel((250, 250), (0, 0, 0))
    same.save(good.train / "b.png")
    finding = good.first("near-duplicate")
    assert (finding.severity, finding.where) == ("warning", "b")
    assert "a.png and b.png" in finding.message
    assert "mirror-suspect" not in good.codes()


def test_a_picture_mirrored_by_hand(good: TrainingSet) -> None:
    (good.train / "a.png").write_bytes(png("c_mirror"))
    finding = good.first("mirror-suspect")
    assert (finding.severity, finding.where) == ("warning", "c")
    assert "near-duplicate" not in good.codes()
