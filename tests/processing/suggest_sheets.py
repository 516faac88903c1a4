"""Drawn sheets with known boxes: figures, faces and swatches to put on them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.suggest import suggest_rects

Colour = tuple[int, int, int]

HAIR: Colour = (214, 110, 38)
SKIN: Colour = (244, 206, 180)
COAT: Colour = (140, 46, 52)
CLOAK: Colour = (196, 192, 214)
BOOTS: Colour = (62, 48, 84)
LINE: Colour = (34, 24, 32)


@dataclass
class Sheet:
    """A drawn sheet and where its figures are."""

    picture: Image.Image
    truth: list[Rect] = field(default_factory=list)

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.picture)


def blank(width: int, height: int, paper: Colour = (252, 251, 248)) -> Sheet:
    return Sheet(Image.new("RGB", (width, height), paper))


def polygon(sheet: Sheet, points: list[tuple[float, float]], colour: Colour) -> None:
    width = max(1, sheet.picture.width // 700)
    sheet.draw.polygon(points, fill=colour, outline=LINE, width=width)


def add_body(sheet: Sheet, box: Rect, dice: random.Random) -> None:
    """A full figure that touches all four sides of `box`."""

    def at(x: float, y: float) -> tuple[float, float]:
        return (box.left + x * (box.width - 1), box.top + y * (box.height - 1))

    def jitter(x: float, y: float) -> tuple[float, float]:
        return at(x + dice.uniform(-0.02, 0.02), y + dice.uniform(-0.01, 0.01))

    polygon(
        sheet, [at(0.35, 0.2), at(0.65, 0.2), at(1, 0.75), jitter(0.5, 0.8), at(0, 0.74)], CLOAK
    )
    for side in (-1, 1):
        middle = 0.5 + side * 0.14
        polygon(
            sheet,
            [
                at(middle - 0.1, 0.5),
                at(middle + 0.1, 0.5),
                at(middle + 0.09, 1),
                at(middle - 0.1, 1),
            ],
            BOOTS,
        )
        arm = [
            at(0.5 + side * 0.15, 0.2),
            at(0.5 + side * 0.28, 0.23),
            jitter(0.5 + side * 0.4, 0.5),
        ]
        polygon(sheet, [*arm, jitter(0.5 + side * 0.27, 0.5)], SKIN)
    polygon(
        sheet,
        [at(0.35, 0.18), at(0.65, 0.18), jitter(0.63, 0.4), at(0.68, 0.56), at(0.32, 0.56)],
        COAT,
    )
    polygon(sheet, [at(0.43, 0.13), at(0.57, 0.13), at(0.57, 0.2), at(0.43, 0.2)], SKIN)
    add_head(sheet, Rect.from_box(*map(round, (*at(0.28, 0), *at(0.72, 0.16)))), dice)
    sheet.truth.append(box)


def add_head(sheet: Sheet, box: Rect, dice: random.Random) -> None:
    """A head with spiky hair that touches the sides of `box`; not a figure of its own."""

    def at(x: float, y: float) -> tuple[float, float]:
        return (box.left + x * box.width, box.top + y * box.height)

    spikes = [at(0, 0.55), at(0.02, 0.2)]
    for index in range(7):
        spikes.append(at(0.08 + index * 0.14, 0 if index == 3 else dice.uniform(0.02, 0.12)))
        spikes.append(at(0.15 + index * 0.14, 0.2))
    polygon(sheet, [*spikes, at(1, 0.55), at(0.8, 0.7), at(0.2, 0.7)], HAIR)
    face = [at(0.18, 0.35), at(0.82, 0.35), at(0.8, 0.75), at(0.5, 1), at(0.2, 0.75)]
    polygon(sheet, face, SKIN)
    for side in (-1, 1):
        x, y = at(0.5 + side * 0.15, 0.55)
        radius = box.width * 0.06
        sheet.draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=(80, 40, 120))
    sheet.draw.line([at(0.4, 0.8), at(0.6, 0.8 + dice.uniform(-0.03, 0.03))], fill=LINE, width=2)


def add_face(sheet: Sheet, box: Rect, dice: random.Random, panel: Colour | None = None) -> None:
    """A face as a figure of its own, on a panel if a colour is given."""
    if panel:
        sheet.draw.rectangle([box.left, box.top, box.right - 1, box.bottom - 1], fill=panel)
        inner = Rect(
            box.left + box.width // 7,
            box.top + box.height // 14,
            box.width * 5 // 7,
            box.height * 12 // 14,
        )
        add_head(sheet, inner, dice)
    else:
        add_head(sheet, box, dice)
    sheet.truth.append(box)


def add_swatches(sheet: Sheet, left: int, top: int, side: int) -> None:
    for index, colour in enumerate((HAIR, SKIN, COAT, CLOAK, BOOTS)):
        x = left + index * (side + side // 4)
        sheet.draw.rectangle([x, top, x + side, top + side], fill=colour, outline=LINE)


def resized(sheet: Sheet, factor: float) -> Sheet:
    width, height = sheet.picture.size
    picture = sheet.picture.resize(
        (round(width * factor), round(height * factor)), Image.Resampling.BICUBIC
    )
    truth = [
        Rect(*(round(value * factor) for value in (r.left, r.top, r.width, r.height)))
        for r in sheet.truth
    ]
    return Sheet(picture, truth)


def overlap(one: Rect, other: Rect) -> float:
    """Intersection over union."""
    common = one.intersection(other).area
    return common / (one.area + other.area - common) if common else 0.0


def rects(sheet: Sheet) -> list[Rect]:
    return [found.rect for found in suggest_rects(sheet.picture, time_limit=60)]
