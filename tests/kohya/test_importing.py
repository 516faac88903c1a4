"""A kohya folder as somebody's other tools left it, taken in as a project."""

from __future__ import annotations

import os
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from spyke_tui.errors import UsageError
from spyke_tui.kohya.import_captions import choose_trigger, read_caption
from spyke_tui.kohya.import_folders import find_source
from spyke_tui.kohya.import_names import free_name
from spyke_tui.kohya.importing import Imported, Remark, import_folder
from spyke_tui.kohya.sheets import sheet_path
from spyke_tui.model.caption import caption_of, mirror_caption_of
from spyke_tui.model.geometry import Rect, Size
from spyke_tui.model.project import Crop
from spyke_tui.model.reading import read_project
from spyke_tui.store.imported_text import imported_text

FULL = "spyke_v1, full body, front view, hand on hip, red scarf, white background"


def picture(seed: int = 0, size: tuple[int, int] = (96, 96)) -> Image.Image:
    """A figure with a left and a right side."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((10 + seed, 20, 40 + seed, 80), fill=(200, 40 + 20 * seed, 30))
    draw.ellipse((60, 10 + seed, 85, 35 + seed), fill="blue")
    return image


def put(folder: Path, name: str, caption: str | bytes | None = None, seed: int = 0) -> Path:
    """A picture with a caption beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    picture(seed).save(path)
    if caption is not None:
        data = caption.encode() if isinstance(caption, str) else caption
        path.with_suffix(".txt").write_bytes(data)
    return path


@pytest.fixture
def train(tmp_path: Path) -> Path:
    return tmp_path / "art" / "spyke" / "train" / "10_spyke_v1"


def taken_in(folder: Path, tmp_path: Path, **given: Any) -> Imported:
    return import_folder(folder, tmp_path / "project", **given)


def crops_by_id(imported: Imported) -> dict[str, Crop]:
    return {crop.id: crop for crop in imported.project.crops}


# -- where the pictures are -----------------------------------------------------------------


def test_a_train_folder_the_one_over_it_and_the_roots_over_that_are_all_understood(
    train: Path, tmp_path: Path
) -> None:
    put(train, "a.png", FULL)
    put(train.parent.parent / "reg" / "1_anime man", "r.png")
    for folder, character, class_ in (
        (train, "spyke-v1", "character"),
        (train.parent, "spyke-v1", "character"),
        (train.parent.parent, "spyke", "anime_man"),
        (train.parent.parent.parent, "spyke", "anime_man"),
    ):
        project = taken_in(folder, tmp_path).project
        assert [crop.id for crop in project.crops] == ["a"]
        assert (project.dataset.character, project.dataset.class_) == (character, class_)
        assert (project.dataset.trigger, project.dataset.repeats) == ("spyke_v1", 10)


def test_several_training_folders_come_in_together(tmp_path: Path) -> None:
    img = tmp_path / "img"
    put(img / "5_spyke", "a.png", "spyke, bust")
    put(img / "20_spyke", "a.png", "spyke, closeup")
    put(img / "20_spyke", "b.png", "spyke, closeup")
    with pytest.raises(UsageError) as refused:
        taken_in(img, tmp_path)
    assert "20_spyke (2), 5_spyke (1)" in refused.value.message
    assert "--repeats 15" in refused.value.hint, "45 pictures an epoch of three"
    imported = taken_in(img, tmp_path, repeats=20)
    assert imported.project.dataset.repeats == 20
    assert {crop.id: crop.framing for crop in imported.project.crops} == {
        "a": "closeup", "b": "closeup", "a_2": "bust",
    }  # fmt: skip
    (remark,) = imported.remarks
    assert remark.file == "5_spyke/a.png"
    assert "a_2" in remark.word


def test_a_folder_without_repeats_is_taken_alone_and_passed_over_beside_one_with(
    tmp_path: Path,
) -> None:
    put(tmp_path / "img" / "spyke", "a.png", "spyke, bust")
    imported = taken_in(tmp_path / "img", tmp_path)
    assert imported.project.dataset.repeats == 10
    assert imported.project.dataset.trigger == "spyke"
    put(tmp_path / "img" / "3_spyke", "b.png", "spyke, bust")
    imported = taken_in(tmp_path / "img", tmp_path)
    assert list(crops_by_id(imported)) == ["b"]
    assert imported.left_out[0].file == "spyke"
    assert "repeats" in imported.left_out[0].word


