"""Mirroring fails closed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spyke_tui.model.geometry import Rect
from spyke_tui.model.mirroring import has_twin, mirror_refusal, with_twin
from spyke_tui.model.project import Crop, Dataset

DATASET = Dataset("spyke", "s_v1", details=("bracer", "cloak"), one_sided=("bracer", "pauldron"))
CROP = Crop("front", "final", Rect(0, 0, 9, 9), mirror=True, details=("cloak",))


def refusal(details: tuple[str, ...] | None, dataset: Dataset = DATASET) -> str:
    return mirror_refusal(replace(CROP, details=details), dataset) or ""


@pytest.mark.parametrize("details", [(), ("cloak",), (" Cloak ",), ("cloak", "cloak")])
def test_may_be_flipped(details: tuple[str, ...]) -> None:
    assert refusal(details) == ""
    assert has_twin(replace(CROP, details=details), DATASET)


@pytest.mark.parametrize(
    ("details", "why"),
    [
        (None, "nobody has said"),
        (("bracer",), "shows the bracer"),
        (("cloak", "PAULDRON "), "shows the pauldron"),
        (("bra\u200bcer",), "shows the bracer"),
        (("bracers",), "does not list"),
        (("",), "does not list"),
    ],
)
def test_may_not(details: tuple[str, ...] | None, why: str) -> None:
    assert why in refusal(details)
    assert not has_twin(replace(CROP, details=details), DATASET)


@pytest.mark.parametrize("details", [None, (), ("bracer",), ("anything",)])
def test_where_nothing_has_one_side(details: tuple[str, ...] | None) -> None:
    assert refusal(details, replace(DATASET, one_sided=())) == ""


def test_a_twin_is_asked_for() -> None:
    assert not has_twin(replace(CROP, mirror=False), DATASET)


def test_a_twin_whose_caption_names_a_side_gets_one_of_its_own() -> None:
    crop = replace(CROP, mirror=False, pose="left hand raised")
    twin = with_twin(crop, DATASET, wanted=True)
    assert (twin.mirror, twin.mirror_caption) == (True, "s_v1, right hand raised")
    assert with_twin(twin, DATASET, wanted=False) == crop
    written = replace(crop, mirror_caption="s_v1, waving")
    assert with_twin(written, DATASET, wanted=True).mirror_caption == "s_v1, waving"
    assert with_twin(replace(written, mirror=True), DATASET, wanted=False) == written


def test_a_twin_whose_caption_names_none_has_the_crops() -> None:
    crop = replace(CROP, mirror=False, pose="upright")
    assert with_twin(crop, DATASET, wanted=True) == replace(crop, mirror=True)
