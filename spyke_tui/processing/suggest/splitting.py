"""Blobs that are several figures: cut them where they hang together weakly."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from PIL import Image, ImageChops

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.background import estimate_background
from spyke_tui.processing.suggest.blobs import (
    Blob,
    Run,
    blob_mask,
    blob_of,
    find_blobs,
    ink_mask,
    moved,
    thinned,
    widened,
)
from spyke_tui.processing.suggest.ground import channel_distance, threshold_of

_HIGHER_THRESHOLDS = (48, 72, 108)
"""Distances from the paper, in levels, at which a giant blob is looked at again."""

_DENSE = 0.6
"""From this share of ink in its rectangle on, a blob certainly is painted."""

_SOLID = 0.8
"""From this share of ink in its silhouette on, a blob is painted rather than outlined."""

_VALLEY = 0.28
"""A cut goes through a valley of the profile at most this high, compared to both its sides."""

_PANEL_INK = 0.8
"""A panel fills at least this share of its rectangle."""

_PANEL_FIGURES = 0.7
"""The figures on a panel leave at least the rest of it free."""

_ON_PANEL_HEIGHT = 0.6
"""A figure on a panel is at least this tall, compared to it; the word on a label is not."""

_STROKE_SHARE = 0.025
"""Half the thickness of a stroke, at most, compared to the extent of what it hangs on."""

_STROKE_DEPTH = 3
"""No stroke is thicker than twice this, in working pixels."""

_PIECE_SHARE = 0.3
"""A piece counts as a figure from this share of the largest piece's extent on."""


def stroke_depth(blob: Blob) -> int:
    """Half the thickness, in working pixels, up to which a part of the blob is only a stroke.

    0 for a blob so small that its limbs are no thicker than strokes.
    """
    return min(_STROKE_DEPTH, int(_STROKE_SHARE * blob.extent))


def by_threshold(blob: Blob, distance: Image.Image, above: int) -> list[Blob]:
    """Pieces that stay when only the strong ink counts; [] where it does not fall apart."""
    patch = distance.crop(blob.rect.box)
    own = blob_mask(blob)
    for threshold in _HIGHER_THRESHOLDS:
        if threshold <= above:
            continue
        strong = Image.composite(ink_mask(patch, threshold), Image.new("L", own.size), own)
        pieces = _significant(find_blobs(strong, 6))
        if balanced(pieces, blob):
            return [moved(_grown(piece, 2, own), *blob.rect.box[:2]) for piece in pieces]
    return []


def panel_contents(blob: Blob, rgb: Image.Image, threshold: int) -> list[Blob]:
    """What stands on a panel: the blob's ink that differs from the panel's own colour.

    [] where the blob is not a panel: not a filled rectangle, or not of one colour along its edge,
    or with nothing on it.
    """
    if blob.ink < _PANEL_INK * blob.rect.area:
        return []
    patch = rgb.crop(blob.rect.box)
    paper = estimate_background(patch)
    own = thinned(blob.filled, 2)  # a figure may have the colours of the sheet around the panel
    distance = channel_distance(patch, Image.new("RGB", patch.size, paper))
    ink = ImageChops.darker(ink_mask(distance, min(threshold, threshold_of(distance))), own)
    if ink.histogram()[255] > _PANEL_FIGURES * blob.ink:
        return []
    inner = [piece for piece in find_blobs(thinned(widened(ink)), 6) if not _is_rim(piece, patch)]
    pieces = _significant(inner)
    tallest = max((piece.rect.height for piece in pieces), default=0)
    if tallest < _ON_PANEL_HEIGHT * blob.rect.height:
        return []
    return [moved(piece, *blob.rect.box[:2]) for piece in pieces]


def _is_rim(piece: Blob, patch: Image.Image) -> bool:
    """Whether this is the panel's own outline."""
    return piece.rect.width > 0.9 * patch.width and piece.rect.height > 0.9 * patch.height


def by_erosion(blob: Blob, depth: int) -> list[Blob]:
    """Pieces that stay when bridges thinner than 2 x `depth` are worn away.

    Text, leader lines and touching fingertips tie figures together by a few pixels; a neck or an
    arm is thicker than that. [] where the blob does not fall apart into figures.
    """
    cores = _significant(blob.cores(depth))
    if not balanced(cores, blob):
        return []
    grown = [_grown(core, depth, blob.filled) for core in cores]
    return _with_strokes(grown, blob)


def without_strokes(blob: Blob, depth: int) -> Blob:
    """The blob's body: without what is thinner than 2 x `depth`, where the body is most of it."""
    cores = blob.cores(depth)
    if not cores:
        return blob
    if cores[0].ink < 0.5 * blob.filled.histogram()[255]:
        return blob
    body = _grown(cores[0], depth, blob.filled)
    ink = blob.filled.histogram()[255]
    return moved(body, *blob.rect.box[:2]) if body.ink >= 0.7 * ink else blob


def is_flimsy(blob: Blob) -> bool:
    """Whether the blob is little more than strokes, as writing is; unknown counts as no."""
    depth = stroke_depth(blob)
    if not depth:
        return False
    left = sum(core.ink for core in blob.cores(depth))
    return left < 0.15 * blob.filled.histogram()[255]


