"""Callout text is painted over with the background that lies around it.

A rectangle's surroundings are sampled in a ring. Its most common colour names the paper; a plane
per channel is fitted to the pixels that agree with it, and again to those that agree with the
plane, so that a figure, a line or a neighbouring text in the ring does not pull on the result
and a gradient runs on through the patch. On plain paper the plane is level and exactly its colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PIL import Image

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.processing.background import dominant_colour, estimate_background

_RING = 8
"""How far around a rectangle its background is sampled, in pixels."""

_SAMPLES = 700
"""About how many ring pixels are looked at; more are skipped evenly."""

_TOLERANCE = 20
"""Levels by which a pixel of the same paper may differ, grain and JPEG noise included."""

_ROUNDS = 4
_STIFFNESS = 0.0004
"""Pulls slopes to level where the ring says nothing about them (samples on one side only)."""

_OPAQUE_FROM = 128

Pixel = tuple[int, ...]


class _Sample(NamedTuple):
    """A pixel of the ring; x and y are measured from the centre of the rectangle."""

    x: float
    y: float
    colour: tuple[int, int, int]


class _Plane(NamedTuple):
    """One channel's background: ``level + across * x + down * y``."""

    level: float
    across: float
    down: float

    def at(self, x: float, y: float) -> float:
        return self.level + self.across * x + self.down * y


_Planes = tuple[_Plane, _Plane, _Plane]


def paint_over(crop: Image.Image, picture: Image.Image, rect: Rect, erase: Sequence[Rect]) -> None:
    """Paint the `erase` rectangles into `crop`, which is `rect` of `picture`.

    All rectangles are in pixels of `picture`; only what lies inside `rect` is painted. What lies
    around is read from the untouched `picture`, never from another erased rectangle.
    """
    sheet = Rect(0, 0, picture.width, picture.height)
    for marked in erase:
        inside = marked.intersection(rect)
        if not inside.is_empty:
            patch = _patch(picture, inside, [other.intersection(sheet) for other in erase])
            crop.paste(patch, (inside.left - rect.left, inside.top - rect.top))


def _patch(picture: Image.Image, erased: Rect, all_erased: Sequence[Rect]) -> Image.Image:
    """The background for `erased`, in the picture's own mode."""
    size = (erased.width, erased.height)
    samples, clear = _ring_samples(picture, erased, all_erased)
    if picture.mode == "RGBA" and clear > len(samples):
        return Image.new("RGBA", size, (0, 0, 0, 0))
    if samples:
        patch = _drawn(_fitted(samples), erased.size)
    else:
        patch = Image.new("RGB", size, estimate_background(picture, erased))
    return patch if picture.mode == "RGB" else patch.convert(picture.mode)


# Looking around -----------------------------------------------------------------------------


