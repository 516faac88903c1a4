"""The filter language: what each word asks, and what it says of mistakes."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from crop_strategies import DATASET, crops
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import Crop
from spyke_tui.model.tag_filter import HELP, KEYS, FilterError, parse_filter

FRONT = Crop(
    id="spyke_front",
    sheet="v1",
    rect=Rect(0, 0, 1, 1),
    framing="full body",
    view="front view",
    pose="sword drawn",
    action=True,
    expression="calm",
    background="white background",
    tags=("red_scarf", "Fire sparks"),
    details=("white cloak",),
    mirror=True,
)
BARE = Crop(id="v10_back", sheet="v10", rect=Rect(0, 0, 1, 1), status="draft")
OWN = replace(BARE, id="own", status="keep", caption="spyke_v1, dusk, swordfish", details=())
ALL = (FRONT, BARE, OWN)


def ids(text: str) -> str:
    return " ".join(crop.id for crop in parse_filter(text).select(ALL, DATASET))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "spyke_front v10_back own"), ("  ", "spyke_front v10_back own"),
        ("framing:full", "spyke_front"), ('framing:"Full Body"', "spyke_front"),
        ("framing:none", "v10_back own"), ("-framing:none", "spyke_front"),
        ("tag:sword", "spyke_front"), ("-tag:sword", "v10_back own"),
        ("tag:sword*", "spyke_front own"),
        ("tag:swor", ""), ("tag:FIRE_sparks", "spyke_front"), ('tag:"red scarf"', "spyke_front"),
        ('tag:"fire*"', ""), ("tag:spyke_v1", ""), ("tag:front", "spyke_front"),
        ("tag:dusk", "own"),
        ("status:draft", "v10_back"), ("status:k", "spyke_front own"),
        ("sheet:v1", "spyke_front"), ("sheet:v1*", "spyke_front v10_back own"),
        ("id:spyke*", "spyke_front"), ("id:spyke", ""), ("id:V?0_back", "v10_back"),
        ("missing:expression", "v10_back own"), ("missing:details", "v10_back"),
        ("missing:action", "v10_back own"), ("missing:tag", "v10_back own"),
        ("missing:any", "v10_back own"),
        ('view:"front view"', "spyke_front"), ("view:front", "spyke_front"), ("view:ront", ""),
        ("expression:calm", "spyke_front"), ("background:white", "spyke_front"),
        ("action:yes", "spyke_front"), ("action:no", ""), ("action:undecided", "v10_back own"),
        ('details:"white cloak"', "spyke_front"), ("details:cloak", "spyke_front"),
        ("details:none", "own"), ("mirror:yes", "spyke_front"), ("mirror:refused", ""),
        ("caption:override", "own"), ("caption:composed", "spyke_front v10_back"),
        ('caption:"drawn, red"', "spyke_front"),
        ("SPARKS", "spyke_front"), ("word", "spyke_front own"), ('"fire spark"', "spyke_front"),
        ("10_ba", "v10_back"), ("fire*dusk", ""), ("f?re", "spyke_front"), ('"f?re"', ""),
        ("sword front", "spyke_front"), ("dusk | sparks", "spyke_front own"),
        ("dusk|sparks -id:own", "spyke_front own"), ("-dusk -sparks", "v10_back"),
        ("--dusk", "own"), ('-"fire sparks" sword', "own"), ("3:4", ""),
    ],
)  # fmt: skip
def test_what_a_filter_finds(text: str, found: str) -> None:
    assert ids(text) == found


def test_a_refused_twin_is_found() -> None:
    guarded = replace(FRONT, details=None)
    assert parse_filter("mirror:refused").matches(guarded, DATASET)


def test_a_twin_that_is_behind_its_crop_is_found() -> None:
    crop = replace(FRONT, details=(), mirror_caption="spyke_v1, as it was once")
    assert parse_filter("mirror:behind").matches(crop, DATASET)
    assert ids("mirror:behind") == ""


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("framng:bust", '"framng"', "framing:"),
        ("zebra:bust", '"zebra"', "quote it"),
        ("framing:busst", '"busst"', "framing:bust"),
        ("status:gone", '"gone"', "status:draft or status:keep"),
        ("missing:hat", '"hat"', 'missing:'),
        ("action:maybe", '"maybe"', "action:"),
        ("tag:", "tag:", "tag:sword"),
        ('tag:""', "tag:", "tag:sword"),
        ('view:"back', "quote", "Close it"),
        ("sword |", "|", "tag:bow"),
        ("| sword", "|", "tag:bow"),
        ("a || b", "|", "tag:bow"),
        ("-", "-", "-tag:sword"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_a_cure(text: str, message: str, fix: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    assert message in caught.value.message
    assert fix in caught.value.fix


def test_the_help_is_one_line_that_parses_but_for_its_last_words() -> None:
    assert "\n" not in HELP
    parse_filter(HELP)
    assert {word.split(":")[0] for word in HELP.split() if ":" in word} >= set(KEYS) - {
        "pose", "expression", "background",
    }  # fmt: skip


@given(crops, st.text(alphabet='abt:ag"|-* ?_') | st.text())
def test_whatever_is_typed_is_a_filter_or_a_mistake_with_a_cure(crop: Crop, text: str) -> None:
    try:
        parsed = parse_filter(text)
    except FilterError as error:
        assert error.message
        assert error.fix
    else:
        assert parsed.matches(crop, DATASET) in (True, False)


@given(crops, st.sampled_from(("tag:hand", "angry", "missing:view", "framing:bust", "id:a*")))
def test_not_is_the_rest(crop: Crop, term: str) -> None:
    positive, negative = parse_filter(term), parse_filter(f"-{term}")
    assert positive.matches(crop, DATASET) != negative.matches(crop, DATASET)


def test_ten_thousand_crops_are_filtered_while_typing() -> None:
    many = [replace(FRONT, id=f"crop_{number}") for number in range(10_000)]
    looking = parse_filter('sparks -tag:bow id:*9 | missing:view "no such thing"')
    began = time.process_time()
    assert len(looking.select(many, DATASET)) == 1000
    assert time.process_time() - began < 2
