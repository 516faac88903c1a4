"""Which blobs are figures: about as large as the others, of the character's colours, in series."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median_low

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.suggest.blobs import Blob
from spyke_tui.processing.suggest.company import reference_extent
from spyke_tui.processing.suggest.palette import ColourIndex, Mix, blend, overlap
from spyke_tui.processing.suggest.parts import with_marks

_LEAST_SIZE = 0.34
"""A figure has at least this share of the reference extent: a face beside full bodies has."""

_CHARACTER_SIZE = 0.7
"""Blobs from this share of the reference extent on say which colours the character has."""

_SMALL = 0.6
"""Below this share of the reference extent a figure has to be shaped like a face or a body."""

_LIKE_LARGE = 0.5
"""The least likeness of colours for a figure of the reference extent."""

_LIKE_SMALL = 0.9
"""The least likeness of colours for the smallest figure; between the two in proportion."""

_LIKE_SERIES = 0.6
"""The least overlap of colours within a series."""

_SPARSE = 0.6
"""Below this share of the large figures' density a small blob looks like writing."""

_FLIMSY = 0.8
"""What looks like writing counts as this much less like the character."""


@dataclass(frozen=True)
class Figure:
    """A figure in working pixels; `score` from 0 to 1 says how sure it is."""

    rect: Rect
    score: float


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A blob that is large enough; `relative` is its extent as a share of the reference."""

    blob: Blob
    mix: Mix
    relative: float

    @property
    def density(self) -> float:
        """The share of ink in the rectangle."""
        return self.blob.ink / self.blob.rect.area

    @property
    def aspect(self) -> float:
        return self.blob.rect.width / self.blob.rect.height


def select_figures(blobs: list[Blob], colours: ColourIndex) -> list[Figure]:
    """The figures among the blobs, with the marks beside them, best first."""
    reference = reference_extent(blobs)
    candidates = [
        _Candidate(blob, colours.mix_of(blob), blob.extent / reference)
        for blob in blobs
        if blob.extent >= _LEAST_SIZE * reference
    ]
    if not candidates:
        return []
    large = [candidate for candidate in candidates if candidate.relative >= _CHARACTER_SIZE]
    character = blend([candidate.mix for candidate in large])
    density = median_low(candidate.density for candidate in large)
    # Where each figure is dressed in other colours, none is like all of them together.
    usual = median_low(colours.likeness(candidate.mix, character) for candidate in large) or 1.0
    chosen: list[Blob] = []
    scores: list[float] = []
    for candidate in candidates:
        like = min(1.0, colours.likeness(candidate.mix, character) / usual)
        like *= _flimsiness(candidate, density)
        if _fits(candidate, like) or _in_series(candidate, candidates):
            chosen.append(candidate.blob)
            scores.append(min(1.0, candidate.relative) * (0.5 + 0.5 * like))
    taken = set(chosen)
    rects = with_marks(chosen, [blob for blob in blobs if blob not in taken])
    figures = [Figure(rect, score) for rect, score in zip(rects, scores, strict=True)]
    return sorted(figures, key=lambda figure: -figure.score)


def _flimsiness(candidate: _Candidate, density: float) -> float:
    """How much less likeness of colours says for what is small and sparse, as writing is.

    `density` is the share of ink in the rectangles of the large figures: on a sheet of line art
    being sparse says nothing.
    """
    small = candidate.relative < _CHARACTER_SIZE
    return _FLIMSY if small and candidate.density < _SPARSE * density else 1.0


def _fits(candidate: _Candidate, like: float) -> bool:
    """Whether size, shape and colour speak for a figure: the smaller, the better it has to fit."""
    smallness = min(1.0, max(0.0, (1 - candidate.relative) / (1 - _LEAST_SIZE)))
    if like < _LIKE_LARGE + (_LIKE_SMALL - _LIKE_LARGE) * smallness:
        return False
    return candidate.relative >= _SMALL or 0.25 <= candidate.aspect <= 1.6


def _in_series(candidate: _Candidate, candidates: list[_Candidate]) -> bool:
    """Whether there are at least two more like this one in its row or column: an expression row.

    Faces drawn large show colours that are rare on the full figures, so they may fit each other
    better than those.
    """
    if not _face_shaped(candidate):
        return False
    alike = [
        other
        for other in candidates
        if other is not candidate
        and 0.75 <= other.relative / candidate.relative <= 1.33
        and _face_shaped(other)
        and 0.6 <= other.aspect / candidate.aspect <= 1.67
        and _aligned(candidate.blob.rect, other.blob.rect)
        and overlap(candidate.mix, other.mix) >= _LIKE_SERIES
    ]
    return len(alike) >= 2


def _face_shaped(candidate: _Candidate) -> bool:
    return 0.4 <= candidate.aspect <= 1.7


def _aligned(one: Rect, other: Rect) -> bool:
    """Whether the two stand in one row or in one column."""
    rows = min(one.bottom, other.bottom) - max(one.top, other.top)
    columns = min(one.right, other.right) - max(one.left, other.left)
    in_row = rows >= 0.7 * min(one.height, other.height)
    return in_row or columns >= 0.7 * min(one.width, other.width)
