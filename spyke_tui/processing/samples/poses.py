"""Every figure on the sample sheets."""

from __future__ import annotations

from spyke_tui.processing.samples.body import Limb, Pose
from spyke_tui.processing.samples.head import View

STANDING: dict[View, Pose] = {
    "front": Pose("front", Limb(-14, -8), Limb(14, 8), Limb(-6, -3), Limb(6, 3)),
    "three quarter": Pose("three quarter", Limb(-16, -4), Limb(16, 14), Limb(-5, -3), Limb(8, 3)),
    "side": Pose("side", Limb(-8, 10), Limb(10, 24), Limb(-2, -4), Limb(6, 2)),
    "back": Pose("back", Limb(-30, -20), Limb(30, 20), Limb(-6, -3), Limb(6, 3)),
}

ACTIONS = {
    "fighting stance": Pose(
        "three quarter", Limb(20, 118), Limb(58, 128), Limb(-34, -14), Limb(40, 8),
        "determined", lean=6, wind=-0.35,
    ),
    "running": Pose(
        "side", Limb(-52, 38), Limb(50, 118), Limb(62, -18), Limb(-34, -84),
        "determined", lean=16, wind=-0.75,
    ),
    "leaping": Pose(
        "front", Limb(-128, -150), Limb(70, 96), Limb(-52, 22), Limb(36, -18),
        "surprised", wind=0.25, far_hand="open",
    ),
    "casting plasma": Pose(
        "three quarter", Limb(68, 84), Limb(66, 88), Limb(-30, -10), Limb(44, 4),
        "angry", facing=-1, lean=4, wind=-0.6, near_hand="open", far_hand="open",
        plasma=(196, -116),
    ),
    "punching": Pose(
        "three quarter", Limb(84, 88), Limb(30, 150), Limb(-44, -30), Limb(50, 10),
        "angry", lean=10, wind=-0.5,
    ),
    "high kick": Pose(
        "side", Limb(-30, 40), Limb(40, 120), Limb(104, 100), Limb(-6, -2),
        "determined", facing=-1, lean=-14, wind=-0.3,
    ),
    "crouching": Pose(
        "front", Limb(-34, 16), Limb(40, -14), Limb(-66, 8, 0.86), Limb(66, -8, 0.86),
        "calm", wind=0.16,
    ),
    "blocking": Pose(
        "three quarter", Limb(52, 158), Limb(30, 120), Limb(-30, -22), Limb(34, 2),
        "angry", lean=-4, wind=-0.25,
    ),
}  # fmt: skip

BUSTS = {
    "fist raised": Pose(
        "three quarter", Limb(-40, -160), Limb(16, 40), Limb(0, 0), Limb(0, 0),
        "determined", wind=-0.3, legs=False,
    ),
    "hand raised": Pose(
        "front", Limb(-36, -158), Limb(16, 6), Limb(0, 0), Limb(0, 0),
        "surprised", legs=False, near_hand="open",
    ),
    "eyes closed": Pose(
        "side", Limb(16, 96), Limb(20, 80), Limb(0, 0), Limb(0, 0), "calm", legs=False,
    ),
    "pointing ahead": Pose(
        "three quarter", Limb(30, 70), Limb(80, 92), Limb(0, 0), Limb(0, 0),
        "angry", facing=-1, legs=False, far_hand="open",
    ),
}  # fmt: skip

_HANGING = Limb(0, 0)
FACES = {
    "neutral": Pose("front", _HANGING, _HANGING, _HANGING, _HANGING),
    "determined": Pose("three quarter", _HANGING, _HANGING, _HANGING, _HANGING, "determined"),
    "surprised": Pose("front", _HANGING, _HANGING, _HANGING, _HANGING, "surprised"),
    "angry": Pose("front", _HANGING, _HANGING, _HANGING, _HANGING, "angry"),
    "calm": Pose("three quarter", _HANGING, _HANGING, _HANGING, _HANGING, "calm"),
}
