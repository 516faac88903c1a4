"""Whether one picture file is another one flipped left to right."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageChops

from spyke_tui.errors import PictureError
from spyke_tui.processing.loading import load_picture

_GRID = 64
"""Cells a side that are compared: fine enough to see a retouched hand, too coarse for the noise
of a JPEG."""
_NOISE = 16
"""Levels (of 255) by which a cell may differ."""


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
    flipped, expected = map(_coarse, (pictures[0], pictures[1]))
    flipped = flipped.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    bands = ImageChops.difference(flipped, expected).split()
    return all(_highest(band) <= _NOISE for band in bands)


def _coarse(picture: Image.Image) -> Image.Image:
    size = min(_GRID, picture.width), min(_GRID, picture.height)
    return picture.convert("RGBA").resize(size, Image.Resampling.BOX)


def _highest(band: Image.Image) -> int:
    histogram = band.histogram()
    return max((level for level, pixels in enumerate(histogram) if pixels), default=0)
