"""Fewer colours, chosen so that pictures stay short on the line: paper without its grain, then
few colours that cover the whole range, so that small patches of a rare colour keep it.

A sixel band costs bytes for every colour in it, and a PNG for every pixel that differs from its
neighbour, so the grain of a scan would cost more than the drawing. Whatever is nearly one of the
picture's large plain colours becomes exactly that.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Size

if TYPE_CHECKING:
    from PIL.Image import Image

GRAIN = 14
"""Steps of 255 in each channel by which paper may differ from its own colour."""

SAMPLE = 8
"""The large colours are found in every eighth pixel of every eighth row."""

LARGE = 0.02
"""Share of the picture from which on a colour counts as one of the large ones."""

MOST_LARGE = 5

SAMPLE_PIXELS = 120_000
"""Of so many pixels the palette is made."""


def few_colours(
    pixels: bytes, size: Size, most: int, grain: int = GRAIN
) -> tuple[bytes, list[int]]:
    """RGB pixels as indices and a palette (0xRRGGBB) of at most `most` colours.

    `grain` 0 leaves the paper as it is.
    """
    from PIL import Image  # in here, because the first frame need not wait for it

    image = Image.frombytes("RGB", (size.width, size.height), pixels)
    if grain:
        image = without_grain(image, grain)
    flat = in_palette(image, most)
    values, data = bytes(flat.getpalette() or ()), flat.tobytes()
    colours = [int.from_bytes(values[at : at + 3], "big") for at in range(0, len(values), 3)]
    return data, colours[: max(data, default=0) + 1]


def in_palette(image: Image, most: int) -> Image:
    """The picture in at most `most` colours of its own.

    They are found in a sample: first such that no colour is far from one of them, then each is
    moved to the middle of those that it stands for (k-means).
    """
    from PIL.Image import Dither, Quantize, Resampling

    apart = max(1, round(math.sqrt(image.width * image.height / SAMPLE_PIXELS)))
    sample = image.resize(
        (max(1, image.width // apart), max(1, image.height // apart)), Resampling.NEAREST
    ).quantize(most, Quantize.MAXCOVERAGE, kmeans=4, dither=Dither.NONE)
    return image.quantize(palette=sample, dither=Dither.NONE)


def without_grain(image: Image, grain: int = GRAIN) -> Image:
    """The picture with its large plain areas made exactly plain."""
    from PIL import ImageChops
    from PIL.Image import Dither, Quantize, Resampling, new

    small = image.resize(
        (max(1, image.width // SAMPLE), max(1, image.height // SAMPLE)), Resampling.NEAREST
    ).quantize(24, Quantize.FASTOCTREE, dither=Dither.NONE)
    values = small.getpalette() or []
    counted = sorted(small.getcolors() or (), reverse=True)
    image = image.copy()
    near = [255 if value <= grain else 0 for value in range(256)]
    for count, index in counted[:MOST_LARGE]:
        if count < LARGE * small.width * small.height or not isinstance(index, int):
            break
        red, green, blue = values[3 * index : 3 * index + 3]
        plain = new("RGB", image.size, (red, green, blue))
        apart = ImageChops.difference(image, plain).split()
        most = ImageChops.lighter(ImageChops.lighter(apart[0], apart[1]), apart[2])
        image.paste(plain, mask=most.point(near))
    return image
