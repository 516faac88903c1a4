"""Both versions in one: nothing that only one side did is lost, whatever the other did."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.model.geometry import Rect
from spyke_tui.model.merging import CantMergeError, merge
from spyke_tui.model.project import Crop, Dataset, Project, Sheet, Span
from spyke_tui.model.settings_edit import with_settings

DATASET = Dataset("spyke", "spyke_v1")
A, B, C = (Crop(name, "final", Rect(0, 0, 10, 10)) for name in "abc")


def project(*crops: Crop, sheets: tuple[Sheet, ...] = ()) -> Project:
    return Project(DATASET, crops=crops, sheets={sheet.key: sheet for sheet in sheets})


def test_changes_to_different_crops_are_simply_taken() -> None:
    both = merge(
        project(A, B), project(replace(A, pose="up"), B), project(A, replace(B, view="back"), C)
    )
    assert both.clashes == () and (both.mine_alone, both.theirs_alone) == (1, 2)
    assert both.result({}).crops == (replace(A, pose="up"), replace(B, view="back"), C)


def test_fields_of_one_crop_are_woven() -> None:
    both = merge(project(A), project(replace(A, pose="up")), project(replace(A, view="back")))
    assert both.clashes == ()
    assert both.result({}).crops == (replace(A, pose="up", view="back"),)


def test_one_field_changed_on_both_sides_is_for_a_person() -> None:
    mine = replace(A, pose="up", view="front", tags=("x",))
    theirs = replace(A, pose="down", background="white")
    both = merge(project(A, B), project(mine, B), project(theirs, replace(B, pose="far")))
    (clash,) = both.clashes
    assert clash.key == ("crop", "a")
    shown = {change.name: change for change in clash.changes()}
    assert [name for name, change in shown.items() if change.clashes] == ["pose"]
    assert list(shown) == ["view", "pose", "background", "tags"]
    assert (shown["pose"].before, shown["pose"].mine, shown["pose"].theirs) == (
        "(empty)", "up", "down",
    )  # fmt: skip
    woven = replace(mine, background="white")
    assert both.all_of("mine").crops == (woven, replace(B, pose="far"))
    assert both.all_of("theirs").crops == (replace(woven, pose="down"), replace(B, pose="far"))


def test_deleted_here_and_changed_there() -> None:
    both = merge(project(A, B), project(B), project(replace(A, pose="up"), B))
    (clash,) = both.clashes
    assert {change.mine for change in clash.changes()} == {"(not there)"}
    assert both.all_of("mine").crops == (B,)
    assert both.all_of("theirs").crops == (replace(A, pose="up"), B)


def test_new_crops_stand_behind_the_one_they_stood_behind() -> None:
    new = replace(C, id="new")
    both = merge(project(A, B), project(A, new, B), project(C, A, B))
    assert [crop.id for crop in both.result({}).crops] == ["c", "a", "new", "b"]
    both = merge(project(A), project(A, replace(C, pose="up")), project(replace(C, pose="x"), A))
    assert [clash.name for clash in both.clashes] == ["c"]


def test_each_setting_and_each_reroll_counts_for_itself() -> None:
    old = with_settings(project(A), "reg", {"steps": 20, "cfg": 7.0, "rerolls.3": 1})
    mine = with_settings(old, "reg", {"steps": 30, "rerolls.4": 1, "rerolls.3": None})
    theirs = with_settings(old, "reg", {"steps": 25, "cfg": 5.0, "rerolls.5": 2})
    both = merge(old, mine, theirs)
    (clash,) = both.clashes
    assert clash.key == ("reg", "steps")
    assert [(c.before, c.mine, c.theirs) for c in clash.changes()] == [("20", "30", "25")]
    for side, steps in (("mine", 30), ("theirs", 25)):
        reg = both.all_of(side).reg
        assert (reg.steps, reg.cfg, dict(reg.rerolls)) == (steps, 5.0, {4: 1, 5: 2})
    assert merge(old, old, theirs).result({}) == theirs
    assert merge(old, mine, old).result({}) == mine


def test_each_key_of_the_dataset_and_of_the_targets_counts_for_itself() -> None:
    keys = frozenset({"character", "trigger", "repeats", "pad"})
    old = replace(project(A), dataset=replace(DATASET, repeats=8, given=keys))
    mine = with_settings(
        with_settings(old, "dataset", {"repeats": 12, "pad": "auto"}), "targets", {"batch": 2}
    )
    theirs = with_settings(
        with_settings(old, "dataset", {"repeats": 9, "details": ("hat",)}),
        "targets", {"images.min": 5, "images.max": 6},
    )  # fmt: skip
    both = merge(old, mine, theirs)
    (clash,) = both.clashes
    assert clash.key == ("dataset", "repeats")
    for side, repeats in (("mine", 12), ("theirs", 9)):
        found = both.all_of(side)
        assert (found.dataset.repeats, found.dataset.pad) == (repeats, "auto")
        assert found.dataset.details == ("hat",)
        assert (found.targets.batch, found.targets.images) == (2, Span(5, 6))
    assert merge(old, old, theirs).result({}) == theirs
    assert merge(old, mine, old).result({}) == mine


def test_sheets_too_and_what_is_not_written_is_theirs() -> None:
    one, two = Sheet("one", "one.png"), Sheet("two", "two.png")
    theirs = replace(
        project(sheets=(replace(one, use="partial"), two)), dataset=replace(DATASET, repeats=5)
    )
    both = merge(project(sheets=(one,)), project(sheets=(replace(one, note="mine"),)), theirs)
    merged = both.result({})
    assert dict(merged.sheets) == {"one": replace(one, use="partial", note="mine"), "two": two}
    assert merged.dataset.repeats == 5


def test_two_crops_of_one_id_can_not_be_told_apart() -> None:
    for sides in ((project(A, A), project(A), project(B)), (project(A), project(B, B), project(C))):
        with pytest.raises(CantMergeError, match="More than one crop has the id"):
            merge(*sides)


few = st.lists(
    st.builds(
        Crop,
        id=st.sampled_from("abcd"),
        sheet=st.just("final"),
        rect=st.just(Rect(0, 0, 10, 10)),
        pose=st.sampled_from(("", "up", "down")),
        view=st.sampled_from(("", "front")),
    ),
    max_size=4,
).map(tuple)


@given(few, few, few, st.data())
def test_nothing_that_only_one_side_did_is_lost(
    before: tuple[Crop, ...], mine: tuple[Crop, ...], theirs: tuple[Crop, ...], data: st.DataObject
) -> None:
    def unique(crops: tuple[Crop, ...]) -> Project:
        return project(*{crop.id: crop for crop in crops}.values())

    old, ours, other = unique(before), unique(mine), unique(theirs)
    both = merge(old, ours, other)
    sides = {clash.key: data.draw(st.sampled_from(["mine", "theirs"])) for clash in both.clashes}
    merged = both.result(sides)
    clashing = {clash.name: clash for clash in both.clashes}
    for name in {crop.id for one in (old, ours, other) for crop in one.crops}:
        was, own, their, now = (one.crop(name) for one in (old, ours, other, merged))
        if name in clashing:
            assert now == clashing[name].chosen(sides["crop", name])
        elif own == was:
            assert now == their
        elif their in (was, own):
            assert now == own
    assert len({crop.id for crop in merged.crops}) == len(merged.crops)
    assert merge(old, old, other).result({}).crops == other.crops
    assert {c.id: c for c in merge(old, ours, old).result({}).crops} == {
        c.id: c for c in ours.crops
    }
