"""The head: spiky ginger hair, red bandana, large eyes. Units: the face is about 108 wide.

(0, 0) is the middle of the skull; all views look to the right (a pen may be mirrored).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from spyke_tui.processing.samples import palette
from spyke_tui.processing.samples.ink import Colour, Corner, Paint, Path, Pen, Point, ellipse

View = Literal["front", "three quarter", "side", "back"]
Mouth = Literal["line", "firm", "smile", "round", "shout"]


@dataclass(frozen=True, slots=True)
class Expression:
    """How the face is set. Lengths in units, angles in degrees (positive = frowning)."""

    brow_tilt: float
    brow_lift: float
    open: float
    """1 = eyes wide as usual, 0 = closed."""
    iris: float
    mouth: Mouth


EXPRESSIONS = {
    "neutral": Expression(4, 0, 0.92, 1.0, "line"),
    "determined": Expression(17, -3, 0.78, 0.95, "firm"),
    "surprised": Expression(-9, 9, 1.22, 0.68, "round"),
    "angry": Expression(25, -5, 0.84, 0.78, "shout"),
    "calm": Expression(-5, 2, 0.0, 1.0, "smile"),
}

FACES: dict[View, Path] = {
    "front": [
        (-53, -22), (-51, 14), (-38, 42), (-14, 62), (0, 67), (14, 62), (38, 42), (51, 14),
        (53, -22), (40, -52), (0, -64), (-40, -52),
    ],
    "three quarter": [
        (-46, -22), (-42, 14), (-26, 42), (4, 62), (19, 66), (31, 59), (47, 38), (52, 14),
        (50, -4), (55, -22), (44, -52), (4, -64), (-38, -52),
    ],
    "side": [
        (-30, -26), (-26, 16), (-12, 40), (14, 56), (33, 64), (44, 58), (45, 49), (49, 42),
        (46, 36), (51, 31, 1), (62, 22, 1), (52, 2), (51, -8), (55, -26), (42, -52), (4, -62),
    ],
    "back": [
        (-52, -22), (-48, 16), (-30, 40), (0, 48), (30, 40), (48, 16), (52, -22), (40, -52),
        (0, -64), (-40, -52),
    ],
}  # fmt: skip

# Valley and tip in turn, from the left ear over the top to the right ear.
CROWNS: dict[View, Sequence[Point]] = {
    "front": [
        (-46, 8), (-86, 24), (-62, -12), (-108, -28), (-64, -44), (-96, -88), (-44, -70),
        (-50, -124), (-14, -84), (12, -138), (22, -82), (62, -118), (50, -62), (102, -74),
        (64, -36), (104, -14), (60, -6), (82, 28), (46, 8),
    ],
    "three quarter": [
        (-34, 14), (-78, 34), (-60, -4), (-112, -6), (-66, -38), (-116, -72), (-54, -68),
        (-74, -120), (-22, -84), (-12, -140), (16, -86), (50, -128), (46, -68), (92, -88),
        (58, -44), (88, -30), (52, -18),
    ],
    "side": [
        (-12, 20), (-60, 48), (-48, 8), (-108, 20), (-66, -26), (-130, -42), (-62, -58),
        (-104, -104), (-32, -80), (-42, -136), (2, -86), (26, -132), (34, -72), (74, -104),
        (52, -52), (78, -44), (50, -26),
    ],
    "back": [
        (-40, 26), (-84, 30), (-62, -8), (-106, -22), (-64, -42), (-98, -82), (-46, -70),
        (-58, -122), (-18, -84), (-8, -138), (20, -84), (54, -122), (48, -64), (98, -82),
        (64, -38), (106, -20), (60, -4), (82, 32), (40, 26),
    ],
}  # fmt: skip

FRINGES: dict[View, Sequence[Sequence[Point]]] = {
    "front": [
        [(-36, -52), (-32, -8), (-14, -54)],
        [(-18, -56), (-4, -4), (8, -56)],
        [(4, -56), (24, -10), (30, -52)],
        [(-60, -24), (-54, 32), (-40, -16)],
        [(40, -16), (54, 32), (60, -24)],
    ],
    "three quarter": [
        [(-22, -54), (-8, -8), (4, -56)],
        [(0, -58), (24, -4), (26, -56)],
        [(22, -56), (42, -10), (42, -52)],
        [(-52, -24), (-30, 36), (-24, -18)],
        [(44, -22), (54, 14), (60, -30)],
    ],
    "side": [
        [(2, -58), (26, -8), (26, -56)],
        [(22, -56), (48, -12), (44, -50)],
        [(-20, -26), (6, 34), (12, -22)],
    ],
    "back": [],
}

# Hair between the band and the crown, so that no skin shows above the band.
CAPS: dict[View, Path] = {
    "front": [(-55, -30), (-30, -44), (0, -48), (30, -44), (55, -30), (48, -66), (0, -84),
              (-48, -66)],
    "three quarter": [(-54, -26), (-28, -40), (4, -46), (38, -45), (54, -36), (48, -68),
                      (4, -86), (-48, -64)],
    "side": [(-57, -16), (-32, -32), (2, -42), (34, -46), (53, -40), (46, -60), (4, -84),
             (-44, -66), (-58, -40)],
    "back": [(-54, 2), (0, 18), (54, 2), (58, -34), (44, -66), (0, -84), (-44, -66), (-58, -34)],
}  # fmt: skip

# Hides where the fringe is cut off; no outline.
ROOTS: dict[View, Path] = {
    "front": [(-38, -53), (-14, -68), (8, -70), (34, -57), (20, -50), (-8, -52)],
    "three quarter": [(-26, -55), (-2, -68), (22, -70), (45, -58), (32, -52), (4, -54)],
    "side": [(-2, -60), (16, -70), (34, -66), (46, -50), (34, -50), (14, -54)],
    "back": [],
}

BANDS: dict[View, Path] = {
    "front": [
        (-57, -12, 1), (-30, -24), (0, -28), (30, -24), (57, -12, 1), (57, -34, 1), (30, -46),
        (0, -50), (-30, -46), (-57, -34, 1),
    ],
    "three quarter": [
        (-53, -8, 1), (-28, -20), (4, -27), (36, -26), (56, -18, 1), (57, -38, 1), (38, -47),
        (4, -50), (-28, -43), (-56, -30, 1),
    ],
    "side": [
        (-54, 0, 1), (-30, -12), (4, -22), (34, -26), (55, -24, 1), (56, -42, 1), (34, -48),
        (2, -45), (-32, -36), (-60, -22, 1),
    ],
    "back": [
        (-59, -16, 1), (-30, -6), (0, -3), (30, -6), (59, -16, 1), (59, -38, 1), (30, -28),
        (0, -25), (-30, -28), (-59, -38, 1),
    ],
}  # fmt: skip

KNOTS: dict[View, tuple[Point, float]] = {
    "front": ((-58, -24), 1.0),
    "three quarter": ((-56, -18), 1.0),
    "side": ((-58, -10), 1.0),
    "back": ((0, -14), 0.9),
}

# The middle of each eye, and how narrow the turned head makes it. The first is on the left.
EYES: dict[View, Sequence[tuple[float, float, float]]] = {
    "front": [(-24, 8, 1.0), (24, 8, 1.0)],
    "three quarter": [(-6, 8, 1.0), (36, 8, 0.74)],
    "side": [(35, 8, 0.66)],
    "back": [],
}
MOUTHS: dict[View, tuple[float, float]] = {
    "front": (0, 43),
    "three quarter": (20, 43),
    "side": (39, 44),
}


def draw_head(pen: Pen, view: View, expression: Expression, wind: float = 0.0) -> None:
    """The whole head. `wind` blows the bandana's ends: -1 to the left, 1 to the right."""
    if view != "back":
        _draw_tails(pen, view, wind)
    _draw_hair(pen, view)
    if view == "back":
        _draw_nape(pen)
        pen.shape(BANDS[view], palette.BANDANA)
        _draw_tails(pen, view, wind)
        return
    pen.shape(FACES[view], palette.SKIN)
    _draw_ears(pen, view)
    _draw_face(pen, view, expression)
    pen.shape(CAPS[view], _flat(palette.HAIR.base), line=0)
    pen.shape(BANDS[view], palette.BANDANA)
    for lock in FRINGES[view]:
        pen.shape(_spikes(lock), palette.HAIR, line=2.0)
    pen.shape(ROOTS[view], _flat(palette.HAIR.base), line=0)


