"""From a sheet to its figures: ink, blobs, splitting, and what belongs to whom.

What a figure is, is decided by the sheet itself: it is about as large as the other figures on it
and has their colours. Text, swatches, props and marks are smaller or coloured differently.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median_low

from PIL import Image

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.processing.suggest import splitting
from spyke_tui.processing.suggest.blobs import (
    Blob,
    blob_of,
    figure_extent,
    find_blobs,
    ink_mask,
    thinned,
    widened,
)
from spyke_tui.processing.suggest.ground import distance_map, flattened, threshold_of
from spyke_tui.processing.suggest.lines import without_border, without_lines
from spyke_tui.processing.suggest.palette import ColourIndex, Mix, blend, likeness, overlap

_WORK_AREA = 300_000
"""Pixels of the working copy: enough for 85 sprites on a sheet, small enough for the time cap."""

_GIANT = 0.3
_SPLIT_ROUNDS = 8
_STROKE_DEPTH = 3
_CLOAKS = 0.5
_PEAK = 0.75
_PAINTED = 0.4
_FLIMSY = 0.8
_SAME_SIZE = 0.34
_LIKE_LARGE = 0.5
_LIKE_SMALL = 0.85
_LIKE_SERIES = 0.6
_LARGE = 0.6
_JOIN_GROWTH = 1.4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed crop: `rect` in upright source pixels, `score` from 0 to 1."""

    rect: Rect
    score: float


def suggest_rects(
    picture: Image.Image,
    *,
    time_limit: float = 0.15,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Suggestion]:
    """The figures on a sheet (full body, bust or face), best first."""
    end = clock() + time_limit
    work, scale = _working_copy(picture)
    figures = find_figures(work, lambda: clock() >= end)
    bounds = Rect(0, 0, picture.width, picture.height)
    return [
        Suggestion(_to_source(found.rect, scale).intersection(bounds), found.score)
        for found in figures
    ]


def _working_copy(picture: Image.Image) -> tuple[Image.Image, float]:
    """A reduced copy in RGB or RGBA, and how many source pixels one of its pixels is."""
    alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    mode = "RGBA" if alpha else "RGB"
    plain = picture if picture.mode == mode else picture.convert(mode)
    scale = max(1.0, (plain.width * plain.height / _WORK_AREA) ** 0.5)
    size = (max(1, round(plain.width / scale)), max(1, round(plain.height / scale)))
    if size == plain.size:
        return plain, 1.0
    return plain.resize(size, Image.Resampling.BOX, reducing_gap=1.0), scale


