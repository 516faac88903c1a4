"""Whether what lies in a rectangle is writing, looked at in the sheet's own size.

Writing is a row of at least three separate parts of one colour, of like height, standing on one
line. What it says is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from PIL import Image, ImageChops

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.suggest.blobs import ink_mask, thinned
from spyke_tui.processing.suggest.ground import flattened

_READING_HEIGHT = 32
"""A line is reduced to this height before it is read, in pixels."""

_LEAST_HEIGHT = 5
"""Lower lines can't be told from dots, in source pixels."""

_LEAST_LETTERS = 3

_LEAST_CONTRAST = 24
"""Writing differs this much from what it is written on, in levels."""

_ONE_COLOUR = 0.9
"""The least share of a word's ink that has the same colour."""

_READ = 6
"""A line is read up to this length, in heights."""

_NAME = 0.7
"""The name beside a swatch is at most this high, compared to the swatch."""

_ALIKE = 0.6
"""The share of a line's parts that have to look like letters."""

_DOTS = 0.85
"""From this share of ink in its parts on, a line is made of dots or squares, not of letters."""

_RULE = 224
"""The least mean level of a row that is a line rather than part of letters, of 255."""

_WITHOUT_RULES = bytes(level if level < _RULE else 0 for level in range(256))
"""Takes rows that are nearly all ink for paper: a line under or over the writing."""

_INK = re.compile(rb"[^\x00]+")


@dataclass(frozen=True)
class Source:
    """The picture in RGB or RGBA, and how many of its pixels are one of the working copy."""

    picture: Image.Image
    scale: float

    def crop(self, rect: Rect, height: int) -> Image.Image:
        """What lies under a working rectangle, in RGB; not higher than `height`."""
        left, top, right, bottom = (round(edge * self.scale) for edge in rect.box)
        right, bottom = min(right, self.picture.width), min(bottom, self.picture.height)
        patch = flattened(self.picture.crop((left, top, right, bottom)))
        if patch.height <= height:
            return patch
        size = (max(1, round(patch.width * height / patch.height)), height)
        return patch.resize(size, Image.Resampling.BOX)


