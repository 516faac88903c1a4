"""The repository's own crops.toml, the Spyke project: what is planned is what stands there."""

from __future__ import annotations

import tomllib
from pathlib import Path

from spyke_tui.model.caption import caption_of
from spyke_tui.model.mirroring import has_twin
from spyke_tui.model.reading import read_project

FILE = Path(__file__).parent.parent / "crops.toml"
PROJECT = read_project(tomllib.loads(FILE.read_text(encoding="utf-8")))

CAPTIONS = {
    "spyke_final_front": "full body, front view, standing neutral pose",
    "spyke_final_3q": "full body, three quarter view, standing neutral pose",
    "spyke_final_side": "full body, side view, standing neutral pose, cloak draped",
    "spyke_final_back": "full body, back view, standing neutral pose, cloak symbol",
    "spyke_final_neutral": "closeup, neutral expression",
    "spyke_final_angry": "closeup, angry expression",
    "spyke_final_battle": "closeup, determined expression, battle focused",
    "spyke_final_shocked": "closeup, surprised expression",
    "v1_front": "full body, front view, standing neutral pose",
    "v1_3q": "full body, three quarter view, standing neutral pose",
    "v1_side": "full body, side view, standing neutral pose",
    "v1_back": "full body, back view, standing neutral pose",
}


def test_kept_crops_have_the_planned_captions() -> None:
    kept = [crop for crop in PROJECT.crops if crop.status == "keep"]
    captions = {crop.id: caption_of(crop, PROJECT.dataset) for crop in kept}
    assert captions == {
        crop: f"spyke_plasma_v1, {text}, white background" for crop, text in CAPTIONS.items()
    }


def test_what_nobody_has_seen_is_a_draft_with_its_pose_undecided() -> None:
    drafts = {crop.id: crop for crop in PROJECT.crops if crop.status == "draft"}
    assert set(drafts) == {"v7_front", "v7_3q", "v7_side", "v7_back", "v2_front", "v2_3q"}
    for crop in drafts.values():
        assert (crop.pose, crop.action, crop.details) == ("", None, None)


def test_every_sheet_has_its_place_and_every_rectangle_lies_on_it() -> None:
    assert len(PROJECT.sheets) == 13
    for sheet in PROJECT.sheets.values():
        assert sheet.note and sheet.size is not None
    for crop in PROJECT.crops:
        size = PROJECT.sheets[crop.sheet].size
        assert size is not None and crop.rect.is_inside(size), crop.id


def test_only_sheets_of_the_grown_character_are_used() -> None:
    used = {PROJECT.sheets[crop.sheet] for crop in PROJECT.crops}
    assert not [sheet.key for sheet in used if "age 16" in sheet.note]


def test_nothing_is_mirrored_before_somebody_has_looked() -> None:
    assert not [crop.id for crop in PROJECT.crops if has_twin(crop, PROJECT.dataset)]


def test_no_key_is_unknown() -> None:
    assert PROJECT.unknown_keys == ()
