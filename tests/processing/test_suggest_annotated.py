"""What is written and drawn around figures is no part of them; what is thin or detached is."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from PIL import Image, ImageChops, ImageFont, ImageOps

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.samples import sheets
from spyke_tui.processing.suggest import suggest_rects
from tests.processing.suggest_sheets import (
    BOOTS,
    CLOAK,
    COAT,
    HAIR,
    LINE,
    SKIN,
    Colour,
    Sheet,
    add_body,
    blank,
    overlap,
    rects,
    resized,
)

INK: Colour = (40, 40, 52)
FIGURES = 4
WIDTH, HEIGHT = 300, 760


def views(seed: int = 1) -> Sheet:
    """2400x1200: four views in a row with room for notes around each of them."""
    dice = random.Random(seed)
    sheet = blank(2400, 1200)
    for index in range(FIGURES):
        add_body(sheet, Rect(160 + index * 580, 220, WIDTH, HEIGHT), dice)
    return sheet


def write(sheet: Sheet, x: float, y: float, text: str, size: int = 24) -> Rect:
    """Text with its left upper corner at (x, y), and where it is."""
    draw = sheet.draw
    draw.text((x, y), text, fill=INK, font_size=size, spacing=6)
    font = ImageFont.load_default(size)
    return Rect.from_box(*map(round, draw.textbbox((x, y), text, font=font, spacing=6)))


def on_side(figure: Rect, height: float) -> tuple[float, float]:
    """A point on the right part of a figure: on its cloak, `height` from its top (0 to 1)."""
    return (figure.left + 0.78 * figure.width, figure.top + height * figure.height)


def dotted_leaders(sheet: Sheet) -> None:
    for index, figure in enumerate(sheet.truth):
        for height, text in ((0.35, "SHOULDER STRAP"), (0.7, "TORN HEM\nnever mended")):
            x, y = figure.right + 30, figure.top + height * figure.height
            write(sheet, x, y - 12, text)
            end = on_side(figure, height + 0.03 * index)
            steps = round(math.dist((x - 6, y), end) / 10)
            for step in range(steps):
                at = step / steps
                cx, cy = x - 6 + (end[0] - x + 6) * at, y + (end[1] - y) * at
                sheet.draw.ellipse([cx - 1.5, cy - 1.5, cx + 1.5, cy + 1.5], fill=INK)


def lines_without_a_gap(sheet: Sheet) -> None:
    """A line from within the figure right up to the first letter."""
    for figure in sheet.truth:
        for height, text in ((0.3, "HIGH COLLAR"), (0.62, "HAND WRAP"), (0.74, "long cloak")):
            x, y = figure.right + 60, figure.top + height * figure.height
            box = write(sheet, x, y, text)
            middle = box.top + box.height / 2
            sheet.draw.line([on_side(figure, height), (box.left, middle)], fill=INK, width=3)


def underlined_notes(sheet: Sheet) -> None:
    """The line runs under the note and on to the figure."""
    for figure in sheet.truth:
        for height in (0.36, 0.66):
            x, y = figure.right + 50, figure.top + height * figure.height
            box = write(sheet, x, y, "silver buckle")
            under = box.bottom + 8
            path = [(box.right, under), (box.left - 4, under), on_side(figure, height + 0.06)]
            sheet.draw.line(path, fill=INK, width=3)


def arrows(sheet: Sheet) -> None:
    for figure in sheet.truth:
        for height in (0.38, 0.7):
            tip = on_side(figure, height)
            x, y = figure.right + 70, figure.top + height * figure.height
            box = write(sheet, x, y - 12, "see detail")
            sheet.draw.line([(box.left - 8, y), tip], fill=INK, width=3)
            points = [tip, (tip[0] + 18, tip[1] - 8), (tip[0] + 18, tip[1] + 8)]
            sheet.draw.polygon(points, fill=INK)


def boxed_labels(sheet: Sheet) -> None:
    """Notes in frames, a line from the frame to the figure."""
    for figure in sheet.truth:
        for height in (0.34, 0.68):
            x, y = figure.right + 56, figure.top + height * figure.height
            box = write(sheet, x, y, "leather belt\ntwo buckles")
            frame = [box.left - 10, box.top - 10, box.right + 10, box.bottom + 10]
            sheet.draw.rectangle(frame, outline=INK, width=3)
            start = (frame[0], (frame[1] + frame[3]) / 2)
            sheet.draw.line([start, on_side(figure, height)], fill=INK, width=3)


def filled_labels(sheet: Sheet) -> None:
    """Notes on coloured labels beside the figures."""
    for figure in sheet.truth:
        for height in (0.1, 0.5):
            x, y = figure.right + 24, figure.top + height * figure.height
            box = Rect.from_box(round(x), round(y), round(x) + 190, round(y) + 44)
            shape = [box.left, box.top, box.right, box.bottom]
            sheet.draw.rounded_rectangle(shape, 8, fill=(250, 224, 130))
            write(sheet, box.left + 12, box.top + 8, "leather belt")


def height_lines(sheet: Sheet) -> None:
    """A bar as tall as the figure with ticks, and the height beside it."""
    for figure in sheet.truth:
        x = figure.left - 36
        sheet.draw.line([(x, figure.top), (x, figure.bottom)], fill=INK, width=3)
        for part in range(5):
            y = figure.top + part * figure.height // 4
            sheet.draw.line([(x - 10, y), (x + 10, y)], fill=INK, width=3)
        write(sheet, x - 96, figure.top + figure.height // 2, "172 cm")


def short_height_lines(sheet: Sheet) -> None:
    """Arrows up and down beside each head."""
    for figure in sheet.truth:
        x, top, bottom = figure.right + 20, figure.top, figure.top + 190
        sheet.draw.line([(x, top), (x, bottom)], fill=INK, width=3)
        for y, way in ((top, 1), (bottom, -1)):
            tip = [(x, y), (x - 8, y + way * 16), (x + 8, y + way * 16)]
            sheet.draw.polygon(tip, fill=INK)
        write(sheet, x + 12, top + 80, "24 cm")


def numbers(sheet: Sheet) -> None:
    """A number close to each figure's head."""
    for index, figure in enumerate(sheet.truth, start=1):
        write(sheet, figure.left + 30, figure.top + 4, str(index), 40)
        write(sheet, figure.right - 40, figure.top - 50, str(index + 4), 40)


