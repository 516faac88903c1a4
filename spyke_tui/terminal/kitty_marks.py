"""What lies over a sheet in the kitty protocol, as placements of a few one-colour images.

*Lines*: an image with a line along its top and left, and one with a line along its bottom and
right, each larger than the pane. A cut from the corner of each makes a frame of any size, so
neither moving nor reshaping sends an image. *Dimming*: up to four cuts from one translucent image.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.kitty_wire import Placement
from spyke_tui.terminal.scene import Kind, Outline, Palette
from spyke_tui.terminal.surface import Place

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw


def put(image: int, layer: int, place: Place, target: Rect, source: Rect) -> Placement:
    """`source` of an image at `target` of a pane, pixel by pixel (both of one size)."""
    cell = place.cell
    return Placement(
        image,
        layer,
        place.left + target.left // cell.width,
        place.top + target.top // cell.height,
        source,
        target.left % cell.width,
        target.top % cell.height,
    )


def around(hole: Rect, pane: Size, columns_first: bool) -> list[Rect]:
    """The pane without `hole`: (top, bottom, left, right); some may be empty.

    Columns first: left and right are as high as the pane, so that a hole that moves up or down
    changes only top and bottom; else the other way round.
    """
    width, height = pane.width, pane.height
    if hole.is_empty:
        return [Rect(0, 0, width, height)]
    if columns_first:
        return [
            Rect(hole.left, 0, hole.width, hole.top),
            Rect(hole.left, hole.bottom, hole.width, height - hole.bottom),
            Rect(0, 0, hole.left, height),
            Rect(hole.right, 0, width - hole.right, height),
        ]
    return [
        Rect(0, 0, width, hole.top),
        Rect(0, hole.bottom, width, height - hole.bottom),
        Rect(0, hole.top, hole.left, hole.height),
        Rect(hole.right, hole.top, width - hole.right, hole.height),
    ]


def corner_size(pane: Size, line: int) -> Size:
    """Large enough for any cut, also one that leaves a line out."""
    return Size(pane.width + 2 * line, pane.height + 2 * line)


def corner_holes(pane: Size, line: int) -> tuple[Rect, Rect]:
    """What is transparent in the two corner images: all but the top left, all but the other."""
    size = corner_size(pane, line)
    inner = Size(size.width - line, size.height - line)
    return Rect(line, line, inner.width, inner.height), Rect(0, 0, inner.width, inner.height)


def corner_cuts(shown: Rect, pane: Size, line: int) -> Iterator[tuple[int, Rect, Rect]]:
    """(0 = upper left image or 1, target, source) that frame `shown` as far as it is in view."""
    target = shown.intersection(Rect(0, 0, pane.width, pane.height))
    if target.is_empty:
        return
    size = corner_size(pane, line)
    if shown.left >= 0 or shown.top >= 0:
        x = 0 if shown.left >= 0 else line
        y = 0 if shown.top >= 0 else line
        yield 0, target, Rect(x, y, target.width, target.height)
    if shown.right <= pane.width or shown.bottom <= pane.height:
        x = size.width - target.width - (0 if shown.right <= pane.width else line)
        y = size.height - target.height - (0 if shown.bottom <= pane.height else line)
        yield 1, target, Rect(x, y, target.width, target.height)


def edge_source(edge: Rect) -> Rect:
    """One edge as a cut of the upper left image: `edge` is as thick as its line."""
    return Rect(0, 0, edge.width, edge.height)


def overlay_png(
    outlines: list[tuple[Outline, Rect]], pane: Size, line: int, palette: Palette
) -> bytes:
    """The other crops' frames and the erased parts on a transparent pane, as a palette PNG.

    Of the colours in use only: half the bits to a pixel are nearly half the bytes.
    """
    from PIL import Image, ImageDraw

    used = {outline.kind for outline, _ in outlines}
    kinds = [kind for kind in Kind if kind in used]
    image = Image.new("P", (pane.width, pane.height), 0)
    colours = [0, 0, 0]
    for kind in kinds:
        colours += palette.of(kind).to_bytes(3, "big")
    image.putpalette(colours)
    draw = ImageDraw.Draw(image)
    for outline, shown in outlines:
        ink = kinds.index(outline.kind) + 1
        inner = (shown.left, shown.top, shown.right - 1, shown.bottom - 1)
        if outline.kind is Kind.ERASE:
            _hatch(draw, shown, pane, ink, 4 * line)
        draw.rectangle(inner, outline=ink, width=min(line, shown.width, shown.height))
    file = io.BytesIO()
    bits = 1 if len(kinds) == 1 else 2 if len(kinds) <= 3 else 4
    image.save(file, "PNG", bits=bits, compress_level=9, transparency=b"\0")
    return file.getvalue()


def _hatch(draw: ImageDraw, rect: Rect, pane: Size, ink: int, apart: int) -> None:
    """Diagonals: the picture stays readable below."""
    shown = rect.intersection(Rect(0, 0, pane.width, pane.height))
    for y in range(shown.top, shown.bottom):
        first = shown.left + (-(shown.left + y) % apart)
        for x in range(first, shown.right, apart):
            draw.point((x, y), fill=ink)
