"""The colour of the paper: of a whole picture, or around one rectangle of it.

Sheets are rarely one clean colour: JPEG noise, grain, gradients and labels lie on the paper. So
the colour is found as a mode (the most common bin together with its neighbours) and then sharpened
to the mean of the pixels close to it. All of it is done on a small copy: a few milliseconds on a
2816x1536 sheet.
"""

from __future__ import annotations

from PIL import Image

from spyke_tui.model.geometry import Rect

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)

_BAND_SHARE = 0.06
"""Width of the band along a rectangle's edge, as a share of its shorter side."""

_SAMPLE_LENGTH = 64
"""Samples taken along each strip."""

_SAMPLE_DEPTH = 8
"""Samples taken across each strip."""

_BIN_BITS = 0xF0
"""Colours are counted in bins of 16 levels per channel."""

_NEAR_LEVELS = 24
"""Pixels this close to the mode, in levels of each channel, belong to the same paper."""

_OPAQUE_FROM = 128


def estimate_background(picture: Image.Image, rect: Rect | None = None) -> Colour:
    """The background colour of `picture`, or around `rect` of it (source pixels).

    For the whole picture the band lies inside its border; for a rectangle it straddles the
    rectangle's edge, because that is where a crop is padded and where painted-over text has to
    blend in. Clear pixels (alpha below half) do not count; where most are clear the answer is
    white, the colour such a picture is composited on by default.
    """
    return background_share(picture, rect)[0]


def background_share(picture: Image.Image, rect: Rect | None = None) -> tuple[Colour, float]:
    """The same, and the share of the band's pixels that are close to that colour, 0..1."""
    whole = Rect(0, 0, picture.width, picture.height)
    if rect is None:
        strips = _band(whole, whole, reach_out=False)
    else:
        strips = _band(rect.intersection(whole), whole, reach_out=True)
    samples = [_sample(picture, strip) for strip in strips if not strip.is_empty]
    counts: dict[Colour, int] = {}
    clear = 0
    for sample in samples:
        clear += _count_colours(sample, counts)
    if clear > sum(counts.values()) or not counts:
        return WHITE, 1.0
    return dominant_colour(counts)


def dominant_colour(counts: dict[Colour, int]) -> tuple[Colour, float]:
    """The mode of counted colours, and the share of the pixels that are close to it.

    A bin's neighbours vote for it too, so that a colour on the border of two bins does not lose
    against one in the middle of its bin.
    """
    bins: dict[Colour, int] = {}
    for (red, green, blue), count in counts.items():
        key = (red & _BIN_BITS, green & _BIN_BITS, blue & _BIN_BITS)
        bins[key] = bins.get(key, 0) + count
    strongest = sorted(bins, key=lambda key: -bins[key])[:12]
    best = max(
        strongest,
        key=lambda key: (sum(n for other, n in bins.items() if _within(other, key, 16)), bins[key]),
    )
    middle = (best[0] + 8, best[1] + 8, best[2] + 8)
    return mean_near(counts, middle, _NEAR_LEVELS)


def mean_near(counts: dict[Colour, int], target: Colour, levels: int) -> tuple[Colour, float]:
    """The mean of the counted colours within `levels` of `target`, and their share of all.

    Where nothing is near, the target itself with a share of 0.
    """
    total = near = reds = greens = blues = 0
    wanted_red, wanted_green, wanted_blue = target
    for (red, green, blue), count in counts.items():
        total += count
        if (
            -levels <= red - wanted_red <= levels
            and -levels <= green - wanted_green <= levels
            and -levels <= blue - wanted_blue <= levels
        ):
            near += count
            reds += red * count
            greens += green * count
            blues += blue * count
    if not near:
        return target, 0.0
    half = near // 2
    mean = ((reds + half) // near, (greens + half) // near, (blues + half) // near)
    return mean, near / total


def colour_distance(one: Colour, other: Colour) -> int:
    """The largest difference of a channel, in levels."""
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]), abs(one[2] - other[2]))


def _within(one: Colour, other: Colour, levels: int) -> bool:
    return (
        abs(one[0] - other[0]) <= levels
        and abs(one[1] - other[1]) <= levels
        and abs(one[2] - other[2]) <= levels
    )


def _band(rect: Rect, bounds: Rect, *, reach_out: bool) -> list[Rect]:
    """Four strips along the edge of `rect`, cut to `bounds`."""
    if rect.is_empty:
        return [bounds]
    depth = max(2, round(min(rect.width, rect.height) * _BAND_SHARE))
    out = depth if reach_out else 0
    left, top, right, bottom = rect.left - out, rect.top - out, rect.right + out, rect.bottom + out
    thick = depth + out
    strips = (
        Rect.from_box(left, top, right, top + thick),
        Rect.from_box(left, bottom - thick, right, bottom),
        Rect.from_box(left, top + thick, left + thick, bottom - thick),
        Rect.from_box(right - thick, top + thick, right, bottom - thick),
    )
    return [strip.intersection(bounds) for strip in strips]


def _sample(picture: Image.Image, strip: Rect) -> Image.Image:
    """A strip, reduced so that counting its colours is cheap.

    Every n-th pixel is taken, not a mean: means would mix ink into the paper.
    """
    length, depth = max(strip.width, strip.height), min(strip.width, strip.height)
    along, across = min(length, _SAMPLE_LENGTH), min(depth, _SAMPLE_DEPTH)
    size = (along, across) if strip.width >= strip.height else (across, along)
    return picture.resize(size, Image.Resampling.NEAREST, box=strip.box)


def _count_colours(sample: Image.Image, counts: dict[Colour, int]) -> int:
    """Add the opaque pixels' colours to `counts`; return how many pixels are clear."""
    clear = 0
    if sample.mode in ("RGBA", "LA", "PA") or "transparency" in sample.info:
        for count, pixel in _colours(sample.convert("RGBA")):
            if pixel[3] < _OPAQUE_FROM:
                clear += count
            else:
                colour = (pixel[0], pixel[1], pixel[2])
                counts[colour] = counts.get(colour, 0) + count
        return clear
    for count, pixel in _colours(sample.convert("RGB")):
        colour = (pixel[0], pixel[1], pixel[2])
        counts[colour] = counts.get(colour, 0) + count
    return clear


def count_colours(picture: Image.Image) -> dict[Colour, int]:
    """How often each colour occurs among the opaque pixels."""
    counts: dict[Colour, int] = {}
    _count_colours(picture, counts)
    return counts


def _colours(picture: Image.Image) -> list[tuple[int, tuple[int, ...]]]:
    found = picture.getcolors(picture.width * picture.height)
    assert found is not None  # the limit is the number of pixels
    return [(count, pixel) for count, pixel in found if isinstance(pixel, tuple)]