def text_above_and_below(sheet: Sheet) -> None:
    names = ("front view", "three quarter view", "side view", "back view")
    for figure, name in zip(sheet.truth, names, strict=True):
        write(sheet, figure.left + 20, figure.top - 64, name.upper(), 30)
        write(sheet, figure.left + 10, figure.top - 28, "as on page 12", 20)
        write(sheet, figure.left + 20, figure.bottom + 10, f"{name}\nstands still", 24)


def row_of_swatches(sheet: Sheet) -> None:
    colours = (HAIR, SKIN, COAT, CLOAK, BOOTS, (255, 255, 255), (90, 140, 60))
    for figure in sheet.truth[::2]:
        for index, colour in enumerate(colours):
            x, y = figure.left - 60 + index * 64, figure.top - 66
            sheet.draw.rectangle([x, y, x + 46, y + 46], fill=colour, outline=LINE, width=3)


def named_swatches(sheet: Sheet) -> None:
    for figure in sheet.truth:
        for index, colour in enumerate((HAIR, COAT, (255, 255, 255))):
            x, y = figure.left - 40 + index * 140, figure.top - 60
            sheet.draw.rectangle([x, y, x + 44, y + 44], fill=colour, outline=LINE, width=3)
            write(sheet, x + 52, y + 12, ("hair", "coat", "cloak")[index], 18)


def column_of_swatches(sheet: Sheet) -> None:
    for figure in sheet.truth:
        for index, colour in enumerate((HAIR, SKIN, COAT, BOOTS, CLOAK)):
            x, y = figure.right + 20, figure.top + 100 + index * 62
            sheet.draw.rectangle([x, y, x + 48, y + 48], fill=colour, outline=LINE, width=2)


def column_of_discs(sheet: Sheet) -> None:
    for figure in sheet.truth:
        for index, colour in enumerate((HAIR, SKIN, COAT, BOOTS)):
            x, y = figure.left - 60, figure.top + 100 + index * 70
            sheet.draw.ellipse([x, y, x + 48, y + 48], fill=colour, outline=LINE, width=2)


