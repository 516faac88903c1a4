"""The figure: a small skeleton in, a clothed hero out. Units: about 560 from sole to hair.

(0, 0) is between the hips, y runs down. Angles of limbs are degrees from straight down,
positive to the right of the canvas. A pose is written for a figure that looks to the right;
`facing` = -1 turns it round, and with it which arm and leg are the near ones: the bracer stays
on the character's right arm and the pauldron on its left knee whatever way it looks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from spyke_tui.processing.samples import palette
from spyke_tui.processing.samples.head import EXPRESSIONS, View, draw_head
from spyke_tui.processing.samples.ink import Corner, Paint, Path, Pen, Point, ellipse

Hand = Literal["fist", "open"]

UPPER_ARM, FOREARM = 66.0, 60.0
THIGH, SHIN = 100.0, 104.0
NECK_TOP = -150.0
HEAD_ABOVE_NECK = 56.0


@dataclass(frozen=True, slots=True)
class Limb:
    """Angles of the upper and the lower half in degrees, and how long they look (1 = full)."""

    upper: float
    lower: float
    length: float = 1.0


@dataclass(frozen=True, slots=True)
class Pose:
    """One figure.

    `near` and `far` are the limbs towards and away from the viewer; in front and back views
    `near` is the one on the left of the canvas.
    """

    view: View
    near_arm: Limb
    far_arm: Limb
    near_leg: Limb
    far_leg: Limb
    expression: str = "neutral"
    facing: Literal[1, -1] = 1
    lean: float = 0.0
    """Degrees the body leans to where it looks (front and back: to the right)."""
    nod: float = 0.0
    wind: float = 0.0
    """-1 blows cloak and bandana to the back (front and back: to the left)."""
    near_hand: Hand = "fist"
    far_hand: Hand = "fist"
    plasma: Point | None = None
    """Where a ball of plasma glows, in the figure's units."""
    legs: bool = True


SHOULDERS: dict[View, tuple[Point, Point]] = {
    "front": ((-48, -128), (48, -128)),
    "three quarter": ((-36, -128), (38, -126)),
    "side": ((-4, -128), (8, -126)),
    "back": ((-48, -128), (48, -128)),
}
HIPS: dict[View, tuple[Point, Point]] = {
    "front": ((-22, 8), (22, 8)),
    "three quarter": ((-16, 8), (20, 6)),
    "side": ((-4, 8), (6, 6)),
    "back": ((-22, 8), (22, 8)),
}
TORSOS: dict[View, Path] = {
    "front": [(-50, -138), (-30, -150), (30, -150), (50, -138), (44, -80), (34, -20), (-34, -20),
              (-44, -80)],
    "three quarter": [(-42, -138), (-22, -150), (28, -150), (44, -134), (42, -84), (32, -20),
                      (-30, -20), (-38, -80)],
    "side": [(-26, -138), (-8, -150), (16, -148), (30, -122), (32, -84), (24, -20), (-26, -20),
             (-30, -80)],
    "back": [(-50, -138), (-30, -150), (30, -150), (50, -138), (44, -80), (34, -20), (-34, -20),
             (-44, -80)],
}  # fmt: skip
SKIRTS: dict[View, Path] = {
    "front": [(-34, -22, 1), (34, -22, 1), (50, 40, 1), (24, 46), (0, 30, 1), (-24, 46),
              (-50, 40, 1)],
    "three quarter": [(-31, -22, 1), (33, -22, 1), (48, 38, 1), (26, 46), (8, 30, 1), (-20, 46),
                      (-44, 42, 1)],
    "side": [(-27, -22, 1), (25, -22, 1), (40, 40, 1), (10, 46), (-14, 36), (-40, 42, 1)],
    "back": [(-34, -22, 1), (34, -22, 1), (50, 40, 1), (0, 46), (-50, 40, 1)],
}  # fmt: skip


def draw_figure(pen: Pen, pose: Pose) -> None:
    """The whole character in one pose."""
    pen = pen.moved(0, 0, flip=pose.facing < 0)
    trunk = pen.moved(0, 0, pose.lean)
    if pose.view == "back":
        _draw_from_behind(pen, trunk, pose)
    else:
        _draw_from_front(pen, trunk, pose)
    if pose.plasma is not None:
        _draw_plasma(pen.moved(*pose.plasma))


def draw_portrait(pen: Pen, pose: Pose) -> None:
    """Head and collar only."""
    pen = pen.moved(0, 0, flip=pose.facing < 0)
    _draw_neck(pen, pose.view)
    _draw_mantle(pen, pose.view)
    _draw_head(pen, pose)


