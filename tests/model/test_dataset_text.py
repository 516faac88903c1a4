"""[dataset] and [targets] as they are typed: what is taken, and what is refused in which words."""

from __future__ import annotations

import json
import tomllib

import pytest

from spyke_tui.errors import UsageError
from spyke_tui.model.dataset_text import HINTS, dataset_fields, with_dataset_text
from spyke_tui.model.history import History
from spyke_tui.model.patch_json import step_as_json, step_from_json
from spyke_tui.model.project import Project, Span
from spyke_tui.model.reading import DATASET_KEYS, TARGET_KEYS, read_project

HEAD = """\
[dataset]
character = "spyke"
trigger = "x"
details = ["right bracer", "red scarf"]
one_sided = ["right bracer"]
"""
CROP = """\
[[crops]]
id = "a"
sheet = "s"
rect = { left = 0, top = 0, width = 5, height = 5 }
details = ["right bracer"]
"""


def project(text: str = "") -> Project:
    return read_project(tomllib.loads(HEAD + text))


@pytest.mark.parametrize(
    ("name", "typed", "where", "value"),
    [
        ("dataset.details", " a ,b  c,, a", "dataset.details", ("a", "b c")),
        ("dataset.trigger", "spyke_v2", "dataset.trigger", "spyke_v2"),
        ("dataset.class", "robot", "dataset.class_", "robot"),
        ("dataset.repeats", "12", "dataset.repeats", 12),
        ("dataset.size", "768", "dataset.size", 768),
        ("dataset.pad", "auto", "dataset.pad", "auto"),
        ("dataset.pad", "#F0E0D0", "dataset.pad", "#f0e0d0"),
        ("targets.images", "12-18", "targets.images", Span(12, 18)),
        ("targets.reg", "90 to 300", "targets.reg", Span(90, 300)),
        ("targets.steps", "1000 1000", "targets.steps", Span(1000, 1000)),
        ("targets.details_shown", "75%", "targets.details_shown", 0.75),
        ("targets.action", "40", "targets.action", 0.4),
        ("targets.tolerance", "0.05", "targets.tolerance", 0.05),
        ("targets.expressions", "calm", "targets.expressions", ("calm",)),
        ("targets.batch", "4", "targets.batch", 4),
    ],
)
def test_what_is_typed_is_taken(name: str, typed: str, where: str, value: object) -> None:
    start = project() if name != "dataset.details" else project().with_crops(())
    if name == "dataset.details":
        start = with_dataset_text(start, "dataset.one_sided", "")
    table, key = where.split(".")
    changed = with_dataset_text(start, name, typed)
    assert getattr(getattr(changed, table), key) == value
    assert with_dataset_text(changed, name, shown(changed, name)) is changed


def shown(of: Project, name: str) -> str:
    return next(field.text for field in dataset_fields(of) if field.key == name)


