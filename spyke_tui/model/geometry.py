"""Rectangles in whole pixels and the letterbox arithmetic; no I/O, no floats in results.

`Rect` is in upright source pixels (after EXIF rotation): ``left``/``top`` inclusive,
``right``/``bottom`` exclusive.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in whole pixels: left and top inclusive, right and bottom exclusive."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    @property
    def area(self) -> int:
        """Pixels inside; 0 for an empty rectangle."""
        return max(0, self.width) * max(0, self.height)

    @property
    def is_empty(self) -> bool:
        return self.width < 1 or self.height < 1

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(left, top, right, bottom), as Pillow's `crop` takes it."""
        return (self.left, self.top, self.right, self.bottom)

    @classmethod
    def from_box(cls, left: int, top: int, right: int, bottom: int) -> Rect:
        return cls(left, top, right - left, bottom - top)

    def is_inside(self, sheet: Size) -> bool:
        return (
            not self.is_empty
            and self.left >= 0
            and self.top >= 0
            and self.right <= sheet.width
            and self.bottom <= sheet.height
        )

    def intersection(self, other: Rect) -> Rect:
        """The common part; an empty rectangle (width or height 0) where there is none."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Rect(left, top, max(0, right - left), max(0, bottom - top))

    def union(self, other: Rect) -> Rect:
        """The smallest rectangle that holds both."""
        return Rect.from_box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def translated(self, dx: int, dy: int) -> Rect:
        return replace(self, left=self.left + dx, top=self.top + dy)

    def __str__(self) -> str:
        return f"{self.width}x{self.height} at {self.left},{self.top}"


class Edge(enum.Enum):
    """What the arrow keys move. The order is that of Tab."""

    WHOLE = "whole"
    TOP = "top"
    RIGHT = "right"
    BOTTOM = "bottom"
    LEFT = "left"

    def next(self, step: int = 1) -> Edge:
        edges = list(Edge)
        return edges[(edges.index(self) + step) % len(edges)]


def nearest_fit(rect: Rect, sheet: Size) -> Rect:
    """The nearest rectangle inside `sheet`: moved first, cut only where it is larger.

    An empty rectangle becomes at least 1x1.
    """
    width = max(1, min(rect.width, sheet.width))
    height = max(1, min(rect.height, sheet.height))
    return Rect(
        min(max(0, rect.left), sheet.width - width),
        min(max(0, rect.top), sheet.height - height),
        width,
        height,
    )


def nudge(rect: Rect, edge: Edge, dx: int, dy: int, sheet: Size) -> Rect:
    """Move the rectangle, or one of its edges, by (dx, dy); stop at the sheet's border.

    The whole rectangle keeps its size at the border. An edge only follows the axis it can move
    on, and never crosses the opposite edge (1 pixel stays). A rectangle that leaves the sheet
    already is first brought inside.
    """
    rect = nearest_fit(rect, sheet)
    if edge is Edge.WHOLE:
        return nearest_fit(rect.translated(dx, dy), sheet)
    left, top, right, bottom = rect.box
    match edge:
        case Edge.LEFT:
            left = min(max(0, left + dx), right - 1)
        case Edge.RIGHT:
            right = max(min(sheet.width, right + dx), left + 1)
        case Edge.TOP:
            top = min(max(0, top + dy), bottom - 1)
        case Edge.BOTTOM:
            bottom = max(min(sheet.height, bottom + dy), top + 1)
    return Rect.from_box(left, top, right, bottom)


def grow(rect: Rect, by: int, sheet: Size) -> Rect:
    """Grow (or shrink, `by` < 0) by `by` pixels on each side, so about the centre.

    At the border the side that still can go on does not: the centre stays where the sheet
    allows it, otherwise the rectangle is pushed inside. At least 1x1 remains.
    """
    rect = nearest_fit(rect, sheet)
    dx = max(by, -((rect.width - 1) // 2))
    dy = max(by, -((rect.height - 1) // 2))
    grown = Rect(rect.left - dx, rect.top - dy, rect.width + 2 * dx, rect.height + 2 * dy)
    return nearest_fit(grown, sheet)


def contain_size(size: Size, target: int) -> Size:
    """The size at which `size` fits into a `target` square: integer arithmetic, halves up.

    For w >= h: ``(T, max(1, (2*h*T + w) // (2*w)))``, else its transpose. This equals what
    sharp's ``fit: contain`` does.
    """
    w, h = size.width, size.height
    if w >= h:
        return Size(target, max(1, (2 * h * target + w) // (2 * w)))
    return Size(max(1, (2 * w * target + h) // (2 * h)), target)


def contain_box(size: Size, target: int) -> Rect:
    """Where the contained picture lies inside the `target` square: offset ``(T - n) // 2``."""
    fitted = contain_size(size, target)
    return Rect(
        (target - fitted.width) // 2,
        (target - fitted.height) // 2,
        fitted.width,
        fitted.height,
    )


def mirrored(rect: Rect, sheet: Size) -> Rect:
    """The rectangle as it lies on the sheet flipped left to right."""
    return replace(rect, left=sheet.width - rect.right)