def _draw_from_front(pen: Pen, trunk: Pen, pose: Pose) -> None:
    """From the farthest to the nearest; forearms last, so that they may cross the face."""
    far, near = _arm(pose, far=True), _arm(pose, far=False)
    _draw_cloak_behind(trunk, pose)
    if pose.view != "front":
        far.draw_sleeve(pen)
        far.draw_forearm(pen)
    _draw_legs(pen, pose)
    _draw_torso(trunk, pose)
    if pose.view == "side":
        _draw_cloak_at_side(trunk, pose)
    _draw_neck(trunk, pose.view)
    if pose.view == "front":
        far.draw_sleeve(pen)
    near.draw_sleeve(pen)
    _draw_mantle(trunk, pose.view)
    _draw_head(trunk, pose)
    if pose.view == "front":
        far.draw_forearm(pen)
    near.draw_forearm(pen)


def _draw_from_behind(pen: Pen, trunk: Pen, pose: Pose) -> None:
    """The cloak covers what it covers from this side: nearly everything."""
    for arm in (_arm(pose, far=True), _arm(pose, far=False)):
        arm.draw_sleeve(pen)
        arm.draw_forearm(pen)
    _draw_legs(pen, pose)
    _draw_torso(trunk, pose)
    _draw_cloak_from_behind(trunk, pose)
    _draw_neck(trunk, pose.view)
    _draw_head(trunk, pose)
    _draw_collar_from_behind(trunk)


def _draw_legs(pen: Pen, pose: Pose) -> None:
    if pose.legs:
        _draw_leg(pen, pose, far=True)
        _draw_leg(pen, pose, far=False)


def _draw_head(trunk: Pen, pose: Pose) -> None:
    x = {"front": 0, "three quarter": 4, "side": 8, "back": 0}[pose.view]
    pen = trunk.moved(x, NECK_TOP - HEAD_ABOVE_NECK, pose.nod - pose.lean * 0.6)
    draw_head(pen, pose.view, EXPRESSIONS[pose.expression], pose.wind)


def _draw_neck(trunk: Pen, view: View) -> None:
    x = {"front": 0, "three quarter": 0, "side": -2, "back": 0}[view]
    trunk.shape([(x - 17, -182), (x + 17, -182), (x + 20, -136), (x - 20, -136)], palette.SKIN)


def _draw_torso(trunk: Pen, pose: Pose) -> None:
    """Tunic, belt and skirt."""
    middle = {"front": 0, "three quarter": 12, "side": 28, "back": 0}[pose.view]
    skirt = SKIRTS[pose.view]
    hem: Path = [(x * 0.94, y - 8, 1) for x, y, *_ in skirt if y > 20]
    trunk.shape(skirt, palette.TUNIC)
    if pose.view != "back":
        trunk.line(hem, 3.0, palette.TUNIC_TRIM)
    trunk.shape(TORSOS[pose.view], palette.TUNIC)
    if pose.view in ("front", "three quarter"):
        trunk.line(
            [(middle * 0.5, -120), (middle, -70), (middle * 0.6, -28)], 2.6, palette.TUNIC_TRIM
        )
    _draw_belt(trunk, pose.view, middle)


def _draw_belt(trunk: Pen, view: View, middle: float) -> None:
    left, right = {"front": (-36, 36), "three quarter": (-33, 35), "side": (-29, 28),
                   "back": (-36, 36)}[view]  # fmt: skip
    trunk.shape(
        [(left, -30, 1), (middle, -25), (right, -30, 1), (right, -14, 1), (middle, -9),
         (left, -14, 1)],
        palette.LEATHER,
    )  # fmt: skip
    if view != "back":
        x = min(middle, 20)
        trunk.shape(
            [(x - 11, -30, 1), (x + 11, -30, 1), (x + 11, -6, 1), (x - 11, -6, 1)], palette.BRASS
        )
        trunk.shape(
            [(x - 5, -24, 1), (x + 5, -24, 1), (x + 5, -12, 1), (x - 5, -12, 1)],
            palette.LEATHER,
            line=1.4,
        )


@dataclass(frozen=True, slots=True)
class _Arm:
    """One arm with its joints worked out."""

    shoulder: Point
    elbow: Point
    wrist: Point
    limb: Limb
    hand: Hand
    right: bool

    def draw_sleeve(self, pen: Pen) -> None:
        _draw_bone(pen, self.shoulder, self.elbow, (23, 19, 16), palette.SLEEVE)

    def draw_forearm(self, pen: Pen) -> None:
        """Hand, forearm, and the bracer (right) or a cloth wrap (left)."""
        length = FOREARM * self.limb.length
        _draw_hand(pen.moved(*self.wrist, -self.limb.lower), self.hand)
        skin = palette.SKIN if self.right else palette.WRAP
        _draw_bone(pen, self.elbow, self.wrist, (15, 16, 13), skin)
        dress = _draw_bracer if self.right else _draw_wraps
        dress(pen.moved(*self.elbow, -self.limb.lower), length)


