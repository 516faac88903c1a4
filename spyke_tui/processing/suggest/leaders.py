"""What belongs to writing: lines from a word to a figure, arrows, boxes around words.

Such a line is thin, begins at a word and has the word's colour. A staff, a whip or a lock of hair
is thin too, but does not begin at a word, or is of another colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.background import Colour
from spyke_tui.processing.suggest.blobs import Blob, blob_mask, find_blobs, moved, thinned, widened

_REACH = 1.0
"""A line begins within this many heights of its word, or `_DASH_GAP`."""

_DASH_GAP = 3
"""The dots and dashes of one line are at most this far apart, in working pixels."""

_TIP = 5
"""What is shorter and part of something thicker is a tip of hair or cloth, in working pixels."""

_STRAIGHT = 2.5
"""A line has at most so many pixels of ink, compared to its longer side."""

_HUE = 0.35
"""How much the colours of a line and its word may differ, as shares of their contrast."""

_LABEL_SHARE = 0.25
"""From this share of words in its rectangle on, a blob is a box around them."""

_MARK = 2.5
"""Of this many heights of a word or less, a mark beside it belongs to it: a dash, a tick."""

_MARK_DEPTH = 2
"""Half the thickness of such a mark, at most, in working pixels."""

_HEAD = 1.5
"""The head of an arrow is at most this many heights of a word large."""

Hue = tuple[float, float, float]
"""How much darker (or lighter) ink is than the paper, per channel; the largest is 1 or -1."""


@dataclass(frozen=True)
class _Style:
    """The colour of a word, and the paper that it is written on."""

    hue: Hue
    paper: Colour


_End = tuple[int, int, int, int, _Style]
"""Where a line may go on (left, top, right, bottom), and what it looks like."""


@dataclass(frozen=True, eq=False)
class _Part:
    """A thin part of a blob, and whether it hangs on something thicker."""

    blob: Blob
    hangs: bool


class Leaders:
    """Finds lines that lead to words. `rgb` and `distance` are the working copy and how far its
    pixels are from the paper; all lengths are working pixels."""

    def __init__(self, words: Sequence[Rect], rgb: Image.Image, distance: Image.Image) -> None:
        self._words = words
        self._colours = _Colours(rgb, distance)
        self._written = sum(word.area for word in words)
        self._tallest = max((word.height for word in words), default=0)

    def taken_off(self, blobs: Sequence[Blob], least_ink: int) -> list[Blob]:
        """The blobs without the lines, and without what belongs to words: boxes, arrow heads.

        What falls apart comes in pieces of at least `least_ink`.
        """
        if not self._words:
            return [blob for blob in blobs if blob.ink >= least_ink]
        lines = self._lines(blobs)
        removed = [line for group in lines.values() for line in group]
        kept: list[Blob] = []
        for blob in blobs:
            kept += _without(blob, lines[blob]) if blob in lines else [blob]
        return [
            blob
            for blob in kept
            if blob.ink >= least_ink
            and not self._is_label(blob.rect)
            and not self._is_letter(blob.rect)
            and not self._is_head(blob.rect, removed)
        ]

    def _is_label(self, rect: Rect) -> bool:
        least = _LABEL_SHARE * rect.area
        if least > self._written:
            return False
        return sum(rect.intersection(word).area for word in self._words) >= least

    def _is_letter(self, rect: Rect) -> bool:
        """Whether it stands on a word's line, no taller than the word."""
        if rect.height > 1.2 * self._tallest + 1:
            return False
        for word in self._words:
            common = min(word.bottom, rect.bottom) - max(word.top, rect.top)
            gap = max(word.left - rect.right, rect.left - word.right)
            if (
                gap <= word.height
                and rect.height <= 1.2 * word.height + 1
                and common >= 0.6 * min(rect.height, word.height)
            ):
                return True
        return False

    def _is_head(self, rect: Rect, lines: Sequence[Blob]) -> bool:
        if max(rect.width, rect.height) > _HEAD * self._tallest:
            return False
        box = (rect.left - 2, rect.top - 2, rect.right + 2, rect.bottom + 2)
        return any(_touches(line, *box) for line in lines)

    def _lines(self, blobs: Sequence[Blob]) -> dict[Blob, list[Blob]]:
        """The lines in each blob, if there are any."""
        lines: dict[Blob, list[Blob]] = {}
        parts: dict[Blob, list[_Part]] = {}
        ends = [_end_at(word, self._colours.of_word(word)) for word in self._words]
        while ends:
            further: list[_End] = []
            for blob in blobs:
                left, top, right, bottom = blob.rect.box
                near = [
                    end
                    for end in ends
                    if end[0] < right and left < end[2] and end[1] < bottom and top < end[3]
                ]
                if not near or not any(_touches(blob, *end[:4]) for end in near):
                    continue
                if blob not in parts:
                    small = _longest(blob.rect) <= _MARK * self._tallest
                    parts[blob] = _thin_parts(blob, _MARK_DEPTH if small else 1)
                for part in list(parts[blob]):
                    style = self._leads(part, near)
                    if style is None:
                        continue
                    parts[blob].remove(part)
                    if not (part.hangs and _longest(part.blob.rect) < _TIP):
                        lines.setdefault(blob, []).append(part.blob)
                    further += _ends_of(part.blob, style)
            ends = further
        return lines

    def _leads(self, part: _Part, ends: Sequence[_End]) -> _Style | None:
        """The style of the line that goes on with this part; None where none does."""
        for left, top, right, bottom, style in ends:
            if not _touches(part.blob, left, top, right, bottom):
                continue
            if _longest(part.blob.rect) < _TIP:
                return style
            if _alike(style.hue, self._colours.of_stroke(part.blob, style.paper)):
                return style
        return None


