"""Pairs for what the trainer would skip, double or misread."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import replace
from pathlib import Path

from code_pairs import PairSet, pair
from training_set import png, project

from spyke_tui.model.project import Project


@pair("folder-name", "error", "a folder named 0 instead of a hidden one")
def a_folder_of_no_repeats(it: PairSet, spoilt: int) -> None:
    (it.train.parent / ("0_spyke" if spoilt else ".0_spyke")).mkdir()


@pair("folder-name", "error", "a picture beside the folder, named .png instead of .Png")
def a_picture_beside_the_folder(it: PairSet, spoilt: int) -> None:
    (it.train.parent / ("e.png" if spoilt else "e.Png")).write_bytes(png("a"))


@pair("folder-name", "error", "a subfolder with a picture instead of a note")
def a_picture_in_a_subfolder(it: PairSet, spoilt: int) -> None:
    (it.train / "old").mkdir()
    (it.train / "old" / ("e.png" if spoilt else "e.md")).write_bytes(png("a"))


@pair("stem-duplicate", "error", "one digit of a picture's name")
def one_digit_of_a_name(it: PairSet, spoilt: int) -> None:
    (it.reg / "reg_010.png").unlink()
    it.ours(it.reg / ("reg_009.jpg" if spoilt else "reg_010.jpg"), png("a"))


def cache(path: Path, of: Path, nanoseconds: int) -> None:
    """A sound cache of the trainer, so much younger than `of`."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("latents.npy", bytes(2000))
    path.write_bytes(data.getvalue())
    age = of.stat().st_mtime_ns + nanoseconds
    os.utime(path, ns=(age, age))


@pair("cache-stale", "error", "a nanosecond older than its picture")
def a_cache_older_than_its_picture(it: PairSet, spoilt: int) -> None:
    cache(it.train / "a_0512x0512_sd.npz", it.train / "a.png", -spoilt)


@pair("cache-stale", "error", "one letter of the picture that it belongs to")
def a_cache_of_no_picture(it: PairSet, spoilt: int) -> None:
    cache(it.train / f"{'e' if spoilt else 'a'}_0512x0512_sd.npz", it.train / "a.png", 5)


@pair("cache-stale", "error", "the last byte is missing")
def a_cache_that_is_cut_off(it: PairSet, spoilt: int) -> None:
    path = it.train / "a.npz"
    cache(path, it.train / "a.png", 0)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - spoilt])
    age = (it.train / "a.png").stat().st_mtime_ns + 5
    os.utime(path, ns=(age, age))


def with_underscores() -> Project:
    """The trainer looks for a caption of reg/1_anime_character/reg_001.png above data_set/."""
    p = project()
    return replace(p, dataset=replace(p.dataset, root="data_set", class_="anime_character"))


@pair("stray-caption", "error", "one letter of a text file above the dataset",
      start=with_underscores)  # fmt: skip
def a_caption_where_the_trainer_looks(it: PairSet, spoilt: int) -> None:
    (it.folder / ("data.txt" if spoilt else "date.txt")).write_text("spyke_v1")


@pair("stray-caption", "error", "a class with one underscore more",
      start=with_underscores)  # fmt: skip
def one_underscore_more(it: PairSet, spoilt: int) -> None:
    (it.folder / "data.txt").write_text("spyke_v1")
    if not spoilt:
        it.dataset(class_="anime-character".replace("-", ""))
        it.reg.rename(it.reg.parent / "1_animecharacter")
