"""Pairs for the pictures in train/."""

from __future__ import annotations

import io
import os
from functools import cache

from code_pairs import PairSet, pair
from PIL import Image
from training_set import picture, png

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.similarity import (
    NEAR_DUPLICATE,
    distance,
    mirrored_hash,
    perceptual_hash,
)


def as_png(image: Image.Image, **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG", **options)
    return data.getvalue()


@pair("image-missing", "error", "a crop that was never built is kept instead of a draft")
def a_kept_crop_that_is_not_built(it: PairSet, spoilt: int) -> None:
    it.any_shares()
    it.add("e", status="keep" if spoilt else "draft")


@pair("image-missing", "error", "mirror = true on a crop without its twin on disk")
def a_twin_that_is_not_built(it: PairSet, spoilt: int) -> None:
    it.any_shares()
    it.change("d", mirror=bool(spoilt))


@pair("image-stale", "error", "one pixel of the sheet has another colour")
def one_pixel_of_the_sheet(it: PairSet, spoilt: int) -> None:
    with Image.open(it.sheet) as sheet:
        changed = sheet.copy()
    if spoilt:
        changed.putpixel((1299, 1299), (1, 2, 3))
    it.sheet.write_bytes(as_png(changed))


@pair("image-stale", "error", "the rectangle is one pixel higher than when it was built")
def one_pixel_of_a_rectangle(it: PairSet, spoilt: int) -> None:
    it.change("a", rect=Rect(0, 0, 600, 700 + spoilt), view="view aaaa")


@pair("image-stale", "error", "a field of the caption instead of one that no caption holds")
def a_caption_from_before(it: PairSet, spoilt: int) -> None:
    it.change(
        "a", **({"pose": "sitting"} if spoilt else {"action": False, "expression": "neutral"})
    )
    it.any_shares()


@pair("image-edited", "warning", "one byte behind the end of the picture")
def one_byte_behind_a_picture(it: PairSet, spoilt: int) -> None:
    path = it.train / "a.png"
    path.write_bytes(path.read_bytes() + bytes(spoilt))
    os.utime(path, ns=(1, 1))  # the other one was only touched


@pair("image-enlarged", "warning", "511 pixels on the longer side instead of 512")
def one_pixel_too_small(it: PairSet, spoilt: int) -> None:
    it.change("b", rect=Rect(100, 100, 512 - spoilt, 300))
    it.build()


@pair("image-size", "error", "one row of pixels is missing")
def one_row_too_few(it: PairSet, spoilt: int) -> None:
    it.ours(it.train / "a.png", as_png(picture("a").crop((0, 0, 512, 512 - spoilt))))


@pair("image-mode", "error", "one colour is see-through: a tRNS chunk")
def one_colour_is_see_through(it: PairSet, spoilt: int) -> None:
    options: dict[str, object] = {"transparency": (255, 255, 255)} if spoilt else {}
    it.ours(it.train / "a.png", as_png(picture("a"), **options))


@pair("image-mode", "error", "a palette instead of RGB, the pixels alike")
def a_palette(it: PairSet, spoilt: int) -> None:
    colours = picture("a").quantize(8)
    it.ours(it.train / "a.png", as_png(colours if spoilt else colours.convert("RGB")))


@pair("image-unreadable", "error", "the last byte is missing, instead of one too many")
def the_last_byte(it: PairSet, spoilt: int) -> None:
    data = png("a")
    it.ours(it.train / "a.png", data[:-1] if spoilt else data + b"\0")


@pair("image-unreadable", "error", "one bit inside the pixels")
def one_bit(it: PairSet, spoilt: int) -> None:
    data = png("a")
    it.ours(it.train / "a.png", data[:100] + bytes([data[100] ^ spoilt]) + data[101:])


@pair("image-foreign", "warning", "mirror = false although the twin is there")
def a_twin_that_nobody_asks_for(it: PairSet, spoilt: int) -> None:
    it.any_shares()
    it.change("c", mirror=not spoilt)


@pair("image-foreign", "warning", "[reg].count is one less")
def one_picture_beyond_the_count(it: PairSet, spoilt: int) -> None:
    (it.reg / "reg_001.png").rename(it.reg / "reg_011.png")
    it.reg_settings(count=11 - spoilt)


# Pictures that are alike: a stripe is painted over one of two, until they differ ----------------


def striped(columns: int) -> Image.Image:
    """Picture a with its first columns painted over."""
    canvas = picture("a")
    canvas.paste("navy", (0, 150, columns, 512))
    return canvas


@cache
def columns_that_make_another() -> int:
    """The narrowest stripe that makes another picture of it."""
    plain = perceptual_hash(picture("a"))
    return next(
        n for n in range(1, 512) if distance(plain, perceptual_hash(striped(n))) > NEAR_DUPLICATE
    )


@pair("near-duplicate", "warning", "one column of pixels fewer is painted over")
def almost_the_same_picture(it: PairSet, spoilt: int) -> None:
    columns = columns_that_make_another() - spoilt
    it.ours(it.train / "a.png", png("a"))
    it.ours(it.train / "b.png", as_png(striped(columns)))


def tilted(columns: int) -> Image.Image:
    """Picture c flipped, with its first columns painted over."""
    canvas = picture("c_mirror")
    canvas.paste("navy", (0, 0, columns, 300))
    return canvas


@cache
def columns_that_make_no_mirror_image() -> int:
    one = mirrored_hash(picture("c"))
    return next(
        n for n in range(1, 512) if distance(one, perceptual_hash(tilted(n))) > NEAR_DUPLICATE
    )


@pair("mirror-suspect", "warning", "one column of pixels fewer is painted over")
def almost_the_mirror_image(it: PairSet, spoilt: int) -> None:
    columns = columns_that_make_no_mirror_image() - spoilt
    it.ours(it.train / "a.png", as_png(tilted(columns)))


@pair("mirror-suspect", "warning", "the twin is a crop's own instead of one that build makes")
def a_flip_by_hand(it: PairSet, spoilt: int) -> None:
    it.any_shares()
    it.change("c", mirror=not spoilt)
    if spoilt:
        for ending in ("png", "txt"):
            (it.train / f"c_mirror.{ending}").unlink()
        it.add("e", status="keep", framing="bust", details=("white cloak",))
        it.build()
        it.ours(it.train / "e.png", png("c_mirror"))
