"""Which part of a sheet a pane shows, and where: pure arithmetic between two pixel grids.

*Sheet pixels* are upright source pixels. *Pane pixels* are what a surface can paint: real device
pixels for a graphics protocol, 1x2 to the cell for half cells. `cell` says how many pane pixels
one character cell has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from spyke_tui.model.geometry import Rect, Size

MAX_SCALE = 16.0
"""Pane pixels per sheet pixel: further in, one sheet pixel is a tile and nothing is gained."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """A window on a sheet. `left`, `top`: the sheet point (in sheet pixels) at the pane's corner.

    `scale` is pane pixels per sheet pixel. Where the scaled sheet is smaller than the pane it is
    centred, so `left` or `top` may be negative.
    """

    sheet: Size
    pane: Size
    cell: Size
    scale: float
    left: float
    top: float

    @classmethod
    def fit(cls, sheet: Size, pane: Size, cell: Size) -> Viewport:
        """The whole sheet, as large as the pane allows."""
        return cls(sheet, pane, cell, fit_scale(sheet, pane), 0.0, 0.0)._settled()

    @property
    def is_fit(self) -> bool:
        return self.scale <= fit_scale(self.sheet, self.pane) * (1 + 1e-9)

    def to_pane(self, rect: Rect) -> Rect:
        """A sheet rectangle in pane pixels: edges rounded to the nearest, at least 1x1.

        Equal sheet edges give equal pane edges, so neighbours stay neighbours. It may lie partly
        or wholly outside the pane.
        """
        left, right = self._x(rect.left), self._x(rect.right)
        top, bottom = self._y(rect.top), self._y(rect.bottom)
        return Rect(left, top, max(1, right - left), max(1, bottom - top))

    def to_sheet(self, x: float, y: float) -> tuple[int, int]:
        """The sheet pixel under a pane pixel, held inside the sheet."""
        column = math.floor(self.left + x / self.scale)
        row = math.floor(self.top + y / self.scale)
        return (
            min(max(0, column), self.sheet.width - 1),
            min(max(0, row), self.sheet.height - 1),
        )

    def to_cells(self, rect: Rect) -> Rect:
        """The character cells that a sheet rectangle touches, clipped to the pane."""
        pane = self.to_pane(rect).intersection(Rect(0, 0, self.pane.width, self.pane.height))
        if pane.is_empty:
            return Rect(0, 0, 0, 0)
        return Rect.from_box(
            pane.left // self.cell.width,
            pane.top // self.cell.height,
            -(-pane.right // self.cell.width),
            -(-pane.bottom // self.cell.height),
        )

    @property
    def picture(self) -> Rect:
        """The part of the pane that shows sheet, in pane pixels."""
        whole = self.to_pane(Rect(0, 0, self.sheet.width, self.sheet.height))
        return whole.intersection(Rect(0, 0, self.pane.width, self.pane.height))

    @property
    def source(self) -> tuple[float, float, float, float]:
        """The part of the sheet behind `picture`: (left, top, right, bottom) in sheet pixels.

        Not whole numbers: exactly what the pane pixels of `picture` cover, cut to the sheet.
        """
        shown = self.picture
        return (
            max(0.0, self.left + shown.left / self.scale),
            max(0.0, self.top + shown.top / self.scale),
            min(float(self.sheet.width), self.left + shown.right / self.scale),
            min(float(self.sheet.height), self.top + shown.bottom / self.scale),
        )

    def resized(self, pane: Size, cell: Size) -> Viewport:
        """The same view in a pane of another size: a fitting view fits again."""
        if self.is_fit:
            return Viewport.fit(self.sheet, pane, cell)
        middle_x = self.left + self.pane.width / 2 / self.scale
        middle_y = self.top + self.pane.height / 2 / self.scale
        scale = max(self.scale, fit_scale(self.sheet, pane))
        return Viewport(
            self.sheet,
            pane,
            cell,
            scale,
            middle_x - pane.width / 2 / scale,
            middle_y - pane.height / 2 / scale,
        )._settled()

    def zoomed(self, factor: float, x: float, y: float) -> Viewport:
        """Zoom by `factor` about the pane pixel (x, y), which keeps its sheet point."""
        low = fit_scale(self.sheet, self.pane)
        scale = min(max(low, self.scale * factor), max(low, MAX_SCALE))
        return replace(
            self,
            scale=scale,
            left=self.left + x / self.scale - x / scale,
            top=self.top + y / self.scale - y / scale,
        )._settled()

    def panned(self, dx: float, dy: float) -> Viewport:
        """Move the window by pane pixels over the sheet; it stops at the sheet's border."""
        return replace(
            self, left=self.left + dx / self.scale, top=self.top + dy / self.scale
        )._settled()

    def on(self, rect: Rect, margin: float = 0.08) -> Viewport:
        """Zoom so that `rect` fills the pane, with a margin as a share of the pane."""
        room = 1 - 2 * margin
        scale = min(
            self.pane.width * room / max(1, rect.width),
            self.pane.height * room / max(1, rect.height),
        )
        return self.at_scale(scale, rect)

    def at_scale(self, scale: float, rect: Rect) -> Viewport:
        """This scale (kept between fit and `MAX_SCALE`), centred on `rect`."""
        low = fit_scale(self.sheet, self.pane)
        scale = min(max(low, scale), max(low, MAX_SCALE))
        return replace(
            self,
            scale=scale,
            left=rect.left + rect.width / 2 - self.pane.width / 2 / scale,
            top=rect.top + rect.height / 2 - self.pane.height / 2 / scale,
        )._settled()

    def following(self, rect: Rect) -> Viewport:
        """Pan as little as needed to have `rect` in view; its left top corner where it can't be."""
        shown = self.to_pane(rect)
        dx = _shift(shown.left, shown.right, self.pane.width)
        dy = _shift(shown.top, shown.bottom, self.pane.height)
        return self.panned(dx, dy) if dx or dy else self

    def _x(self, x: float) -> int:
        return math.floor((x - self.left) * self.scale + 0.5)

    def _y(self, y: float) -> int:
        return math.floor((y - self.top) * self.scale + 0.5)

    def _settled(self) -> Viewport:
        """Hold the window on the sheet; centre the axis on which the sheet is smaller."""
        return replace(
            self,
            left=_held(self.left, self.pane.width / self.scale, self.sheet.width),
            top=_held(self.top, self.pane.height / self.scale, self.sheet.height),
        )


def fit_scale(sheet: Size, pane: Size) -> float:
    """Pane pixels per sheet pixel at which the whole sheet just fits."""
    return min(max(1, pane.width) / max(1, sheet.width), max(1, pane.height) / max(1, sheet.height))


def _held(start: float, window: float, length: float) -> float:
    if window >= length:
        return (length - window) / 2
    return min(max(0.0, start), length - window)


def _shift(start: int, end: int, room: int) -> int:
    if start < 0 or end - start > room:
        return start
    return max(0, end - room)
