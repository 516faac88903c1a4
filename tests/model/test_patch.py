"""Patches: there and back on the same project, and what they say where they do not fit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.history import Step
from spyke_tui.model.patch import PatchError, patch_between, patched
from spyke_tui.model.patch_json import step_as_json, step_from_json
from spyke_tui.model.project import Crop, Dataset, Project, Sheet

KEYS = st.sampled_from(["a", "b", "c", "d", "e"])
CROPS = st.lists(
    st.builds(
        Crop,
        KEYS,
        KEYS,
        st.builds(Rect, *[st.integers(0, 3)] * 4),
        status=st.sampled_from(["keep", "draft"]),
        action=st.sampled_from([None, True, False]),
        details=st.none() | st.lists(st.text("xy", max_size=2), max_size=2).map(tuple),
        erase=st.lists(st.builds(Rect, *[st.integers(0, 2)] * 4), max_size=2).map(tuple),
    ),
    max_size=7,
).map(tuple)
SHEETS = st.lists(
    st.builds(
        Sheet,
        KEYS,
        st.just("x.png"),
        st.none() | st.builds(Size, st.integers(1, 3), st.integers(1, 3)),
        use=st.sampled_from(["yes", "exclude"]),
    ),
    max_size=4,
).map(lambda sheets: {sheet.key: sheet for sheet in sheets})
PROJECTS = st.builds(Project, st.just(Dataset("x", "x")), sheets=SHEETS, crops=CROPS)


@given(PROJECTS, PROJECTS)
def test_there_and_back(before: Project, after: Project) -> None:
    patch = patch_between(before, after)
    try:
        there = patched(before, patch)
    except PatchError:
        # Only ids that stand twice can be in the way of themselves.
        ids = [crop.id for crop in before.crops + after.crops]
        assert len(ids) > len(set(ids))
        return
    assert there.sheets == after.sheets
    assert sorted(map(repr, there.crops)) == sorted(map(repr, after.crops))


@given(PROJECTS, PROJECTS)
def test_json_and_back(before: Project, after: Project) -> None:
    step = Step("what", patch_between(before, after))
    assert step_from_json(step_as_json(step)) == step


def crop(name: str, left: int = 0, sheet: str = "s") -> Crop:
    return Crop(name, sheet, Rect(left, 0, 9, 9))


START = Project(
    Dataset("x", "x"),
    sheets={key: Sheet(key, f"{key}.png") for key in ("s", "t", "u")},
    crops=(crop("a"), crop("b"), crop("c", sheet="t"), crop("d")),
)


def test_a_removed_sheet_and_its_crops_come_back_where_they_were() -> None:
    gone = replace(
        START,
        sheets={key: sheet for key, sheet in START.sheets.items() if key != "s"},
        crops=(START.crops[2],),
    )
    back = patched(gone, patch_between(START, gone).reversed())
    assert back == START and list(back.sheets) == ["s", "t", "u"]


def test_what_another_program_changed_beside_it_stays() -> None:
    moved = START.with_crops((crop("a", 5), *START.crops[1:]))
    back = patch_between(START, moved).reversed()
    theirs = moved.with_crops((crop("new"), crop("a", 5), crop("b", 7)))
    assert patched(theirs, back).crops == (crop("new"), crop("a"), crop("b", 7))


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ((crop("a", 6), *START.crops[1:]), "The crop a was changed meanwhile."),
        (START.crops[1:], "The crop a is not there any more."),
    ],
)
def test_a_refusal_says_why(now: tuple[Crop, ...], words: str) -> None:
    moved = START.with_crops((crop("a", 5), *START.crops[1:]))
    back = patch_between(START, moved).reversed()
    with pytest.raises(PatchError) as caught:
        patched(START.with_crops(now), back)
    assert str(caught.value) == words


def test_sheets_refuse_too() -> None:
    changed = START.with_sheet(Sheet("s", "s.png", note="n"))
    back = patch_between(START, changed).reversed()
    for now, words in (
        (START.with_sheet(Sheet("s", "other.png")), "The sheet s was changed meanwhile."),
        (replace(START, sheets={}), "The sheet s is not there any more."),
    ):
        with pytest.raises(PatchError, match=words):
            patched(now, back)