def _arm(pose: Pose, *, far: bool) -> _Arm:
    limb = pose.far_arm if far else pose.near_arm
    shoulder = _turned(SHOULDERS[pose.view][1 if far else 0], pose.lean)
    elbow = _reach(shoulder, limb.upper, UPPER_ARM * limb.length)
    wrist = _reach(elbow, limb.lower, FOREARM * limb.length)
    hand = pose.far_hand if far else pose.near_hand
    return _Arm(shoulder, elbow, wrist, limb, hand, _is_right(pose, far=far))


def _draw_hand(pen: Pen, hand: Hand) -> None:
    """About the wrist, fingers downwards."""
    if hand == "fist":
        pen.shape(
            [(-13, 0), (-17, 14), (-12, 28), (4, 31), (15, 24), (16, 10), (12, 0)], palette.GLOVE
        )
        for x in (-7, 1, 9):
            pen.line([(x, 16), (x + 0.5, 22), (x, 28)], 1.4)
        return
    for x, slant, length in ((-10, -12, 24), (-3, -3, 28), (5, 6, 26), (11, 16, 21)):
        tip = _reach((x, 16), slant, length)
        _draw_bone(pen, (x, 16), tip, (4.6, 4.4, 3.6), palette.SKIN, 1.8)
    _draw_bone(pen, (10, 8), (24, 17), (5.5, 5, 4), palette.SKIN, 1.8)
    pen.shape(
        [(-13, -2), (13, -2), (16, 10), (14, 21), (0, 24), (-14, 21), (-16, 10)], palette.GLOVE
    )


def _draw_bracer(pen: Pen, length: float) -> None:
    """Brass from below the elbow to the wrist, elbow at (0, 0), arm downwards."""
    top, end = length * 0.14, length + 2
    pen.shape(
        [(-20, top, 1), (0, top - 7), (20, top, 1), (19, length * 0.6), (17, end, 1), (0, end + 5),
         (-17, end, 1), (-19, length * 0.6)],
        palette.BRASS,
    )  # fmt: skip
    for y in (top + 9, end - 9):
        pen.line([(-18, y), (0, y + 4), (18, y)], 2.2, palette.BRASS_DARK)
    middle = (top + end) / 2
    gem: Path = [(0, middle - 11, 1), (7, middle, 1), (0, middle + 11, 1), (-7, middle, 1)]
    pen.shape(gem, Paint((206, 42, 54), (142, 24, 44), 3, (255, 150, 140)), line=1.6)


def _draw_wraps(pen: Pen, length: float) -> None:
    for share in (0.3, 0.55, 0.8):
        y = length * share
        pen.line([(-14, y + 3), (0, y + 4), (14, y - 3)], 1.4)


def _draw_leg(pen: Pen, pose: Pose, *, far: bool) -> None:
    """Trousers, boot, and the pauldron on the left knee."""
    limb = pose.far_leg if far else pose.near_leg
    hip = HIPS[pose.view][1 if far else 0]
    knee = _reach(hip, limb.upper, THIGH * limb.length)
    ankle = _reach(knee, limb.lower, SHIN * limb.length)
    _draw_bone(pen, knee, ankle, (19, 19, 14), palette.TROUSERS)
    _draw_boot(pen.moved(*knee, -limb.lower), SHIN * limb.length, pose, far=far)
    _draw_bone(pen, hip, knee, (29, 26, 20), palette.TROUSERS)
    if not _is_right(pose, far=far):
        tilt = -(limb.upper + limb.lower) / 2
        _draw_pauldron(pen.moved(*knee, tilt), pose.view)


def _draw_boot(pen: Pen, length: float, pose: Pose, *, far: bool) -> None:
    """Knee at (0, 0), shin downwards; the toes point where the figure looks."""
    top = length * 0.45
    pen.shape([(-18, top), (18, top), (16, length), (-16, length)], palette.BOOT)
    if pose.view == "side":
        toe = 40.0
    elif pose.view == "three quarter":
        toe = 34.0 if far else 26.0
    else:
        toe = 0.0
    y = length - 6
    if toe:
        sole: Path = [(-17, y), (14, y - 2), (toe, y + 16), (toe + 3, y + 27, 1), (-19, y + 27, 1)]
    else:
        out = -6 if not far else 6
        sole = [(-16, y), (16, y), (19 + out, y + 20), (17 + out, y + 30), (-17 + out, y + 30),
                (-19 + out, y + 20)]  # fmt: skip
    pen.shape(sole, palette.BOOT)
    pen.shape(
        [(-20, top - 6, 1), (20, top - 6, 1), (19, top + 10, 1), (-19, top + 10, 1)], palette.WRAP
    )