def read(source: Source, bar: Rect) -> Rect | None:
    """Where in a working rectangle there is writing, perhaps in a box or beside a swatch.

    None where there is none.
    """
    area = _around(Rect(bar.left, bar.top, min(bar.width, _READ * bar.height), bar.height), 1)
    patch = source.crop(area, _READING_HEIGHT)
    whole = (0, 0, *patch.size)
    ink = _ink_of(patch)
    box = _box_of_letters(patch, ink) if ink else None
    if box is None:
        ruled = ink is not None and max(_projected(ink, across=False)) >= _RULE
        inset = round(0.2 * patch.height)
        inner = patch.crop((inset, inset, patch.width - inset, patch.height - inset))
        ink = _ink_of(inner) if ruled and min(inner.size) > 2 else None
        return bar if ink is not None and _box_of_letters(inner, ink) else None
    if box == whole:
        return bar
    across, down = area.width / patch.width, area.height / patch.height
    left, top = area.left + int(box[0] * across), area.top + int(box[1] * down)
    right = area.left - int(-box[2] * across)
    bottom = area.top - int(-box[3] * down // 1)
    right = bar.right if bar.right >= area.right and box[2] == patch.width else right
    return Rect.from_box(left, top, right, bottom)


def _ink_of(patch: Image.Image) -> Image.Image | None:
    """What differs clearly from the colour at the patch's edge; None where nothing does."""
    gray = patch.convert("L")
    inner = gray.crop((1, 1, max(2, gray.width - 1), max(2, gray.height - 1)))
    pairs = zip(gray.histogram(), inner.histogram(), strict=True)
    edge = [every - own for every, own in pairs]
    distance = ImageChops.difference(gray, Image.new("L", gray.size, edge.index(max(edge))))
    _, strongest = distance.getextrema()
    assert isinstance(strongest, int | float)
    if strongest < _LEAST_CONTRAST:
        return None
    return ink_mask(distance, max(16, round(0.45 * strongest)))


def _box_of_letters(patch: Image.Image, ink: Image.Image) -> tuple[int, int, int, int] | None:
    """Where most of the patch's ink is lines of letters in one colour: all of it, or all but a
    swatch at its end."""
    box = _beside_swatch(ink)
    named = box != (0, 0, *ink.size)  # beside a swatch, two letters are a name as well
    total = of_letters = 0
    rows = _projected(ink.crop(box), across=False).translate(_WITHOUT_RULES)
    for found in _INK.finditer(rows):
        line = ink.crop((box[0], box[1] + found.start(), box[2], box[1] + found.end()))
        amount = line.histogram()[255]
        total += amount
        of_letters += amount if not named and _is_line(line) else 0
    if not total or (of_letters < _ALIKE * total and not named):
        return None
    return box if _is_flat(patch.crop(box), thinned(ink.crop(box))) else None


def _beside_swatch(ink: Image.Image) -> tuple[int, int, int, int]:
    """The box of a bar's ink without the swatch at its left or right whose name the word is."""
    whole = (0, 0, ink.width, ink.height)
    parts = [found.span() for found in _INK.finditer(_projected(ink, across=True))]
    if len(parts) < 2:
        return whole
    after, before = (parts[0][1] + parts[1][0]) // 2, (parts[-2][1] + parts[-1][0] + 1) // 2
    for swatch, rest in ((parts[0], (after, ink.width)), (parts[-1], (0, before))):
        box = ink.crop((rest[0], 0, rest[1], ink.height)).getbbox()
        if box is None or box[3] - box[1] > _NAME * ink.height:
            continue
        if _is_swatch(ink.crop((swatch[0], 0, swatch[1], ink.height))):
            return (rest[0], box[1], rest[1], box[3])
    return whole


def _is_swatch(part: Image.Image) -> bool:
    """Whether a part of a bar is a square, filled or empty, nearly as high as the bar."""
    box = part.getbbox()
    assert box is not None
    square = part.crop(box)
    width, height = square.size
    if height < 0.7 * part.height or not 0.7 <= width / height <= 1.6:
        return False
    sides = [(0, 0, width, 1), (0, height - 1, width, height), (0, 0, 1, height)]
    sides.append((width - 1, 0, width, height))
    return all(
        square.crop(side).histogram()[255] >= 0.8 * max(side[2] - side[0], side[3] - side[1])
        for side in sides
    )


def _is_flat(patch: Image.Image, ink: Image.Image) -> bool:
    """Whether most of the ink has one colour: in each channel it lies in a stretch of 96 levels."""
    counts = patch.histogram(ink)
    for channel in range(0, 768, 256):
        eighths = [sum(counts[at : at + 32]) for at in range(channel, channel + 256, 32)]
        if max(sum(eighths[at : at + 3]) for at in range(6)) < _ONE_COLOUR * sum(eighths):
            return False
    return True


def _is_line(line: Image.Image) -> bool:
    """Whether a strip of ink, as high as its parts, is a row of letters."""
    height = line.height
    if height < _LEAST_HEIGHT:
        return False
    letters: list[tuple[int, int, int, int]] = []
    for found in _INK.finditer(_projected(line, across=True)):
        left, right = found.span()
        box = line.crop((left, 0, right, height)).getbbox()
        if box is None or (letters and left - letters[-1][2] > 1.6 * height):
            return False
        letters.append((left, box[1], right, box[3]))
    base = median_low(bottom for *_, bottom in letters)
    widths = sum(right - left for left, _, right, _ in letters)
    good = [
        (left, top, right, bottom)
        for left, top, right, bottom in letters
        if right - left <= 2.2 * height
        and bottom - top >= 0.4 * height
        and abs(bottom - base) <= 0.15 * height
    ]
    return (
        line.histogram()[255] <= _DOTS * widths * height
        and len(good) >= max(_LEAST_LETTERS, _ALIKE * len(letters))
        and sum(right - left for left, _, right, _ in good) >= _ALIKE * widths
        and not _are_swatches(line, good)
    )


def _are_swatches(line: Image.Image, parts: Sequence[tuple[int, int, int, int]]) -> bool:
    """Whether these are equal squares rather than letters."""
    widths = [right - left for left, _, right, _ in parts]
    heights = [bottom - top for _, top, _, bottom in parts]
    if max(widths) > 1.2 * min(widths) + 1 or max(heights) > 1.2 * min(heights) + 1:
        return False
    return 2 * sum(_is_swatch(line.crop(part)) for part in parts) >= len(parts)


def _projected(ink: Image.Image, *, across: bool) -> bytes:
    """One byte per column (`across`) or row; 0 where there is no ink."""
    size = (ink.width, 1) if across else (1, ink.height)
    return ink.resize(size, Image.Resampling.BOX).tobytes()


def _around(rect: Rect, by: int) -> Rect:
    left, top = max(0, rect.left - by), max(0, rect.top - by)
    return Rect.from_box(left, top, rect.right + by, rect.bottom + by)
