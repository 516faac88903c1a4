"""From a sheet to its figures.

What a figure is, is decided by the sheet itself: it is about as large as the other figures on it
and has their colours. Text, swatches, props and marks are smaller or coloured differently. So the
steps are: a small working copy; how far each pixel is from the paper; ink without guide lines,
frames and writing; connected blobs, without lines that lead to words and without swatches;
splitting what is several figures; putting together what is one; choosing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.suggest.blobs import find_blobs, ink_mask, thinned, widened
from spyke_tui.processing.suggest.company import reference_extent
from spyke_tui.processing.suggest.ground import distance_map, flattened, threshold_of
from spyke_tui.processing.suggest.leaders import Leaders
from spyke_tui.processing.suggest.lines import without_border, without_lines
from spyke_tui.processing.suggest.opening import InkMaps, off_panels, opened_up
from spyke_tui.processing.suggest.palette import ColourIndex
from spyke_tui.processing.suggest.parts import trimmed, with_heads
from spyke_tui.processing.suggest.reading import Source
from spyke_tui.processing.suggest.selection import Figure, select_figures
from spyke_tui.processing.suggest.series import without_swatches
from spyke_tui.processing.suggest.tones import is_dotted, smoothed
from spyke_tui.processing.suggest.writing import without_writing

_WORK_AREA = 300_000
"""Pixels of the working copy: enough for 85 sprites on a sheet, few enough for the time limit."""

_SPECK = 1 / 60_000
"""The least share of the working copy that a blob's ink must have."""

_LONE_DOT = 30
"""The most, in levels, that smoothing leaves of a dot that stands alone: of dirt, not of a tone."""

_SPLITTING_SHARE = 0.75
"""Splitting may take until this share of the time limit; choosing needs the rest."""


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
    """The figures on a sheet (full body, bust or face), best first.

    `time_limit` is in seconds of `clock`. When it comes near, blobs that are several figures stay
    together: what is found until then is what there is.
    """
    stop = clock() + _SPLITTING_SHARE * time_limit
    plain = _plain(picture)
    work, scale = _working_copy(plain)
    figures = _figures(work, Source(plain, scale), lambda: clock() >= stop)
    bounds = Rect(0, 0, picture.width, picture.height)
    return [
        Suggestion(_to_source(figure.rect, scale).intersection(bounds), figure.score)
        for figure in figures
    ]


def _figures(work: Image.Image, source: Source, out_of_time: Callable[[], bool]) -> list[Figure]:
    """The figures of a working copy, best first, in working pixels."""
    dotted = is_dotted(flattened(work).convert("L"))
    if dotted:
        work = smoothed(work)
    distance = distance_map(work)
    threshold = max(threshold_of(distance), _LONE_DOT if dotted else 0)
    maps = InkMaps(flattened(work), distance, threshold)
    mask = without_lines(without_border(ink_mask(distance, maps.threshold)))
    mask, words = without_writing(mask, source)
    least_ink = max(4, round(_SPECK * work.width * work.height))
    blobs = find_blobs(thinned(widened(mask)), 1 if words else least_ink)
    blobs = Leaders(words, maps.rgb, distance).taken_off(blobs, least_ink)
    blobs = without_swatches(blobs, maps.rgb, reference_extent(blobs))
    blobs = opened_up(off_panels(blobs, maps), maps, out_of_time)
    blobs = with_heads(trimmed(blobs, out_of_time))
    return select_figures(blobs, ColourIndex(maps.rgb, dotted=dotted))


def _plain(picture: Image.Image) -> Image.Image:
    """The picture in RGB, or in RGBA where it can be clear."""
    alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    mode = "RGBA" if alpha else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _working_copy(plain: Image.Image) -> tuple[Image.Image, float]:
    """A reduced copy, and how many source pixels one of its pixels is."""
    scale = max(1.0, (plain.width * plain.height / _WORK_AREA) ** 0.5)
    size = (max(1, round(plain.width / scale)), max(1, round(plain.height / scale)))
    if size == plain.size:
        return plain, 1.0
    return plain.resize(size, Image.Resampling.BOX, reducing_gap=1.0), scale


def _to_source(rect: Rect, scale: float) -> Rect:
    """The source pixels that a working rectangle touches."""
    return Rect.from_box(
        int(rect.left * scale),
        int(rect.top * scale),
        -int(-rect.right * scale // 1),
        -int(-rect.bottom * scale // 1),
    )
