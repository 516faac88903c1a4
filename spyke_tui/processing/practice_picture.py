"""Placeholder pictures of the practice server: a figure that differs with every seed.

Each says PRACTICE in the picture and in its metadata (`generated.mark_practice`), so that nobody
trains on one unawares.
"""

from __future__ import annotations

import io
import random
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFont

from spyke_tui.processing.generated import mark_practice
from spyke_tui.processing.png_chunks import SIGNATURE, write_chunk

_PREVIEW_PIXELS = 192
_CANVAS = 512
"""Side, in pixels, for which the figure's measures below are written."""

_SKINS = ("#f3d3b8", "#e2b48f", "#c78e63", "#8d5a3a")
_HAIRS = ("#2b2118", "#6b4226", "#c9a04e", "#8f8f98", "#5b3a63", "#274a3d")
_CLOTHES = ("#3b5b8c", "#7a3b3b", "#4f7048", "#6b5b95", "#a0703c", "#39424e", "#8c6d8f")
_GROUNDS = ("#ffffff", "#f4f4f0", "#eef2f6", "#f7f0e8", "#e9efe6")


@dataclass(frozen=True, slots=True)
class PracticePicture:
    """`png` is the file with its mark; `previews` are JPEGs, from noise to nearly done."""

    png: bytes
    previews: tuple[bytes, ...]


def draw_practice_picture(
    width: int, height: int, seed: int, *, previews: int = 0
) -> PracticePicture:
    """A picture of that many pixels; the same for ever for the same seed."""
    dice = random.Random(seed)
    picture = _figure(width, height, dice)
    steps = tuple(_previews(picture, previews, dice))
    return PracticePicture(mark_practice(_encoded(picture)), steps)


def plain_png(width: int, height: int, colour: tuple[int, int, int] = (0, 0, 0)) -> bytes:
    """One colour everywhere; black is what a picture that failed in its numbers becomes."""
    row = b"\0" + bytes(colour) * width
    return _assembled(width, height, 8, 2, row * height)


def deep_png(width: int, height: int, seed: int) -> bytes:
    """A figure with 16 bits a channel and an alpha channel, as some saving nodes write."""
    figure = _figure(width, height, random.Random(seed)).convert("RGBA").tobytes()
    wide = bytes(2 * len(figure))
    deep = bytearray(wide)
    deep[0::2], deep[1::2] = figure, figure
    stride = 8 * width
    rows = b"".join(b"\0" + deep[y * stride : (y + 1) * stride] for y in range(height))
    return _assembled(width, height, 16, 6, rows)


def bomb_png(side: int = 60_000) -> bytes:
    """A small file whose header promises `side` x `side` pixels."""
    return _assembled(side, side, 8, 2, b"\0" * 100_000)


def _encoded(picture: Image.Image) -> bytes:
    """Differences from the row above, which flat colours leave next to nothing of.

    Three times as fast here as the encoder of training pictures: the server's rate hangs on it.
    """
    width, height = picture.size
    above = Image.new("RGB", picture.size)
    above.paste(picture, (0, 1))
    residues = memoryview(ImageChops.subtract_modulo(picture, above).tobytes())
    stride = 3 * width
    rows = b"".join(
        part for y in range(height) for part in (b"\2", residues[y * stride : (y + 1) * stride])
    )
    return _assembled(width, height, 8, 2, rows)