def _grown(core: Blob, by: int, filled: Image.Image) -> Blob:
    """A worn core, given back what was worn off."""
    canvas = Image.new("L", filled.size, 0)
    canvas.paste(blob_mask(core), core.rect.box[:2])
    runs = [
        run for b in find_blobs(ImageChops.darker(widened(canvas, by), filled)) for run in b.runs
    ]
    return blob_of(runs)


def _with_strokes(cores: list[Blob], whole: Blob) -> list[Blob]:
    """The cores in the whole's coordinates, with the thin parts that hang on just one of them."""
    rest = whole.filled.copy()
    for core in cores:
        rest.paste(0, core.rect.box[:2], blob_mask(core))
    runs = [list(core.runs) for core in cores]
    for stroke in find_blobs(rest, 3):
        touched = [
            index
            for index, core in enumerate(cores)
            if not stroke.rect.intersection(_around(core.rect, 1)).is_empty
        ]
        if len(touched) != 1:
            continue
        core = cores[touched[0]]
        if core.rect.union(stroke.rect).area <= 1.3 * core.rect.area:
            runs[touched[0]].extend(stroke.runs)
    dx, dy = whole.rect.left, whole.rect.top
    return [moved(blob_of(group), dx, dy) for group in runs]


def _around(rect: Rect, by: int) -> Rect:
    return Rect(rect.left - by, rect.top - by, rect.width + 2 * by, rect.height + 2 * by)


def by_valleys(
    blob: Blob, *, across: bool, piece: float, valley: float = _VALLEY, side: float = 0.0
) -> list[Blob]:
    """Cut at the lowest valley of the profile along the width (`across`) or the height.

    `piece` is the least length of each part along the cut axis, in working pixels; `valley` the
    highest valley, compared to its lower side; `side` the least height of both sides, compared
    to the highest point.
    """
    dense = blob.ink >= _DENSE * blob.rect.area
    solid = dense or blob.ink >= _SOLID * blob.filled.histogram()[255]
    profile = _profile(blob_mask(blob) if solid else blob.filled, across=across)
    cut_on = 1.1 * blob.rect.height if across else float("inf")
    cuts = _valleys(profile, round(piece), valley, side, cut_on)
    return _cut(blob, cuts, across=across) if cuts else []


def balanced(pieces: list[Blob], whole: Blob) -> bool:
    """Whether these pieces look like figures side by side rather than parts of one."""
    if len(pieces) < 2:
        return False
    covered = sum(piece.rect.area for piece in pieces)
    if covered < 0.35 * whole.rect.area:
        return False
    for index, one in enumerate(pieces):
        for other in pieces[index + 1 :]:
            common = one.rect.intersection(other.rect).area
            if common > 0.3 * min(one.rect.area, other.rect.area):
                return False
    return True


def _significant(pieces: list[Blob]) -> list[Blob]:
    if not pieces:
        return []
    largest = max(piece.extent for piece in pieces)
    return [piece for piece in pieces if piece.extent >= _PIECE_SHARE * largest]


def _profile(mask: Image.Image, *, across: bool) -> list[float]:
    """How much ink there is in each column (`across`) or row."""
    size = (mask.width, 1) if across else (1, mask.height)
    depth = mask.height if across else mask.width
    means = mask.convert("F").resize(size, Image.Resampling.BOX)
    return [float(value) / 255 * depth for value in _floats(means)]


def _floats(image: Image.Image) -> list[float]:
    return list(memoryview(image.tobytes()).cast("f"))


def _valleys(
    profile: list[float], piece: int, limit: float, side: float, cut_on: float
) -> list[int]:
    """All places to cut, in order: parts longer than `cut_on` are cut again."""
    at = _valley(profile, piece, limit, side)
    if not at:
        return []
    before = _valleys(profile[:at], piece, limit, side, cut_on) if at > cut_on else []
    rest = len(profile) - at
    after = _valleys(profile[at:], piece, limit, side, cut_on) if rest > cut_on else []
    return [*before, at, *(at + further for further in after)]


def _valley(profile: list[float], piece: int, limit: float, side: float) -> int:
    """Where to cut, or 0: the lowest point that has clearly higher ink on both sides."""
    best, best_height = 0, limit
    count = len(profile)
    if count < 2 * piece:
        return 0
    before = [0.0] * count
    after = [0.0] * count
    for index in range(1, count):
        before[index] = max(before[index - 1], profile[index - 1])
        after[count - 1 - index] = max(after[count - index], profile[count - index])
    middle = count / 2
    highest = max(profile)
    for at in range(max(1, piece), min(count, count - piece + 1)):
        sides = min(before[at], after[at])
        if sides <= side * highest:
            continue
        height = profile[at] / sides + 0.02 * abs(at - middle) / middle
        if height < best_height:
            best, best_height = at, height
    return best


def _cut(blob: Blob, cuts: list[int], *, across: bool) -> list[Blob]:
    """The blob's parts between the cuts (positions within its rectangle)."""
    offset = blob.rect.left if across else blob.rect.top
    edges = [offset + cut for cut in cuts]
    parts: list[list[Run]] = [[] for _ in range(len(edges) + 1)]
    for row, start, end in blob.runs:
        if not across:
            parts[bisect_right(edges, row)].append((row, start, end))
            continue
        first, last = bisect_right(edges, start), bisect_left(edges, end)
        for index in range(first, last + 1):
            left = start if index == first else edges[index - 1]
            right = end if index == last else edges[index]
            parts[index].append((row, left, right))
    return [blob_of(part) for part in parts if part]