@pytest.mark.parametrize("name", ["10_x/inner", "1_x/preview", "0_x"])
def test_what_the_trainer_would_not_read_is_not_taken(name: str, tmp_path: Path) -> None:
    put(tmp_path / "root" / "2_spyke", "a.png", "spyke")
    put(tmp_path / "root" / name, "b.png", "spyke")
    assert list(crops_by_id(taken_in(tmp_path / "root", tmp_path))) == ["a"]


def test_nothing_to_take_in_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.txt").write_text("x")
    for place, words in (("empty", "no picture"), ("gone", "exist"), ("note.txt", "not a folder")):
        with pytest.raises(UsageError, match=words):
            taken_in(tmp_path / place, tmp_path)
    put(tmp_path / "album" / "summer", "a.png")
    with pytest.raises(UsageError, match="no picture"):
        taken_in(tmp_path / "album", tmp_path)
    (tmp_path / "album" / "crops.toml").touch()
    with pytest.raises(UsageError, match="a project"):
        taken_in(tmp_path / "album", tmp_path)
    put(tmp_path / "two" / "a" / "train" / "1_a", "a.png")
    put(tmp_path / "two" / "b" / "img" / "1_b", "a.png")
    with pytest.raises(UsageError, match='"a", "b"'):
        taken_in(tmp_path / "two", tmp_path)


def test_the_folder_that_build_would_write_to_is_refused(train: Path) -> None:
    put(train, "a.png", FULL)
    home = train.parents[3]
    train.parents[2].rename(home / "dataset")
    with pytest.raises(UsageError, match="where build would write"):
        import_folder(home / "dataset" / "spyke", home)
    assert import_folder(home / "dataset" / "spyke", home, character="other").project.crops


# -- pictures -------------------------------------------------------------------------------


def test_each_picture_is_a_sheet_with_a_crop_that_is_all_of_it_upright(
    train: Path, tmp_path: Path
) -> None:
    path = put(train, "lying.jpg", FULL)
    exif = Image.Exif()
    exif[0x0112] = 6
    picture(size=(96, 64)).save(path, exif=exif)
    project = taken_in(train, tmp_path).project
    sheet = project.sheets["lying"]
    assert sheet.size == Size(64, 96)
    assert project.crops[0].rect == Rect(0, 0, 64, 96)
    assert sheet.file == "../art/spyke/train/10_spyke_v1/lying.jpg"
    (tmp_path / "project").mkdir()
    assert sheet_path(sheet, tmp_path / "project").samefile(path)


def test_a_project_behind_a_link_still_finds_its_pictures(train: Path, tmp_path: Path) -> None:
    put(train, "a.png", FULL)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "deep" / "er")
    project = import_folder(train, tmp_path / "link").project
    assert sheet_path(project.sheets["a"], tmp_path / "link").samefile(train / "a.png")


def test_the_size_is_that_of_most_pictures_where_the_trainer_takes_it(
    train: Path, tmp_path: Path
) -> None:
    for number in range(3):
        put(train, f"{number}.png", FULL)
    assert taken_in(train, tmp_path).project.dataset.size == 512
    for number in range(2):
        picture(size=(1024, 1024)).save(train / f"{number}.png")
    assert taken_in(train, tmp_path).project.dataset.size == 1024


def test_what_can_not_be_read_is_left_out_and_named(train: Path, tmp_path: Path) -> None:
    put(train, "a.png", FULL)
    (train / "broken.png").write_text("no picture")
    (train / "empty.jpg").touch()
    (train / "gone.png").symlink_to(tmp_path / "nowhere")
    (train / "folder.png").mkdir()
    (train / "notes.pdf").touch()
    os.mkfifo(train / "pipe.png")
    imported = taken_in(train, tmp_path)
    assert list(crops_by_id(imported)) == ["a"]
    assert [remark.file for remark in imported.left_out] == [
        "broken.png", "empty.jpg", "gone.png", "pipe.png",
    ]  # fmt: skip
    assert "empty" in imported.left_out[1].word


def test_a_name_that_is_not_text_is_left_out(train: Path, tmp_path: Path) -> None:
    path = put(train, "a.png", FULL)
    put(train, "b.png", FULL)
    try:
        os.rename(path, os.fsencode(train) + b"/\xff.png")
    except OSError:
        pytest.skip("this file system takes only UTF-8")
    imported = taken_in(train, tmp_path)
    assert list(crops_by_id(imported)) == ["b"]
    assert "not UTF-8" in imported.left_out[0].word


