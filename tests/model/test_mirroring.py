"""Mirroring fails closed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spyke_tui.model.geometry import Rect
from spyke_tui.model.mirroring import (
    following,
    follows,
    has_twin,
    mirror_refusal,
    twin_differences,
    twin_is_behind,
    with_twin,
    with_twin_following,
)
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


def changed(crop: Crop, **values: object) -> Crop:
    return with_twin_following(crop, replace(crop, **values), DATASET)  # type: ignore[arg-type]


def test_a_twins_caption_follows_the_fields() -> None:
    twin = with_twin(replace(CROP, mirror=False, pose="left hand raised"), DATASET, wanted=True)
    assert changed(twin, view="side view").mirror_caption == "s_v1, side view, right hand raised"
    assert changed(twin, pose="from the right").mirror_caption == "s_v1, from the left"
    without = changed(twin, pose="standing")
    assert without.mirror_caption == "", "the crop's own serves both"
    assert changed(without, pose="left hand raised") == twin


def test_a_twins_caption_that_somebody_wrote_stays() -> None:
    twin = replace(CROP, pose="left hand raised", mirror_caption="s_v1, waving")
    assert not follows(twin, DATASET)
    assert changed(twin, view="side view").mirror_caption == "s_v1, waving"
    asked = replace(CROP, pose="left hand raised")
    assert not follows(asked, DATASET), "nobody said how the twin's caption differs"
    assert changed(asked, view="side view").mirror_caption == ""
    automatic = following(twin, DATASET)
    assert changed(automatic, mirror_caption="s_v1, waving").mirror_caption == "s_v1, waving"


def test_without_a_twin_nothing_follows() -> None:
    crop = replace(CROP, mirror=False, pose="standing")
    assert changed(crop, pose="left hand raised").mirror_caption == ""
    assert changed(crop, pose="left hand raised", mirror=True).mirror_caption == ""


@pytest.mark.parametrize(
    ("own", "said", "behind"),
    [
        ("", "", False),  # the crop's serves both
        ("s_v1, waving, cloak", "", False),
        ("s_v1, waving", "-cloak", True),
        ("s_v1, walking, cloak", "-waving +walking", True),
        ("s_v1, waving, cloak, emblem reversed", "+emblem reversed", False),
        ("s_v1, cloak, waving", "+cloak -cloak", False),  # only the order
    ],
)
def test_how_a_twins_caption_differs(own: str, said: str, behind: bool) -> None:
    crop = replace(CROP, pose="waving", tags=("cloak",), mirror_caption=own)
    pieces = " ".join(piece.sign + piece.tag for piece in twin_differences(crop, DATASET))
    assert (pieces, twin_is_behind(crop, DATASET)) == (said, behind)
    none = replace(crop, mirror=False)
    assert twin_differences(none, DATASET) == () and not twin_is_behind(none, DATASET)


def test_a_twin_without_a_caption_of_its_own_must_not_name_the_crops_side() -> None:
    crop = replace(CROP, pose="left hand raised")
    assert [p.sign + p.tag for p in twin_differences(crop, DATASET)] == [
        "-right hand raised", "+left hand raised",
    ]  # fmt: skip
    assert twin_is_behind(crop, DATASET)
    assert not twin_is_behind(following(crop, DATASET), DATASET)