def _draw_hair(pen: Pen, view: View) -> None:
    """The crown; the band and the face come over its lower part."""
    crown = CROWNS[view]
    pen.shape(_spikes([(x * 0.93 - 4, y * 0.9 + 7) for x, y in crown]), palette.HAIR_BACK)
    pen.shape(_spikes(crown), palette.HAIR)
    for x, y in crown[5:-4:2]:
        gloss = [(x * 0.62, y * 0.66), (x * 0.84, y * 0.85), (x * 0.56, y * 0.72)]
        pen.shape(_spikes(gloss), _flat(palette.HAIR_GLOSS), line=0)


def _draw_nape(pen: Pen) -> None:
    """From behind, hair covers the skull and ends in points above the collar."""
    nape = [(-50, -10), (-52, 44), (-32, 26), (-22, 60), (-4, 32), (10, 62), (24, 28), (50, 44),
            (50, -10)]  # fmt: skip
    pen.shape(_spikes(nape), palette.HAIR)
    pen.shape(CAPS["back"], _flat(palette.HAIR.base), line=0)
    for x in (-30, -14, 18, 32):
        pen.line([(x, 2), (x * 0.94, 14), (x * 0.86, 24)], 1.6, palette.HAIR_BACK.shadow)
    for x in (-34, -12, 14, 36):
        pen.line([(x, -44), (x * 1.12, -58), (x * 1.3, -74)], 1.6, palette.HAIR_BACK.shadow)


