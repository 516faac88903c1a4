"""Whether one picture file is another one flipped left to right."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageChops

from spyke_tui.errors import PictureError
from spyke_tui.processing.loading import load_picture

_GRID, _CELL = 64, 8
"""Cells a side that are compared, and the fewest pixels a side of one: fine enough to see a
retouched hand, too coarse for the noise of a JPEG."""
_NOISE = 24
"""Levels (of 255) by which a cell may differ."""


def flipped(picture: Image.Image) -> Image.Image:
    """The picture as in a mirror, left and right changed."""
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def is_flip(one: Path, other: Path) -> bool:
    """Whether `other` shows `one` flipped and nothing else; False where either can't be read.

    Stricter than a likeness: a flipped picture that somebody retouched is one of its own.
    """
    try:
        pictures = load_picture(one), load_picture(other)
    except PictureError:
        return False
    if pictures[0].size != pictures[1].size:
        return False
    # Flipped before it is made small: a box filter is not symmetrical to the pixel.
    bands = ImageChops.difference(_coarse(flipped(pictures[0])), _coarse(pictures[1])).split()
    return all(_highest(band) <= _NOISE for band in bands)


def _coarse(picture: Image.Image) -> Image.Image:
    width, height = (max(1, min(_GRID, side // _CELL)) for side in picture.size)
    return picture.convert("RGBA").resize((width, height), Image.Resampling.BOX)


def _highest(band: Image.Image) -> int:
    histogram = band.histogram()
    return max((level for level, pixels in enumerate(histogram) if pixels), default=0)