def _draw_pauldron(pen: Pen, view: View) -> None:
    """A steel dome over the knee at (0, 0); from behind only its strap and rim show."""
    if view == "back":
        pen.shape([(-24, -8, 1), (24, -8, 1), (24, 6, 1), (-24, 6, 1)], palette.STEEL)
        return
    x = {"front": 0, "three quarter": 5, "side": 9}[view]
    pen.shape(
        [(x - 25, 8, 1), (x - 27, -12), (x - 12, -32), (x + 4, -38), (x + 18, -30), (x + 28, -10),
         (x + 25, 8, 1), (x + 12, 22), (x, 34, 1), (x - 12, 22)],
        palette.STEEL,
    )  # fmt: skip
    pen.line([(x - 25, 4), (x, 12), (x + 25, 4)], 2.2, palette.STEEL_DARK)
    pen.line([(x + 2, -34), (x + 3, -14), (x, 8)], 2.0, palette.STEEL_DARK)
    for dx in (-17, 18):
        pen.dot(x + dx, -4, 2.6, palette.STEEL_DARK)


def _draw_cloak_behind(trunk: Pen, pose: Pose) -> None:
    """What hangs behind the figure: the lining in the middle, white panels at both edges."""
    if pose.view == "side":
        return
    sway, lift = 110 * pose.wind, 70 * abs(pose.wind)
    left, right = (-98, 98) if pose.view == "front" else (-106, 72)
    bottom = 172 - lift
    hem = _tatters((right + sway, bottom), (left + sway, bottom + 8), 9)
    trunk.shape(
        [(-46, -142, 1), (46, -142, 1), (66 + sway * 0.2, -60), (right + sway * 0.7, 70), *hem,
         (left + sway * 0.7, 70), (-66 + sway * 0.2, -60)],
        palette.LINING,
    )  # fmt: skip
    for side, edge in ((-1, left), (1, right)):
        outer, inner = edge + sway, edge - side * 44 + sway
        trunk.shape(
            [(side * 30, -144, 1), (side * 56, -138), (side * 68 + sway * 0.2, -60),
             (edge + sway * 0.7, 70), (outer, bottom + 4, 1),
             (edge - side * 16 + sway, bottom - 8, 1), (inner, bottom + 12, 1),
             (edge - side * 36 + sway * 0.7, 60), (side * 36, -70)],
            palette.CLOAK,
        )  # fmt: skip
        trunk.line(
            [
                (side * 50, -110),
                (side * 62 + sway * 0.25, -20),
                (edge - side * 18 + sway * 0.8, 110),
            ],
            1.4,
            palette.LINING.base,
        )


def _draw_cloak_at_side(trunk: Pen, pose: Pose) -> None:
    """In profile the cloak covers the back and leaves the chest free."""
    sway, lift = 120 * pose.wind, 80 * abs(pose.wind)
    bottom = 172 - lift
    hem = _tatters((-2 + sway, bottom + 4), (-104 + sway, bottom), 6)
    trunk.shape(
        [(8, -146, 1), (12, -120), (2, -60), (-2 + sway * 0.5, 60), *hem, (-84 + sway * 0.6, 60),
         (-52 + sway * 0.1, -60), (-34, -142, 1)],
        palette.CLOAK,
    )  # fmt: skip
    for x, end in ((-12, -28), (-26, -66)):
        trunk.line(
            [(x, -100), (x - 8 + sway * 0.15, -20), (end + sway * 0.9, bottom - 24)],
            1.6,
            palette.LINING.base,
        )


def _draw_cloak_from_behind(trunk: Pen, pose: Pose) -> None:
    """The whole cloak with its symbol."""
    sway, lift = 100 * pose.wind, 60 * abs(pose.wind)
    bottom = 170 - lift
    hem = _tatters((100 + sway, bottom), (-100 + sway, bottom + 6), 10)
    trunk.shape(
        [(-40, -150, 1), (40, -150, 1), (60, -126), (62 + sway * 0.1, -60), (84 + sway * 0.6, 60),
         *hem, (-84 + sway * 0.6, 60), (-62 + sway * 0.1, -60), (-60, -126)],
        palette.CLOAK,
    )  # fmt: skip
    for x in (-44, -20, 22, 46):
        trunk.line(
            [(x, -40), (x * 1.2 + sway * 0.3, 40), (x * 1.6 + sway, bottom - 30)],
            1.6,
            palette.LINING.base,
        )
    _draw_symbol(trunk.moved(sway * 0.08, -50))