def _draw_tails(pen: Pen, view: View, wind: float) -> None:
    """The bandana's two loose ends and, where it is seen, the knot."""
    (x, y), size = KNOTS[view]
    spread = -46.0 if view != "back" else 14.0
    for drop, length in ((36, 1.0), (62, 0.8)):
        tip_x = x + (spread + 78 * wind) * length
        tip_y = y + drop * size * (1 - 0.75 * abs(wind))
        middle = ((x + tip_x) / 2 - 4, (y + tip_y) / 2 - 9)
        pen.shape(
            [(x + 4, y - 6, 1), middle, (tip_x, tip_y - 9, 1), (tip_x - 3, tip_y + 8, 1),
             (middle[0] + 7, middle[1] + 20), (x + 6, y + 8, 1)],
            palette.BANDANA,
        )  # fmt: skip
    if view == "back":
        pen.shape(ellipse(x, y, 10, 8), palette.BANDANA)


def _draw_ears(pen: Pen, view: View) -> None:
    places = {"front": [(-53, 8), (53, 8)], "three quarter": [(-38, 10)], "side": [(-14, 10)]}
    for x, y in places[view]:
        pen.shape(ellipse(x, y, 9, 15), palette.SKIN, line=2.0)
        pen.line([(x - 2, y - 7), (x + 3, y), (x - 1, y + 6)], 1.4)


def _draw_face(pen: Pen, view: View, expression: Expression) -> None:
    eyes = EYES[view]
    for index, (x, y, width) in enumerate(eyes):
        outward = -1 if index == 0 and len(eyes) == 2 else 1
        # In profile the nose is on the right, so the eye's outer corner is on the left.
        _draw_eye(pen, x, y, width * (outward if view != "side" else -1), expression)
    _draw_nose(pen, view)
    x, y = MOUTHS[view]
    _draw_mouth(
        pen.moved(x, y), expression.mouth, {"side": 0.62, "three quarter": 0.9}.get(view, 1)
    )


def _draw_eye(pen: Pen, x: float, y: float, width: float, expression: Expression) -> None:
    """One eye and its brow; `width` < 0 where the outer corner is on the left."""
    tilt, wide = expression.brow_tilt, expression.open

    def at(ox: float, oy: float) -> Point:
        # A frown presses the inner end of the lid down.
        return (x + ox * width, y + oy - tilt * 0.012 * ox * (oy < 0))

    brow = y - 23 - expression.brow_lift
    slope = tilt * 0.42
    inner, outer = (x - 15 * width, brow + slope), (x + 18 * width, brow - slope * 0.55 + 2)
    bend = ((inner[0] + outer[0]) / 2, (inner[1] + outer[1]) / 2 - 5)
    if wide < 0.1:
        pen.line([at(-13, 5), at(-2, 11), at(8, 9), at(15, 3)], 3.8)
        pen.line([at(15, 3), at(18, 5)], 2.4)
    else:
        _draw_open_eye(pen, at, width, expression)
    pen.line([inner, bend, outer], 4.6, palette.BROW)


