"""The form's rules: what is typed, chosen, ticked and copied."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spyke_tui.model.caption_diff import tag_diff
from spyke_tui.model.caption_form import (
    as_another,
    caption_order,
    choice_for,
    choices,
    chosen,
    counterpart,
    details_listed,
    moved_tag,
    says,
    text_of,
    with_choice,
    with_detail_turned,
    with_text,
)
from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import Crop, Dataset, Project, Sheet
from spyke_tui.model.proposals import find_slip, propose
from spyke_tui.model.tag_filter import parse_filter
from spyke_tui.model.vocabulary import Vocabulary

DATASET = Dataset("hero", "hero_v1", details=("white cloak", "bracer"), one_sided=("bracer",))
CROP = Crop("a", "one", Rect(0, 0, 9, 9))


def crop(crop_id: str, sheet: str = "one", **fields: object) -> Crop:
    return replace(CROP, id=crop_id, sheet=sheet, **fields)  # type: ignore[arg-type]


def project(*crops: Crop) -> Project:
    sheets = {crop.sheet: Sheet(crop.sheet, f"{crop.sheet}.png") for crop in crops}
    return Project(DATASET, sheets=sheets, crops=crops)


def test_text_is_taken_in_its_normal_form() -> None:
    assert with_text(CROP, "pose", " sword  drawn,walking, ").pose == "sword drawn, walking"
    assert with_text(CROP, "tags", "a, B, a,").tags == ("a", "B")
    assert with_text(CROP, "caption", " x,y ").caption == "x,y"
    written = replace(CROP, view="from,behind", tags=("a, b", "a"))
    assert with_text(written, "view", "from, behind") is written  # nothing to change in the file
    assert text_of(written, "tags") == "a, b" and with_text(written, "tags", "a, b,") is written
    assert says(CROP, "view", " , ") and not says(CROP, "view", "x")


@pytest.mark.parametrize(
    ("at", "by", "wanted"), [(2, -1, "a, c, b"), (0, -1, "a, b, c"), (0, 9, "b, c, a")]
)
def test_a_tag_moves_among_its_neighbours(at: int, by: int, wanted: str) -> None:
    assert moved_tag("a, b, c", at, by)[0] == wanted


def test_choices_by_digit_and_letter() -> None:
    options = ("neutral", "surprised", "angry", "smiling")
    assert choice_for("3", options, "") == "angry"
    assert choice_for("5", options, "") is choice_for("0", options, "") is None
    assert choice_for("s", options, "") == "surprised"
    assert choice_for("s", options, "surprised") == "smiling"
    assert choice_for("S", options, "smiling") == "surprised"
    assert choice_for("x", options, "") is None


def test_what_is_chosen_goes_there_and_back() -> None:
    for name, value in (("framing", "bust"), ("action", "no"), ("expression", "calm")):
        there = with_choice(CROP, name, value)  # type: ignore[arg-type]
        assert chosen(there, name) == value  # type: ignore[arg-type]
        assert with_choice(there, name, "") == CROP  # type: ignore[arg-type]
    found = project(crop("a", expression="smirking"))
    assert choices("expression", found, Vocabulary.of(found))[-1] == "smirking"


def test_details_are_ticked_in_the_order_of_the_list() -> None:
    assert details_listed(crop("a", details=("Cape",)), DATASET) == (
        "white cloak", "bracer", "Cape",
    )  # fmt: skip
    one = with_detail_turned(CROP, "bracer", DATASET)
    two = with_detail_turned(one, "white cloak", DATASET)
    assert (one.details, two.details) == (("bracer",), ("white cloak", "bracer"))
    none = with_detail_turned(with_detail_turned(two, "Bracer", DATASET), "white cloak", DATASET)
    assert none.details == ()


def test_copying_takes_the_fields_and_nothing_else() -> None:
    source = crop("b", "two", status="reject", view="side", tags=("x",), details=(), caption="y")
    copied = as_another(CROP, source)
    assert copied == replace(CROP, view="side", tags=("x",), details=())
    assert as_another(CROP, source, ("view",)) == replace(CROP, view="side")


def test_the_order_goes_sheet_by_sheet_and_passes_rejected_ones_over() -> None:
    found = project(crop("a"), crop("b", "two"), crop("c", status="reject"), crop("d"))
    assert caption_order(found) == [0, 3, 1]
    assert caption_order(found, parse_filter("status:reject")) == [2]
    assert caption_order(found, parse_filter("id:b")) == [1]


def test_the_counterpart_stands_at_the_same_place_of_the_sheet_before() -> None:
    found = project(
        crop("a1"), crop("a2"), crop("a3"), crop("b1", "two"), crop("c1", "three"),
        crop("c2", "three"),
    )  # fmt: skip
    assert [counterpart(found, at) for at in range(6)] == [None, None, None, 0, 3, 1]
    assert counterpart(found, -1) is None


def test_proposals_complete_the_value_or_its_last_tag() -> None:
    words = Vocabulary.of(project(crop("a", pose="sword drawn", tags=("cape", "cap on head"))))
    assert [p.result for p in propose(words, "pose", "sw")] == ["sword drawn"]
    assert propose(words, "pose", "walking, sw")[0].result == "walking, sword drawn"
    assert [p.result for p in propose(words, "tags", "cape, c")] == ["cape, cap on head"]
    assert propose(words, "tags", "cape") == ()  # it is known as it is
    both = Vocabulary.of(project(crop("a", pose="sword drawn"), crop("b", pose="sword")))
    longer = propose(both, "pose", "Sword")  # known: Enter goes on, Down finds the longer one
    assert [(p.result, p.begun) for p in longer] == [("sword drawn", False)]
    assert not propose(words, "view", "view")[0].begun
    assert propose(words, "caption", "hero_v1, swo")[0].result == "hero_v1, sword drawn"


def test_a_slip_is_named_but_not_while_it_is_typed() -> None:
    words = Vocabulary.of(project(crop("a", pose="fighting stance")))
    found = find_slip("hero_v1, fihgting stance", words)
    assert found is not None and found.usual == "fighting stance"
    assert find_slip("hero_v1, fighting stanc", words) is None
    assert find_slip("hero_v1, walking", words) is None


def test_two_captions_tag_by_tag() -> None:
    pieces = tag_diff("t, a, b, c", "t, b, x, c")
    assert [f"{piece.sign}{piece.tag}" for piece in pieces] == [" t", "-a", " b", "+x", " c"]