def _draw_symbol(pen: Pen) -> None:
    """A bolt in a ring."""
    pen.oval(0, 0, 33, 33, palette.EMBLEM)
    pen.oval(0, 0, 26, 26, palette.CLOAK.base)
    bolt: Path = [(6, -30, 1), (-16, 4, 1), (-3, 4, 1), (-8, 30, 1), (16, -6, 1), (3, -6, 1)]
    pen.shape(bolt, Paint(palette.EMBLEM, palette.BANDANA.shadow, 3), line=1.4)


def _draw_mantle(trunk: Pen, view: View) -> None:
    """The cloak's wrap round neck and shoulders, closed by a brass clasp."""
    shift = {"front": 0, "three quarter": 4, "side": 0}[view]
    wide = 1.0 if view != "side" else 0.62
    points = [(-62, -112), (-56, -144), (-26, -164), (0, -158), (26, -164), (56, -144), (62, -112),
              (34, -104), (6, -92), (-24, -106)]  # fmt: skip
    trunk.shape([(x * wide + shift, y) for x, y in points], palette.CLOAK)
    clasp = {"front": 0, "three quarter": 16, "side": 26}[view]
    for side in (-1, 1):
        trunk.line(
            [(shift + side * 40 * wide, -146), (clasp + side * 18 * wide, -128), (clasp, -116)],
            1.6,
            palette.LINING.base,
        )
    trunk.shape(ellipse(clasp, -114, 11, 11), palette.BRASS, line=2.0)
    trunk.dot(clasp, -114, 3.6, palette.BRASS_DARK)


def _draw_collar_from_behind(trunk: Pen) -> None:
    trunk.shape(
        [(-58, -122), (-50, -146), (-26, -160), (0, -150), (26, -160), (50, -146), (58, -122),
         (30, -112), (0, -106), (-30, -112)],
        palette.CLOAK,
    )  # fmt: skip


def _draw_plasma(pen: Pen) -> None:
    """A glowing ball with sparks."""
    for angle in range(0, 360, 45):
        spark = pen.moved(0, 0, angle + 11)
        reach = 50 if angle % 90 else 62
        spark.shape([(-6, -22, 1), (0, -reach, 1), (6, -22, 1)], palette.PLASMA, line=1.6)
    pen.shape(ellipse(0, 0, 30, 30), palette.PLASMA)
    pen.oval(-4, -4, 17, 17, (214, 248, 255))
    pen.oval(-7, -7, 9, 9, (255, 255, 255))


def _draw_bone(
    pen: Pen,
    start: Point,
    end: Point,
    radii: tuple[float, float, float],
    paint: Paint,
    line: float = 2.4,
) -> None:
    """A rounded limb from `start` to `end`, half as wide as `radii` at start, middle and end."""
    angle = math.degrees(math.atan2(-(end[0] - start[0]), end[1] - start[1]))
    length = math.dist(start, end)
    first, middle, last = radii
    bone = pen.moved(*start, angle)
    bone.shape(
        [(-first, 0), (-first * 0.7, -first * 0.7), (0, -first), (first * 0.7, -first * 0.7),
         (first, 0), (middle, length / 2), (last, length), (last * 0.7, length + last * 0.7),
         (0, length + last), (-last * 0.7, length + last * 0.7), (-last, length),
         (-middle, length / 2)],
        paint,
        line=line,
    )  # fmt: skip


def _tatters(start: Point, end: Point, count: int) -> list[Corner]:
    """A torn hem from `start` to `end`."""
    corners: list[Corner] = []
    for index in range(count + 1):
        share = index / count
        drop = (0, -15, 5, -11, 9)[index % 5]
        x, y = start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
        corners.append((x, y + drop + 12 * math.sin(math.pi * share), 1))
    return corners


def _is_right(pose: Pose, *, far: bool) -> bool:
    """Whether the near (or far) side is the character's right."""
    if pose.view == "back":
        return far
    return far == (pose.facing < 0) if pose.view != "front" else not far


def _reach(start: Point, angle: float, length: float) -> Point:
    radians = math.radians(angle)
    return (start[0] + length * math.sin(radians), start[1] + length * math.cos(radians))


def _turned(point: Point, degrees: float) -> Point:
    """The point turned clockwise about (0, 0)."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (point[0] * cos - point[1] * sin, point[0] * sin + point[1] * cos)