def _draw_open_eye(
    pen: Pen, at: Callable[[float, float], Point], width: float, expression: Expression
) -> None:
    wide = expression.open
    top = -15 * wide
    white = [at(-13, 2), at(-7, top * 0.8), at(3, top), at(12, top * 0.6), at(15, 2),
             at(9, 12 * wide), at(0, 14 * wide), at(-9, 10 * wide)]  # fmt: skip
    cx, cy = at(0.5, 0.5)
    rx, ry = 10 * abs(width) * expression.iris, 13.5 * expression.iris
    pen.shape(
        white,
        palette.EYE_WHITE,
        inside=[
            (ellipse(cx, cy, rx + 1.4, ry + 1.4), palette.IRIS_DARK),
            (ellipse(cx, cy + 1.5, rx, ry), palette.IRIS),
            (ellipse(cx, cy + ry * 0.55, rx * 0.72, ry * 0.42), palette.IRIS_LIGHT),
            (ellipse(cx, cy - ry * 0.6, rx, ry * 0.5), palette.IRIS_DARK),
            (ellipse(cx, cy, rx * 0.46, ry * 0.5), palette.PUPIL),
            (ellipse(cx - 3.5, cy - ry * 0.45, 3.6, 4.2), palette.GLINT),
            (ellipse(cx + 4, cy + ry * 0.42, 1.9, 2.2), palette.GLINT),
        ],
        line=1.4,
    )
    pen.line([at(-14, 1), at(-7, top * 0.85), at(3, top), at(12, top * 0.62), at(17, 1)], 4.2)
    pen.line([at(12, top * 0.62), at(20, top * 0.5)], 2.4)


def _draw_nose(pen: Pen, view: View) -> None:
    if view == "front":
        pen.line([(1, 22), (4, 28), (-1, 30)], 1.8)
    elif view == "three quarter":
        pen.line([(25, 18), (31, 27), (24, 30)], 1.8)


def _draw_mouth(pen: Pen, mouth: Mouth, width: float) -> None:
    """The mouth about (0, 0); `width` < 1 where the head is turned."""

    def path(*points: Point) -> Path:
        return [(x * width, y) for x, y in points]

    if mouth == "line":
        pen.line(path((-10, 0), (0, 1.5), (10, 0)), 2.2)
    elif mouth == "firm":
        pen.line(path((-12, 2), (-2, 0), (7, 0), (13, -4)), 2.6)
    elif mouth == "smile":
        pen.line(path((-12, -2), (-5, 3), (5, 3), (12, -2)), 2.2)
    elif mouth == "round":
        pen.shape(
            [(x * width, y) for x, y in ellipse(0, 3, 8, 10)],
            _flat(palette.MOUTH),
            inside=[(ellipse(0, 10, 7, 5), palette.TONGUE)],
            line=2.0,
        )
    else:
        _draw_shout(pen, width)


def _draw_shout(pen: Pen, width: float) -> None:
    outline: Path = [(-17 * width, -5, 1), (0, -3), (17 * width, -6, 1), (13 * width, 9),
                     (0, 14), (-12 * width, 9)]  # fmt: skip
    teeth: Path = [(-20, -9, 1), (20, -9, 1), (20, -1, 1), (0, 1), (-20, -1, 1)]
    pen.shape(
        outline,
        _flat(palette.MOUTH),
        inside=[(ellipse(0, 13, 10 * width, 6), palette.TONGUE), (teeth, palette.GLINT)],
        line=2.2,
    )


def _spikes(points: Sequence[Point]) -> list[Point | Corner]:
    """Valleys and tips in turn as a path of locks that swell and bend a little."""
    path: list[Point | Corner] = []
    for index, (x, y) in enumerate(points):
        path.append((x, y, 1))
        if index + 1 < len(points):
            nx, ny = points[index + 1]
            swell = 0.12 if index % 2 == 0 else -0.05
            path.append(((x + nx) / 2 + (ny - y) * swell, (y + ny) / 2 - (nx - x) * swell))
    return path


def _flat(colour: Colour) -> Paint:
    return Paint(colour, colour, 0)
