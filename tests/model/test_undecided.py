"""What is still open on a crop."""

from __future__ import annotations

from dataclasses import replace

from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import Crop, Dataset
from spyke_tui.model.undecided import undecided

CROP = Crop(id="a", sheet="s", rect=Rect(0, 0, 1, 1))
LISTED = Dataset("spyke", "spyke_v1", details=("hat",))


def test_a_fresh_crop_has_everything_open() -> None:
    assert undecided(CROP, LISTED) == (
        "framing", "view", "pose", "background", "action", "details",
    )  # fmt: skip


def test_a_face_needs_its_expression_but_neither_view_nor_pose() -> None:
    face = replace(CROP, framing="closeup", view=" ", background="white background", action=False)
    assert undecided(face, LISTED) == ("expression", "details")
    assert undecided(replace(face, expression="calm"), LISTED) == ("details",)


def test_details_are_open_until_somebody_has_looked_and_only_where_there_are_some() -> None:
    assert "details" not in undecided(replace(CROP, details=()), LISTED)
    assert "details" not in undecided(CROP, replace(LISTED, details=()))
    assert "details" in undecided(CROP, replace(LISTED, details=(), one_sided=("hat",)))
