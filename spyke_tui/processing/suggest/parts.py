"""What belongs to a figure and what only hangs on it: labels, floating heads, marks beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.suggest.blobs import Blob, blob_of
from spyke_tui.processing.suggest.company import gap_between, large_ones, same_size
from spyke_tui.processing.suggest.splitting import is_flimsy, stroke_depth, without_strokes

_WORTH_TRIMMING = 0.85
"""Strokes are only worth a decision if the body's rectangle is this much smaller."""

_LEAST_BODY = 0.4
"""A body that is smaller than this, compared to the whole, is only a closed part of a drawing."""

_SATELLITE_GAP = 0.12
"""How far a mark may be from its figure, as a share of the figure's extent."""

_SATELLITE_AREA = 0.15
"""How large a mark's rectangle may be, compared to the figure's."""

_GROWTH = 1.4
"""Marks make a figure's rectangle at most this much larger; uncapped, text would be swallowed."""

_WORD_ASPECT = 2.5
"""What is this much wider than high is a word under a figure, not a mark beside it."""


def trimmed(blobs: list[Blob], out_of_time: Callable[[], bool]) -> list[Blob]:
    """The blobs without the lines and labels that hang on them.

    A staff or an antenna is as thin as a leader line. What decides is the company: the views of
    one character are alike in size, the labels on them are not.
    """
    choices: list[tuple[Blob, Blob]] = []
    for blob in large_ones(blobs, 0.2):
        depth = stroke_depth(blob)
        body = without_strokes(blob, depth) if depth and not out_of_time() else blob
        choices.append((blob, body))
    chosen: dict[Blob, Blob] = {}
    for blob, body in choices:
        if _LEAST_BODY <= body.rect.area / blob.rect.area <= _WORTH_TRIMMING:
            others = [pair for pair in choices if pair[0] is not blob]
            if _company(body, others) > _company(blob, others):
                chosen[blob] = body
    return [chosen.get(blob, blob) for blob in blobs]


def _company(blob: Blob, others: list[tuple[Blob, Blob]]) -> int:
    """How many of the others are of the same size, as a whole or trimmed."""
    return sum(any(same_size(blob.rect, other.rect) for other in pair) for pair in others)


def with_heads(blobs: list[Blob]) -> list[Blob]:
    """Heads that float over their bodies, joined to them.

    Where the neck has the paper's colour, or a guide line ran through it, the head is a blob of
    its own.
    """
    taken: set[Blob] = set()
    joined: list[Blob] = []
    for body in large_ones(blobs, 0.5):
        if body in taken:
            continue
        top, reach = body.rect.top, body.rect.height / 4
        over = [
            blob
            for blob in blobs
            if blob.rect.top < top and abs(blob.rect.top + blob.rect.height - top) <= reach
        ]
        heads = [
            (blob, head)
            for blob in over
            if blob not in taken
            for head in _heads_in(blob, body)
            if not is_flimsy(head)
        ]
        if heads:
            blob, head = max(heads, key=lambda pair: pair[1].ink)
            taken |= {body, blob}
            joined.append(blob_of(head.runs + body.runs))
    return joined + [blob for blob in blobs if blob not in taken]


def _heads_in(blob: Blob, body: Blob) -> list[Blob]:
    """The blob if it is the head of `body`; or what it is without the label that hangs on it."""
    if _is_head_of(blob.rect, body.rect):
        return [blob]
    smaller = 0.1 * body.extent <= blob.extent <= 0.7 * body.extent
    near = gap_between(blob.rect, body.rect) <= 0.06 * body.rect.height
    depth = stroke_depth(blob)
    if not (depth and smaller and near):
        return []
    bare = without_strokes(blob, depth)
    return [bare] if _is_head_of(bare.rect, body.rect) else []


def _is_head_of(head: Rect, body: Rect) -> bool:
    """In the middle over the body, close to it, and a plausible share of the whole.

    Almost touching it may be larger, as the heads of chibi figures are.
    """
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


def with_marks(figures: Sequence[Blob], rest: Sequence[Blob]) -> list[Rect]:
    """The figures' rectangles, grown by the small marks beside them: sparks, sweat, bubbles.

    `rest` is everything that is no figure. The nearest mark is joined first, so that a chain of
    small circles brings its bubble along.
    """
    rects = [figure.rect for figure in figures]
    if not rects:
        return []
    marks = sorted(rest, key=lambda mark: min(gap_between(mark.rect, rect) for rect in rects))
    for mark in marks:
        nearest = min(range(len(rects)), key=lambda index: gap_between(rects[index], mark.rect))
        figure = figures[nearest]
        joined = rects[nearest].union(mark.rect)
        if (
            gap_between(rects[nearest], mark.rect) <= _SATELLITE_GAP * figure.extent
            and mark.rect.area <= _SATELLITE_AREA * figure.rect.area
            and mark.rect.width < _WORD_ASPECT * mark.rect.height
            and joined.area <= _GROWTH * figure.rect.area
            and not _crowds(joined, nearest, rects)
        ):
            rects[nearest] = joined
    return rects


def _crowds(joined: Rect, own: int, rects: Sequence[Rect]) -> bool:
    """Whether a figure's grown rectangle would reach further into another figure's than before."""
    return any(
        joined.intersection(other).area > rects[own].intersection(other).area
        for index, other in enumerate(rects)
        if index != own
    )
