"""Copies of a sheet as the terminal holds them, and the exact map between sheet and pane.

A terminal takes whole pixels of an image and fills whole cells with them, so what it shows is not
quite what a viewport says: up to half a source pixel off. A `Lens` is what it really shows, and
everything over the picture is placed by it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.scene import Palette
from spyke_tui.terminal.viewport import Viewport, fit_scale

if TYPE_CHECKING:
    from PIL.Image import Image as Pixels

    from spyke_tui.processing.previews import SheetPicture

LARGEST = 9_800
"""Pixels on a side: kitty refuses more than 10000."""
MOST_PIXELS = 24_000_000
"""Pixels of the largest level; a terminal needs 4 bytes for each and has about 320 MB."""

STRIP = 128
"""Rows of a copy that are drawn at once."""

BEYOND = 4
"""Rows of a copy beyond a strip that may have a part in its pixels."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in sheet pixels."""


@dataclass(frozen=True, slots=True)
class Level:
    """A copy of the sheet with a margin. (`left`, `top`): the sheet point at its pixel (0, 0)."""

    size: Size
    left: float
    top: float
    scale: float
    """Pixels of the copy per sheet pixel."""

    @classmethod
    def of_pane(cls, viewport: Viewport, share: int = 1) -> Level:
        """The cells that the whole sheet takes in its fitting view, with 1/`share` the pixels."""
        fit = Viewport.fit(viewport.sheet, viewport.pane, viewport.cell)
        cells, cell = sheet_cells(fit), viewport.cell
        size = Size(
            max(1, cells.width * cell.width // share), max(1, cells.height * cell.height // share)
        )
        return cls(
            size,
            fit.left + cells.left * cell.width / fit.scale,
            fit.top + cells.top * cell.height / fit.scale,
            fit.scale * size.width / max(1, cells.width * cell.width),
        )

    @classmethod
    def full(cls, viewport: Viewport, preview: int) -> Level:
        """The sheet itself, with a margin for pictures that end in the middle of a cell.

        `preview`: side of the preview in pixels.
        """
        sheet, cell = viewport.sheet, viewport.cell
        least = fit_scale(sheet, viewport.pane)
        if preview:
            least = min(least, preview / max(sheet.width, sheet.height))
        margin = math.ceil(max(cell.width, cell.height) / least) + 1
        wide, high = sheet.width + 2 * margin, sheet.height + 2 * margin
        scale = min(1.0, LARGEST / wide, LARGEST / high, math.sqrt(MOST_PIXELS / (wide * high)))
        size = Size(math.floor(wide * scale), math.floor(high * scale))
        return cls(size, -margin, -margin, scale)

    def source(self, box: Box) -> Rect:
        """The whole pixels nearest to `box`, inside the copy."""
        left = min(max(0, round((box[0] - self.left) * self.scale)), self.size.width - 1)
        top = min(max(0, round((box[1] - self.top) * self.scale)), self.size.height - 1)
        right = min(max(left + 1, round((box[2] - self.left) * self.scale)), self.size.width)
        bottom = min(max(top + 1, round((box[3] - self.top) * self.scale)), self.size.height)
        return Rect.from_box(left, top, right, bottom)

    def box(self, source: Rect) -> Box:
        """What a part of the copy shows of the sheet."""
        return (
            self.left + source.left / self.scale,
            self.top + source.top / self.scale,
            self.left + source.right / self.scale,
            self.top + source.bottom / self.scale,
        )

    def drawn(self, picture: SheetPicture | None, sheet: Size, palette: Palette) -> Pixels:
        """The copy's pixels: the sheet on its margin, or a blank where the picture is missing."""
        return self.band(picture, sheet, palette, 0, self.size.height)

    def bands(
        self, picture: SheetPicture | None, sheet: Size, palette: Palette
    ) -> Iterator[Pixels]:
        """The same in strips from the top, because a large sheet is not wanted twice at once."""
        for top in range(0, self.size.height, STRIP):
            yield self.band(picture, sheet, palette, top, min(top + STRIP, self.size.height))

    def band(
        self, picture: SheetPicture | None, sheet: Size, palette: Palette, top: int, bottom: int
    ) -> Pixels:
        """The rows from `top` to before `bottom`."""
        from PIL import Image, ImageDraw

        shown = self._shown(sheet)
        canvas = Image.new("RGB", (self.size.width, bottom - top), _rgb(palette.background))
        first, last = max(shown.top, top), min(shown.bottom, bottom)
        if shown.is_empty or first >= last:
            return canvas
        if picture is None:
            box = (shown.left, shown.top - top, shown.right - 1, shown.bottom - top - 1)
            draw = ImageDraw.Draw(canvas)
            draw.rectangle(box, fill=_rgb(palette.blank), outline=_rgb(palette.reject))
            return canvas
        # A few rows more, because what a pixel is mixed from may lie beyond the strip.
        above, below = max(shown.top, first - BEYOND), min(shown.bottom, last + BEYOND)
        box_ = self.box(Rect.from_box(shown.left, above, shown.right, below))
        inner = (
            max(0.0, box_[0]),
            max(0.0, box_[1]),
            min(float(sheet.width), box_[2]),
            min(float(sheet.height), box_[3]),
        )
        size = Size(shown.width, below - above)
        part = Image.frombytes("RGB", (size.width, size.height), picture.part(inner, size))
        part = part.crop((0, first - above, size.width, last - above))
        canvas.paste(part, (shown.left, first - top))
        return canvas

    def _shown(self, sheet: Size) -> Rect:
        """The pixels of the copy that show sheet."""
        left = round(-self.left * self.scale)
        top = round(-self.top * self.scale)
        return Rect.from_box(
            max(0, left),
            max(0, top),
            min(self.size.width, max(left + 1, round((sheet.width - self.left) * self.scale))),
            min(self.size.height, max(top + 1, round((sheet.height - self.top) * self.scale))),
        )


@dataclass(frozen=True, slots=True)
class Lens:
    """What the terminal shows: sheet point (`left`, `top`) at pane pixel (`x`, `y`)."""

    left: float
    top: float
    x: int
    y: int
    across: float
    """Pane pixels per sheet pixel, to the right."""
    down: float

    @classmethod
    def on(cls, box: Box, target: Rect) -> Lens:
        """`box` of the sheet fills `target` of the pane."""
        return cls(
            box[0],
            box[1],
            target.left,
            target.top,
            target.width / (box[2] - box[0]),
            target.height / (box[3] - box[1]),
        )

    def to_pane(self, rect: Rect) -> Rect:
        """A sheet rectangle in pane pixels: edges rounded, at least 1x1; may lie outside."""
        left, right = self._x(rect.left), self._x(rect.right)
        top, bottom = self._y(rect.top), self._y(rect.bottom)
        return Rect(left, top, max(1, right - left), max(1, bottom - top))

    def box(self, target: Rect) -> Box:
        """What lies behind a part of the pane."""
        return (
            self.left + (target.left - self.x) / self.across,
            self.top + (target.top - self.y) / self.down,
            self.left + (target.right - self.x) / self.across,
            self.top + (target.bottom - self.y) / self.down,
        )

    def pixels(self, box: Box, size: Size) -> Rect:
        """`box` in pane pixels, whole ones, inside a pane of that size."""
        left, top = self._x(box[0]), self._y(box[1])
        left, top = min(max(0, left), size.width - 1), min(max(0, top), size.height - 1)
        return Rect.from_box(
            left,
            top,
            min(max(left + 1, self._x(box[2])), size.width),
            min(max(top + 1, self._y(box[3])), size.height),
        )

    def _x(self, x: float) -> int:
        return self.x + math.floor((x - self.left) * self.across + 0.5)

    def _y(self, y: float) -> int:
        return self.y + math.floor((y - self.top) * self.down + 0.5)


def sheet_cells(viewport: Viewport) -> Rect:
    """The cells of the pane that the sheet touches."""
    return viewport.to_cells(Rect(0, 0, viewport.sheet.width, viewport.sheet.height))


def in_pixels(cells: Rect, cell: Size) -> Rect:
    """Some cells of a pane in its pixels."""
    return Rect(
        cells.left * cell.width,
        cells.top * cell.height,
        cells.width * cell.width,
        cells.height * cell.height,
    )


def box_of(viewport: Viewport, cells: Rect) -> Box:
    """What lies behind some cells of the pane, also beyond the sheet's border."""
    cell, scale = viewport.cell, viewport.scale
    return (
        viewport.left + cells.left * cell.width / scale,
        viewport.top + cells.top * cell.height / scale,
        viewport.left + cells.right * cell.width / scale,
        viewport.top + cells.bottom * cell.height / scale,
    )


def _rgb(colour: int) -> tuple[int, int, int]:
    return colour >> 16, colour >> 8 & 255, colour & 255
