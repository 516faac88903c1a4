"""Measures that only make sense among the other blobs of a sheet: what is usual, what is alike."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.processing.suggest.blobs import Blob

_LARGEST_SHARE = 0.35
"""The reference is at least this share of the largest extent, however few large blobs there are."""

_SAME_SIDES = 0.12
"""Two rectangles have the same size when their sides differ by at most this share."""


def reference_extent(blobs: Sequence[Blob]) -> float:
    """The extent of a typical large figure, in working pixels: that of the third largest blob.

    The largest may be a frame or two figures in one.
    """
    extents = sorted((blob.extent for blob in blobs), reverse=True)
    if not extents:
        return 0.0
    return max(extents[min(2, len(extents) - 1)], _LARGEST_SHARE * extents[0])


def large_ones(blobs: Sequence[Blob], share: float) -> list[Blob]:
    """The blobs of at least `share` of the reference extent."""
    least = share * reference_extent(blobs)
    return [blob for blob in blobs if blob.extent >= least]


def usual_size(blobs: Sequence[Blob]) -> Size:
    """Width and height of a usual large blob; 1x1 where there is none."""
    rects = [blob.rect for blob in large_ones(blobs, 0.5)]
    if not rects:
        return Size(1, 1)
    return Size(median_low(rect.width for rect in rects), median_low(rect.height for rect in rects))


def same_size(one: Rect, other: Rect) -> bool:
    """Whether both sides agree, within an eighth or a pixel."""
    return (
        abs(one.width - other.width) <= _SAME_SIDES * min(one.width, other.width) + 1
        and abs(one.height - other.height) <= _SAME_SIDES * min(one.height, other.height) + 1
    )


def gap_between(one: Rect, other: Rect) -> int:
    """How far two rectangles are apart, along the axis where they are farther; 0 if they touch."""
    dx = max(one.left - other.right, other.left - one.right, 0)
    dy = max(one.top - other.bottom, other.top - one.bottom, 0)
    return max(dx, dy)