def _assembled(width: int, height: int, depth: int, kind: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return SIGNATURE + b"".join(write_chunk(*part) for part in parts)


# The figure ---------------------------------------------------------------------------------


def _figure(width: int, height: int, dice: random.Random) -> Image.Image:
    """A standing person in flat colours, with the word across the ground."""
    ground = dice.choice(_GROUNDS)
    picture = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(picture)
    scale = min(width, height) / _CANVAS
    middle = width / 2 + dice.uniform(-30, 30) * scale
    top = (height - _CANVAS * scale) / 2

    def at(x: float, y: float) -> tuple[float, float]:
        return middle + x * scale, top + y * scale

    def limb(start: tuple[float, float], end: tuple[float, float], thick: float, ink: str) -> None:
        draw.line([at(*start), at(*end)], fill=ink, width=max(1, round(thick * scale)))
        for x, y in (start, end):
            half = thick / 2
            draw.ellipse([at(x - half, y - half), at(x + half, y + half)], fill=ink)

    skin, hair = dice.choice(_SKINS), dice.choice(_HAIRS)
    coat, legs = dice.sample(_CLOTHES, 2)
    half = dice.uniform(42, 66)  # of the shoulders
    hip = dice.uniform(28, half - 8)
    head = dice.uniform(34, 46)
    stride = dice.uniform(10, 60)
    shadow = 90 + stride
    draw.ellipse([at(-shadow, 462), at(shadow, 490)], fill="#d8d8d4")
    limb((-hip + 12, 300), (-stride, 470), 30, legs)
    limb((hip - 12, 300), (stride, 470), 30, legs)
    for side in (-1, 1):
        elbow = (side * (half + dice.uniform(4, 46)), dice.uniform(180, 260))
        hand = (side * (half + dice.uniform(-10, 90)), dice.uniform(120, 330))
        limb((side * (half - 8), 165), elbow, 24, coat)
        limb(elbow, hand, 20, coat)
        limb(hand, hand, 22, skin)
    draw.polygon([at(-half, 150), at(half, 150), at(hip, 320), at(-hip, 320)], fill=coat)
    draw.line([at(-hip, 290), at(hip, 290)], fill="#2a2a2a", width=max(1, round(8 * scale)))
    limb((0, 120), (0, 150), 26, skin)
    draw.ellipse([at(-head - 8, 34), at(head + 8, 62 + 2 * head)], fill=hair)
    draw.ellipse([at(-head, 50), at(head, 50 + 2.2 * head)], fill=skin)
    draw.pieslice([at(-head - 4, 34), at(head + 4, 120)], 180, 360, fill=hair)
    for side in (-1, 1):
        draw.ellipse([at(side * 15 - 4, 92), at(side * 15 + 4, 104)], fill="#222222")
    draw.line([at(-9, 50 + 1.8 * head), at(9, 50 + 1.8 * head)], fill="#7a3a3a")
    word = _word(width)
    if word.height <= height:
        picture.paste("#b01818", (0, height - word.height), word)
    # Even at a few pixels a side no two seeds give the same picture.
    for x in range(min(width, 8)):
        picture.putpixel((x, 0), (255 - dice.randrange(8), 255 - dice.randrange(8), 255))
    return picture


@lru_cache(maxsize=8)
def _word(width: int) -> Image.Image:
    """The word as a mask, as wide as the picture allows and with a thin line above it."""
    size = max(6, width // 11)
    mask = Image.new("L", (width, size + 4), 0)
    draw = ImageDraw.Draw(mask)
    font = ImageFont.load_default(size)
    wide = draw.textlength("PRACTICE", font=font)
    draw.text(((width - wide) / 2, 0), "PRACTICE", fill=255, font=font)
    return mask


# Previews -----------------------------------------------------------------------------------


def _previews(picture: Image.Image, count: int, dice: random.Random) -> list[bytes]:
    """JPEGs of at most `_PREVIEW_PIXELS` a side, clearer from one to the next."""
    small = picture.copy()
    small.thumbnail((_PREVIEW_PIXELS, _PREVIEW_PIXELS), Image.Resampling.BOX, reducing_gap=None)
    grain = (max(1, small.width // 8), max(1, small.height // 8))
    noise = Image.frombytes("RGB", grain, dice.randbytes(3 * grain[0] * grain[1]))
    noise = noise.resize(small.size, Image.Resampling.NEAREST)
    found = []
    for number in range(count):
        share = (number + 1) / (count + 1)
        buffer = io.BytesIO()
        Image.blend(noise, small, share).save(buffer, "JPEG", quality=80)
        found.append(buffer.getvalue())
    return found