def _to_source(rect: Rect, scale: float) -> Rect:
    return Rect.from_box(
        int(rect.left * scale),
        int(rect.top * scale),
        -int(-rect.right * scale // 1),
        -int(-rect.bottom * scale // 1),
    )


@dataclass(slots=True)
class Figure:
    """A blob on its way to becoming a suggestion; `rect` grows by what is joined to it."""

    blob: Blob
    rect: Rect
    mix: Mix
    relative: float
    score: float = 0.0

    @property
    def aspect(self) -> float:
        return self.rect.width / self.rect.height

    @property
    def extent(self) -> float:
        return figure_extent(self.rect)


def find_figures(work: Image.Image, out_of_time: Callable[[], bool]) -> list[Figure]:
    """The figures of a working copy, best first, in working pixels."""
    distance = distance_map(work)
    threshold = threshold_of(distance)
    mask = without_lines(without_border(ink_mask(distance, threshold)))
    mask = thinned(widened(mask))
    least_ink = max(4, work.width * work.height // 60_000)
    rgb = flattened(work)
    blobs = _off_panels(find_blobs(mask, least_ink), rgb, threshold)
    blobs = _opened_up(blobs, distance, threshold, work.width * work.height, out_of_time)
    blobs = _with_heads(_trimmed(blobs))
    colours = ColourIndex(rgb)
    return _selected(blobs, colours)


def _reference_extent(blobs: list[Blob]) -> float:
    """The extent of a typical large figure: the third largest, but no less than .35 of the largest.

    The largest may be a frame or two figures in one.
    """
    extents = sorted((blob.extent for blob in blobs), reverse=True)
    if not extents:
        return 0.0
    return max(extents[min(2, len(extents) - 1)], 0.35 * extents[0])


def _off_panels(blobs: list[Blob], rgb: Image.Image, threshold: int) -> list[Blob]:
    """The blobs, with coloured panels replaced by the figures on them."""
    reference = _reference_extent(blobs)
    result: list[Blob] = []
    for blob in blobs:
        contents: list[Blob] = []
        if blob.extent >= 0.4 * reference:
            contents = splitting.panel_contents(blob, rgb, threshold)
        result.extend(contents or [blob])
    return result


def _opened_up(
    blobs: list[Blob],
    distance: Image.Image,
    threshold: int,
    area: int,
    out_of_time: Callable[[], bool],
) -> list[Blob]:
    """Split what is several figures, in rounds: what is usual shows better each time."""
    whole: set[int] = set()
    for _ in range(_SPLIT_ROUNDS):
        usual = _usual_size(blobs)
        reference = _reference_extent(blobs)
        after: list[Blob] = []
        for blob in blobs:
            pieces: list[Blob] = []
            if id(blob) not in whole and blob.extent >= 0.5 * reference and not out_of_time():
                giant = blob.rect.area >= _GIANT * area
                pieces = _pieces(blob, distance, threshold, giant, usual, blobs)
            if pieces:
                after.extend(pieces)
            else:
                after.append(blob)
        if len(after) == len(blobs):
            break
        blobs = after
    return blobs


def _pieces(
    blob: Blob, distance: Image.Image, threshold: int, giant: bool, usual: Size, peers: list[Blob]
) -> list[Blob]:
    """The figures that one blob consists of; [] where it is one, or no cut is convincing."""
    width, height = blob.rect.width, blob.rect.height
    wide = width > 1.4 * usual.width or width > 1.1 * height
    tall = height > 1.6 * usual.height
    painted = blob.ink >= _PAINTED * blob.rect.area
    pieces = splitting.by_erosion(blob, _stroke_depth(blob))
    if not _convincing(pieces, blob, peers) and wide:
        pieces = splitting.by_valleys(blob, across=True, piece=0.4 * min(usual.width, height))
    if not _convincing(pieces, blob, peers) and (width > 1.6 * usual.width or width > 1.8 * height):
        piece = 0.5 * min(usual.width, height)
        pieces = splitting.by_valleys(blob, across=True, piece=piece, valley=_CLOAKS, side=_PEAK)
    if not _convincing(pieces, blob, peers) and painted and not wide:
        pieces = splitting.by_valleys(
            blob, across=True, piece=0.4 * width, valley=_CLOAKS, side=_PEAK
        )
    if not _convincing(pieces, blob, peers) and tall:
        pieces = splitting.by_valleys(blob, across=False, piece=0.4 * usual.height)
    if not _convincing(pieces, blob, peers) and giant:
        pieces = splitting.by_threshold(blob, distance, threshold)
    return pieces if _convincing(pieces, blob, peers) else []


def _convincing(pieces: list[Blob], whole: Blob, peers: list[Blob]) -> bool:
    """Whether the pieces are figures. Side by side they may be; one above the other they are
    rather a head and a body, unless one of them has the size of other figures on the sheet.
    """
    if len(pieces) < 2:
        return False
    others = [peer.rect for peer in peers if peer is not whole]
    for index, one in enumerate(pieces):
        for other in pieces[index + 1 :]:
            common = min(one.rect.right, other.rect.right) - max(one.rect.left, other.rect.left)
            stacked = common >= 0.5 * min(one.rect.width, other.rect.width)
            if stacked and not any(
                sum(_same_size(piece.rect, rect) for rect in others) >= 2 for piece in (one, other)
            ):
                return False
    return True


def _usual_size(blobs: list[Blob]) -> Size:
    """Width and height of a usual figure among `blobs`."""
    reference = _reference_extent(blobs)
    large = [blob.rect for blob in blobs if blob.extent >= 0.5 * reference]
    if not large:
        return Size(1, 1)
    return Size(median_low(rect.width for rect in large), median_low(rect.height for rect in large))


def _stroke_depth(blob: Blob) -> int:
    """Half the thickness, in working pixels, up to which a part of the blob is only a stroke."""
    return max(1, min(_STROKE_DEPTH, round(0.02 * blob.extent)))


def _trimmed(blobs: list[Blob]) -> list[Blob]:
    """The blobs without the lines and labels that hang on them.

    A staff or an antenna is as thin as a leader line. What decides is the company: the views of
    one character are alike in size, the labels on them are not.
    """
    reference = _reference_extent(blobs)
    bodies = {
        id(blob): splitting.without_strokes(blob, _stroke_depth(blob))
        for blob in blobs
        if blob.extent >= 0.2 * reference
    }
    choices = [(blob, bodies[id(blob)]) for blob in blobs if id(blob) in bodies]
    result = [blob for blob in blobs if id(blob) not in bodies]
    for blob, body in choices:
        others = [pair for pair in choices if pair[0] is not blob]
        shrunk = body.rect.area <= 0.85 * blob.rect.area
        better = _company(body, others) > _company(blob, others)
        result.append(body if shrunk and better else blob)
    return result


def _company(blob: Blob, others: list[tuple[Blob, Blob]]) -> int:
    """How many of the others are of the same size, as a whole or trimmed."""
    return sum(any(_same_size(blob.rect, other.rect) for other in pair) for pair in others)


def _same_size(one: Rect, other: Rect) -> bool:
    return (
        abs(one.width - other.width) <= 0.12 * min(one.width, other.width) + 1
        and abs(one.height - other.height) <= 0.12 * min(one.height, other.height) + 1
    )


def _with_heads(blobs: list[Blob]) -> list[Blob]:
    """Heads that float over their bodies, joined to them.

    Where the neck has the paper's colour the head is a blob of its own: in the middle over a
    larger blob, close to it, and at most about a third of the whole.
    """
    reference = _reference_extent(blobs)
    bodies = [blob for blob in blobs if blob.extent >= 0.5 * reference]
    taken: set[int] = set()
    joined: list[Blob] = []
    for body in bodies:
        heads = [
            blob
            for blob in blobs
            if blob is not body and id(blob) not in taken and _is_head_of(blob.rect, body.rect)
        ]
        if heads:
            head = max(heads, key=lambda blob: blob.ink)
            taken |= {id(body), id(head)}
            joined.append(blob_of(head.runs + body.runs))
    return joined + [blob for blob in blobs if id(blob) not in taken]


def _is_head_of(head: Rect, body: Rect) -> bool:
    whole = body.bottom - head.top
    gap = body.top - head.bottom
    aside = abs((head.left + head.right) - (body.left + body.right)) / 2
    touching = gap <= 0.015 * whole + 1
    return (
        -0.1 * whole <= gap <= 0.06 * whole
        and 0.08 * whole <= head.height <= (0.42 if touching else 0.3) * whole
        and 0.2 * body.width <= head.width <= (1.4 if touching else 0.8) * body.width
        and head.height >= 0.5 * head.width
        and aside <= 0.2 * body.width
    )


def _selected(blobs: list[Blob], colours: ColourIndex) -> list[Figure]:
    """The blobs that are figures: as large as the others and of their colours, or in a series."""
    reference = _reference_extent(blobs)
    candidates = [
        Figure(blob, blob.rect, colours.mix_of(blob), relative=blob.extent / reference)
        for blob in blobs
        if blob.extent >= _SAME_SIZE * reference
    ]
    if not candidates:
        return []
    large = [found for found in candidates if found.relative >= 0.7]
    character = blend([found.mix for found in large])
    kept = []
    for found in candidates:
        like = likeness(found.mix, character)
        if splitting.is_flimsy(found.blob, _stroke_depth(found.blob)):
            like *= _FLIMSY
        if _belongs(found, like) or _in_series(found, candidates):
            found.score = min(1.0, found.relative) * (0.5 + 0.5 * like)
            kept.append(found)
    own = {id(found.blob) for found in kept}
    _join_satellites(kept, [blob for blob in blobs if id(blob) not in own])
    return sorted(kept, key=lambda found: -found.score)


def _belongs(found: Figure, like: float) -> bool:
    """Whether size, shape and colour speak for a figure: the smaller, the better it has to fit."""
    smallness = min(1.0, max(0.0, (1 - found.relative) / (1 - _SAME_SIZE)))
    if like < _LIKE_LARGE + (_LIKE_SMALL - _LIKE_LARGE) * smallness:
        return False
    return found.relative >= _LARGE or 0.25 <= found.aspect <= 1.6


def _in_series(found: Figure, candidates: list[Figure]) -> bool:
    """Whether there are at least two more like this one in its row or column: an expression row.

    Faces drawn large show colours that are rare on the full figures, so they may fit each other
    better than those.
    """
    if not 0.4 <= found.aspect <= 1.7:
        return False
    alike = [
        other
        for other in candidates
        if other is not found
        and 0.75 <= other.relative / found.relative <= 1.33
        and 0.7 <= other.aspect / found.aspect <= 1.43
        and _aligned(found.rect, other.rect)
        and overlap(found.mix, other.mix) >= _LIKE_SERIES
    ]
    return len(alike) >= 2


def _aligned(one: Rect, other: Rect) -> bool:
    """Whether the two stand in one row or one column."""
    rows = min(one.bottom, other.bottom) - max(one.top, other.top)
    columns = min(one.right, other.right) - max(one.left, other.left)
    return rows >= 0.7 * min(one.height, other.height) or columns >= 0.7 * min(
        one.width, other.width
    )


def _join_satellites(figures: list[Figure], rest: list[Blob]) -> None:
    for blob in sorted(rest, key=lambda b: -b.ink):
        near = sorted(figures, key=lambda f: _gap(f.rect, blob.rect))[:1]
        for found in near:
            gap = _gap(found.rect, blob.rect)
            joined = found.rect.union(blob.rect)
            if (
                gap <= 0.12 * found.extent
                and blob.rect.area <= 0.15 * found.blob.rect.area
                and joined.area <= _JOIN_GROWTH * found.blob.rect.area
            ):
                found.rect = joined


def _gap(one: Rect, other: Rect) -> int:
    dx = max(one.left - other.right, other.left - one.right, 0)
    dy = max(one.top - other.bottom, other.top - one.bottom, 0)
    return max(dx, dy)
