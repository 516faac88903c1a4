"""Figures are found on drawn sheets with known boxes, whatever the paper and the trimmings."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.processing.suggest import Suggestion, suggest_rects
from tests.processing.suggest_sheets import (
    BOOTS,
    CLOAK,
    COAT,
    HAIR,
    LINE,
    SKIN,
    Sheet,
    add_body,
    add_face,
    add_swatches,
    blank,
    overlap,
    rects,
    resized,
)

NOTES = (
    "right bracer: brass",
    "left knee pauldron",
    "ginger hair, side-swept",
    "torn hem",
    "age 21",
)


def add_notes(sheet: Sheet, dice: random.Random, count: int, size: int) -> None:
    """Callout text with leader lines, wherever it falls: over figures too."""
    width, height = sheet.picture.size
    for _ in range(count):
        x, y = dice.randrange(int(width * 0.8)), dice.randrange(int(height * 0.95))
        sheet.draw.text((x, y), dice.choice(NOTES), fill=(50, 50, 66), font_size=size)
        end = (x - 3 * size, y + dice.randint(-2 * size, 2 * size))
        sheet.draw.line([(x - 4, y + size // 2), end], fill=(50, 50, 66), width=2)


def typical(seed: int, *, notes: int = 14, panels: bool = True) -> Sheet:
    """2816x1536: four views side by side, an expression row, callouts, swatches, a title."""
    dice = random.Random(seed)
    sheet = blank(2816, 1536, (248, 246, 242))
    for left in (110, 800, 1480, 2160):
        add_body(sheet, Rect(left, 110, 470, 1060), dice)
    for left in (40, 440, 850, 1270, 1680, 2100):
        add_face(sheet, Rect(left, 1235, 350, 265), dice, (216, 213, 220) if panels else None)
    sheet.draw.text((900, 20), "CHARACTER SHEET", fill=(30, 30, 40), font_size=52)
    add_notes(sheet, dice, notes, 22)
    add_swatches(sheet, 2520, 1300, 44)
    return sheet


def close_views(seed: int) -> Sheet:
    """1024x1024: four tall views close together on white."""
    dice = random.Random(seed)
    sheet = blank(1024, 1024, (255, 255, 255))
    for index in range(4):
        add_body(sheet, Rect(12 + index * 253, 60, 240, 900), dice)
    add_notes(sheet, dice, 3, 14)
    return sheet


def touching_views(seed: int) -> Sheet:
    """Four views whose cloaks overlap by a few pixels."""
    dice = random.Random(seed)
    sheet = blank(1400, 900)
    for index in range(4):
        add_body(sheet, Rect(100 + index * 296, 80, 300, 740), dice)
    return sheet


def two_rows(seed: int) -> Sheet:
    """Poses in two rows, of different size, with a prop and captions."""
    dice = random.Random(seed)
    sheet = blank(1600, 1200, (240, 232, 214))
    for index in range(4):
        add_body(sheet, Rect(80 + index * 380, 60, 260, 560), dice)
    for index in range(5):
        add_body(sheet, Rect(70 + index * 300, 720, 190, 380), dice)
        sheet.draw.text((90 + index * 300, 1120), f"pose {index}", fill=LINE, font_size=28)
    sheet.draw.rectangle([1510, 900, 1590, 960], fill=(90, 140, 60), outline=LINE)
    return sheet


def scattered(seed: int) -> Sheet:
    """Figures of mixed size without an order, by rejection."""
    dice = random.Random(seed)
    sheet = blank(1500, 1100)
    for _ in range(200):
        height = dice.randint(300, 480)
        width = int(height * dice.uniform(0.45, 0.6))
        box = Rect(dice.randint(20, 1480 - width), dice.randint(20, 1080 - height), width, height)
        around = Rect(box.left - 14, box.top - 14, box.width + 28, box.height + 28)
        if all(around.intersection(other).is_empty for other in sheet.truth):
            add_body(sheet, box, dice)
    return sheet


def with_portrait(seed: int) -> Sheet:
    """A large bust beside small full figures and faces."""
    dice = random.Random(seed)
    sheet = blank(1400, 1000)
    add_face(sheet, Rect(60, 200, 420, 520), dice)
    for index in range(4):
        add_body(sheet, Rect(560 + index * 205, 60, 170, 420), dice)
        add_face(sheet, Rect(560 + index * 205, 600, 165, 170), dice)
    add_swatches(sheet, 80, 860, 36)
    return sheet


def flat_gray(sheet: Sheet) -> Sheet:
    return Sheet(sheet.picture.convert("L").convert("RGB"), sheet.truth)


def on_gradient(sheet: Sheet) -> Sheet:
    shade = Image.linear_gradient("L").resize(sheet.picture.size).point(lambda v: 255 - v // 3)
    return Sheet(ImageChops.multiply(sheet.picture, Image.merge("RGB", [shade] * 3)), sheet.truth)


def with_vignette(sheet: Sheet) -> Sheet:
    shade = Image.radial_gradient("L").resize(sheet.picture.size).point(lambda v: 255 - v * 2 // 5)
    return Sheet(ImageChops.multiply(sheet.picture, Image.merge("RGB", [shade] * 3)), sheet.truth)


def inverted(sheet: Sheet) -> Sheet:
    return Sheet(ImageOps.invert(sheet.picture), sheet.truth)


def with_grain(sheet: Sheet) -> Sheet:
    grain = Image.frombytes("L", (256, 256), random.Random(5).randbytes(65536))
    grain = grain.point(lambda v: 128 + (v - 128) * 24 // 128)
    tiled = Image.new("L", sheet.picture.size)
    for left in range(0, tiled.width, 256):
        for top in range(0, tiled.height, 256):
            tiled.paste(grain, (left, top))
    noise = Image.merge("RGB", [tiled] * 3)
    return Sheet(ImageChops.add(sheet.picture, noise, 1, -128), sheet.truth)


def with_guide_lines(sheet: Sheet) -> Sheet:
    picture = sheet.picture.copy()
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    for index in range(1, 8):
        y = height * index // 8
        draw.line([(0, y), (width, y)], fill=(120, 160, 220), width=max(1, width // 900))
    return Sheet(picture, sheet.truth)


def with_frame(sheet: Sheet) -> Sheet:
    picture = sheet.picture.copy()
    width, height = picture.size
    box = [4, 4, width - 5, height - 5]
    ImageDraw.Draw(picture).rectangle(box, outline=(60, 60, 60), width=max(2, width // 250))
    return Sheet(picture, sheet.truth)


def with_shadows(sheet: Sheet) -> Sheet:
    paper = sheet.picture.getpixel((2, 2))
    assert isinstance(paper, tuple)
    ground = Image.new("RGB", sheet.picture.size, tuple(map(int, paper[:3])))
    ink = ImageChops.difference(sheet.picture, ground).convert("L").point(lambda v: 70 * (v > 16))
    offset = max(3, sheet.picture.width // 250)
    blurred = ImageChops.offset(ink, offset, offset).filter(ImageFilter.BoxBlur(offset / 2))
    shadowed = Image.composite(Image.new("RGB", ground.size, (60, 60, 60)), ground, blurred)
    solid = ImageChops.difference(sheet.picture, ground).convert("L").point(lambda v: 255 * (v > 8))
    return Sheet(Image.composite(sheet.picture, shadowed, solid), sheet.truth)


def in_dots(sheet: Sheet) -> Sheet:
    """Black and white only, the tones of figures and paper made of dots."""
    return Sheet(sheet.picture.convert("1").convert("RGB"), sheet.truth)


def in_coloured_dots(sheet: Sheet) -> Sheet:
    few = sheet.picture.quantize(8, dither=Image.Dither.FLOYDSTEINBERG)
    return Sheet(few.convert("RGB"), sheet.truth)


def halved(sheet: Sheet) -> Sheet:
    return resized(sheet, 0.5)


def doubled(sheet: Sheet) -> Sheet:
    return resized(sheet, 2)


LAYOUTS: tuple[Callable[[int], Sheet], ...] = (
    typical,
    close_views,
    touching_views,
    two_rows,
    scattered,
    with_portrait,
)
DISTORTIONS: tuple[Callable[[Sheet], Sheet], ...] = (
    flat_gray,
    on_gradient,
    with_vignette,
    inverted,
    with_grain,
    with_guide_lines,
    with_frame,
    with_shadows,
    in_dots,
    in_coloured_dots,
    halved,
)


def matched(truth: list[Rect], found: list[Rect]) -> int:
    """How many pairs of one true and one found rectangle overlap by half, each used once."""
    pairs = sorted(
        ((overlap(t, f), i, j) for i, t in enumerate(truth) for j, f in enumerate(found)),
        reverse=True,
    )
    used_true: set[int] = set()
    used_found: set[int] = set()
    for value, i, j in pairs:
        if value >= 0.5 and i not in used_true and j not in used_found:
            used_true.add(i)
            used_found.add(j)
    return len(used_true)


def means(sheets: Iterable[Sheet]) -> tuple[float, float]:
    """Mean recall and mean precision."""
    recalls, precisions = [], []
    for sheet in sheets:
        found = rects(sheet)
        good = matched(sheet.truth, found)
        recalls.append(good / len(sheet.truth))
        precisions.append(good / max(1, len(found)))
    return sum(recalls) / len(recalls), sum(precisions) / len(precisions)


def matched_all(sheet: Sheet) -> bool:
    return matched(sheet.truth, rects(sheet)) == len(sheet.truth)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_finds_every_figure_of_a_clean_sheet(layout: Callable[[int], Sheet]) -> None:
    sheet = layout(3)
    found = rects(sheet)
    assert matched(sheet.truth, found) == len(sheet.truth)
    assert len(found) <= len(sheet.truth) + 1


@pytest.mark.parametrize("distortion", DISTORTIONS, ids=lambda distortion: distortion.__name__)
def test_stays_good_on_distorted_sheets(distortion: Callable[[Sheet], Sheet]) -> None:
    recall, precision = means(distortion(layout(1)) for layout in LAYOUTS[:4])
    assert recall >= 0.95
    assert precision >= 0.9


def test_enlarged_sheet_gives_the_same_figures() -> None:
    sheet = two_rows(2)
    assert matched(
        [Rect(r.left // 2, r.top // 2, r.width // 2, r.height // 2) for r in rects(doubled(sheet))],
        rects(sheet),
    ) == len(sheet.truth)


def test_finds_line_art() -> None:
    sheet = two_rows(1)
    edges = sheet.picture.convert("L").filter(ImageFilter.FIND_EDGES)
    drawn = Sheet(edges.point(lambda v: 0 if v > 25 else 255).convert("RGB"), sheet.truth)
    assert matched_all(drawn)


def on_cards(seed: int) -> Sheet:
    """Figures on light cards on a dark sheet."""
    dice = random.Random(seed)
    sheet = blank(2000, 800, (40, 44, 52))
    for index in range(4):
        card = [50 + index * 480, 40, 490 + index * 480, 760]
        sheet.draw.rounded_rectangle(card, 30, fill=(250, 246, 240))
        add_body(sheet, Rect(130 + index * 480, 70, 280, 660), dice)
    return sheet


def on_backdrop(seed: int) -> Sheet:
    """Full figures on one coloured panel, faces on the paper below it."""
    dice = random.Random(seed)
    sheet = blank(2000, 1200)
    sheet.draw.rectangle([60, 120, 1940, 860], fill=(60, 90, 140))
    for index in range(4):
        add_body(sheet, Rect(150 + index * 460, 150, 330, 690), dice)
    for index in range(5):
        add_face(sheet, Rect(120 + index * 370, 900, 250, 260), dice)
    return sheet


def half_dark(seed: int) -> Sheet:
    """The right half of the paper is dark, and a figure stands on the border."""
    dice = random.Random(seed)
    sheet = blank(2000, 1000)
    sheet.draw.rectangle([1000, 0, 2000, 1000], fill=(50, 54, 66))
    for index in range(5):
        add_body(sheet, Rect(60 + index * 390, 150, 300, 690), dice)
    return sheet


def on_floor(seed: int) -> Sheet:
    """All figures stand on one gray strip."""
    dice = random.Random(seed)
    sheet = blank(1800, 900)
    sheet.draw.rectangle([40, 800, 1760, 850], fill=(180, 176, 170))
    for index in range(5):
        add_body(sheet, Rect(80 + index * 340, 60, 280, 770), dice)
    return sheet


def in_frames(seed: int) -> Sheet:
    """Each figure in a thick black frame of its own."""
    dice = random.Random(seed)
    sheet = blank(1800, 900)
    for index in range(5):
        add_body(sheet, Rect(80 + index * 340, 80, 260, 740), dice)
        frame = [50 + index * 340, 50, 370 + index * 340, 850]
        sheet.draw.rectangle(frame, outline=(20, 20, 20), width=6)
    return sheet


def overlapping_cloaks(seed: int) -> Sheet:
    """Five views that overlap by a fifth of their width."""
    dice = random.Random(seed)
    sheet = blank(1600, 900)
    for index in range(5):
        add_body(sheet, Rect(40 + index * 260, 60, 330, 780), dice)
    return sheet


@pytest.mark.parametrize(
    "layout",
    [on_cards, on_backdrop, half_dark, on_floor, in_frames, overlapping_cloaks],
    ids=lambda layout: layout.__name__,
)
def test_finds_figures_that_something_ties_together(layout: Callable[[int], Sheet]) -> None:
    assert matched_all(layout(1))


def test_figures_on_cards_are_found_without_colours_and_in_dots() -> None:
    """What is dark on a figure may be as dark as the sheet around its card."""
    assert matched_all(flat_gray(on_cards(1)))
    assert matched_all(in_dots(on_cards(1)))


def test_figures_that_have_no_colour_in_common() -> None:
    sheet = blank(1500, 700)
    for index, colour in enumerate((HAIR, COAT, CLOAK, BOOTS, (60, 140, 80), (230, 200, 40))):
        left = 40 + index * 240
        sheet.draw.ellipse([left, 60, left + 179, 639], fill=colour, outline=LINE, width=3)
        sheet.truth.append(Rect(left, 60, 180, 580))
    assert matched_all(sheet)


def test_one_figure_is_one_suggestion() -> None:
    sheet = blank(800, 1200)
    add_body(sheet, Rect(100, 60, 600, 1080), random.Random(1))
    found = rects(sheet)
    assert len(found) == 1
    assert overlap(found[0], sheet.truth[0]) > 0.95


def test_detached_heads_belong_to_their_bodies() -> None:
    sheet = blank(1200, 900)
    for index in range(3):
        left = 100 + index * 360
        sheet.draw.polygon(
            [(left + 90, 250), (left + 180, 250), (left + 270, 780), (left, 780)], fill=COAT
        )
        sheet.draw.ellipse([left + 95, 100, left + 175, 225], fill=SKIN, outline=LINE, width=3)
        sheet.truth.append(Rect(left, 100, 271, 681))
    found = rects(sheet)
    assert len(found) == 3
    assert all(max(overlap(t, f) for f in found) > 0.95 for t in sheet.truth)


def test_cut_out_figures_are_found_by_their_alpha() -> None:
    sheet = two_rows(1)
    paper = Image.new("RGB", sheet.picture.size, (240, 232, 214))
    difference = ImageChops.difference(sheet.picture, paper).convert("L")
    cut_out = Image.new("RGBA", sheet.picture.size, (0, 0, 0, 0))
    cut_out.paste(sheet.picture, (0, 0), difference.point(lambda v: 255 * (v > 6)))
    found = [s.rect for s in suggest_rects(cut_out, time_limit=60)]
    assert matched(sheet.truth, found) == len(sheet.truth)


def test_glow_around_a_cut_out_figure_is_no_part_of_it() -> None:
    sheet = two_rows(1)
    paper = Image.new("RGB", sheet.picture.size, (240, 232, 214))
    solid = ImageChops.difference(sheet.picture, paper).convert("L").point(lambda v: 255 * (v > 6))
    glow = solid.filter(ImageFilter.BoxBlur(20)).point(lambda v: 100 * (v > 6))
    cut_out = sheet.picture.convert("RGBA")
    cut_out.putalpha(ImageChops.lighter(solid, glow))
    found = [s.rect for s in suggest_rects(cut_out, time_limit=60)]
    assert all(max(overlap(t, f) for f in found) > 0.85 for t in sheet.truth)


def test_gray_props_are_told_from_gray_figures_by_how_much_there_is_of_each_gray() -> None:
    sheet = blank(1600, 900, (255, 255, 255))
    for index in range(4):
        add_body(sheet, Rect(60 + index * 380, 40, 260, 560), random.Random(1))
    for left in (150, 650):
        sheet.draw.rectangle([left, 680, left + 200, 770], fill=BOOTS, outline=LINE)
        sheet.draw.rectangle([left, 770, left + 200, 860], fill=SKIN, outline=LINE)
    found = rects(flat_gray(sheet))
    assert len(found) == 4
    assert matched(sheet.truth, found) == 4


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "RGBA"])
def test_takes_any_mode(mode: str) -> None:
    sheet = close_views(1)
    assert suggest_rects(sheet.picture.convert(mode), time_limit=60)


def test_blank_paper_gives_nothing() -> None:
    assert suggest_rects(blank(640, 480).picture) == []


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 1), (7, 5), (13, 2000)])
def test_survives_odd_sizes(size: tuple[int, int]) -> None:
    noise = Image.frombytes("L", size, random.Random(1).randbytes(size[0] * size[1]))
    for found in suggest_rects(noise.convert("RGB"), time_limit=60):
        assert found.rect.is_inside(Size(*size))


def test_suggestions_lie_on_the_sheet_best_first() -> None:
    sheet = typical(5)
    found = suggest_rects(sheet.picture, time_limit=60)
    assert all(s.rect.is_inside(Size(*sheet.picture.size)) for s in found)
    assert all(0 <= s.score <= 1 for s in found)
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
    assert isinstance(found[0], Suggestion)


def test_same_sheet_gives_the_same_answer() -> None:
    sheet = typical(6)
    assert suggest_rects(sheet.picture, time_limit=60) == suggest_rects(
        sheet.picture, time_limit=60
    )


def test_leaves_the_picture_alone() -> None:
    sheet = close_views(2)
    before = sheet.picture.tobytes()
    suggest_rects(sheet.picture)
    assert sheet.picture.tobytes() == before


def test_out_of_time_gives_what_is_there() -> None:
    """Without time to split, touching figures stay together, but separate ones are found."""
    late = iter(range(0, 10_000, 10))
    separate = rects_with_clock(two_rows(1), lambda: float(next(late)))
    assert len(separate) >= 8
    late = iter(range(0, 10_000, 10))
    touching = rects_with_clock(touching_views(1), lambda: float(next(late)))
    assert len(touching) == 1


def test_time_limit_is_not_reached_by_a_clock_that_stands_still() -> None:
    assert len(rects_with_clock(touching_views(1), lambda: 0.0)) == 4


def rects_with_clock(sheet: Sheet, clock: Callable[[], float]) -> list[Rect]:
    return [found.rect for found in suggest_rects(sheet.picture, time_limit=0.15, clock=clock)]
