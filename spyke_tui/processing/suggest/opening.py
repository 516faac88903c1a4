"""Deciding which blobs are more than one figure, and opening them up.

Cutting is easy, knowing when not to is the work: a head comes off its body as easily as a figure
off its neighbour. So a cut has to be convincing among the other blobs of the sheet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from spyke_tui.model.geometry import Size
from spyke_tui.processing.suggest import splitting
from spyke_tui.processing.suggest.blobs import Blob
from spyke_tui.processing.suggest.company import large_ones, same_size, usual_size

_ROUNDS = 8
"""Splitting goes on for at most this many rounds."""

_GIANT = 0.3
"""A blob whose rectangle covers this share of the sheet is rarely one figure."""

_PAINTED = 0.4
"""From this share of ink in its rectangle on, a blob is painted, not a drawing in lines."""

_CLOAKS = 0.5
"""Between two equally tall figures the valley may be this high: their cloaks overlap."""

_LEAST_PIECE = 14
"""Of narrower pieces, in working pixels, a profile says nothing: a pose looks like a pair."""

_PEAK = 0.75
"""Both sides of such a valley reach at least this share of the highest point."""


@dataclass(frozen=True)
class InkMaps:
    """What a sheet's ink was found from: needed again to look inside a blob."""

    rgb: Image.Image
    distance: Image.Image
    threshold: int


def off_panels(blobs: list[Blob], maps: InkMaps) -> list[Blob]:
    """The blobs, with coloured panels replaced by the figures on them."""
    large = set(large_ones(blobs, 0.4))
    result: list[Blob] = []
    for blob in blobs:
        contents: list[Blob] = []
        if blob in large:
            contents = splitting.panel_contents(blob, maps.rgb, maps.threshold)
        result.extend(contents or [blob])
    return result


def opened_up(blobs: list[Blob], maps: InkMaps, out_of_time: Callable[[], bool]) -> list[Blob]:
    """The blobs, those that are several figures split into them.

    It goes in rounds, because what is usual on the sheet shows better after each.
    """
    cut: set[Blob] = set()
    tried: dict[Blob, Size] = {}
    for _ in range(_ROUNDS):
        usual = usual_size(blobs)
        large = set(large_ones(blobs, 0.5))
        after: list[Blob] = []
        for blob in blobs:
            pieces: list[Blob] = []
            if blob in large and tried.get(blob) != usual and not out_of_time():
                ways = _ways(blob, usual, maps, worn=blob in cut)
                pieces = _figures_in(blob, blobs, ways, out_of_time)
                tried[blob] = usual
            after.extend(pieces or [blob])
            cut.update(pieces)
        if len(after) == len(blobs):
            break
        blobs = after
    return blobs


def _figures_in(
    blob: Blob,
    peers: list[Blob],
    ways: list[Callable[[], list[Blob]]],
    out_of_time: Callable[[], bool],
) -> list[Blob]:
    """The figures that one blob consists of; [] where it is one, or no cut is convincing."""
    for way in ways:
        if out_of_time():
            break
        pieces = way()
        if _convincing(pieces, blob, peers):
            return pieces
    return []


def _ways(blob: Blob, usual: Size, maps: InkMaps, *, worn: bool) -> list[Callable[[], list[Blob]]]:
    """The ways of cutting that make sense for a blob of this shape, from the safest on.

    `worn` says that the blob was cut out of one whose bridges were looked at already.
    """
    width, height = blob.rect.width, blob.rect.height
    wide = width > 1.4 * usual.width or width > 1.1 * height
    row = width > 1.8 * height
    painted = blob.ink >= _PAINTED * blob.rect.area
    narrowest = min(usual.width, height)
    depth = 0 if worn else splitting.stroke_depth(blob)

    def at_bridges() -> list[Blob]:
        return splitting.by_erosion(blob, depth)

    def at_valleys() -> list[Blob]:
        piece = max(_LEAST_PIECE, 0.4 * narrowest)
        return splitting.by_valleys(blob, across=True, piece=piece)

    def between_peaks() -> list[Blob]:
        piece = max(_LEAST_PIECE, 0.5 * narrowest if wide else 0.4 * width)
        return splitting.by_valleys(blob, across=True, piece=piece, valley=_CLOAKS, side=_PEAK)

    def between_rows() -> list[Blob]:
        piece = max(_LEAST_PIECE, 0.4 * usual.height)
        return splitting.by_valleys(blob, across=False, piece=piece)

    def at_faint_ink() -> list[Blob]:
        return splitting.by_threshold(blob, maps.distance, maps.threshold)

    # Two upright figures are together narrower than high; a squat figure is not.
    pair = painted and not wide and 0.5 * height < width < 0.95 * height
    ways = (
        (row, at_valleys),  # before the bridges, which take long to look for in a long row
        (depth > 0, at_bridges),
        (wide and not row, at_valleys),
        (width > 1.6 * usual.width or row or pair, between_peaks),
        (height > 1.6 * usual.height, between_rows),
        (blob.rect.area >= _GIANT * maps.distance.width * maps.distance.height, at_faint_ink),
    )
    return [way for sensible, way in ways if sensible]


def _convincing(pieces: list[Blob], whole: Blob, peers: list[Blob]) -> bool:
    """Whether the pieces are figures.

    Side by side they may be. One above the other they are rather a head and a body, unless one
    of them has the size of at least two other blobs on the sheet.
    """
    if len(pieces) < 2:
        return False
    others = [peer.rect for peer in peers if peer is not whole]
    for index, one in enumerate(pieces):
        for other in pieces[index + 1 :]:
            if _stacked(one, other) and not any(
                sum(same_size(piece.rect, rect) for rect in others) >= 2 for piece in (one, other)
            ):
                return False
    return True


def _stacked(one: Blob, other: Blob) -> bool:
    """Whether one stands over the other rather than beside it."""
    common = min(one.rect.right, other.rect.right) - max(one.rect.left, other.rect.left)
    return common >= 0.5 * min(one.rect.width, other.rect.width)
