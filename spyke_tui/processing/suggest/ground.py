"""How far each pixel of a sheet is from the paper behind it.

The paper may be white, cream, chroma blue, a gradient or a vignette, so its colour is followed
from tile to tile instead of being one constant. A sheet with real transparency says itself what
is paper: there the alpha channel is the distance.
"""

from __future__ import annotations

from collections import deque

from PIL import Image, ImageChops, ImageFilter

from spyke_tui.processing.background import (
    Colour,
    count_colours,
    dominant_colour,
    estimate_background,
    mean_near,
)

_TILES = 12
"""The paper's colour is sampled on a grid of this many tiles each way."""

_TILE_STEP = 20
"""How much, in levels, the paper may change from one tile to its neighbour."""

_TILE_SHARE = 0.12
"""The least share of a tile that must be paper for the tile to say what the paper's colour is."""

_OPAQUE_FROM = 128
"""Fainter pixels of a cut-out are the glow that cutting out leaves, which ties figures together."""

_CLEAR_SHARE = 0.05
"""From this share of clear pixels on, transparency is taken as the sheet's own cut-out."""


def distance_map(work: Image.Image) -> Image.Image:
    """Mode L: 0 = paper, 255 = certainly ink; `work` is RGB or RGBA."""
    if work.mode == "RGBA" and _is_cut_out(work.getchannel("A")):
        opaque = [level if level >= _OPAQUE_FROM else 0 for level in range(256)]
        return work.getchannel("A").point(opaque)
    rgb = flattened(work)
    return channel_distance(rgb, local_ground(rgb, sheet_ground(rgb)))


def _is_cut_out(alpha: Image.Image) -> bool:
    """Whether the alpha channel separates figures from paper.

    A cut-out is clear all along most of its border; where only some patches are clear, somebody
    made one colour transparent and the paper is still there.
    """
    width, height = alpha.size
    clear = [alpha.crop((0, 0, width, 1)), alpha.crop((0, height - 1, width, height))]
    clear += [alpha.crop((0, 0, 1, height)), alpha.crop((width - 1, 0, width, height))]
    sides = [sum(side.histogram()[:_OPAQUE_FROM]) / (side.width * side.height) for side in clear]
    inside = sum(alpha.histogram()[:_OPAQUE_FROM]) / (width * height)
    return inside >= _CLEAR_SHARE and sorted(sides)[1] >= 0.8


def flattened(work: Image.Image) -> Image.Image:
    """`work` as RGB, clear parts on white."""
    if work.mode != "RGBA":
        return work.convert("RGB")
    paper = Image.new("RGBA", work.size, (255, 255, 255, 255))
    paper.alpha_composite(work)
    return paper.convert("RGB")


def channel_distance(rgb: Image.Image, ground: Image.Image) -> Image.Image:
    """The largest difference of the three channels, per pixel (mode L)."""
    red, green, blue = ImageChops.difference(rgb, ground).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def sheet_ground(rgb: Image.Image) -> Colour:
    """The paper's colour: that of the border, unless the border is too mixed to say."""
    border = estimate_background(rgb)
    small = rgb.resize((max(1, rgb.width // 4), max(1, rgb.height // 4)), Image.Resampling.NEAREST)
    counts = count_colours(small.point(lambda level: (level & 0xF8) | 4))
    _, border_share = mean_near(counts, border, 24)
    common, common_share = dominant_colour(counts)
    return common if border_share < 0.1 and common_share > 2 * border_share else border


def threshold_of(distance: Image.Image) -> int:
    """The distance from which a pixel is ink: above the paper's own grain.

    Small distances are mostly paper; their 97th percentile measures grain and compression noise.
    On a sheet of little contrast (dark on dark) smaller distances count.
    """
    counts = distance.histogram()
    strongest = _percentile(counts, 0.97)
    least = max(8, round(20 * min(1.0, strongest / 160)))
    return max(least, min(44, round(1.5 * _percentile(counts[: 2 * least], 0.97))))


def _percentile(counts: list[int], share: float) -> int:
    """The first level at which `share` of the counted pixels is reached."""
    wanted = share * sum(counts)
    seen = 0
    for level, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return level
    return len(counts) - 1


def local_ground(rgb: Image.Image, paper: Colour) -> Image.Image:
    """A picture of the paper alone, of the size of `rgb`.

    Starting from the tiles that hold the paper's colour, each neighbour is asked for the mean of
    its pixels close to what its neighbour has; a median over the tiles then keeps a large shaded
    figure from being taken for paper.
    """
    size = (max(_TILES, rgb.width // 3), max(_TILES, rgb.height // 3))
    coarse = rgb.resize(size, Image.Resampling.NEAREST).point(lambda level: (level & 0xF8) | 4)
    counts = [
        count_colours(coarse.crop(_tile_box(index, *size))) for index in range(_TILES * _TILES)
    ]
    found: dict[int, Colour] = {}
    queue: deque[int] = deque()
    for index, tile in enumerate(counts):
        mean, share = mean_near(tile, paper, 12)
        if share >= 0.3:
            found[index] = mean
            queue.append(index)
    while queue:
        index = queue.popleft()
        for other in _neighbours(index):
            if other in found:
                continue
            mean, share = mean_near(counts[other], found[index], _TILE_STEP)
            if share >= _TILE_SHARE:
                found[other] = mean
                queue.append(other)
    if not found:
        return Image.new("RGB", rgb.size, paper)
    grid = Image.new("RGB", (_TILES, _TILES))
    grid.putdata(_filled(found))
    smooth = grid.filter(ImageFilter.MedianFilter(3))
    return smooth.resize(rgb.size, Image.Resampling.BILINEAR)


def _tile_box(index: int, width: int, height: int) -> tuple[int, int, int, int]:
    row, column = divmod(index, _TILES)
    return (
        column * width // _TILES,
        row * height // _TILES,
        max((column + 1) * width // _TILES, column * width // _TILES + 1),
        max((row + 1) * height // _TILES, row * height // _TILES + 1),
    )


def _neighbours(index: int) -> list[int]:
    row, column = divmod(index, _TILES)
    around = ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1))
    return [r * _TILES + c for r, c in around if 0 <= r < _TILES and 0 <= c < _TILES]


def _filled(found: dict[int, Colour]) -> list[Colour]:
    """All tiles, those without paper filled with the mean of the neighbours that have one."""
    tiles = dict(found)
    while len(tiles) < _TILES * _TILES:
        added: dict[int, Colour] = {}
        for index in range(_TILES * _TILES):
            near = [tiles[other] for other in _neighbours(index) if other in tiles]
            if index not in tiles and near:
                added[index] = (
                    sum(colour[0] for colour in near) // len(near),
                    sum(colour[1] for colour in near) // len(near),
                    sum(colour[2] for colour in near) // len(near),
                )
        tiles.update(added)
    return [tiles[index] for index in range(_TILES * _TILES)]
