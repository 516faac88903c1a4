"""Suggested rectangles become drafts: in reading order, under free names, each figure once."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.kohya.drafts import add_drafts, in_reading_order, new_id, overlap
from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.project import Crop, Dataset, Project, Sheet
from spyke_tui.model.reading import CROP_NAME

SIZE = Size(1000, 800)
rects = st.builds(
    Rect, st.integers(0, 900), st.integers(0, 700), st.integers(0, 100), st.integers(0, 100)
)


def project(*crops: Crop, size: Size | None = None) -> Project:
    sheets = {"one": Sheet("one", "one.png", size), "two": Sheet("two", "two.png")}
    return Project(Dataset("hero", "hero_v1"), sheets=sheets, crops=crops)


def test_drafts_stand_behind_their_sheets_others() -> None:
    before = project(
        Crop("a", "one", Rect(0, 0, 10, 10)),
        Crop("b", "two", Rect(0, 0, 10, 10)),
    )
    after, added = add_drafts(before, "one", SIZE, [Rect(50, 50, 10, 10), Rect(20, 50, 10, 10)])
    assert [crop.id for crop in after.crops] == ["a", "one_1", "one_2", "b"]
    assert [crop.rect.left for crop in added] == [20, 50]
    assert {crop.status for crop in added} == {"draft"}
    after, added = add_drafts(before, "two", SIZE, [Rect(50, 50, 10, 10)], keep=True)
    assert [(crop.id, crop.status) for crop in added] == [("two_1", "keep")]
    assert after.crops[-1] is added[0]


def test_the_size_is_noted_once() -> None:
    after, _ = add_drafts(project(), "one", SIZE, [Rect(0, 0, 9, 9)])
    assert after.sheets["one"].size == SIZE
    kept, _ = add_drafts(project(size=Size(1, 2)), "one", SIZE, [Rect(0, 0, 9, 9)])
    assert kept.sheets["one"].size == Size(1, 2)
    nothing, _ = add_drafts(project(), "one", SIZE, [])
    assert nothing == project()


def test_a_figure_that_has_a_crop_gets_no_other_whatever_its_status() -> None:
    crop = Crop("a", "one", Rect(0, 0, 100, 100), status="reject")
    near, far = Rect(5, 5, 100, 100), Rect(60, 60, 100, 100)
    _, added = add_drafts(project(crop), "one", SIZE, [near, far])
    assert [new.rect for new in added] == [far]
    _, added = add_drafts(project(crop), "two", SIZE, [near])
    assert len(added) == 1, "on another sheet it is another figure"


def test_names_that_are_taken_are_passed_over() -> None:
    assert new_id("a", set()) == "a_1"
    assert new_id("a", {"a_1", "a_3"}) == "a_2"
    crop = Crop("one_1", "two", Rect(0, 0, 1, 1))
    _, added = add_drafts(project(crop), "one", SIZE, [Rect(0, 0, 9, 9)])
    assert added[0].id == "one_2"


def test_reading_order_goes_row_by_row() -> None:
    rows = [
        Rect(10, 5, 50, 100), Rect(100, 0, 50, 100), Rect(200, 12, 50, 60),
        Rect(0, 120, 50, 100), Rect(90, 110, 50, 100),
    ]  # fmt: skip
    assert in_reading_order(reversed(rows)) == rows


@given(st.lists(rects, max_size=12))
def test_reading_order_loses_and_invents_nothing(some: list[Rect]) -> None:
    def key(rect: Rect) -> tuple[int, ...]:
        return rect.box

    assert sorted(in_reading_order(some), key=key) == sorted(some, key=key)


@given(st.lists(rects, max_size=8))
def test_adding_twice_adds_nothing(some: list[Rect]) -> None:
    full = [rect for rect in some if not rect.is_empty]
    once, added = add_drafts(project(), "one", SIZE, full)
    twice, again = add_drafts(once, "one", SIZE, full)
    assert (twice, again) == (once, [])
    ids = [crop.id for crop in once.crops]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(CROP_NAME, crop.id) for crop in added)


@given(rects, rects)
def test_overlap_is_a_share(one: Rect, other: Rect) -> None:
    share = overlap(one, other)
    assert 0 <= share <= 1
    assert share == overlap(other, one)
    assert overlap(one, one) == (0 if one.is_empty else 1)
    if share:
        assert not one.intersection(other).is_empty
