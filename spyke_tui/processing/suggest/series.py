"""Small equal parts in a row or a column, which annotate a sheet: colour swatches, numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PIL import Image

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.suggest.blobs import Blob

_SHARE = 0.3
"""A swatch or number is smaller than a figure: at most this share of the reference extent."""

_LEAST_SIDE = 4
"""The shape of what is smaller is unknown, in working pixels."""

_LEAST_COUNT = 3

_SQUARE_INK = 0.93
"""A square fills its rectangle at least this much."""

_ROUND_INK = (0.7, 0.86)
"""The share of its rectangle that a disc fills: pi / 4, a little blurred."""

_OTHER_COLOUR = 24
"""From this difference on, in levels of a channel, two colours are not the same."""

_PITCH = 8.0
"""From one swatch to the next it is at most so many times its length: a name stands between."""


def without_swatches(blobs: Sequence[Blob], rgb: Image.Image, reference: float) -> list[Blob]:
    """The blobs without rows and columns of at least three equal squares or discs.

    `reference` is the extent of a large figure, `rgb` the working copy. The members of such a row
    have different colours: what has one colour may be the gloves of a row of figures.
    """
    small = _frequent([blob for blob in blobs if blob.extent <= _SHARE * reference])
    shapes = [blob for blob in small if is_plain(blob)]
    chosen: set[Blob] = set()
    for across in (True, False):
        for one in shapes:
            row = [other for other in shapes if _in_row(one.rect, other.rect, across=across)]
            for chain in _chains(row, across=across) if len(row) >= _LEAST_COUNT else []:
                if len(chain) >= _LEAST_COUNT and _differ(chain, rgb):
                    chosen |= set(chain)
    return [blob for blob in blobs if blob not in chosen]


def _frequent(blobs: Sequence[Blob]) -> list[Blob]:
    """Those of which there are enough of one size, give or take a pixel."""
    counts = Counter((blob.rect.width, blob.rect.height) for blob in blobs)
    steps = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    often = {
        (width, height)
        for width, height in counts
        if sum(counts[width + dx, height + dy] for dx, dy in steps) >= _LEAST_COUNT
    }
    return [blob for blob in blobs if (blob.rect.width, blob.rect.height) in often]


def is_plain(blob: Blob) -> bool:
    """Whether the blob's outline is a square, an upright rectangle or a disc."""
    width, height = blob.rect.width, blob.rect.height
    if min(width, height) < _LEAST_SIDE or max(width, height) > 4 * min(width, height):
        return False
    share = blob.filled.histogram()[255] / blob.rect.area
    round_one = _ROUND_INK[0] <= share <= _ROUND_INK[1] and abs(width - height) <= 2
    return share >= _SQUARE_INK or round_one


def _chains(row: Sequence[Blob], *, across: bool) -> list[list[Blob]]:
    """A row in stretches whose members follow each other closely."""
    chains: list[list[Blob]] = []
    for blob in sorted(row, key=lambda blob: _span(blob.rect, across=across)):
        start, end = _span(blob.rect, across=across)
        if chains and start - _span(chains[-1][-1].rect, across=across)[0] <= _PITCH * (
            end - start
        ):
            chains[-1].append(blob)
        else:
            chains.append([blob])
    return chains


def _differ(chain: Sequence[Blob], rgb: Image.Image) -> bool:
    """Whether there are at least two colours in the middle of the blobs."""
    colours = [
        rgb.getpixel((blob.rect.left + blob.rect.width // 2, blob.rect.top + blob.rect.height // 2))
        for blob in chain
    ]
    channels = [[c[at] for c in colours if isinstance(c, tuple)] for at in range(3)]
    return any(max(levels) - min(levels) >= _OTHER_COLOUR for levels in channels)


def _in_row(one: Rect, other: Rect, *, across: bool) -> bool:
    """Whether two are equal and lie in one row (`across`) or column."""
    same = abs(one.width - other.width) <= 1 and abs(one.height - other.height) <= 1
    aside = one.top - other.top if across else one.left - other.left
    return same and abs(aside) <= 1


def _span(rect: Rect, *, across: bool) -> tuple[int, int]:
    return (rect.left, rect.right) if across else (rect.top, rect.bottom)
