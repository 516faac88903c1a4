"""Fit a rectangle to the figure in it: one keystroke instead of four edges moved by hand.

Work happens on a reduced copy of the rectangle's surroundings, then each edge is found to the
pixel in a thin strip, so it stays within a few milliseconds on a decoded 2816x1536 sheet.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops

from spyke_tui.model.geometry import Rect, Size, nearest_fit
from spyke_tui.processing.background import Colour, colour_distance, estimate_background
from spyke_tui.processing.suggest.blobs import Blob, find_blobs, ink_mask

_REACH = 0.3
"""How far outside a figure is followed, as a share of the rectangle's side."""

_SIDE = 104
"""Longer side of the reduced copy, in pixels."""

_INK_LEVELS = 24
"""From this distance to the background on, in levels, a pixel is content."""

_HELD_SHARE = 0.4
"""A blob belongs to the rectangle if at least this share of it lies inside."""

_MAIN_SHARE = 0.2
"""What the rectangle holds most of belongs to it from this share on."""

_SPECK_SHARE = 0.0005
"""A blob smaller than this share of the reduced copy is dust."""


def snap_to_content(picture: Image.Image, rect: Rect, *, margin: int = 4) -> Rect:
    """The rectangle fitted to what it mostly holds, with `margin` source pixels around it.

    Empty border goes; where an edge cuts a figure, it moves out as far as that figure goes, but
    by at most 30% of the rectangle's side: a figure that goes on beyond is tied to something else,
    and that edge stays where it is. A neighbour that only reaches into the rectangle is left out.
    Returns `rect` itself when it holds nothing but background. All in upright source pixels.
    """
    sheet = Size(picture.width, picture.height)
    content = _content(picture, nearest_fit(rect, sheet))
    if content is None:
        return rect
    grown = Rect(
        content.left - margin,
        content.top - margin,
        content.width + 2 * margin,
        content.height + 2 * margin,
    )
    return grown.intersection(Rect(0, 0, sheet.width, sheet.height))


def centre_on_content(picture: Image.Image, rect: Rect) -> Rect:
    """The rectangle moved so that its content lies in its middle; the size stays.

    At the sheet's border it goes as far as it can. Returns `rect` where there is no content.
    """
    sheet = Size(picture.width, picture.height)
    content = _content(picture, nearest_fit(rect, sheet))
    if content is None:
        return rect
    left = (content.left + content.right - rect.width) // 2
    top = (content.top + content.bottom - rect.height) // 2
    return nearest_fit(Rect(left, top, rect.width, rect.height), sheet)