@given(st.lists(st.text(min_size=1, max_size=100) | st.sampled_from(("A b", "a_b", "x_mirror"))))
def test_ids_are_safe_and_unique(stems: list[str]) -> None:
    taken: dict[str, str] = {}
    for stem in stems:
        taken[free_name(stem, taken)] = stem
    assert len(taken) == len(stems)
    crop = "sheet = 'a'\nrect = { left = 0, top = 0, width = 1, height = 1 }\n"
    head = "[dataset]\ncharacter = 'a'\ntrigger = 'a'\n"
    text = head + "".join(f"[[crops]]\nid = '{name}'\n{crop}" for name in taken)
    assert len(read_project(tomllib.loads(text)).crops) == len(stems)


# -- flipped twins --------------------------------------------------------------------------


def test_a_flipped_picture_becomes_the_twin_of_its_base(train: Path, tmp_path: Path) -> None:
    put(train, "a.png", FULL + ", left glove")
    put(train, "a_mirror.png", FULL + ", right glove")
    picture().transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(train / "a_mirror.png")
    put(train, "b.png", FULL, seed=3)
    picture(3).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(train / "b_mirror.jpg", quality=90)
    (train / "b_mirror.txt").write_text(FULL)
    imported = taken_in(train, tmp_path)
    crops = crops_by_id(imported)
    assert list(crops) == ["a", "b"]
    assert imported.twins == 2
    assert crops["a"].mirror
    assert mirror_caption_of(crops["a"], imported.project.dataset) == FULL + ", right glove"
    assert (crops["b"].mirror, crops["b"].mirror_caption) == (True, "")


def test_what_is_only_called_a_mirror_comes_in_under_another_name(
    train: Path, tmp_path: Path
) -> None:
    """Not flipped, retouched after the flip, or without its base."""
    put(train, "a.png", FULL)
    put(train, "a_mirror.png", FULL)
    put(train, "b.png", FULL, seed=2)
    retouched = picture(2).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    ImageDraw.Draw(retouched).rectangle((80, 80, 90, 90), fill="green")
    retouched.save(train / "b_mirror.png")
    put(train, "c_mirror.png", FULL, seed=4)
    imported = taken_in(train, tmp_path)
    assert list(crops_by_id(imported)) == ["a", "a_flipped", "b", "b_flipped", "c_flipped"]
    assert imported.twins == 0
    assert [remark.file for remark in imported.remarks] == [
        "a_mirror.png", "b_mirror.png", "c_mirror.png",
    ]  # fmt: skip


# -- captions -------------------------------------------------------------------------------


def test_captions_become_fields_or_stay_word_for_word(train: Path, tmp_path: Path) -> None:
    put(train, "a.png", FULL)
    put(train, "b.png", "spyke_v1, closeup, angry expression, sparks, grey background")
    put(train, "c.png", "A photo of a man, standing")
    put(train, "d.png")
    put(train, "e.png", "spyke_v1, hat, Hat")
    imported = taken_in(train, tmp_path)
    crops = crops_by_id(imported)
    assert (crops["a"].framing, crops["a"].pose, crops["a"].tags) == (
        "full body", "hand on hip", ("red scarf",),
    )  # fmt: skip
    assert (crops["b"].expression, crops["b"].background) == ("angry", "grey background")
    assert crops["c"].caption == "A photo of a man, standing"
    assert crops["d"].caption == crops["d"].pose == ""
    assert [imported.in_fields, imported.overrides, imported.without_caption] == [3, 1, 1]
    assert imported.untriggered == 1
    assert imported.remarks == [Remark("e.png", "had Hat more than once: once is left")]


