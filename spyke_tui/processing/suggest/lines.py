"""Guide lines and frames: long, straight, thin. They tie figures together and are not figures."""

from __future__ import annotations

import re

from PIL import Image, ImageChops

_LONG_SHARE = 0.2
"""A line is at least this share of the sheet's longer side."""

_THICK = 3
"""A line is thinner than this many working pixels on either side of its middle."""

_ROW_SHARE = 0.4
"""A row with this share of thin ink is a line that figures stand in front of."""

_BORDER_DEPTH = 0.08
"""How far from the edge a frame or band is looked for, as a share of the sheet."""

_BORDER_SHARE = 0.85
"""A row is part of a frame or band when this share of it is ink."""

_CROSSING = 4
"""A line goes on after a gap of at most this many working pixels: another line crosses there."""


def without_border(mask: Image.Image) -> Image.Image:
    """The mask without a frame or a band along the sheet's edges, however thick its line is."""
    mask = _without_bands(mask)
    turned = mask.transpose(Image.Transpose.TRANSPOSE)
    cleared = _without_bands(turned)
    return mask if cleared is turned else cleared.transpose(Image.Transpose.TRANSPOSE)


def _without_bands(mask: Image.Image) -> Image.Image:
    """The mask without the rows near its top and bottom that are ink from side to side."""
    width, height = mask.size
    depth = round(_BORDER_DEPTH * height)
    data = mask.tobytes()
    cleared: bytearray | None = None
    for row in (*range(depth), *range(height - depth, height)):
        if data.count(255, row * width, (row + 1) * width) >= _BORDER_SHARE * width:
            cleared = cleared or bytearray(data)
            cleared[row * width : (row + 1) * width] = bytes(width)
    return mask if cleared is None else Image.frombytes("L", mask.size, bytes(cleared))


def without_lines(mask: Image.Image) -> Image.Image:
    """The mask without its long thin horizontal and vertical lines.

    Where a line crosses something thick, the thick part stays whole. The flat bottom of a bust
    also is long and straight, but has ink above it, so it stays.
    """
    least = max(24, round(_LONG_SHARE * max(mask.size)))
    mask = _without_rows(mask, least)
    turned = mask.transpose(Image.Transpose.TRANSPOSE)
    cleared = _without_rows(turned, least)
    return mask if cleared is turned else cleared.transpose(Image.Transpose.TRANSPOSE)


def _without_rows(mask: Image.Image, least: int) -> Image.Image:
    """The mask without its long thin horizontal lines."""
    width, height = mask.size
    thin_image = _thin_across(mask)
    thin = thin_image.tobytes()
    long_line = re.compile(rb"\xff{6,}(?:\x00{1,%d}\xff{6,})*" % _CROSSING)
    cleared: bytearray | None = None
    for row in range(height):
        at = row * width
        spread = thin.count(255, at, at + width) >= _ROW_SHARE * width
        for found in long_line.finditer(thin, at, at + width):
            if found.end() - found.start() < (12 if spread else least):
                continue
            cleared = cleared or bytearray(mask.tobytes())
            keep = int.from_bytes(cleared[found.start() : found.end()]) & ~int.from_bytes(
                thin[found.start() : found.end()]
            )
            cleared[found.start() : found.end()] = keep.to_bytes(found.end() - found.start())
    return mask if cleared is None else Image.frombytes("L", mask.size, bytes(cleared))


def _thin_across(mask: Image.Image) -> Image.Image:
    """The ink that has paper both `_THICK` pixels above it and below it."""
    above = Image.new("L", mask.size, 0)
    above.paste(mask, (0, _THICK))
    below = Image.new("L", mask.size, 0)
    below.paste(mask, (0, -_THICK))
    return ImageChops.subtract(mask, ImageChops.lighter(above, below))
