"""Findings about captions: what the trainer would read for each picture."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from training_set import TrainingSet, crop, png

from spyke_tui.kohya.check.facts import hidden_character
from spyke_tui.model.caption import estimate_tokens
from spyke_tui.model.mentions import mention_of

OF_A = "spyke_v1, full body, view aaaa, standing, white background"


@pytest.fixture
def good(tmp_path: Path) -> TrainingSet:
    return TrainingSet(tmp_path)


def write(good: TrainingSet, data: str | bytes, name: str = "a.txt") -> None:
    (good.train / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def test_the_caption_that_these_tests_break(good: TrainingSet) -> None:
    assert (good.train / "a.txt").read_text() == f"{OF_A}\n"


# The file -----------------------------------------------------------------------------------


def test_no_caption(good: TrainingSet) -> None:
    (good.train / "a.txt").unlink()
    finding = good.only("caption-missing")
    assert (finding.severity, finding.where) == ("error", "a")


def test_a_caption_that_the_trainer_does_not_find(good: TrainingSet) -> None:
    (good.train / "a.txt").rename(good.train / "a.TXT")
    finding = good.only("caption-missing")
    assert "a.TXT" in finding.message
    assert "Rename" in finding.fix


def test_captions_that_are_no_files(good: TrainingSet) -> None:
    for name in ("a.txt", "b.txt", "d.txt"):
        (good.train / name).unlink()
    (good.train / "a.txt").mkdir()
    os.mkfifo(good.train / "b.txt")
    (good.train / "d.txt").symlink_to("nowhere")
    findings = good.check().findings
    assert [f.where for f in findings if f.code == "caption-missing"] == ["a", "b", "d"]


def test_a_picture_without_a_crop_needs_a_caption_too(good: TrainingSet) -> None:
    (good.train / "e.png").write_bytes(png("b"))
    assert good.first("caption-missing").where.endswith("train/2_spyke_v1/e.txt")


@pytest.mark.parametrize("data", ["", "\n", "  \t\n", f"\n{OF_A}\n", f"\r{OF_A}\n"])
def test_an_empty_first_line(good: TrainingSet, data: str) -> None:
    write(good, data)
    findings = good.check().findings
    assert [(f.code, f.severity) for f in findings if f.severity == "error"] == [
        ("caption-empty", "error")
    ]
    assert findings[0].where == "a"


@pytest.mark.parametrize("data", [f"{OF_A}\nmore\n", f"{OF_A}\rmore", f"{OF_A}\r\n\r\nmore"])
def test_more_than_one_line(good: TrainingSet, data: str) -> None:
    write(good, data)
    assert good.first("caption-multiline").severity == "error"


@pytest.mark.parametrize("data", [OF_A, f"{OF_A}\r\n", f"{OF_A}\n\n", f" {OF_A} \n"])
def test_one_line(good: TrainingSet, data: str) -> None:
    write(good, data)
    assert good.codes() == set()


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + OF_A.encode(),
        OF_A.replace("view", "vi\u200bew").encode(),
        OF_A.replace("view", "vi\u00adew").encode(),
        OF_A.replace("view", "vi\0ew").encode(),
        OF_A.replace("view", "vu\u00e9").encode("latin-1"),
        OF_A.encode("utf-16"),
        OF_A.encode() + b"\xf0\x9f",
    ],
)
def test_what_is_not_plain_utf8(good: TrainingSet, data: bytes) -> None:
    write(good, data)
    finding = good.first("caption-encoding")
    assert (finding.severity, finding.where) == ("error", "a")
    assert not {"caption-trigger", "caption-empty"} & good.codes()


@pytest.mark.parametrize("word", ["vué", "наушники", "刀", "🎨", "view\u00a0a"])
def test_what_is_plain_utf8(good: TrainingSet, word: str) -> None:
    write(good, OF_A.replace("view", word))
    assert "caption-encoding" not in good.codes()


@pytest.mark.parametrize("first", ["spyke_v2", "Spyke_v1", "spyke_v1 full body", "full body", ""])
def test_another_first_tag(good: TrainingSet, first: str) -> None:
    write(good, f"{first}, view aaaa, white background")
    assert good.first("caption-trigger").severity == "error"


@pytest.mark.parametrize("caption", ["spyke_v1", " spyke_v1 ,x", "spyke_v1,"])
def test_the_trigger_first(good: TrainingSet, caption: str) -> None:
    write(good, caption)
    assert "caption-trigger" not in good.codes()


# Ours or not --------------------------------------------------------------------------------


def test_an_edited_caption(good: TrainingSet) -> None:
    write(good, f"{OF_A}, smiling")
    finding = good.only("caption-edited")
    assert (finding.severity, finding.where) == ("warning", "a")


def test_a_caption_that_we_did_not_write(good: TrainingSet) -> None:
    write(good, f"{OF_A}, smiling")
    del good.manifest.files[good.manifest.name_of(good.train / "a.txt")]
    good.manifest.write()
    assert "not written by spyke-tui" in good.only("caption-edited").message
    write(good, OF_A)
    assert good.codes() == set()


def test_a_caption_of_an_older_project(good: TrainingSet) -> None:
    good.change("a", pose="sitting down")
    finding = good.only("image-stale")
    assert (finding.severity, finding.where) == ("error", "a")
    assert "a.txt" in finding.message


# What is said -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("crop_id", "change", "open_field"),
    [
        ("a", {"framing": ""}, "framing"),
        ("a", {"view": " "}, "view"),
        ("a", {"pose": ""}, "pose"),
        ("d", {"expression": ""}, "expression"),
        ("a", {"background": ""}, "background"),
        ("a", {"action": None}, "action"),
        ("a", {"details": None}, "details"),
    ],
)
def test_an_undecided_field(
    good: TrainingSet, crop_id: str, change: dict[str, object], open_field: str
) -> None:
    good.change(crop_id, **change)
    finding = good.first("caption-incomplete")
    assert (finding.severity, finding.where) == ("warning", crop_id)
    assert finding.message == f"Not decided on {crop_id}: {open_field}."


@pytest.mark.parametrize(
    ("crop_id", "change"),
    [
        ("a", {"expression": ""}),
        ("d", {"pose": ""}),
        ("a", {"action": False}),
        ("a", {"details": ()}),
    ],
)
def test_fields_that_may_be_empty(
    good: TrainingSet, crop_id: str, change: dict[str, object]
) -> None:
    good.change(crop_id, **change)
    assert "caption-incomplete" not in good.codes()


def test_drafts_may_be_incomplete(good: TrainingSet) -> None:
    good.p = good.p.with_crops((*good.p.crops, crop("e", view="", status="draft")))
    assert good.codes() == set()


def test_details_are_not_asked_for_where_none_are_listed(good: TrainingSet) -> None:
    good.dataset(details=(), one_sided=())
    good.change("a", details=None)
    assert "caption-incomplete" not in good.codes()


def test_no_background(good: TrainingSet) -> None:
    write(good, OF_A.removesuffix(", white background"))
    assert good.first("caption-background").severity == "warning"


def test_a_background_of_another_name(good: TrainingSet) -> None:
    good.change("a", background="rooftop, night")
    write(good, "spyke_v1, full body, view aaaa, standing, night, Rooftop")
    assert "caption-background" not in good.codes()
    write(good, "spyke_v1, full body, view aaaa, standing, night, roof")
    assert "caption-background" in good.codes()


def test_a_feature_that_binds_to_its_words(good: TrainingSet) -> None:
    for crop_id in ("a", "b", "d"):
        text = (good.train / f"{crop_id}.txt").read_text().strip()
        write(good, f"{text}, with White_Cloak", f"{crop_id}.txt")
    assert "caption-fixed-feature" not in good.codes()  # 3 of 5
    text = (good.train / "c.txt").read_text().strip()
    write(good, f"{text}, white cloak", "c.txt")
    finding = good.first("caption-fixed-feature")  # 4 of 5
    assert finding.severity == "warning"
    assert '"white cloak" stands in 4 of 5 captions (80%)' in finding.message


@pytest.mark.parametrize(
    ("caption", "sides"), [("looking left", True), ("Right-handed", True), ("leftover", False)]
)
def test_sides_in_a_twins_caption(good: TrainingSet, caption: str, sides: bool) -> None:
    text = (good.train / "c_mirror.txt").read_text().strip()
    write(good, f"{text}, {caption}", "c_mirror.txt")
    assert ("caption-side-words" in good.codes()) == sides
    (good.train / "c_mirror.txt").write_text(text)
    write(good, f"{text}, {caption}", "c.txt")
    assert "caption-side-words" not in good.codes()


def test_exchanged_sides_are_right(good: TrainingSet) -> None:
    good.change("c", pose="left hand raised")
    good.build()
    finding = good.only("caption-side-words")
    assert finding.where == "c"
    assert "right hand raised" in finding.fix
    good.change("c", mirror_caption=finding.fix.split('"')[1])
    good.build()
    assert good.codes() == set()


def test_a_long_caption(good: TrainingSet) -> None:
    start = "spyke_v1, white background"
    fitting = start + " a" * (75 - estimate_tokens(start))
    assert estimate_tokens(fitting) == 75
    write(good, fitting)
    assert "caption-long" not in good.codes()
    write(good, f"{fitting} a")
    finding = good.first("caption-long")
    assert finding.severity == "warning"
    assert "estimate" in finding.message


def test_a_slip_in_a_tag(good: TrainingSet) -> None:
    write(good, OF_A.replace("white background", "white backgroud"))
    finding = good.first("caption-vocabulary")
    assert (finding.severity, finding.where) == ("warning", "a")
    assert "one letter" in finding.message
    write(good, OF_A.replace("white background", "black background"))
    assert "caption-vocabulary" not in good.codes()


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("ginger hair", "spiky (Ginger  hair:1.2), x", True),
        ("ginger hair", "ginger_hair", True),
        ("ginger hair", "ginger haired", False),
        ("ginger hair", "ginger, hair", False),
        ("spyke_v1", "spyke_v12", False),
        ("spyke_v1", "a <spyke_v1>", True),
        ("c++ (x)", "c++ (x)", True),
        ("", "anything", False),
    ],
)
def test_mentions(phrase: str, text: str, found: bool) -> None:
    assert mention_of(phrase)(text) == found


def test_hidden_characters_are_named() -> None:
    assert hidden_character("plain\ttext\r\n") == ""
    assert "byte order mark" in hidden_character("\ufefftext")
    assert "U+200B, zero width space" in hidden_character("te\u200bxt")
    assert "U+0007" in hidden_character("te\x07xt")