@pytest.mark.parametrize(
    ("data", "text", "word"),
    [
        (b"\xef\xbb\xbfspyke, hat\r\n", "spyke, hat", "byte order mark"),
        ("spyke, café".encode("latin-1"), "spyke, café", "not UTF-8"),
        (b"spyke, \x81", "spyke,", "not UTF-8"),
        ("spyke, hat".encode("utf-16"), "spyke, hat", "UTF-16"),
        ("spyke,\u200b hat".encode(), "spyke, hat", "invisible"),
        (b"\n\n spyke, hat \nmore", "spyke, hat", "more than one line"),
        (b"x" * 1_000_001, "", "too long"),
        (b"", "", ""),
        (b"  spyke,  hat\n\n", "spyke, hat", ""),
    ],
)
def test_broken_captions_are_read_with_a_word(
    data: bytes, text: str, word: str, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    found = read_caption(tmp_path / "a.txt")
    assert found.text == text
    assert word in " ".join(found.remarks)
    assert bool(found.remarks) == bool(word)


def test_captions_of_the_trainers_own_ending_are_found(train: Path, tmp_path: Path) -> None:
    put(train, "a.png")
    (train / "a.caption").write_text(FULL)
    assert crops_by_id(taken_in(train, tmp_path))["a"].view == "front view"


@pytest.mark.parametrize(
    ("captions", "token", "word", "origin"),
    [
        (["hero_v2, hat", "hero_v2", "x"], "spyke", "hero_v2", "captions"),
        (["1boy, hat", "1boy, axe"], "spyke", "spyke", "folder"),
        (["full body, hat"], "spyke", "spyke", "folder"),
        (["a man on a hill", "a dog"], "spyke", "spyke", "folder"),
        ([], "spyke", "spyke", "folder"),
    ],
)
def test_the_trigger_is_what_the_captions_begin_with_else_the_folders_word(
    captions: list[str], token: str, word: str, origin: str
) -> None:
    found = choose_trigger(captions, token, None)
    assert (found.word, found.origin) == (word, origin)


@pytest.mark.parametrize(
    ("captions", "token", "given", "fix"),
    [
        (["spyke plasma, hat"], "spyke_plasma", None, "--trigger spyke_plasma"),
        ([], "spyke man", None, "--trigger spyke_man"),
        ([], "", None, "--trigger "),
        (["hero, hat"], "hero", "my hero!", "--trigger my_hero"),
    ],
)
def test_a_trigger_that_can_not_be_one_is_asked_for(
    captions: list[str], token: str, given: str | None, fix: str
) -> None:
    with pytest.raises(UsageError) as caught:
        choose_trigger(captions, token, given)
    assert fix in caught.value.hint


def test_a_given_trigger_is_put_in_front(train: Path, tmp_path: Path) -> None:
    put(train, "a.png", "spyke v1, bust")
    put(train, "b.png", "bust, SPYKE, hat")
    put(train, "c.png", "spyke, bust")
    put(train, "d.png")
    imported = taken_in(train, tmp_path, trigger="spyke")
    dataset = imported.project.dataset
    assert [caption_of(crop, dataset) for crop in imported.project.crops] == [
        "spyke, spyke v1, bust", "spyke, bust, hat", "spyke, bust", "spyke",
    ]  # fmt: skip
    assert (imported.triggered, imported.untriggered) == (2, 0)
    same = taken_in(train, tmp_path, trigger="spyke_v1").project
    assert caption_of(same.crops[0], same.dataset) == "spyke_v1, bust"


def test_a_character_that_the_folder_can_not_name_is_asked_for(tmp_path: Path) -> None:
    put(tmp_path / "5_スパイク", "a.png", "spyke, bust")
    with pytest.raises(UsageError, match="character") as caught:
        taken_in(tmp_path / "5_スパイク", tmp_path)
    assert "--character" in caught.value.hint
    with pytest.raises(UsageError, match="Foo Bar"):
        taken_in(tmp_path / "5_スパイク", tmp_path, character="Foo Bar")
    project = taken_in(tmp_path / "5_スパイク", tmp_path, character="foo").project
    assert project.dataset.character == "foo"


# -- the file -------------------------------------------------------------------------------


def test_the_text_says_just_this_project(train: Path, tmp_path: Path) -> None:
    put(train, 'quo"te \\ ü.png', FULL + ', "quoted", back\\slash, \x7f')
    put(train, "b.png", "no trigger\there")
    put(train, "b_mirror.png", "spyke_v1, right")
    picture().transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(train / "b_mirror.png")
    project = taken_in(train, tmp_path).project
    found = read_project(tomllib.loads(imported_text(project)))
    assert (found.dataset, found.crops) == (project.dataset, project.crops)
    assert dict(found.sheets) == dict(project.sheets)
    assert found.unknown_keys == ()


def test_a_thousand_pictures_take_a_few_seconds(train: Path, tmp_path: Path) -> None:
    path = put(train, "0.png", FULL)
    for number in range(1, 1000):
        os.link(path, train / f"{number}.png")
        os.link(path.with_suffix(".txt"), train / f"{number}.txt")
    began = time.process_time()
    imported = taken_in(train, tmp_path)
    text = imported_text(imported.project)
    assert time.process_time() - began < 8
    assert text.count("[[crops]]") == imported.in_fields == 1000


def test_looking_writes_nothing(train: Path, tmp_path: Path) -> None:
    put(train, "a.png", FULL)
    before = sorted(tmp_path.rglob("*"))
    find_source(train)
    taken_in(train, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
