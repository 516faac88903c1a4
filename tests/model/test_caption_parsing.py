"""A caption line read back into fields: composing them gives the line again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from crop_strategies import DATASET, crops, fields
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.model.caption import caption_of, compose, one_line, split_tags, unique_tags
from spyke_tui.model.caption_parsing import parse_caption
from spyke_tui.model.caption_words import is_background, is_pose, is_view
from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import Crop, Project
from spyke_tui.model.vocabulary import Vocabulary

EMPTY = Crop(id="front", sheet="final", rect=Rect(0, 0, 1, 1))


def parsed_fields(line: str) -> dict[str, object]:
    parsed = parse_caption(f"spyke_v1, {line}", DATASET)
    assert parsed.fits
    names = ("framing", "view", "pose", "expression", "tags", "background")
    return {name: value for name in names if (value := getattr(parsed, name))}


@given(crops, st.lists(crops, max_size=3))
def test_what_a_crop_composes_to_is_read_back_as_the_same_caption(
    crop: Crop, others: list[Crop]
) -> None:
    vocabulary = Vocabulary.of(Project(DATASET, crops=(crop, *others)))
    line = compose(crop, DATASET)
    for parsed in (
        parse_caption(line, DATASET),
        parse_caption(line, DATASET, vocabulary),
        parse_caption(line, DATASET, vocabulary, crop),
    ):
        assert parsed.fits
        assert compose(parsed.applied_to(EMPTY), DATASET) == line
        assert caption_of(parsed.applied_to(crop), DATASET) == line


@given(fields, crops)
def test_any_line_comes_out_as_it_was_typed_but_for_repeated_tags(line: str, crop: Crop) -> None:
    text = f"spyke_v1, {line}"
    parsed = parse_caption(text, DATASET, current=crop)
    assert parsed.fits
    caption = caption_of(parsed.applied_to(crop), DATASET)
    assert split_tags(caption) == unique_tags(split_tags(text))
    left_out = len(split_tags(text)) - len(split_tags(caption))
    assert bool(parsed.repeated) == (left_out > 0)


@given(fields, crops)
def test_a_line_without_the_trigger_in_front_is_kept_word_for_word(line: str, crop: Crop) -> None:
    text = f"somebody else, {line}"
    parsed = parse_caption(text, DATASET)
    assert not parsed.fits
    assert "spyke_v1" in parsed.why
    assert caption_of(parsed.applied_to(crop), DATASET) == one_line(text)


def test_fields_are_recognised() -> None:
    assert parsed_fields("full body, front view, hand on hip, red scarf, white background") == {
        "framing": "full body",
        "view": "front view",
        "pose": "hand on hip",
        "tags": ("red scarf",),
        "background": "white background",
    }
    assert parsed_fields("closeup, looking up, angry expression, sparks, grey background") == {
        "framing": "closeup",
        "pose": "looking up",
        "expression": "angry",
        "tags": ("sparks",),
        "background": "grey background",
    }


def test_words_that_would_compose_otherwise_stay_tags() -> None:
    """An upper body may be a bust, but the caption must not change."""
    assert parsed_fields("upper body, from behind") == {"tags": ("upper body", "from behind")}
    assert parsed_fields("Full Body, walking") == {"tags": ("Full Body", "walking")}
    assert parsed_fields("red scarf, full body") == {"tags": ("red scarf", "full body")}


def test_an_expression_behind_other_tags_can_not_be_the_field_of_a_face() -> None:
    found = parsed_fields("closeup, spiky hair, angry expression")
    assert found == {"framing": "closeup", "tags": ("spiky hair", "angry expression")}


def test_an_expression_in_a_full_body_counts_for_coverage_and_stays_a_tag() -> None:
    found = parsed_fields("full body, angry expression")
    assert found == {"framing": "full body", "expression": "angry", "tags": ("angry expression",)}


def test_a_full_body_keeps_the_expression_that_its_caption_does_not_tell() -> None:
    crop = replace(EMPTY, framing="full body", expression="calm")
    line = "spyke_v1, full body, walking"
    assert parse_caption(line, DATASET).applied_to(crop).expression == "calm"
    face = parse_caption("spyke_v1, closeup, walking", DATASET).applied_to(crop)
    assert compose(face, DATASET) == "spyke_v1, closeup, walking"


def test_the_projects_own_words_are_known() -> None:
    habit = replace(EMPTY, pose="at ease, cape aside", background="snow", tags=("walking",))
    vocabulary = Vocabulary.of(Project(DATASET, crops=(habit, replace(habit, id="b"))))
    parsed = parse_caption("spyke_v1, At ease, cape aside, hat, snow", DATASET, vocabulary)
    assert (parsed.pose, parsed.tags, parsed.background) == (
        "At ease, cape aside",
        ("hat",),
        "snow",
    )
    parsed = parse_caption("spyke_v1, walking", DATASET, vocabulary)
    assert (parsed.pose, parsed.tags) == ("", ("walking",))


def test_editing_a_line_leaves_the_fields_that_nobody_touched_as_they_are_written() -> None:
    crop = replace(
        EMPTY,
        framing="bust",
        view="Dutch tilt",
        pose=" at  ease",
        expression="angry expression",
        tags=("walking",),
        background="snow,",
    )
    line = compose(crop, DATASET).replace("walking", "walking, hat")
    edited = parse_caption(line, DATASET, None, crop).applied_to(crop)
    assert edited == replace(crop, tags=("walking", "hat"))


def test_taking_a_line_that_fits_ends_an_override() -> None:
    crop = replace(EMPTY, caption="spyke_v1, all mine")
    assert parse_caption("spyke_v1, bust", DATASET).applied_to(crop).caption == ""


@pytest.mark.parametrize(
    ("tag", "kinds"),
    [
        ("three-quarter view", "view"), ("3/4 view", "view"), ("profile", "view"),
        ("left side view", "view"), ("from the left", "view"), ("worm's eye view", "view"),
        ("back tattoo", ""), ("interview", ""), ("view", ""), ("from Spain", ""), ("side", ""),
        ("fighting stance", "pose"), ("arms crossed", "pose"), ("looking_at_viewer", "pose"),
        ("left knee pauldron", ""), ("leg armor", ""), ("earring", ""), ("clothing", ""),
        ("hands free expression", ""),
        ("white_background", "background"), ("backgrounder", ""), ("plain backdrop", "background"),
    ],
)  # fmt: skip
def test_what_a_tag_speaks_of(tag: str, kinds: str) -> None:
    tests = {"view": is_view, "pose": is_pose, "background": is_background}
    assert " ".join(name for name, test in tests.items() if test(tag)) == kinds
