"""The sample project: drawn alike every time, and its crops.toml fits what is drawn."""

from __future__ import annotations

import hashlib
import time
import tomllib
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from PIL import Image, ImageChops

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.reading import read_project
from spyke_tui.processing.samples import (
    _FLAWS,
    draw_samples,
    flawed_project_text,
    sample_project_text,
)
from spyke_tui.processing.samples.ink import PAPER
from spyke_tui.processing.similarity import NEAR_DUPLICATE, distance, perceptual_hash

TOML: dict[str, Any] = tomllib.loads(sample_project_text())
CROPS: list[dict[str, Any]] = TOML["crops"]
KEPT = [crop for crop in CROPS if crop.get("status", "keep") == "keep"]


@pytest.fixture(scope="module")
def sheets() -> dict[str, Image.Image]:
    return dict(draw_samples())


def file_name(sheet: dict[str, Any]) -> str:
    """The sheet's file without the folder of the sample project."""
    return str(sheet["file"]).removeprefix("sheets/")


def cropped(sheets: dict[str, Image.Image], crop: dict[str, Any]) -> Image.Image:
    """The crop's pixels with its erase rectangles painted over."""
    picture = sheets[file_name(TOML["sheets"][crop["sheet"]])].copy()
    for erased in crop.get("erase", []):
        picture.paste(PAPER, Rect(**erased).box)
    return picture.crop(Rect(**crop["rect"]).box)


def drawn_box(picture: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, PAPER)).getbbox()
    assert box is not None
    return box


def twice(crop: dict[str, Any]) -> int:
    """How many pictures the crop gives."""
    return 2 if crop.get("mirror") else 1


def test_sheets_are_those_of_the_project(sheets: dict[str, Image.Image]) -> None:
    sizes = {file_name(sheet): tuple(sheet["size"]) for sheet in TOML["sheets"].values()}
    assert {name: picture.size for name, picture in sheets.items()} == sizes
    assert all(picture.mode == "RGB" for picture in sheets.values())


def test_drawing_is_the_same_every_time(sheets: dict[str, Image.Image]) -> None:
    again = {name: hashlib.sha256(picture.tobytes()) for name, picture in draw_samples()}
    for name, digest in again.items():
        assert digest.digest() == hashlib.sha256(sheets[name].tobytes()).digest(), name


def test_drawing_takes_about_a_second() -> None:
    began = time.process_time()
    for _ in draw_samples():
        pass
    assert time.process_time() - began < 4.0


def test_progress_is_told_sheet_by_sheet() -> None:
    told: list[tuple[int, int]] = []
    for _ in draw_samples(lambda done, of: told.append((done, of))):
        pass
    assert told == [(n, 5) for n in range(1, 6)]


@pytest.mark.parametrize("crop", CROPS, ids=lambda crop: str(crop["id"]))
def test_rectangle_lies_on_its_sheet(crop: dict[str, Any]) -> None:
    sheet = TOML["sheets"][crop["sheet"]]
    assert Rect(**crop["rect"]).is_inside(Size(*sheet["size"]))


@pytest.mark.parametrize("crop", KEPT, ids=lambda crop: str(crop["id"]))
def test_rectangle_holds_one_whole_figure(
    sheets: dict[str, Image.Image], crop: dict[str, Any]
) -> None:
    picture = cropped(sheets, crop)
    left, top, right, bottom = drawn_box(picture)
    gaps = [left, top, picture.width - right]
    if crop["framing"] != "bust":
        gaps.append(picture.height - bottom)
    if crop["framing"] == "closeup":
        # Faces share one square-ish format, so their sides are wider.
        assert min(gaps) >= 8, gaps
        return
    assert min(gaps) >= 8, gaps
    assert max(gaps) <= 30, gaps


@pytest.mark.parametrize("crop", KEPT, ids=lambda crop: str(crop["id"]))
def test_no_image_is_enlarged(crop: dict[str, Any]) -> None:
    assert max(crop["rect"]["width"], crop["rect"]["height"]) >= TOML["dataset"]["size"]


def test_everything_is_decided_on_kept_crops() -> None:
    for crop in KEPT:
        assert crop["framing"] and crop["view"] and crop["background"], crop["id"]
        assert crop.get("pose") or crop["expression"], crop["id"]
        assert "action" in crop and "details" in crop, crop["id"]


def test_the_set_meets_its_targets() -> None:
    images = sum(map(twice, KEPT))
    assert images == 18
    framing = Counter[str]()
    for crop in KEPT:
        framing[crop["framing"]] += twice(crop)
    for name, share in TOML["targets"]["framing"].items():
        assert framing[name] / images == pytest.approx(share, abs=TOML["targets"]["tolerance"])
    action = sum(twice(crop) for crop in KEPT if crop["action"])
    assert action / images == pytest.approx(0.5, abs=TOML["targets"]["tolerance"])
    one_sided = set(TOML["dataset"]["one_sided"])
    shown = sum(twice(crop) for crop in KEPT if one_sided & set(crop["details"]))
    assert shown / images >= TOML["targets"]["details_shown"]
    expressions = {crop.get("expression") for crop in KEPT}
    assert expressions >= set(TOML["targets"]["expressions"])


def test_one_twin_and_the_guard_allows_it() -> None:
    twins = [crop for crop in KEPT if crop.get("mirror")]
    assert [crop["id"] for crop in twins] == ["face_calm"]
    assert not set(twins[0]["details"]) & set(TOML["dataset"]["one_sided"])


def test_erased_area_is_small_and_inside() -> None:
    erased = [crop for crop in KEPT if crop.get("erase")]
    assert len(erased) == 1
    whole = Rect(**erased[0]["rect"])
    part = Rect(**erased[0]["erase"][0])
    assert whole.intersection(part) == part
    assert part.area < 0.1 * whole.area


def test_kept_crops_of_the_annotated_sheet_have_no_clean_counterpart() -> None:
    def kind(crop: dict[str, Any]) -> tuple[str, str]:
        return crop["framing"], crop["view"]

    noted = {key for key, sheet in TOML["sheets"].items() if sheet.get("annotated")}
    clean = {kind(crop) for crop in CROPS if crop["sheet"] not in noted}
    assert not [crop["id"] for crop in KEPT if crop["sheet"] in noted and kind(crop) in clean]


def test_whole_epochs_land_in_the_wanted_steps() -> None:
    images = sum(map(twice, KEPT)) * TOML["dataset"]["repeats"]
    assert TOML["reg"]["count"] == images
    steps = TOML["targets"]["steps"]
    assert any(steps["min"] <= 2 * images * epochs <= steps["max"] for epochs in range(1, 10))


def test_class_prompt_does_not_name_the_character() -> None:
    prompt = TOML["reg"]["prompt"].lower()
    assert TOML["dataset"]["trigger"] not in prompt
    assert not [detail for detail in TOML["dataset"]["details"] if detail in prompt]


def test_no_two_training_images_look_alike(sheets: dict[str, Image.Image]) -> None:
    hashes = {crop["id"]: perceptual_hash(cropped(sheets, crop)) for crop in KEPT}
    for one, other in combinations(hashes, 2):
        assert distance(hashes[one], hashes[other]) > NEAR_DUPLICATE, (one, other)


def test_no_key_is_unknown() -> None:
    assert read_project(TOML).unknown_keys == ()


def test_every_flaw_is_in_the_flawed_project() -> None:
    finished, flawed = sample_project_text(), flawed_project_text()
    for right, wrong in _FLAWS:
        assert right in finished, right
        assert wrong in flawed, wrong
    assert read_project(tomllib.loads(flawed)).unknown_keys == ("sheets.busts.artist",)