STYLES: tuple[Callable[[Sheet], None], ...] = (
    dotted_leaders,
    lines_without_a_gap,
    underlined_notes,
    arrows,
    boxed_labels,
    filled_labels,
    height_lines,
    short_height_lines,
    numbers,
    text_above_and_below,
    row_of_swatches,
    named_swatches,
    column_of_swatches,
    column_of_discs,
)


def worst(sheet: Sheet) -> float:
    """The least overlap of a figure with the suggestion that fits it best."""
    found = rects(sheet)
    return min(max((overlap(true, one) for one in found), default=0.0) for true in sheet.truth)


@pytest.mark.parametrize("annotate", STYLES, ids=lambda style: style.__name__)
@pytest.mark.parametrize("scale", [1.0, 0.75, 0.5])
def test_annotations_are_no_part_of_a_figure(
    annotate: Callable[[Sheet], None], scale: float
) -> None:
    sheet = views()
    annotate(sheet)
    if scale != 1:
        sheet = resized(sheet, scale)
    assert worst(sheet) >= 0.9
    assert len(rects(sheet)) == FIGURES


def test_annotations_on_dark_paper_and_in_gray() -> None:
    for change in (ImageOps.invert, lambda picture: picture.convert("L").convert("RGB")):
        for annotate in (dotted_leaders, lines_without_a_gap, boxed_labels, named_swatches):
            sheet = views()
            annotate(sheet)
            changed = Sheet(change(sheet.picture), sheet.truth)
            assert worst(changed) >= 0.9, annotate.__name__


def test_annotations_of_a_cut_out_sheet() -> None:
    """Where paper is clear, notes are read against white."""
    sheet = views()
    lines_without_a_gap(sheet)
    paper = Image.new("RGB", sheet.picture.size, (252, 251, 248))
    ink = ImageChops.difference(sheet.picture, paper).convert("L").point(lambda v: 255 * (v > 6))
    cut_out = sheet.picture.convert("RGBA")
    cut_out.putalpha(ink)
    assert worst(Sheet(cut_out, sheet.truth)) >= 0.9


def with_staffs(sheet: Sheet) -> None:
    """A thin staff in the hand, much taller than its bearer, and a note at its foot."""
    for index, figure in enumerate(sheet.truth):
        x = figure.right + 24
        top, bottom = figure.top - 120, figure.bottom
        sheet.draw.line([(x, top), (x - 60, bottom)], fill=(120, 74, 40), width=9)
        hand = (figure.left + 0.8 * figure.width, figure.top + 0.45 * figure.height)
        sheet.draw.line([hand, (x - 30, hand[1])], fill=SKIN, width=16)
        write(sheet, x - 40, bottom - 30, "oak staff")
        sheet.truth[index] = Rect.from_box(figure.left, top, x + 5, bottom)


def with_whips(sheet: Sheet) -> None:
    """A thin curved whip that ends in the air, and a note beside it."""
    for index, figure in enumerate(sheet.truth):
        x, y = figure.left + 0.75 * figure.width, figure.top + 0.5 * figure.height
        curve = [(x + 1.8 * t, y + 90 * math.sin(t / 22)) for t in range(0, 100, 4)]
        sheet.draw.line(curve, fill=(110, 40, 30), width=5, joint="curve")
        write(sheet, figure.right + 30, y - 170, "horse whip")
        right = max(figure.right, round(max(at[0] for at in curve)) + 2)
        sheet.truth[index] = Rect.from_box(figure.left, figure.top, right, figure.bottom)


def with_tails_to_a_note(sheet: Sheet) -> None:
    """A thin tail in the hair's colour whose tip touches a note: it is not of the note's colour."""
    for index, figure in enumerate(sheet.truth):
        x, y = figure.left + 0.7 * figure.width, figure.top + 0.6 * figure.height
        tip = (figure.right + 70, y - 160)
        path = [(x, y), (figure.right + 30, y + 20), (figure.right + 60, y - 60), tip]
        sheet.draw.line(path, fill=HAIR, width=7, joint="curve")
        write(sheet, tip[0] + 14, tip[1] - 14, "bushy tip")
        right = round(tip[0]) + 3
        sheet.truth[index] = Rect.from_box(figure.left, figure.top, right, figure.bottom)


