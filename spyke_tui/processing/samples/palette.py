"""The colours of the sample character: the same on every sheet."""

from __future__ import annotations

from spyke_tui.processing.samples.ink import Paint

SKIN = Paint((250, 212, 176), (224, 163, 128), 5)
HAIR = Paint((232, 112, 40), (178, 70, 24), 9)
HAIR_BACK = Paint((190, 80, 28), (142, 52, 22), 8)
BROW = (122, 48, 22)
BANDANA = Paint((206, 42, 54), (142, 24, 44), 5)
CLOAK = Paint((248, 248, 252), (196, 204, 224), 14)
LINING = Paint((172, 182, 206), (138, 148, 178), 12)
TUNIC = Paint((52, 76, 102), (34, 50, 74), 10)
TUNIC_TRIM = (226, 178, 74)
SLEEVE = Paint((52, 76, 102), (34, 50, 74), 6)
TROUSERS = Paint((92, 82, 88), (62, 54, 64), 7)
BOOT = Paint((124, 78, 46), (82, 48, 32), 6)
LEATHER = Paint((124, 78, 46), (82, 48, 32), 3)
GLOVE = Paint((86, 60, 48), (58, 38, 34), 4)
WRAP = Paint((232, 222, 204), (190, 174, 154), 4)
BRASS = Paint((222, 172, 62), (160, 108, 30), 6, (255, 236, 160))
STEEL = Paint((168, 184, 200), (108, 124, 146), 7, (240, 247, 252))
PLASMA = Paint((128, 226, 255), (74, 158, 240), 8, (236, 255, 255))

BRASS_DARK = (140, 92, 26)
STEEL_DARK = (92, 108, 130)
EYE_WHITE = Paint((255, 255, 255), (206, 212, 226), 4)
IRIS = (28, 150, 140)
IRIS_DARK = (12, 78, 88)
IRIS_LIGHT = (120, 226, 204)
PUPIL = (10, 30, 40)
GLINT = (255, 255, 255)
MOUTH = (132, 34, 44)
TONGUE = (226, 112, 110)
CHEEK = (244, 178, 146)
HAIR_GLOSS = (250, 160, 84)
EMBLEM = (206, 42, 54)
TRIM = (206, 42, 54)
