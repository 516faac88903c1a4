"""Left and right change places in a twin's caption, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.model.mirror_words import has_side_words, mirror_proposal, side_words, swap_sides


@pytest.mark.parametrize(
    ("caption", "swapped"),
    [
        ("left hand", "right hand"),
        ("seen from the left", "seen from the right"),
        ("facing RIGHT", "facing LEFT"),
        ("Right-handed swordsman", "Left-handed swordsman"),
        ("lefthanded, right_hand, left2", "righthanded, left_hand, right2"),
        ("leftmost figure, rightward lean", "rightmost figure, leftward lean"),
        ("from left to right", "from right to left"),
        ("(left arm:1.2)", "(right arm:1.2)"),
    ],
)
def test_sides_change_places(caption: str, swapped: str) -> None:
    assert has_side_words(caption)
    assert swap_sides(caption) == swapped
    assert swap_sides(swapped) == caption


@pytest.mark.parametrize(
    "caption",
    [
        "bright light", "upright pose", "copyright", "leftover food", "cleft chin",
        "frightened", "playwright", "all right", "right angle", "left behind", "théleft", "",
    ],
)  # fmt: skip
def test_other_words_stay(caption: str) -> None:
    assert not has_side_words(caption)
    assert swap_sides(caption) == caption


@given(st.text(alphabet="leftrighLEFTRIGH ,_-") | st.text())
def test_only_sides_are_touched(text: str) -> None:
    swapped = swap_sides(text)
    assert (swapped != text) <= has_side_words(text)
    assert swapped.lower().count(",") == text.lower().count(",")


@given(
    st.lists(
        st.sampled_from(("left", "Right", "RIGHT", "bright", "-handed", " ", ", ", "_", "é")),
        max_size=12,
    ).map("".join)
)
def test_swapping_twice_gives_the_caption_again(caption: str) -> None:
    assert swap_sides(swap_sides(caption)) == caption


def test_which_sides_are_named() -> None:
    assert side_words("Right arm, left leg, RIGHT eye") == ("left", "right")
    assert side_words("bright eyes") == ()


def test_a_proposal_is_made_only_where_the_twin_needs_one() -> None:
    assert mirror_proposal("spyke, sword in left hand") == "spyke, sword in right hand"
    assert mirror_proposal("spyke, bright sword") == ""
    assert mirror_proposal("spyke, left hand, right hand") == ""
