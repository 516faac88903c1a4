"""Captions from the disk become those of their crops, many in one step."""

from __future__ import annotations

from spyke_tui.model.adopting import adopt_many, write_over_many
from spyke_tui.model.caption import caption_of, mirror_caption_of
from spyke_tui.model.geometry import Rect
from spyke_tui.model.project import Crop, Dataset, Project

DATASET = Dataset("spyke", "s_v1")
RECT = Rect(0, 0, 9, 9)
PROJECT = Project(
    DATASET,
    crops=(
        Crop("front", "one", RECT, view="front view", mirror=True),
        Crop("twice", "one", RECT, pose="first"),
        Crop("twice", "one", RECT, pose="second"),
    ),
)
FOUND = [
    ("front", False, "s_v1, back view"),
    ("front", True, "s_v1, back view, flipped"),
    ("twice", False, "a man, s_v1"),
    ("gone", False, "s_v1"),
]


def test_crops_and_twins_say_what_the_files_say() -> None:
    edit = adopt_many(PROJECT, FOUND)
    front, first, second = edit.project.crops
    assert caption_of(front, DATASET) == "s_v1, back view" and front.view == "back view"
    assert mirror_caption_of(front, DATASET) == "s_v1, back view, flipped"
    assert first.caption == "a man, s_v1" and second == PROJECT.crops[2]
    assert [(row.crop_id, row.before, row.after) for row in edit.changes] == [
        ("front", "s_v1, front view", "s_v1, back view"),
        ("front_mirror", "s_v1, back view", "s_v1, back view, flipped"),
        ("twice", "s_v1, first", "a man, s_v1"),
    ]
    assert edit.label == "adopt 3 captions from the disk"
    assert edit.changes[2].what.startswith("as it is, because")


def test_a_file_without_text_is_skipped() -> None:
    edit = adopt_many(PROJECT, [("front", False, " ")])
    assert edit.project == PROJECT and not edit.changes
    assert [(row.crop_id, row.why) for row in edit.skipped] == [("front", "its file has no text")]


def test_writing_over_changes_nothing_here() -> None:
    edit = write_over_many(PROJECT, FOUND)
    assert edit.project is PROJECT
    assert [(row.before, row.after) for row in edit.changes][:2] == [
        ("s_v1, back view", "s_v1, front view"),
        ("s_v1, back view, flipped", "s_v1, front view"),
    ]
