"""A crop becomes a training image: erased, composited, letterboxed, perhaps mirrored."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageColor

from spyke_tui.model.geometry import Rect, Size, contain_box
from spyke_tui.processing.background import Colour, background_share, estimate_background
from spyke_tui.processing.erasing import paint_over

AUTO_PAD = "auto"

SEAM_LEVELS = 5
"""Bars that differ from the paper by this much in a channel can be told from it."""

SEAM_SHARE = 0.5
"""Paper is what at least this share of the pixels around a crop shows."""


def render_crop(
    picture: Image.Image,
    rect: Rect,
    size: int,
    pad: str,
    erase: Sequence[Rect] = (),
    mirror: bool = False,
) -> Image.Image:
    """The training image of `rect`: RGB, `size` x `size` pixels.

    `picture` is a loaded sheet (RGB or RGBA), `rect` and `erase` are in its pixels; `erase` is
    painted over with the local background, only inside `rect`. The crop keeps its shape, is
    reduced or enlarged to touch two sides of the square, and lies centred on `pad`: ``#rrggbb``,
    or ``auto`` for the background around the crop. Alpha shows the same colour. `mirror` flips
    the finished image left to right.

    Raises ValueError where `rect` is empty or leaves the picture (no band of black is invented),
    where `size` is below 1, or where `pad` is no colour.
    """
    sheet = Size(*picture.size)
    if not rect.is_inside(sheet):
        raise ValueError(f"the rectangle {rect} is not inside the {sheet} picture")
    if size < 1:
        raise ValueError(f"a training image of {size} pixels is impossible")
    colour = pad_colour(picture, rect, pad)
    crop = picture.crop(rect.box)
    paint_over(crop, picture, rect, erase)
    letterboxed = letterbox(flattened(crop, colour), size, colour)
    return letterboxed.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirror else letterboxed


def pad_colour(picture: Image.Image, rect: Rect, pad: str) -> Colour:
    """The colour that `pad` stands for at this crop. Raises ValueError where it is no colour."""
    if pad == AUTO_PAD:
        return estimate_background(picture, rect)
    red, green, blue = ImageColor.getrgb(pad)[:3]
    return red, green, blue


def seam_at(picture: Image.Image, rect: Rect, pad: str) -> Colour | None:
    """The colour of the paper around `rect` where bars of `pad` would stand out against it.

    None where there are no bars, where they do not, and where no one colour lies around it.
    Raises ValueError where `pad` is no colour.
    """
    if pad == AUTO_PAD or rect.width == rect.height:
        return None
    bars = pad_colour(picture, rect, pad)
    paper, share = background_share(picture, rect)
    stands_out = max(abs(a - b) for a, b in zip(bars, paper, strict=True)) >= SEAM_LEVELS
    return paper if stands_out and share >= SEAM_SHARE else None


def flattened(crop: Image.Image, colour: Colour) -> Image.Image:
    """`crop` as RGB, its see-through pixels showing `colour`.

    Done at full size, before any resampling: afterwards, the colours hidden under clear pixels
    would have bled into the outline.
    """
    if crop.mode != "RGBA":
        return crop if crop.mode == "RGB" else crop.convert("RGB")
    ground = Image.new("RGB", crop.size, colour)
    ground.paste(crop, mask=crop.getchannel("A"))
    return ground


def letterbox(crop: Image.Image, size: int, colour: Colour) -> Image.Image:
    """An RGB `crop` fitted into a square of `size` pixels, centred on `colour`."""
    box = contain_box(Size(*crop.size), size)
    fitted = crop
    if (box.width, box.height) != crop.size:
        fitted = crop.resize((box.width, box.height), Image.Resampling.LANCZOS)
    if box.width == box.height == size:
        return fitted
    canvas = Image.new("RGB", (size, size), colour)
    canvas.paste(fitted, (box.left, box.top))
    return canvas
