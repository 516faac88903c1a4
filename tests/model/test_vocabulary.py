"""The words of a project: by use, as proposals, and those that look like a slip."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import Crop, Dataset, Project
from spyke_tui.model.slips import edit_distance, find_near_misses, slip
from spyke_tui.model.vocabulary import Used, Vocabulary

DATASET = Dataset("spyke", "spyke_v1", details=("red scarf",), one_sided=("left glove",))
BASE = Crop(id="a", sheet="s", rect=Rect(0, 0, 1, 1))


def vocabulary_of(*crops: Crop) -> Vocabulary:
    return Vocabulary.of(Project(DATASET, crops=crops))


def test_values_stand_by_use_and_then_alphabetically() -> None:
    vocabulary = vocabulary_of(
        replace(BASE, view="side view", tags=("sword", "Hat")),
        replace(BASE, view="back view", tags=("hat", "axe")),
        replace(BASE, view=" back  view", tags=("hat, axe", "hat")),
        replace(BASE, view="top view", tags=("wand",), status="reject"),
    )
    assert vocabulary.texts("view") == ("back view", "side view")
    assert vocabulary.used["tags"] == (Used("hat", 3), Used("axe", 2), Used("sword", 1))
    assert vocabulary.count("tags", "HAT") == 3
    assert vocabulary.count("tags", "wand") == 0


def test_captions_count_the_tags_of_all_fields_and_of_overrides_without_the_trigger() -> None:
    vocabulary = vocabulary_of(
        replace(BASE, view="side view", tags=("hat",)),
        replace(BASE, view="back view", caption="spyke_v1, hat, dusk, dusk"),
    )
    assert vocabulary.captions == (Used("hat", 2), Used("dusk", 1), Used("side view", 1))


def test_proposals_begin_with_the_prefix_then_a_word_then_hold_it() -> None:
    vocabulary = vocabulary_of(
        *(replace(BASE, tags=(tag,)) for tag in ("old war axe", "waraxe", "swarm", "war", "war")),
        replace(BASE, tags=("hat",)),
    )
    assert vocabulary.complete("tags", " WAR") == ("war", "waraxe", "old war axe", "swarm")
    assert vocabulary.complete("tags", "war", limit=2) == ("war", "waraxe")
    assert vocabulary.complete("tags", "")[0] == "war"
    assert vocabulary.complete("tags", "(") == ()


def test_a_first_crop_has_something_to_pick() -> None:
    vocabulary = vocabulary_of()
    assert vocabulary.complete("framing", "c") == ("closeup",)
    assert vocabulary.complete("expression", "ang") == ("angry",)
    assert vocabulary.complete("details", "") == ("red scarf", "left glove")
    used = vocabulary_of(replace(BASE, view="Front View"), replace(BASE, view="dutch tilt"))
    assert used.complete("view", "f") == ("Front View",)


def test_a_line_is_completed_at_its_last_tag_with_what_it_lacks() -> None:
    vocabulary = vocabulary_of(
        *[replace(BASE, framing="bust", expression="angry", tags=("white cloak",))] * 2,
        replace(BASE, background="White background", details=("red scarf",)),
    )
    assert vocabulary.complete_line("spyke_v1, bust, ang") == ("angry expression",)
    assert vocabulary.complete_line("spyke_v1, wh") == ("white cloak", "White background")
    assert vocabulary.complete_line("white cloak, whi") == ("White background",)
    assert vocabulary.complete_line("calm") == ("calm expression",)
    assert vocabulary.complete_line("spyke_v1, full") == ("full body",)
    assert vocabulary.complete_line("red s") == (), "a fixed feature is no tag to propose"


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [
        ("white background", "white backgruond", 1), ("white background", "white backgrond", 1),
        ("white background", "white bakgrond", 2), ("sword drawn", "swords drawn", 1),
        ("closeup", "close up", 1), ("swrod", "sword", 1),
        ("cape", "cap", 0), ("bow", "box", 0), ("green eyes", "grey eyes", 0),
        ("1girl", "2girls", 0), ("version1", "version2", 0), ("left hand", "right hand", 0),
        ("front view", "side view", 0), ("red hat", "red  hat", 0),
    ],
)  # fmt: skip
def test_what_is_a_slip(one: str, other: str, letters: int) -> None:
    assert slip(one, other) == slip(other, one) == letters


def test_the_rarer_spelling_is_the_slip() -> None:
    vocabulary = vocabulary_of(
        *[replace(BASE, background="white background")] * 4,
        replace(BASE, background="White backgruond"),
    )
    (miss,) = vocabulary.near_misses()
    assert (miss.tag, miss.count) == ("white backgruond", 1)
    assert (miss.usual, miss.usual_count, miss.letters) == ("white background", 4, 1)


def test_two_tags_in_steady_use_are_both_meant() -> None:
    assert find_near_misses({"sword raised": 3, "swords raised": 3}) == ()
    assert len(find_near_misses({"sword raised": 2, "swords raised": 30})) == 1


words = st.sampled_from(
    (
        "white",
        "whiet",
        "whitish",
        "background",
        "backgroud",
        "bakground",
        "back",
        "ground",
        "swords",
    )
)


@given(st.dictionaries(st.lists(words, min_size=1, max_size=4).map(" ".join), st.just(1)))
def test_no_slip_is_overlooked(counts: dict[str, int]) -> None:
    """The quick search finds what comparing all pairs finds."""
    tags = sorted(counts)
    slow = {(a, b) for a in tags for b in tags if a < b and slip(a, b)}
    assert {(min(m.tag, m.usual), max(m.tag, m.usual)) for m in find_near_misses(counts)} == slow


@given(st.text(max_size=8), st.text(max_size=8))
def test_distance_is_a_distance(one: str, other: str) -> None:
    letters = edit_distance(one, other)
    assert letters == edit_distance(other, one)
    assert (letters == 0) == (one == other)
    assert abs(len(one) - len(other)) <= letters <= max(len(one), len(other))


def test_ten_thousand_different_tags_do_not_take_all_pairs() -> None:
    """All pairs would be fifty million comparisons."""
    draw = random.Random(1)
    words = ["".join(draw.choices("abcdefghijklmnop", k=9)) for _ in range(2_000)]
    counts = {" ".join(draw.choices(words, k=3)): 1 for _ in range(10_000)}
    usual = next(iter(counts))
    counts["x" + usual] = 1
    began = time.process_time()
    assert {miss.tag for miss in find_near_misses(counts)} == {min(usual, "x" + usual)}
    assert time.process_time() - began < 5