@pytest.mark.parametrize(
    ("typed", "shares"),
    [
        ("60 30 10", {"full body": 0.6, "bust": 0.3, "closeup": 0.1}),
        ("60/30/10", {"full body": 0.6, "bust": 0.3, "closeup": 0.1}),
        ("60%, 30%, 10%", {"full body": 0.6, "bust": 0.3, "closeup": 0.1}),
        ("0.6 0.3 0.1", {"full body": 0.6, "bust": 0.3, "closeup": 0.1}),
        ("Full Body 80%, closeup: 20", {"full body": 0.8, "closeup": 0.2}),
        ("closeup 100", {"closeup": 1.0}),
    ],
)
def test_shares_of_framing(typed: str, shares: dict[str, float]) -> None:
    changed = with_dataset_text(project(), "targets.framing", typed)
    assert dict(changed.targets.framing) == shares
    assert with_dataset_text(changed, "targets.framing", shown(changed, "targets.framing")) is (
        changed
    )


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("dataset.trigger", "", "a training set needs one"),
        ("dataset.trigger", "two words", "letters, digits and underscores"),
        ("dataset.class", "a-b", "letters, digits and underscores"),
        ("dataset.repeats", "0", "at least 1"),
        ("dataset.repeats", "ten", "not a whole number"),
        ("dataset.repeats", "\N{ARABIC-INDIC DIGIT THREE}", "not a whole number"),
        ("dataset.size", "640", "not 512, 768 or 1024"),
        ("dataset.pad", "white", '"white" is not a colour'),
        ("dataset.one_sided", "right bracr", "Did you mean right bracer"),
        ("dataset.one_sided", "a tail", "Add it to details first"),
        ("dataset.details", "red scarf", '"right bracer" stands in one_sided'),
        ("targets.images", "20-15", "max 15 below min 20"),
        ("targets.images", "many", "Write 15-20"),
        ("targets.action", "140%", "is not a share"),
        ("targets.action", "nan", "is not a share"),
        ("targets.framing", "70 20 20", "110% together"),
        ("targets.framing", "70 30", "Write 70 20 10"),
        ("targets.framing", "bust 50, bust 50", "names no shares"),
        ("targets.framing", "legs 100", "names no shares"),
        ("targets.batch", "2.5", "not a whole number"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, typed: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        with_dataset_text(project(), name, typed)


def test_going_through_the_form_without_typing_changes_nothing() -> None:
    given = project(
        "[targets]\nimages = { min = 3 }\nframing = { bust = 0.3 }\naction = 1\n" + CROP
    )
    for field in dataset_fields(given):
        assert with_dataset_text(given, field.key, field.text) is given
    texts = {field.key: (field.text, field.otherwise) for field in dataset_fields(given)}
    assert texts["targets.images"] == ("3-20", "15-20")
    assert texts["targets.framing"][0] == "bust 30%"
    assert texts["targets.action"] == ("100%", "50%")
    assert texts["targets.reg"] == ("", "100-200")
    assert texts["dataset.size"] == ("", "512")


def test_an_emptied_field_is_the_default_again() -> None:
    given = project("[targets]\nimages = { min = 3, max = 4 }\nframing = { bust = 1.0 }\n")
    for name in ("targets.images", "targets.framing"):
        given = with_dataset_text(given, name, "  ")
    assert given.targets == read_project(tomllib.loads(HEAD)).targets
    assert given.targets.given == frozenset()


def test_an_empty_table_stays_what_it_says() -> None:
    """No framing at all is wanted; that must not come back with another target."""
    given = project("[targets]\nframing = {}\n")
    changed = with_dataset_text(given, "targets.action", "30%")
    assert dict(changed.targets.framing) == {} and changed.targets.action == 0.3


def test_a_detail_put_in_anothers_place_is_renamed_everywhere() -> None:
    changed = with_dataset_text(project(CROP), "dataset.details", "left bracer, red scarf")
    assert changed.dataset.one_sided == ("left bracer",)
    assert changed.crops[0].details == ("left bracer",)
    more = with_dataset_text(changed, "dataset.details", "left bracer, red scarf, cloak")
    assert more.crops == changed.crops and more.dataset.one_sided == ("left bracer",)
    swapped = with_dataset_text(more, "dataset.details", "red scarf, left bracer, cloak")
    assert swapped.crops == changed.crops, "another order is no renaming"


def test_the_size_of_generated_images_follows() -> None:
    changed = with_dataset_text(project(), "dataset.size", "1024")
    assert (changed.reg.width, changed.topup.height) == (1024, 1024)


def test_every_key_of_the_file_has_a_field() -> None:
    """But those that say where everything lies."""
    assert set(HINTS) == {
        *(f"dataset.{key}" for key in DATASET_KEYS if key not in ("character", "root")),
        *(f"targets.{key.partition('.')[0]}" for key in TARGET_KEYS),
    }


def test_undo_is_of_one_field_and_outlives_the_app() -> None:
    history = History(project(CROP))
    start = history.project
    for name, typed in (
        ("dataset.details", "left bracer, red scarf"),
        ("targets.framing", "50 30 20"),
        ("dataset.pad", "auto"),
    ):
        history.apply(name, with_dataset_text(history.project, name, typed))
    kept = [step_from_json(json.loads(json.dumps(step_as_json(one)))) for one in history.steps[0]]
    assert [one.patch for one in kept] == [one.patch for one in history.steps[0]]
    # Another program meanwhile changed another field.
    history.rebase(with_dataset_text(history.project, "dataset.repeats", "7"))
    for _ in range(3):
        history.undo()
    assert history.project == with_dataset_text(start, "dataset.repeats", "7")
    assert "pad" not in history.project.dataset.given