@dataclass(frozen=True)
class _Surroundings:
    """The rectangle's neighbourhood, reduced: how far each pixel is from the paper."""

    picture: Image.Image
    region: Rect
    factor: int
    paper: Colour

    @classmethod
    def of(cls, picture: Image.Image, rect: Rect) -> _Surroundings:
        dx, dy = round(_REACH * rect.width) + 1, round(_REACH * rect.height) + 1
        wide = Rect(rect.left - dx, rect.top - dy, rect.width + 2 * dx, rect.height + 2 * dy)
        region = wide.intersection(Rect(0, 0, picture.width, picture.height))
        factor = max(1, max(region.width, region.height) // _SIDE)
        return cls(picture, region, factor, estimate_background(picture, rect))

    def mask(self, box: Rect, factor: tuple[int, int]) -> Image.Image:
        """The content in `box` (source pixels), reduced by `factor`."""
        if self.picture.mode == "RGB":
            part = self.picture.reduce(factor, box.box)
        else:
            part = _plain(self.picture.crop(box.box)).reduce(factor)
        return ink_mask(_distance(part, self.paper), _INK_LEVELS)

    def to_source(self, rect: Rect) -> Rect:
        """A rectangle of the reduced copy, in source pixels."""
        scaled = Rect(
            self.region.left + rect.left * self.factor,
            self.region.top + rect.top * self.factor,
            rect.width * self.factor,
            rect.height * self.factor,
        )
        return scaled.intersection(self.region)


def _content(picture: Image.Image, rect: Rect) -> Rect | None:
    """The rectangle around the content that `rect` mostly holds; None where it holds none."""
    around = _Surroundings.of(picture, rect)
    mask = around.mask(around.region, (around.factor, around.factor))
    least = max(2, round(_SPECK_SHARE * mask.width * mask.height))
    window = _reduced(rect, around)
    blobs = [(blob, _ink_inside(blob, window)) for blob in find_blobs(mask, least)]
    blobs = [(blob, inside) for blob, inside in blobs if inside]
    if not blobs:
        return None
    main = max(blobs, key=lambda pair: pair[1])[0]
    content: Rect | None = None
    for blob, inside in blobs:
        share = inside / blob.ink
        if share >= _HELD_SHARE or (blob is main and share >= _MAIN_SHARE):
            part = around.to_source(_followed(blob.rect, window, mask.size))
            content = part if content is None else content.union(part)
    if content is None:
        content = around.to_source(main.rect.intersection(window))
    return _sharpened(content, rect, around)


def _reduced(rect: Rect, around: _Surroundings) -> Rect:
    """`rect` (source pixels) on the reduced copy, rounded inwards by half a pixel at most."""
    factor = around.factor
    left = (rect.left - around.region.left + factor // 2) // factor
    top = (rect.top - around.region.top + factor // 2) // factor
    right = (rect.right - around.region.left + factor // 2) // factor
    bottom = (rect.bottom - around.region.top + factor // 2) // factor
    return Rect.from_box(left, top, max(right, left + 1), max(bottom, top + 1))


def _ink_inside(blob: Blob, window: Rect) -> int:
    common = blob.rect.intersection(window)
    if common == blob.rect:
        return blob.ink
    if common.is_empty:
        return 0
    return sum(
        max(0, min(end, window.right) - max(start, window.left))
        for row, start, end in blob.runs
        if window.top <= row < window.bottom
    )


def _followed(blob: Rect, window: Rect, size: tuple[int, int]) -> Rect:
    """The blob's rectangle, but not beyond `window` on sides where it leaves the reduced copy."""
    left = window.left if blob.left <= 0 < window.left else blob.left
    top = window.top if blob.top <= 0 < window.top else blob.top
    right = window.right if blob.right >= size[0] > window.right else blob.right
    bottom = window.bottom if blob.bottom >= size[1] > window.bottom else blob.bottom
    return Rect.from_box(left, top, max(right, left + 1), max(bottom, top + 1))


def _sharpened(content: Rect, rect: Rect, around: _Surroundings) -> Rect:
    """Each edge to the pixel: looked for in a strip around where the reduced copy has it.

    The strip is reduced along the edge only, which averages noise away but keeps its position.
    Where ink goes on through the whole strip the figure was not followed to its end, and `rect`
    keeps its own edge.
    """
    reach = around.factor
    if reach == 1:
        return content
    left, top, right, bottom = content.box
    strips = (
        Rect.from_box(left - reach, top, min(left + 2 * reach, right), bottom),
        Rect.from_box(left, top - reach, right, min(top + 2 * reach, bottom)),
        Rect.from_box(max(right - 2 * reach, left), top, right + reach, bottom),
        Rect.from_box(left, max(bottom - 2 * reach, top), right, bottom + reach),
    )
    edges = []
    for side, strip in enumerate(strips):
        cut = strip.intersection(around.region)
        found = _extent(around, cut, (1, reach) if side % 2 == 0 else (reach, 1))
        edge = found.box[side] if found else content.box[side]
        goes_on = edge == strip.box[side] and abs(rect.box[side] - content.box[side]) <= reach
        edges.append(rect.box[side] if goes_on else edge)
    return Rect.from_box(*edges)


def _extent(around: _Surroundings, strip: Rect, factor: tuple[int, int]) -> Rect | None:
    """Where the ink lies in a strip; exact along the axis that is not reduced."""
    box = around.mask(strip, factor).getbbox()
    if box is None:
        return None
    return Rect.from_box(
        strip.left + box[0] * factor[0],
        strip.top + box[1] * factor[1],
        strip.left + box[2] * factor[0],
        strip.top + box[3] * factor[1],
    )


def _plain(part: Image.Image) -> Image.Image:
    """The part in RGB, or in RGBA where it has an alpha channel."""
    alpha = part.mode in ("RGBA", "LA", "PA") or "transparency" in part.info
    mode = "RGBA" if alpha else "RGB"
    return part if part.mode == mode else part.convert(mode)


def _distance(part: Image.Image, paper: Colour) -> Image.Image:
    """How far each pixel is from the paper (mode L); clear pixels are paper."""
    bands = part.split()
    differences = [
        band.point([abs(level - paper[index]) for level in range(256)])
        for index, band in enumerate(bands[:3])
    ]
    largest = ImageChops.lighter(ImageChops.lighter(differences[0], differences[1]), differences[2])
    if len(bands) < 4:
        return largest
    alpha = bands[3]
    if colour_distance(paper, (255, 255, 255)) == 0 and any(alpha.histogram()[:128]):
        return alpha
    return ImageChops.multiply(largest, alpha)
