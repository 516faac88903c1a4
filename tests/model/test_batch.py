"""One change to many crops: what it does to captions, what it leaves alone, one step to undo."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from crop_strategies import DATASET, crops
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.errors import UsageError
from spyke_tui.model.batch import (
    BatchEdit,
    Change,
    Skipped,
    add_tag,
    remove_tag,
    rename_tag,
    replace_tag,
    set_detail,
    set_field,
    set_status,
    twins_anew,
)
from spyke_tui.model.caption import caption_of, split_tags
from spyke_tui.model.geometry import Rect
from spyke_tui.model.history import History
from spyke_tui.model.project import Crop, Project

BASE = Crop(id="a", sheet="s", rect=Rect(0, 0, 1, 1), background="white background")


def project_of(*found: Crop) -> Project:
    return Project(DATASET, crops=found)


def only(edit: BatchEdit) -> Crop:
    (crop,) = edit.project.crops
    return crop


def caption_after(edit: BatchEdit) -> str:
    return caption_of(only(edit), DATASET)


def test_a_tag_goes_where_it_is_asked_for() -> None:
    project = project_of(replace(BASE, tags=("hat", "axe")))
    assert only(add_tag(project, {"a"}, "sword")).tags == ("hat", "axe", "sword")
    assert only(add_tag(project, {"a"}, "sword, bow", at=0)).tags == ("sword", "bow", "hat", "axe")
    assert only(add_tag(project, {"a"}, "sword", at=-1)).tags == ("hat", "sword", "axe")
    assert only(add_tag(project, {"a"}, "sword", at=99)).tags == ("hat", "axe", "sword")


def test_a_caption_of_its_own_gets_the_tag_behind_the_trigger_and_before_the_background() -> None:
    project = project_of(replace(BASE, caption="spyke_v1, hat, grey background"))
    assert caption_after(add_tag(project, {"a"}, "axe")) == "spyke_v1, hat, axe, grey background"
    first = add_tag(project, {"a"}, "axe", at=0)
    assert caption_after(first) == "spyke_v1, axe, hat, grey background"


def test_the_trigger_can_be_put_in_front_of_captions_that_lack_it() -> None:
    project = project_of(replace(BASE, caption="a man, hat"), replace(BASE, id="b"))
    edit = add_tag(project, {"a", "b"}, "spyke_v1")
    assert edit.changes == (Change("a", "a man, hat", "spyke_v1, a man, hat"),)


def test_a_tag_that_is_there_in_any_field_is_not_added_again() -> None:
    project = project_of(BASE)
    edit = add_tag(project, {"a"}, "White Background")
    assert edit.project is project
    assert edit.changes == ()


def test_a_tag_is_removed_and_replaced_in_the_field_that_makes_it() -> None:
    crop = replace(
        BASE, framing="bust", view="front view, from above", expression="angry", tags=("hat",)
    )
    project = project_of(crop)
    assert only(remove_tag(project, {"a"}, "FROM above")) == replace(crop, view="front view")
    snow = replace_tag(project, {"a"}, "white background", "snow")
    assert only(snow) == replace(crop, background="snow")
    calm = replace_tag(project, {"a"}, "angry expression", "calm expression")
    assert only(calm) == replace(crop, expression="calm")
    closer = replace_tag(project, {"a"}, "bust", "closeup")
    assert only(closer) == replace(crop, framing="closeup")
    assert only(remove_tag(project, {"a"}, "angry expression")) == replace(crop, expression="")


def test_what_a_field_can_not_say_is_skipped_and_told() -> None:
    crop = replace(BASE, framing="bust", expression="angry")
    edit = remove_tag(project_of(crop), {"a"}, "bust")
    assert edit.changes == ()
    assert edit.skipped == (Skipped("a", '"bust" is its framing: set that instead'),)
    edit = remove_tag(project_of(replace(BASE, tags=("hat",), caption="hat")), {"a"}, "hat")
    assert "whole caption" in edit.skipped[0].why
    edit = replace_tag(project_of(crop), {"a"}, "angry expression", "rage")
    assert "expression" in edit.skipped[0].why


def test_replacing_by_a_tag_that_is_there_makes_one_of_both() -> None:
    project = project_of(replace(BASE, tags=("swrod", "hat", "sword")))
    assert only(replace_tag(project, {"a"}, "swrod", "sword")).tags == ("sword", "hat")


def test_a_rename_reaches_every_crop_and_other_edits_only_those_meant() -> None:
    marked = replace(BASE, tags=("swrod",))
    project = project_of(marked, replace(marked, id="b", status="reject"), replace(BASE, id="c"))
    assert [change.crop_id for change in rename_tag(project, "swrod", "sword").changes] == [
        "a",
        "b",
    ]
    edit = replace_tag(project, {"b", "unheard of"}, "swrod", "sword")
    assert edit.project.crops == (marked, replace(marked, id="b", status="reject", tags=("sword",)),
                                  project.crops[2])  # fmt: skip


def test_a_twins_own_caption_follows_with_its_sides_swapped() -> None:
    crop = replace(BASE, tags=("left hand",), mirror_caption="spyke_v1, right hand, snow")
    edit = replace_tag(project_of(crop), {"a"}, "left hand", "left fist")
    assert only(edit).mirror_caption == "spyke_v1, right fist, snow"
    assert [change.crop_id for change in edit.changes] == ["a", "a_mirror"]
    added = add_tag(project_of(crop), {"a"}, "facing left")
    assert only(added).mirror_caption == "spyke_v1, right hand, snow, facing right"


def test_captions_of_twins_are_made_anew() -> None:
    old = replace(BASE, tags=("left hand",), details=(), mirror=True)
    old = replace(old, mirror_caption="spyke_v1, old")
    own = replace(old, id="b", tags=("hat",))
    none = replace(old, id="c", mirror=False)
    edit = twins_anew(project_of(old, own, none), {"a", "b", "c"})
    found = [crop.mirror_caption for crop in edit.project.crops]
    assert found == ["spyke_v1, right hand, white background", "", "spyke_v1, old"]
    assert [change.crop_id for change in edit.changes] == ["a_mirror", "b_mirror"]
    assert not twins_anew(edit.project, {"a", "b", "c"}).changes


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("status", "reject", "status: keep -> reject"),
        ("action", False, "action: undecided -> no"),
        ("details", ("hat",), "details: undecided -> [hat]"),
        ("framing", "bust", "framing: nothing -> bust"),
        ("expression", "calm", "expression: nothing -> calm"),
        ("view", "side view", ""),
    ],
)
def test_a_field_is_set_and_the_preview_says_so(name: Any, value: Any, what: str) -> None:
    edit = set_field(project_of(BASE), ["a"], name, value)
    assert getattr(only(edit), name) == value
    (change,) = edit.changes
    assert change.what == what
    assert (change.before, change.after) == (
        caption_of(BASE, DATASET),
        caption_of(only(edit), DATASET),
    )


def test_a_detail_is_ticked_in_the_order_of_the_list_and_taken_away() -> None:
    dataset = replace(DATASET, details=("hat", "axe"))
    project = Project(
        dataset,
        crops=(
            replace(BASE, id="a", details=("axe",)),
            replace(BASE, id="b"),
            replace(BASE, id="c", details=("Hat",)),
        ),
    )
    edit = set_detail(project, {"a", "b", "c"}, "hat", shown=True)
    assert [crop.details for crop in edit.project.crops] == [("hat", "axe"), ("hat",), ("Hat",)]
    assert [row.what for row in edit.changes] == [
        "details: [axe] -> [hat, axe]",
        "details: undecided -> [hat]",
    ]
    back = set_detail(edit.project, {"a", "b"}, "HAT", shown=False)
    assert [crop.details for crop in back.project.crops] == [("axe",), (), ("Hat",)]
    assert not set_detail(project, {"b"}, "hat", shown=False).changes, "nobody has looked"


def test_a_twin_that_must_not_be_is_not_set() -> None:
    fine = replace(BASE, id="b", details=())
    edit = set_field(project_of(BASE, fine), ["a", "b"], "mirror", True)
    assert [crop.mirror for crop in edit.project.crops] == [False, True]
    assert edit.skipped[0].crop_id == "a"
    assert "details" in edit.skipped[0].why


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("framing", "portrait"),
        ("status", "gone"),
        ("action", "yes"),
        ("tags", "hat"),
        ("view", None),
    ],
)
def test_a_value_that_no_field_can_hold_is_refused(name: Any, value: Any) -> None:
    with pytest.raises(UsageError, match=name):
        set_field(project_of(BASE), ["a"], name, value)


def test_no_tag_the_trigger_and_two_tags_at_once_are_refused() -> None:
    project = project_of(BASE)
    for wrong in (
        lambda: add_tag(project, {"a"}, " , "),
        lambda: remove_tag(project, {"a"}, "SPYKE_v1"),
        lambda: replace_tag(project, {"a"}, "hat, axe", "bow"),
        lambda: replace_tag(project, {"a"}, "hat", ""),
    ):
        with pytest.raises(UsageError):
            wrong()


def test_an_edit_is_one_step_to_undo() -> None:
    project = project_of(BASE, replace(BASE, id="b"))
    history = History(project)
    edit = set_status(project, {"a", "b"}, "reject")
    history.apply(edit.label, edit.project)
    assert history.undo() == "set status to reject"
    assert history.project == project


found = st.lists(crops, min_size=1, max_size=4, unique_by=lambda crop: crop.id)


@given(found, st.integers(-3, 5), st.sampled_from(("brand new", "left sleeve", "grey background")))
def test_a_new_tag_added_and_removed_leaves_the_captions_as_they_were(
    some: list[Crop], at: int, tag: str
) -> None:
    project = project_of(*some)
    ids = {crop.id for crop in some}
    added = add_tag(project, ids, tag, at)
    assert all(tag in split_tags(caption_of(crop, DATASET)) for crop in added.project.crops)
    after = remove_tag(added.project, ids, tag).project
    for before, crop in zip(project.crops, after.crops, strict=True):
        assert (
            split_tags(caption_of(crop, DATASET))
            == list(dict.fromkeys(split_tags(caption_of(before, DATASET))))
            or before.caption
        )


@given(found, st.sampled_from(("hand on hip", "bust", "angry expression", "walking", "1boy")))
def test_a_removed_tag_is_in_no_caption_unless_it_was_said_to_stay(
    some: list[Crop], tag: str
) -> None:
    project = project_of(*some)
    edit = remove_tag(project, {crop.id for crop in some}, tag)
    stays = {skipped.crop_id for skipped in edit.skipped}
    for before, crop in zip(project.crops, edit.project.crops, strict=True):
        if crop.id in stays:
            assert crop == before
        else:
            assert tag not in map(str.casefold, split_tags(caption_of(crop, DATASET)))
    rows = {change.crop_id.removesuffix("_mirror") for change in edit.changes}
    changed = {
        crop.id
        for before, crop in zip(project.crops, edit.project.crops, strict=True)
        if before != crop
    }
    assert rows == changed
