"""The sample sheets: figures set in rows, with or without the callouts of a working drawing.

Lengths are final pixels unless they say so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PIL import Image, ImageChops, ImageDraw, ImageFont

from spyke_tui.processing.samples import palette
from spyke_tui.processing.samples.body import Pose, draw_figure, draw_portrait
from spyke_tui.processing.samples.head import View
from spyke_tui.processing.samples.ink import INK, PAPER, Canvas, Colour, Pen, Point
from spyke_tui.processing.samples.poses import ACTIONS, BUSTS, FACES, STANDING

# A figure's canvas in units: wide enough for every pose.
LEFT, ABOVE, RIGHT, BELOW = 290.0, 360.0, 290.0, 270.0
WAIST = 6.0
NOTE_COLOUR: Colour = (104, 98, 112)
RULE_COLOUR: Colour = (206, 208, 216)


@dataclass(frozen=True, slots=True)
class Cutout:
    """A drawn figure without the paper around it; `x`, `y` lie from its (0, 0) to its corner."""

    picture: Image.Image
    x: int
    y: int

    def paste(self, sheet: Image.Image, x: int, y: int) -> None:
        """Put the figure's (0, 0) at (x, y)."""
        sheet.paste(self.picture, (x + self.x, y + self.y))

    def paste_centred(self, sheet: Image.Image, x: int, bottom: int) -> None:
        """Stand the figure on `bottom`, its middle at `x`."""
        width, height = self.picture.size
        sheet.paste(self.picture, (x - width // 2, bottom - height))


@dataclass(frozen=True, slots=True)
class Callout:
    """A note beside a figure, with a line to the point (in the figure's units) it speaks of."""

    text: str
    at: Point
    place: Point
    """Where the text starts, in pixels from the figure's (0, 0)."""


CALLOUTS: Mapping[View, Sequence[Callout]] = {
    "front": [
        Callout("GINGER HAIR\nspiky, never combed", (72, -272), (180, -420)),
        Callout("RED BANDANA", (50, -232), (180, -330)),
        Callout("RIGHT BRACER\nbrass, red stone", (-70, -40), (-320, -40)),
        Callout("LEFT KNEE PAULDRON\nsteel, one only!", (38, 106), (190, 120)),
    ],
    "three quarter": [
        Callout("BRASS CLASP", (16, -114), (190, -160)),
        Callout("CLOTH WRAP\nleft arm", (64, -36), (190, -40)),
        Callout("BOOTS\nworn leather", (22, 200), (180, 236)),
    ],
    "side": [
        Callout("WHITE CLOAK\ndown to the calf", (-54, 30), (-320, 60)),
        Callout("TUNIC\ngold hem", (34, 28), (170, 60)),
    ],
    "back": [
        Callout("PLASMA SIGN\non the cloak", (26, -50), (210, -130)),
        Callout("TORN HEM", (80, 164), (200, 220)),
    ],
}
SWATCHES: Sequence[tuple[str, Colour]] = [
    ("hair", palette.HAIR.base),
    ("bandana", palette.BANDANA.base),
    ("tunic", palette.TUNIC.base),
    ("cloak", palette.CLOAK.base),
    ("brass", palette.BRASS.base),
    ("steel", palette.STEEL.base),
]


def draw_reference() -> Image.Image:
    """The annotated sheet: four views with callouts above a row of five faces."""
    sheet = _blank(2816, 1536)
    _write(sheet, (48, 30), "SPYKE", 58)
    _write(sheet, (248, 58), "character reference  /  age 19  /  1.72 m", 26, NOTE_COLOUR)
    _draw_swatches(sheet, 1890, 28)
    for column, (view, pose) in enumerate(STANDING.items()):
        _draw_view_with_callouts(sheet, 400 + column * 680, 530, view, pose)
    ImageDraw.Draw(sheet).line([(40, 872), (2776, 872)], fill=RULE_COLOUR, width=2)
    for column, (name, pose) in enumerate(FACES.items()):
        x = 288 + column * 560
        _cut(partial(draw_portrait, pose=pose), 2.14).paste_centred(sheet, x, 1512)
        _write(sheet, (x - 248, 884), name.upper(), 24, NOTE_COLOUR)
    _write(sheet, (2702, 1400), "breathes\nout first", 22, NOTE_COLOUR)
    return sheet


def draw_turnaround() -> Image.Image:
    """Four views on clean paper, the square picture that image generators like to give."""
    return _row(1024, 1024, list(STANDING.values()), 1.04, 820)


def draw_fight() -> Image.Image:
    """Four fighting poses."""
    poses = [ACTIONS[name] for name in ("fighting stance", "punching", "high kick", "blocking")]
    return _row(2304, 960, poses, 1.4, 920)


def draw_motion() -> Image.Image:
    """Four poses in motion."""
    poses = [ACTIONS[name] for name in ("running", "leaping", "casting plasma", "crouching")]
    return _row(2432, 960, poses, 1.4, 920)


def draw_busts() -> Image.Image:
    """Four half-length figures in two rows."""
    sheet = _blank(1536, 1536)
    for index, pose in enumerate(BUSTS.values()):
        row, column = divmod(index, 2)
        bust = _cut(partial(draw_figure, pose=pose), 1.8, WAIST)
        bust.paste_centred(sheet, 384 + column * 768, 730 + row * 768)
    return sheet


DRAWINGS: Mapping[str, Callable[[], Image.Image]] = {
    "spyke-reference.png": draw_reference,
    "spyke-turnaround.png": draw_turnaround,
    "spyke-busts.png": draw_busts,
    "spyke-fight.png": draw_fight,
    "spyke-motion.png": draw_motion,
}


def _row(width: int, height: int, poses: Sequence[Pose], scale: float, bottom: int) -> Image.Image:
    """Figures side by side with equal gaps, standing on `bottom`."""
    sheet = _blank(width, height)
    cutouts = [_cut(partial(draw_figure, pose=pose), scale) for pose in poses]
    gap = (width - sum(cutout.picture.width for cutout in cutouts)) // (len(cutouts) + 1)
    left = gap
    for cutout in cutouts:
        cutout.paste_centred(sheet, left + cutout.picture.width // 2, bottom)
        left += cutout.picture.width + gap
    return sheet


def _cut(draw: Callable[[Pen], None], scale: float, floor: float = BELOW) -> Cutout:
    """Draw at `scale` pixels per unit and cut away the paper; nothing below `floor` units."""
    left, above = round(LEFT * scale), round(ABOVE * scale)
    canvas = Canvas(left + round(RIGHT * scale), above + round(floor * scale))
    draw(canvas.pen(left, above, scale))
    picture = canvas.finished()
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, PAPER)).getbbox()
    assert box is not None, "a figure was drawn"
    return Cutout(picture.crop(box), box[0] - left, box[1] - above)


def _draw_view_with_callouts(sheet: Image.Image, x: int, y: int, view: View, pose: Pose) -> None:
    """One figure with its (0, 0) at (x, y), its notes and the name of the view."""
    scale = 1.22
    _cut(partial(draw_figure, pose=pose), scale).paste(sheet, x, y)
    for callout in CALLOUTS[view]:
        target = (x + callout.at[0] * scale, y + callout.at[1] * scale)
        _draw_callout(sheet, callout.text, (x + callout.place[0], y + callout.place[1]), target)
    name = view.upper()
    _write(sheet, (x - _font(22).getlength(name) / 2, y + 306), name, 22, NOTE_COLOUR)


def _draw_callout(sheet: Image.Image, text: str, place: Point, target: Point) -> None:
    """The note at `place` and a dotted line from its near end to a spot at `target`."""
    title, _, rest = text.partition("\n")
    x, y = place
    _write(sheet, (x, y), title, 22)
    _write(sheet, (x, y + 26), rest, 19, NOTE_COLOUR)
    width = max(_font(22).getlength(title), _font(19).getlength(rest))
    start = (x + width + 8, y + 13) if x < target[0] else (x - 8, y + 13)
    pen = ImageDraw.Draw(sheet)
    elbow = (start[0] + (24 if x < target[0] else -24), start[1])
    pen.line([start, elbow], fill=INK, width=2)
    _draw_dots(pen, elbow, target)
    pen.ellipse((target[0] - 5, target[1] - 5, target[0] + 5, target[1] + 5), fill=INK)


def _draw_dots(pen: ImageDraw.ImageDraw, start: Point, end: Point) -> None:
    """A dotted line: thinner than the figures' own lines, and not one with them."""
    count = max(1, round(math.dist(start, end) / 11))
    for index in range(1, count):
        share = index / count
        x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
        pen.ellipse((x - 1.5, y - 1.5, x + 1.5, y + 1.5), fill=INK)


def _draw_swatches(sheet: Image.Image, x: int, y: int) -> None:
    """The palette, each colour with its name."""
    pen = ImageDraw.Draw(sheet)
    for index, (name, colour) in enumerate(SWATCHES):
        left = x + index * 148
        pen.rectangle((left, y, left + 46, y + 46), fill=colour, outline=INK, width=2)
        _write(sheet, (left + 54, y + 14), name, 18, NOTE_COLOUR)


def _write(sheet: Image.Image, place: Point, text: str, size: int, colour: Colour = INK) -> None:
    ImageDraw.Draw(sheet).text(place, text, fill=colour, font=_font(size), spacing=4)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font: the sheets look alike on every machine."""
    return ImageFont.load_default(size)


def _blank(width: int, height: int) -> Image.Image:
    return Image.new("RGB", (width, height), PAPER)