def _ring_samples(
    picture: Image.Image, erased: Rect, all_erased: Sequence[Rect]
) -> tuple[list[_Sample], int]:
    """Opaque pixels of the ring around `erased` that nobody erases, and how many are clear."""
    strips = list(_ring(erased, Rect(0, 0, picture.width, picture.height)))
    step = max(1, sum(strip.area for strip in strips) // _SAMPLES)
    middle_x, middle_y = erased.left + erased.width / 2, erased.top + erased.height / 2
    samples: list[_Sample] = []
    clear = 0
    for x, y, pixel in _pixels(picture, strips, step):
        if any(r.left <= x < r.right and r.top <= y < r.bottom for r in all_erased):
            continue
        if pixel[3] < _OPAQUE_FROM:
            clear += 1
        else:
            colour = (pixel[0], pixel[1], pixel[2])
            samples.append(_Sample(x + 0.5 - middle_x, y + 0.5 - middle_y, colour))
    return samples, clear


def _ring(erased: Rect, sheet: Rect) -> Iterator[Rect]:
    """Four strips around `erased`, as far as the sheet goes."""
    left, top, right, bottom = erased.box
    for box in (
        (left - _RING, top - _RING, right + _RING, top),
        (left - _RING, bottom, right + _RING, bottom + _RING),
        (left - _RING, top, left, bottom),
        (right, top, right + _RING, bottom),
    ):
        strip = Rect.from_box(*box).intersection(sheet)
        if not strip.is_empty:
            yield strip


def _pixels(
    picture: Image.Image, strips: Sequence[Rect], step: int
) -> Iterator[tuple[int, int, Pixel]]:
    """Every `step`-th pixel of the strips: its place in the picture and its RGBA colour.

    An even step could fall on the same column each row, so it is made odd.
    """
    step |= 1
    for strip in strips:
        data = picture.crop(strip.box).convert("RGBA").tobytes()
        for index in range(0, strip.area, step):
            row, column = divmod(index, strip.width)
            pixel = tuple(data[4 * index : 4 * index + 4])
            yield strip.left + column, strip.top + row, pixel


# Fitting ------------------------------------------------------------------------------------


def _fitted(samples: list[_Sample]) -> _Planes:
    """One plane per channel through the samples that are paper."""
    counts: dict[tuple[int, int, int], int] = {}
    for sample in samples:
        counts[sample.colour] = counts.get(sample.colour, 0) + 1
    paper, _ = dominant_colour(counts)
    red, green, blue = (_Plane(float(level), 0.0, 0.0) for level in paper)
    planes: _Planes = (red, green, blue)
    agreed = 0
    for _ in range(_ROUNDS):
        agreeing = [sample for sample in samples if _agrees(sample, planes)]
        if not agreeing or len(agreeing) == agreed:
            break  # no more of them: the same fit again
        agreed = len(agreeing)
        planes = (_plane(agreeing, 0), _plane(agreeing, 1), _plane(agreeing, 2))
    return planes


def _agrees(sample: _Sample, planes: _Planes) -> bool:
    return all(
        abs(level - plane.at(sample.x, sample.y)) <= _TOLERANCE
        for level, plane in zip(sample.colour, planes, strict=True)
    )


def _plane(samples: list[_Sample], channel: int) -> _Plane:
    """Least squares, with slopes held back a little so that they are always determined."""
    count = len(samples)
    mean_x = sum(s.x for s in samples) / count
    mean_y = sum(s.y for s in samples) / count
    mean = sum(s.colour[channel] for s in samples) / count
    xx = yy = xy = xv = yv = 0.0
    for sample in samples:
        x, y, value = sample.x - mean_x, sample.y - mean_y, sample.colour[channel] - mean
        xx, yy, xy = xx + x * x, yy + y * y, xy + x * y
        xv, yv = xv + x * value, yv + y * value
    reach = max(max(abs(s.x), abs(s.y)) for s in samples) or 1.0
    hold = _STIFFNESS * count * reach * reach
    xx, yy = xx + hold, yy + hold
    spread = xx * yy - xy * xy
    across, down = (xv * yy - yv * xy) / spread, (yv * xx - xv * xy) / spread
    return _Plane(mean - across * mean_x - down * mean_y, across, down)


# Painting -----------------------------------------------------------------------------------


def _drawn(planes: _Planes, size: Size) -> Image.Image:
    return Image.merge("RGB", [_drawn_channel(plane, size) for plane in planes])


def _drawn_channel(plane: _Plane, size: Size) -> Image.Image:
    """The plane over a rectangle centred on its origin, rounded to 8 bits.

    Its four corner pixels, as floats, are spread by Pillow's bilinear transform: exact, and at
    the speed of C.
    """
    x, y = (size.width - 1) / 2, (size.height - 1) / 2
    corners = Image.new("F", (2, 2))
    corners.putdata([plane.at(-x, -y), plane.at(x, -y), plane.at(-x, y), plane.at(x, y)])
    # Output pixel centres 0.5 .. n - 0.5 read the corner centres 0.5 .. 1.5.
    across, down = 1 / max(1, size.width - 1), 1 / max(1, size.height - 1)
    spread = corners.transform(
        (size.width, size.height),
        Image.Transform.AFFINE,
        (across, 0, 0.5 - across / 2, 0, down, 0.5 - down / 2),
        Image.Resampling.BILINEAR,
    )
    return spread.point(lambda value: value * 1 + 0.5).convert("L")