def with_floating_hands(sheet: Sheet) -> None:
    """Gloves beside the body that nothing joins to it: equal discs in a row, of one colour."""
    for index, figure in enumerate(sheet.truth):
        y = figure.top + 0.42 * figure.height
        for x in (figure.left - 34, figure.right - 16):
            disc = [x, y, x + 50, y + 50]
            sheet.draw.ellipse(disc, fill=(250, 250, 250), outline=LINE, width=4)
        write(sheet, figure.left + 40, figure.bottom + 14, "white gloves", 24)
        left, right = figure.left - 34, figure.right + 35
        sheet.truth[index] = Rect.from_box(left, figure.top, right, figure.bottom)


def with_sparks(sheet: Sheet) -> None:
    """Short strokes around the head, as drawn for surprise, and a note."""
    for index, figure in enumerate(sheet.truth):
        x, y = figure.left + figure.width / 2, figure.top + 40
        for angle in (200, 235, 270, 305, 340):
            dx, dy = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            path = [(x + 86 * dx, y + 66 * dy), (x + 112 * dx, y + 96 * dy)]
            sheet.draw.line(path, fill=(220, 160, 20), width=10)
        write(sheet, figure.right + 10, figure.top + 200, "startled")
        top = round(y - 97)
        sheet.truth[index] = Rect.from_box(figure.left, top, figure.right, figure.bottom)


@pytest.mark.parametrize(
    "draw",
    [with_staffs, with_whips, with_tails_to_a_note, with_floating_hands, with_sparks],
    ids=lambda draw: draw.__name__,
)
@pytest.mark.parametrize("scale", [1.0, 0.75, 0.5])
def test_thin_and_detached_parts_stay_with_their_figure(
    draw: Callable[[Sheet], None], scale: float
) -> None:
    sheet = views()
    draw(sheet)
    if scale != 1:
        sheet = resized(sheet, scale)
    assert worst(sheet) >= 0.93
    assert len(rects(sheet)) == FIGURES


def test_a_thin_tip_under_a_title_is_not_shortened() -> None:
    sheet = views()
    for index, figure in enumerate(sheet.truth):
        x, top = figure.left + figure.width // 2, figure.top - 90
        sheet.draw.polygon(
            [(x - 8, figure.top + 20), (x, top), (x + 8, figure.top + 20)], fill=HAIR
        )
        write(sheet, x - 70, top - 42, "the quiet one")
        sheet.truth[index] = Rect.from_box(figure.left, top, figure.right, figure.bottom)
    assert worst(sheet) >= 0.95


def test_demo_reference_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every figure of the annotated sample sheet, held against where it was drawn."""
    truth: list[Rect] = []

    def noted(sheet: Image.Image, picture: Image.Image, left: int, top: int) -> None:
        truth.append(Rect(left, top, picture.width, picture.height))
        sheet.paste(picture, (left, top))

    def paste(self: sheets.Cutout, sheet: Image.Image, x: int, y: int) -> None:
        noted(sheet, self.picture, x + self.x, y + self.y)

    def paste_centred(self: sheets.Cutout, sheet: Image.Image, x: int, bottom: int) -> None:
        width, height = self.picture.size
        noted(sheet, self.picture, x - width // 2, bottom - height)

    monkeypatch.setattr(sheets.Cutout, "paste", paste)
    monkeypatch.setattr(sheets.Cutout, "paste_centred", paste_centred)
    sheet = Sheet(sheets.draw_reference(), truth)
    assert len(truth) == 9
    assert len(rects(sheet)) == 9
    assert worst(sheet) >= 0.9


def test_demo_reference_sheet_in_a_hurry() -> None:
    """Annotations are taken off before the time limit counts: a busy machine finds them too."""
    picture = sheets.draw_reference()
    late = iter(range(0, 10_000, 10))
    hurried = suggest_rects(picture, time_limit=0.15, clock=lambda: float(next(late)))
    patient = [found.rect for found in suggest_rects(picture, time_limit=60)]
    assert len(hurried) == len(patient)
    assert all(max(overlap(h.rect, p) for p in patient) >= 0.9 for h in hurried)
