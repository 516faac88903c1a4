"""Guide lines and frames: long, straight, thin. They tie figures together and are not figures."""

from __future__ import annotations

import re

from PIL import Image, ImageChops

_LONG_SHARE = 0.2
"""A line is at least this share of the sheet's longer side."""

_THICK = 3
"""A line is thinner than this many working pixels on either side of its middle."""

_PIECE = 12
"""What is seen of a line between figures counts from this many working pixels on."""

_ROW_SHARE = 0.25
"""A row with this share of such pieces is a line that figures stand in front of."""

_BORDER_DEPTH = 0.08
"""How far from the edge a frame or band is looked for, as a share of the sheet."""

_FRAME_THICKNESS = 0.015
"""The thickest line of a frame that stands off the edge, as a share of the sheet."""

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
    """The mask without bands near its top and bottom that are ink from side to side.

    Such a band begins at the very edge, or is the line of a frame: what is thicker and stands off
    the edge may be a figure.
    """
    width, height = mask.size
    depth = round(_BORDER_DEPTH * height)
    thickness = max(3, round(_FRAME_THICKNESS * height))
    data = mask.tobytes()
    shares = [data.count(255, row * width, (row + 1) * width) / width for row in range(height)]
    pixels = bytearray(data)
    for start, end in _groups([share >= _BORDER_SHARE for share in shares]):
        at_edge = start <= 1 or end >= height - 1
        near = start < depth or end > height - depth
        beside = max(shares[max(0, start - 3)], shares[min(height - 1, end + 2)])
        alone = end - start <= thickness and beside < _BORDER_SHARE / 2
        if near and (alone or (at_edge and end - start <= depth)):
            pixels[start * width : end * width] = bytes((end - start) * width)
    return mask if pixels == data else Image.frombytes("L", mask.size, bytes(pixels))


def _groups(flags: list[bool]) -> list[tuple[int, int]]:
    """(first, after the last) of each stretch of true flags."""
    groups = []
    start = -1
    for index, flag in enumerate([*flags, False]):
        if flag and start < 0:
            start = index
        elif not flag and start >= 0:
            groups.append((start, index))
            start = -1
    return groups


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
    shortest = min(least, int(_ROW_SHARE * width)) // 2
    for row in range(height):
        at = row * width
        if thin.count(255, at, at + width) < shortest:
            continue
        pieces = [found.span() for found in long_line.finditer(thin, at, at + width)]
        pieces = [(start, end) for start, end in pieces if end - start >= _PIECE]
        whole_line = sum(end - start for start, end in pieces) >= _ROW_SHARE * width
        for start, end in pieces:
            if whole_line or end - start >= least:
                cleared = cleared or bytearray(mask.tobytes())
                ink, line = (int.from_bytes(bits[start:end]) for bits in (cleared, thin))
                cleared[start:end] = (ink & ~line).to_bytes(end - start)
    return mask if cleared is None else Image.frombytes("L", mask.size, bytes(cleared))


def _thin_across(mask: Image.Image) -> Image.Image:
    """The ink that has paper both `_THICK` pixels above it and below it."""
    above = Image.new("L", mask.size, 0)
    above.paste(mask, (0, _THICK))
    below = Image.new("L", mask.size, 0)
    below.paste(mask, (0, -_THICK))
    return ImageChops.subtract(mask, ImageChops.lighter(above, below))
