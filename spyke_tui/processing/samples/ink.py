"""Drawing with outlined, shaded shapes at twice the size, reduced once at the end.

Lengths and points are in a figure's own units; a `Pen` knows where on its canvas they lie.
The light falls from the upper left of the canvas, whatever way a figure is turned.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

Point = tuple[float, float]
Corner = tuple[float, float, int]
"""A point where a smooth curve has a sharp bend; the third value only marks it."""
Path = Sequence[Point | Corner]
Colour = tuple[int, int, int]

OVERSAMPLING = 2
PAPER: Colour = (255, 255, 255)
INK: Colour = (38, 26, 40)
STEPS_PER_SEGMENT = 6


@dataclass(frozen=True, slots=True)
class Paint:
    """A flat colour with the darker one of its shaded side, and how wide that side is (units)."""

    base: Colour
    shadow: Colour
    depth: float = 6.0
    shine: Colour | None = None
    """A light edge on the lit side, for metal."""


class Canvas:
    """A picture drawn at `OVERSAMPLING` times its size. Sizes in final pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width * OVERSAMPLING, height * OVERSAMPLING), PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def pen(self, x: float, y: float, scale: float) -> Pen:
        """A pen whose (0, 0) is at (x, y) final pixels; `scale` is final pixels per unit."""
        size = scale * OVERSAMPLING
        return Pen(self, (size, 0.0, 0.0, size, x * OVERSAMPLING, y * OVERSAMPLING))

    def finished(self) -> Image.Image:
        """The picture at its final size."""
        return self.image.reduce(OVERSAMPLING)


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws in units: `matrix` (a, b, c, d, x, y) takes a point to canvas pixels."""

    canvas: Canvas
    matrix: tuple[float, float, float, float, float, float]

    @property
    def scale(self) -> float:
        """Canvas pixels per unit."""
        a, b, _, _, _, _ = self.matrix
        return math.hypot(a, b)

    def moved(self, x: float, y: float, angle: float = 0.0, *, flip: bool = False) -> Pen:
        """A pen at (x, y), turned by `angle` degrees clockwise, mirrored left to right first."""
        a, b, c, d, _, _ = self.matrix
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        side = -1.0 if flip else 1.0
        return Pen(
            self.canvas,
            (
                (a * cos + c * sin) * side,
                (b * cos + d * sin) * side,
                c * cos - a * sin,
                d * cos - b * sin,
                *self.place(x, y),
            ),
        )

    def place(self, x: float, y: float) -> Point:
        """Where the point lies on the canvas."""
        a, b, c, d, left, top = self.matrix
        return (a * x + c * y + left, b * x + d * y + top)

    def shape(
        self,
        path: Path,
        paint: Paint,
        *,
        inside: Sequence[tuple[Path, Colour]] = (),
        line: float = 2.4,
    ) -> None:
        """Fill a closed curve, shade it, paint `inside` it without leaving it, outline it."""
        outline = self._curve(path)
        self.canvas.draw.polygon(outline, fill=paint.base)
        stamp = _Stamp(self.canvas.image, outline)
        depth = paint.depth * self.scale
        if depth >= 1:
            stamp.shade(paint.shadow, -0.6 * depth, -0.8 * depth)
        if paint.shine is not None:
            stamp.shade(paint.shine, 0.35 * depth, 0.45 * depth)
        for part, colour in inside:
            stamp.paint(self._curve(part), colour)
        if line > 0:
            self._stroke([*outline, outline[0]], line, INK)

    def line(self, path: Path, width: float = 1.6, colour: Colour = INK) -> None:
        """An open smooth line, `width` units wide."""
        self._stroke(list(_smooth(self._placed(path), closed=False)), width, colour)

    def dot(self, x: float, y: float, radius: float, colour: Colour = INK) -> None:
        self.oval(x, y, radius, radius, colour)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        """A flat ellipse without an outline."""
        self.canvas.draw.polygon(self._curve(ellipse(x, y, rx, ry)), fill=colour)

    def _placed(self, path: Path) -> list[tuple[float, float, bool]]:
        return [(*self.place(point[0], point[1]), len(point) == 3) for point in path]

    def _curve(self, path: Path) -> list[Point]:
        return list(_smooth(self._placed(path), closed=True))

    def _stroke(self, points: list[Point], width: float, colour: Colour) -> None:
        pixels = max(2, round(width * self.scale))
        self.canvas.draw.line(points, fill=colour, width=pixels, joint=None)
        radius = pixels / 2
        if radius < 1.5:
            return
        for x, y in points:
            self.canvas.draw.ellipse(
                (x - radius + 0.5, y - radius + 0.5, x + radius - 0.5, y + radius - 0.5),
                fill=colour,
            )


class _Stamp:
    """The mask of one shape, as large as the shape: what is painted stays inside it."""

    def __init__(self, image: Image.Image, outline: list[Point]) -> None:
        xs, ys = [x for x, _ in outline], [y for _, y in outline]
        self.image = image
        self.left, self.top = int(min(xs)) - 1, int(min(ys)) - 1
        self.size = (int(max(xs)) - self.left + 2, int(max(ys)) - self.top + 2)
        self.mask = self._filled(outline)

    def paint(self, outline: list[Point], colour: Colour) -> None:
        part = ImageChops.darker(self.mask, self._filled(outline))
        self.image.paste(colour, (self.left, self.top), part)

    def shade(self, colour: Colour, dx: float, dy: float) -> None:
        """Paint what a copy of the shape, moved by (dx, dy), leaves uncovered."""
        moved = Image.new("L", self.size)
        moved.paste(self.mask, (round(dx), round(dy)))
        self.image.paste(colour, (self.left, self.top), ImageChops.subtract(self.mask, moved))

    def _filled(self, outline: list[Point]) -> Image.Image:
        mask = Image.new("L", self.size)
        local = [(x - self.left, y - self.top) for x, y in outline]
        ImageDraw.Draw(mask).polygon(local, fill=255)
        return mask


def ellipse(x: float, y: float, rx: float, ry: float) -> list[Point]:
    """Twelve points on an ellipse about (x, y)."""
    angles = [math.tau * i / 12 for i in range(12)]
    return [(x + rx * math.cos(angle), y + ry * math.sin(angle)) for angle in angles]


def _smooth(points: list[tuple[float, float, bool]], *, closed: bool) -> Iterator[Point]:
    """A cubic curve through all points; where a point is a corner the curve arrives straight."""
    count = len(points)
    if count < 3:
        yield from ((x, y) for x, y, _ in points)
        return
    for i in range(count if closed else count - 1):
        here, there = points[i], points[(i + 1) % count]
        before = points[i - 1] if closed or i else here
        after = points[(i + 2) % count] if closed or i + 2 < count else there
        out = (0.0, 0.0) if here[2] else _tangent(before, there)
        into = (0.0, 0.0) if there[2] else _tangent(here, after)
        yield from _hermite(here, there, out, into)
    if not closed:
        yield points[-1][0], points[-1][1]


def _tangent(before: tuple[float, float, bool], after: tuple[float, float, bool]) -> Point:
    return ((after[0] - before[0]) * 0.5, (after[1] - before[1]) * 0.5)


def _hermite(
    here: tuple[float, float, bool], there: tuple[float, float, bool], out: Point, into: Point
) -> Iterator[Point]:
    for step in range(STEPS_PER_SEGMENT):
        t = step / STEPS_PER_SEGMENT
        t2, t3 = t * t, t * t * t
        p, m, q, n = 2 * t3 - 3 * t2 + 1, t3 - 2 * t2 + t, 3 * t2 - 2 * t3, t3 - t2
        yield (
            p * here[0] + m * out[0] + q * there[0] + n * into[0],
            p * here[1] + m * out[1] + q * there[1] + n * into[1],
        )
