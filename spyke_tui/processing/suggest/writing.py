"""Lines of writing on a sheet: callouts, titles, names of views, notes.

On the working copy a word is a low bar that stands free. That alone is also a hand or a lock of
hair, so each bar is read again at the sheet's own size.
"""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageChops

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.suggest.blobs import find_blobs, thinned, widened
from spyke_tui.processing.suggest.reading import Source, read

_TALLEST = 0.027
"""The tallest line that is looked for, as a share of the sheet's longer side."""

_WORD_GAPS = (2, 1)
"""Letters up to twice this far apart, in working pixels, are joined into a bar.

The smaller gap finds what is written so close to a figure that the larger one joins the two.
"""

_LETTER_GAP = 0.6
"""Bars up to this many heights apart are read together."""

_SPACE = 2.0
"""Words on one line are at most this many heights apart."""

_MOST_BARS = 60
"""Bars that are read at most: more are a pattern, and reading takes time."""

_LEAST_ASPECT = 1.1
"""So many letters are at least so much wider than high."""


def without_writing(mask: Image.Image, source: Source) -> tuple[Image.Image, list[Rect]]:
    """The mask of a sheet's ink without its words, and where they are, in working pixels.

    Only words that stand free are found, or at the end of a thin line: those on a figure are
    part of its picture.
    """
    tallest = max(8, round(_TALLEST * max(mask.size)))
    words: list[Rect] = []
    for gap in _WORD_GAPS:
        found = _words(mask, tallest, gap, source)
        if not found:
            break
        mask = _erased(mask, found)
        words += found
    return mask, words


def _erased(mask: Image.Image, words: Sequence[Rect]) -> Image.Image:
    """The mask without the words; what goes on above or below them stays."""
    erased = mask.copy()
    for word in words:
        erased.paste(0, word.box)
        for row in (word.top - 2, word.bottom - 1):
            passing = _passing(mask, word.left, word.right, row)
            if passing.getbbox():
                erased.paste(
                    mask.crop(word.box), word.box, passing.resize((word.width, word.height))
                )
    return erased


def _passing(mask: Image.Image, left: int, right: int, row: int) -> Image.Image:
    """Which columns are ink in three rows from `row` on, as a mask one pixel high."""
    strip = mask.crop((left, row, right, row + 3))
    first, second, third = (strip.crop((0, at, strip.width, at + 1)) for at in range(3))
    return ImageChops.darker(ImageChops.darker(first, second), third)


def _words(mask: Image.Image, tallest: int, gap: int, source: Source) -> list[Rect]:
    solid = widened(thinned(_row_closed(mask, gap)))  # a leader line is thinner than a word
    bars = [blob.rect for blob in find_blobs(solid, 9) if blob.rect.height <= tallest]
    words: list[Rect] = []
    for line in _lines(bars)[:_MOST_BARS]:
        whole = _union(line)
        if whole.width < _LEAST_ASPECT * whole.height:
            continue
        found = read(source, whole)
        if found is not None:
            words.append(found)
        elif len(line) > 1:
            parts = [read(source, bar) for bar in line if bar.width > bar.height]
            words += [part for part in parts if part is not None]
    return _with_neighbours(words, bars)


def _lines(bars: Sequence[Rect]) -> list[list[Rect]]:
    """The bars in groups that stand on a line close together, as the letters of a title do."""
    lines: list[list[Rect]] = []
    open_ones: list[list[Rect]] = []
    for bar in sorted(bars, key=lambda bar: bar.left):
        reach = bar.left - 4 * bar.height
        open_ones = [line for line in open_ones if line[-1].right >= reach or line[-1].height > 8]
        for line in open_ones:
            last = line[-1]
            if last.bottom > bar.top and last.top < bar.bottom and _on_line(bar, last, _LETTER_GAP):
                line.append(bar)
                break
        else:
            lines.append([bar])
            open_ones.append(lines[-1])
    return sorted(lines, key=lambda line: -_union(line).area)


def _union(rects: Sequence[Rect]) -> Rect:
    whole = rects[0]
    for rect in rects[1:]:
        whole = whole.union(rect)
    return whole


def _with_neighbours(words: Sequence[Rect], bars: Sequence[Rect]) -> list[Rect]:
    """The words, and the short ones and numbers that stand on a line with one of them."""
    found = list(words)
    left = [bar for bar in bars if all(bar.intersection(word).is_empty for word in words)]
    queue = list(words)
    while queue:
        word = queue.pop()
        for bar in [bar for bar in left if _on_line(bar, word, _SPACE)]:
            left.remove(bar)
            found.append(bar)
            queue.append(bar)
    return found


def _on_line(bar: Rect, word: Rect, space: float) -> bool:
    """Whether two bars are of like height, side by side, at most `space` heights apart."""
    common = min(bar.bottom, word.bottom) - max(bar.top, word.top)
    gap = max(bar.left - word.right, word.left - bar.right)
    least, most = sorted((bar.height, word.height))
    return common >= 0.6 * least and most <= 1.6 * least + 1 and gap <= space * most


def _row_closed(mask: Image.Image, by: int) -> Image.Image:
    """The mask with gaps of up to 2 x `by` pixels in its rows filled."""
    for merge, outside in ((ImageChops.lighter, 0), (ImageChops.darker, 255)):
        for _ in range(by):
            mask = merge(merge(mask, _shifted(mask, 1, 0, outside)), _shifted(mask, -1, 0, outside))
    return mask


def _shifted(mask: Image.Image, dx: int, dy: int, outside: int) -> Image.Image:
    shifted = Image.new("L", mask.size, outside)
    shifted.paste(mask, (dx, dy))
    return shifted
