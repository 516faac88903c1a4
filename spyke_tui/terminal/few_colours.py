"""Fewer colours, chosen so that pictures stay short on the line: paper without its grain, then
few colours that cover the whole range, so that small patches of a rare colour keep it.

A sixel band costs bytes for every colour in it, and a PNG for every pixel that differs from its
neighbour, so the grain of a scan would cost more than the drawing. Whatever is nearly one of the
picture's large plain colours becomes exactly that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Size

if TYPE_CHECKING:
    from PIL.Image import Image

GRAIN = 14
"""Steps of 255 in each channel by which paper may differ from its own colour."""

LARGE = 0.02
"""Share of the picture from which on a colour counts as one of the large ones."""

MOST_LARGE = 5

SAMPLE_PIXELS = 120_000
"""Of so many pixels the palette is made."""

STRIP = 128
"""Rows of a picture that are worked on at once: what that needs is needed for them only."""


def few_colours(
    pixels: bytes, size: Size, most: int, grain: int = GRAIN
) -> tuple[bytes, list[int]]:
    """RGB pixels as indices and a palette (0xRRGGBB) of at most `most` colours.

    `grain` 0 leaves the paper as it is.
    """
    from PIL import Image  # in here, because the first frame need not wait for it

    image = Image.frombytes("RGB", (size.width, size.height), pixels)

    def strips() -> Iterator[Image.Image]:
        for top in range(0, size.height, STRIP):
            yield image.crop((0, top, size.width, min(top + STRIP, size.height)))

    flat = in_few_colours(strips, size, most, grain)
    values, data = bytes(flat.getpalette() or ()), flat.tobytes()
    colours = [int.from_bytes(values[at : at + 3], "big") for at in range(0, len(values), 3)]
    return data, colours[: max(data, default=0) + 1]


def in_few_colours(
    strips: Callable[[], Iterable[Image]], size: Size, most: int, grain: int
) -> Image:
    """An RGB picture in at most `most` colours of its own, its paper without grain.

    `strips` gives it from the top, as often as asked: once for a sample, once for the pixels.
    """
    from PIL.Image import Dither, new

    step = sample_step(size)
    wide, high = max(1, size.width // step), max(1, size.height // step)
    small, down = new("RGB", (wide, high)), 0
    for strip in strips():
        small.paste(sampled(strip, step, wide), (0, down))
        down += strip.height // step
    papers = papers_of(small) if grain else []
    palette = palette_of(without_grain(small, grain, papers), most)
    flat, down = new("P", (size.width, size.height)), 0
    for strip in strips():
        plain = without_grain(strip, grain, papers)
        flat.paste(plain.quantize(palette=palette, dither=Dither.NONE), (0, down))
        down += strip.height
    flat.putpalette(palette.getpalette() or [])
    return flat


def sample_step(size: Size) -> int:
    """Of a picture of this size every so-many-th pixel is enough to find its colours."""
    return max(1, round(math.sqrt(size.width * size.height / SAMPLE_PIXELS)))


def sampled(image: Image, step: int, wide: int) -> Image:
    """Every `step`-th pixel of every `step`-th row, `wide` pixels wide."""
    from PIL.Image import Resampling

    return image.resize((wide, max(1, image.height // step)), Resampling.NEAREST)


def palette_of(small: Image, most: int) -> Image:
    """At most `most` colours for a picture of which this is a sample.

    First such that no colour is far from one of them, then each is moved to the middle of those
    that it stands for (k-means).
    """
    from PIL.Image import Dither, Quantize

    return small.quantize(most, Quantize.MAXCOVERAGE, kmeans=4, dither=Dither.NONE)


def without_grain(image: Image, grain: int, papers: Sequence[tuple[int, int, int]]) -> Image:
    """The picture with its large plain areas (of the colours `papers`) made exactly plain."""
    from PIL import ImageChops
    from PIL.Image import new

    if not papers:
        return image
    near = [255 if value <= grain else 0 for value in range(256)]
    image = image.copy()
    for paper in papers:
        plain = new("RGB", image.size, paper)
        apart = ImageChops.difference(image, plain).split()
        most = ImageChops.lighter(ImageChops.lighter(apart[0], apart[1]), apart[2])
        image.paste(plain, mask=most.point(near))
    return image


def papers_of(small: Image) -> list[tuple[int, int, int]]:
    """The colours of the large plain areas of a picture of which this is a sample."""
    from PIL.Image import Dither, Quantize

    flat = small.quantize(24, Quantize.FASTOCTREE, dither=Dither.NONE)
    values = flat.getpalette() or []
    found: list[tuple[int, int, int]] = []
    for count, index in sorted(flat.getcolors() or (), reverse=True)[:MOST_LARGE]:
        if count < LARGE * flat.width * flat.height or not isinstance(index, int):
            break
        red, green, blue = values[3 * index : 3 * index + 3]
        found.append((red, green, blue))
    return found
