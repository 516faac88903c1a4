"""Sheets without tones or without colours: dithered, in dots, hatched, black and white, gray."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

_DOT_LEVELS = 32
"""A pixel that is this much lighter or darker than both its neighbours is a dot."""

_DOTS_SHARE = 0.07
"""From this share of dots on, tones are made of them; lines and grain reach half of it."""

_COLOUR_LEVELS = 24
"""A pixel has a colour where its channels differ by this much."""

_COLOURED_SHARE = 0.02
"""The least share of such pixels on a sheet whose figures can be told by their colours."""


def is_dotted(gray: Image.Image) -> bool:
    """Whether the tones of a picture in mode L are made of dots, by dithering, printing or hand."""
    before, after = Image.new("L", gray.size), Image.new("L", gray.size)
    before.paste(gray, (1, 0))
    after.paste(gray, (-1, 0))
    lighter = ImageChops.subtract(gray, ImageChops.lighter(before, after))
    darker = ImageChops.subtract(ImageChops.darker(before, after), gray)
    counts = ImageChops.lighter(lighter, darker).histogram()
    return sum(counts[_DOT_LEVELS:]) >= _DOTS_SHARE * sum(counts)


def smoothed(picture: Image.Image) -> Image.Image:
    """Each pixel the mean of itself and its eight neighbours."""
    return picture.filter(ImageFilter.BoxBlur(1))


def is_colourless(rgb: Image.Image) -> bool:
    """Whether there is hardly anything but grays."""
    red, green, blue = rgb.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    least = ImageChops.darker(ImageChops.darker(red, green), blue)
    counts = ImageChops.subtract(most, least).histogram()
    return sum(counts[_COLOUR_LEVELS:]) < _COLOURED_SHARE * sum(counts)