class _Colours:
    """The colours of ink relative to the paper around it."""

    def __init__(self, rgb: Image.Image, distance: Image.Image) -> None:
        self._rgb = rgb
        self._distance = distance

    def of_word(self, word: Rect) -> _Style:
        """The colour in the middle rows of a word, and that of the paper at its corners."""
        middle = word.top + word.height // 2
        rows = (middle, max(word.top, middle - 1))
        columns = range(word.left, min(word.right, word.left + 24), 2)
        width, height = self._rgb.size
        corners = [
            (min(max(x, 0), width - 1), min(max(y, 0), height - 1))
            for x in (word.left - 2, word.right + 1)
            for y in (word.top - 2, word.bottom + 1)
        ]
        paper = self._pixel(min(corners, key=self._strength))
        return _Style(self._hue([(x, y) for y in rows for x in columns], paper), paper)

    def of_stroke(self, blob: Blob, paper: Colour) -> Hue:
        """The colour of a thin blob."""
        return self._hue(
            [(x, row) for row, start, end in blob.runs for x in range(start, end)], paper
        )

    def _hue(self, points: Sequence[tuple[int, int]], paper: Colour) -> Hue:
        # Not the very strongest: at its end a line mixes with what it touches.
        ink = self._pixel(sorted(points, key=self._strength)[len(points) * 3 // 4])
        steps = [level - ground for level, ground in zip(ink, paper, strict=True)]
        largest = max(abs(step) for step in steps) or 1
        return (steps[0] / largest, steps[1] / largest, steps[2] / largest)

    def _strength(self, point: tuple[int, int]) -> float:
        level = self._distance.getpixel(point)
        assert isinstance(level, int | float)
        return level

    def _pixel(self, point: tuple[int, int]) -> Colour:
        pixel = self._rgb.getpixel(point)
        assert isinstance(pixel, tuple)
        return (int(pixel[0]), int(pixel[1]), int(pixel[2]))


def _thin_parts(blob: Blob, depth: int) -> list[_Part]:
    """The straight parts of a blob that are at most 2 x `depth` pixels thick.

    Inside a figure there are no leaders to take off, only its own lines: its silhouette counts.
    """
    if min(blob.rect.width, blob.rect.height) <= 2:
        return [_Part(blob, hangs=False)]
    if depth > 1 and thinned(blob.filled, depth).getbbox() is None:
        return [_Part(blob, hangs=False)]
    thick = widened(thinned(blob.filled))
    found = find_blobs(ImageChops.subtract(blob.filled, thick))
    solid = thick.getbbox() is not None
    parts = []
    for thin in found:
        if thin.ink > _STRAIGHT * _longest(thin.rect) + 4:
            continue
        left, top, right, bottom = thin.rect.box
        hangs = (
            solid and thick.crop((left - 1, top - 1, right + 1, bottom + 1)).getbbox() is not None
        )
        parts.append(_Part(moved(thin, blob.rect.left, blob.rect.top), hangs))
    return parts


def _without(blob: Blob, lines: Sequence[Blob]) -> list[Blob]:
    """What is left of a blob, in pieces."""
    mask = blob_mask(blob)
    dx, dy = blob.rect.left, blob.rect.top
    for line in lines:
        box = (line.rect.left - dx, line.rect.top - dy)
        mask.paste(0, box, blob_mask(line))
    return [moved(piece, dx, dy) for piece in find_blobs(mask)]


def _end_at(word: Rect, style: _Style) -> _End:
    reach = max(_DASH_GAP, round(_REACH * word.height))
    left, top, right, bottom = word.box
    return (left - reach, top - reach, right + reach, bottom + reach, style)


def _ends_of(line: Blob, style: _Style) -> list[_End]:
    """The places around a line's outermost points, where its next dash may be."""
    first, last = line.runs[0], line.runs[-1]
    leftmost = min(line.runs, key=lambda run: run[1])
    rightmost = max(line.runs, key=lambda run: run[2])
    gap = _DASH_GAP
    points = {
        (first[1], first[0]),
        (last[1], last[0]),
        (leftmost[1], leftmost[0]),
        (rightmost[2] - 1, rightmost[0]),
    }
    return [(x - gap, y - gap, x + gap + 1, y + gap + 1, style) for x, y in points]


def _longest(rect: Rect) -> int:
    return max(rect.width, rect.height)


def _alike(one: Hue, other: Hue) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= _HUE


def _touches(blob: Blob, left: int, top: int, right: int, bottom: int) -> bool:
    return any(
        top <= row < bottom and start < right and end > left for row, start, end in blob.runs
    )
