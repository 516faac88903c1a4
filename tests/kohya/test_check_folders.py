"""Findings about what the trainer would skip, double or misread."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from training_set import TrainingSet, png, project

from spyke_tui.kohya.trainer import cached_picture, fallback_caption, picture_names


@pytest.fixture
def good(tmp_path: Path) -> TrainingSet:
    return TrainingSet(tmp_path)


# Folders ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["train", "reg"])
@pytest.mark.parametrize(
    "name", ["spyke", "0_spyke", "x_spyke", "10-spyke", "2_", "02_spyke", "2_spy-ke", "2_é"]
)
def test_a_bad_folder_name(good: TrainingSet, kind: str, name: str) -> None:
    (good.layout.root / kind / name).mkdir()
    finding = good.only("folder-name")
    assert finding.severity == "error"
    assert finding.where == f"dataset/spyke/{kind}/{name}"


@pytest.mark.parametrize("kind", ["train", "reg"])
def test_a_second_folder(good: TrainingSet, kind: str) -> None:
    (good.layout.root / kind / "7_spyke v1").mkdir()
    assert "second" in good.only("folder-name").message


def test_our_folder_under_an_older_name(good: TrainingSet) -> None:
    good.manifest.train_folder = "2_spyke_v1"
    good.manifest.write()
    good.dataset(repeats=3)
    assert "build" in good.first("folder-name").fix


@pytest.mark.parametrize("kind", ["train", "reg"])
def test_loose_pictures(good: TrainingSet, kind: str) -> None:
    (good.layout.root / kind / "notes.md").write_text("fine")
    (good.layout.root / kind / ".hidden").mkdir()
    assert good.codes() == set()
    (good.layout.root / kind / "e.png").write_bytes(png("a"))
    (good.layout.root / kind / "f.png").write_bytes(png("b"))
    finding = good.only("folder-name")
    assert "e.png and 1 more lie" in finding.message


def test_pictures_in_a_subfolder(good: TrainingSet) -> None:
    (good.train / "old").mkdir()
    assert good.codes() == set()
    (good.train / "old" / "e.png").write_bytes(png("a"))
    assert good.only("folder-name").where.endswith("train/2_spyke_v1/old")


def test_a_file_in_the_place_of_a_folder(good: TrainingSet) -> None:
    for path in good.reg.iterdir():
        path.unlink()
    good.reg.rmdir()
    good.reg.write_text("in the way")
    assert "folder-name" in good.codes()


# Caches -------------------------------------------------------------------------------------


def cache() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("latents.npy", bytes(2000))
    return data.getvalue()


CACHES = ["a.npz", "a_0512x0512_sd.npz", "a_0512x0512_sdxl.npz", "a_te_outputs.npz", "a_sd3_te.npz"]


def at(path: Path, of: Path, seconds: int) -> None:
    """Make `path` so many seconds younger than `of`."""
    ns = of.stat().st_mtime_ns + seconds * 1_000_000_000
    os.utime(path, ns=(ns, ns))


@pytest.mark.parametrize("name", CACHES)
def test_a_sound_cache(good: TrainingSet, name: str) -> None:
    (good.train / name).write_bytes(cache())
    for age in (5, 0):
        at(good.train / name, good.train / "a.png", age)
        at(good.train / "a.txt", good.train / "a.png", 0)
        assert good.codes() == set()


@pytest.mark.parametrize("name", CACHES)
def test_an_old_cache(good: TrainingSet, name: str) -> None:
    (good.train / name).write_bytes(cache())
    at(good.train / name, good.train / "a.png", -1)
    finding = good.only("cache-stale")
    assert finding.severity == "error"
    assert finding.where == f"dataset/spyke/train/2_spyke_v1/{name}"


@pytest.mark.parametrize(("name", "stale"), [("a_te_outputs.npz", True), ("a.npz", False)])
def test_an_encoded_caption_older_than_the_caption(
    good: TrainingSet, name: str, stale: bool
) -> None:
    (good.train / name).write_bytes(cache())
    at(good.train / name, good.train / "a.png", 5)
    at(good.train / "a.txt", good.train / name, 5)
    assert (good.codes() == {"cache-stale"}) == stale


@pytest.mark.parametrize(
    "name", ["e.npz", "ab_0512x0512_sd.npz", "aa_te_outputs.npz", "reg_001.npz", "a_0512_sd.npz"]
)
def test_a_cache_without_a_picture(good: TrainingSet, name: str) -> None:
    (good.train / name).write_bytes(cache())
    assert "no picture" in good.only("cache-stale").message


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", cache()[:-1], cache()[:60], cache().replace(bytes(900), b"x" * 900)],
    ids=["empty", "text", "a byte short", "cut", "overwritten"],
)
def test_an_unreadable_cache(good: TrainingSet, data: bytes) -> None:
    (good.reg / "reg_001.npz").write_bytes(data)
    at(good.reg / "reg_001.npz", good.reg / "reg_001.png", 5)
    assert good.only("cache-stale").where.endswith("reg_001.npz")
    (good.reg / "reg_001.npz").write_bytes(cache())
    at(good.reg / "reg_001.npz", good.reg / "reg_001.png", 5)
    assert good.codes() == set()


def test_a_cache_that_is_no_file(good: TrainingSet) -> None:
    os.mkfifo(good.train / "a.npz")
    assert good.only("cache-stale")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a_b.npz", ("a_b", False)),
        ("a_b_0512x0512_sd.npz", ("a_b", False)),
        ("a_b_te_outputs.npz", ("a_b", True)),
        ("a_b_flux_te.npz", ("a_b", True)),
        ("a_b_c.npz", None),
    ],
)
def test_which_picture_a_cache_belongs_to(name: str, found: tuple[str, bool] | None) -> None:
    assert cached_picture(name, {"a", "a_b"}) == found


# Stray captions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("picture", "fallback"),
    [
        # As seen with the real loader.
        ("/d/spyke/train/10_spyke_plasma_v1/spyke_001.png", "/d/spyke/train/10.txt"),
        ("/d/train/10_spyke_plasma_v1/spyke_001_mirror.png", "/d/train/10_spyke.txt"),
        ("/h/my_art/dataset/spyke/reg/1_anime_character/reg_001.png", "/h/my.txt"),
        ("/a_b_c_d_e/x.png", "/a.txt"),
        ("/a_b_c_d/x.png", None),
        ("/a_b_c_d/x_y.z.png", "/a.txt"),
        ("/a/x.png", None),
    ],
)
def test_where_the_trainer_looks_next(picture: str, fallback: str | None) -> None:
    assert fallback_caption(picture) == fallback


@pytest.fixture
def my_art(tmp_path: Path) -> TrainingSet:
    """Its path and folders have so many underscores that the trainer looks outside it."""
    folder = tmp_path / "my_art"
    folder.mkdir()
    p = project()
    return TrainingSet(folder, replace(p, dataset=replace(p.dataset, class_="anime_character")))


def trainers_fallback(picture: Path) -> Path:
    """The same rule, written down a second time."""
    base = str(picture)[: -len(picture.suffix)]
    assert base.count("_") >= 4
    return Path(base.rsplit("_", 4)[0] + ".txt")


def test_a_stray_caption_outside_the_project(my_art: TrainingSet) -> None:
    stray = trainers_fallback(my_art.reg / "reg_001.png")
    assert not stray.is_relative_to(my_art.folder)
    assert my_art.codes() == set()
    stray.write_text("some words")
    try:
        finding = my_art.only("stray-caption")
        assert finding.severity == "error"
        assert finding.where == str(stray)
        assert "reg_001.png and 9 more pictures" in finding.message
        stray.rename(stray.with_suffix(".md"))
        assert my_art.codes() == set()
    finally:
        stray.unlink(missing_ok=True)
        stray.with_suffix(".md").unlink(missing_ok=True)


def test_a_stray_caption_matters_only_to_a_picture_without_one(good: TrainingSet) -> None:
    (good.train / "one_two_three_four_five.png").write_bytes(png("b"))
    own = good.train / "one_two_three_four_five.txt"
    stray = good.train / "one.txt"
    stray.write_text("spyke_v1, white background")
    own.write_text("spyke_v1, white background")
    assert "stray-caption" not in good.codes()
    own.unlink()
    finding = good.first("stray-caption")
    assert finding.where == "dataset/spyke/train/2_spyke_v1/one.txt"
    stray.unlink()
    stray.mkdir()
    assert "stray-caption" not in good.codes()


def test_pictures_in_the_trainers_order() -> None:
    names = ["reg_10.png", "reg_9.png", "B.PNG", "a.txt", ".h.png", "x.Png", "c.jpeg", "d.gif"]
    assert picture_names(names) == ["B.PNG", "c.jpeg", "reg_10.png", "reg_9.png"]
