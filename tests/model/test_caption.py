"""Captions: one line, trigger first."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.model.caption import (
    caption_of,
    compose,
    estimate_tokens,
    mirror_caption_of,
    one_line,
    split_tags,
    starts_with_trigger,
)
from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import Crop, Dataset

DATASET = Dataset("spyke", "spyke_plasma_v1")
CROP = Crop("front", "final", Rect(0, 0, 9, 9))


def caption(**values: object) -> str:
    return compose(replace(CROP, **values), DATASET)  # type: ignore[arg-type]


def test_the_example() -> None:
    assert (
        caption(
            framing="full body", view="front view", pose="standing neutral pose",
            expression="neutral", background="white background",
        )
        == "spyke_plasma_v1, full body, front view, standing neutral pose, white background"
    )  # fmt: skip


def test_the_order_of_all_fields() -> None:
    assert (
        caption(
            framing="bust", view="v", pose="p", expression="angry", tags=("t1", "t2"),
            background="b",
        )
        == "spyke_plasma_v1, bust, v, p, angry expression, t1, t2, b"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("framing", "expression", "said"),
    [
        ("closeup", "calm", ", calm expression"),
        ("bust", "calm expression", ", calm expression"),
        ("bust", "calm, tired", ", calm expression, tired expression"),
        ("full body", "calm", ""),
        ("", "calm", ""),
        ("bust", " ", ""),
    ],
)
def test_expressions(framing: str, expression: str, said: str) -> None:
    start = "spyke_plasma_v1" + (f", {framing}" if framing else "")
    assert caption(framing=framing, expression=expression) == start + said


def test_empty_fields_are_left_out() -> None:
    assert caption() == "spyke_plasma_v1"
    assert caption(view=" ", tags=("", ","), background=",") == "spyke_plasma_v1"


def test_a_comma_makes_several_tags() -> None:
    assert caption(pose="running,  arms up ,") == "spyke_plasma_v1, running, arms up"


def test_the_first_of_two_equal_tags_wins() -> None:
    text = caption(view="Front View", tags=("front view", "SPYKE_PLASMA_V1"), background="x, X")
    assert text == "spyke_plasma_v1, Front View, x"


def test_a_line_of_its_own() -> None:
    crop = replace(CROP, caption="  my own,\ncaption\u200b ", view="front")
    assert caption_of(crop, DATASET) == "my own, caption"
    assert caption_of(replace(crop, caption=" \n"), DATASET) == "spyke_plasma_v1, front"


def test_the_twins_caption() -> None:
    crop = replace(CROP, view="front")
    assert mirror_caption_of(crop, DATASET) == caption_of(crop, DATASET)
    assert mirror_caption_of(replace(crop, mirror_caption="other"), DATASET) == "other"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nb\tc", "a b c"),
        ("\ufeffa\u200bb", "ab"),
        ("a\u00a0\u2003b", "a b"),
        ("a\0b\x1b[2J", "a b [2J"),
        ("é 🎨", "é 🎨"),
        ("  ", ""),
        ("a\u2028b", "a b"),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def slow_one_line(text: str) -> str:
    """The rule without its shortcut."""
    seen = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cs", "Co"))
    return " ".join("".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in seen).split())


@given(st.text())
def test_one_line_of_anything(text: str) -> None:
    line = one_line(text)
    assert line == slow_one_line(text)
    assert one_line(line) == line
    assert len(line.splitlines()) <= 1


@given(st.lists(st.text(alphabet="abAB ,\n_é"), max_size=6))
def test_a_composed_caption(tags: list[str]) -> None:
    text = caption(tags=tuple(tags))
    assert starts_with_trigger(text, DATASET.trigger)
    found = split_tags(text)
    assert ", ".join(found) == text
    assert len({tag.casefold() for tag in found}) == len(found)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("spyke_plasma_v1", True),
        (" spyke_plasma_v1 , x", True),
        ("spyke_plasma_v1 x", False),
        ("Spyke_plasma_v1", False),
        ("x, spyke_plasma_v1", False),
        ("", False),
    ],
)
def test_the_trigger_is_the_first_tag(text: str, starts: bool) -> None:
    assert starts_with_trigger(text, "spyke_plasma_v1") == starts


def test_tokens_are_estimated() -> None:
    # Known of CLIP's real tokenizer: the trigger is 7 tokens, a typical caption about 18 of 75.
    assert estimate_tokens("spyke_plasma_v1") in range(5, 10)
    typical = "spyke_plasma_v1, full body, front view, standing neutral pose, white background"
    assert estimate_tokens(typical) in range(15, 24)
    assert estimate_tokens("") == 0
