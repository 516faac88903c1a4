"""The paper's colour is found in spite of ink, noise and gradients."""

from __future__ import annotations

import random

from PIL import Image, ImageDraw

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.background import (
    WHITE,
    colour_distance,
    dominant_colour,
    estimate_background,
    mean_near,
)

CREAM = (246, 240, 224)


def sheet(paper: tuple[int, int, int] = CREAM) -> Image.Image:
    picture = Image.new("RGB", (900, 600), paper)
    draw = ImageDraw.Draw(picture)
    draw.rectangle([120, 60, 380, 560], fill=(140, 46, 52))
    draw.rectangle([520, 0, 780, 599], fill=(60, 60, 90))
    return picture


def test_flat_paper_is_found_exactly() -> None:
    assert estimate_background(sheet()) == CREAM


def test_noise_is_averaged() -> None:
    picture = sheet()
    noise = Image.frombytes("L", picture.size, random.Random(2).randbytes(900 * 600))
    noise = noise.point(lambda v: 236 + v * 20 // 255)
    found = estimate_background(Image.merge("RGB", [noise, noise, noise]))
    assert colour_distance(found, (246, 246, 246)) <= 2


def test_a_rectangle_has_its_own_background() -> None:
    picture = sheet()
    ImageDraw.Draw(picture).rectangle([380, 200, 519, 400], fill=(120, 160, 200))
    assert estimate_background(picture, Rect(410, 240, 80, 60)) == (120, 160, 200)


def test_ink_along_the_edge_does_not_win() -> None:
    picture = sheet()
    draw = ImageDraw.Draw(picture)
    for x in range(400, 500, 20):
        draw.line([(x, 430), (x, 470)], fill=(20, 20, 20), width=3)
    assert estimate_background(picture, Rect(396, 440, 110, 60)) == CREAM


def test_rectangle_at_and_beyond_the_border() -> None:
    picture = sheet()
    assert estimate_background(picture, Rect(0, 0, 100, 600)) == CREAM
    assert estimate_background(picture, Rect(-50, -50, 120, 120)) == CREAM
    assert estimate_background(picture, Rect(2000, 2000, 10, 10)) == CREAM
    assert estimate_background(picture, Rect(10, 10, 1, 1)) == CREAM


def test_clear_pixels_do_not_count() -> None:
    picture = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    assert estimate_background(picture) == WHITE
    picture.paste((90, 120, 40, 255), (0, 0, 200, 150))
    assert estimate_background(picture) == (90, 120, 40)


def test_other_modes() -> None:
    assert estimate_background(Image.new("L", (50, 50), 77)) == (77, 77, 77)
    assert estimate_background(sheet().quantize(8)) == CREAM
    assert estimate_background(Image.new("1", (50, 50), 1)) == WHITE
    assert estimate_background(Image.new("RGB", (1, 1), (1, 2, 3))) == (1, 2, 3)


def test_a_colour_on_the_border_of_two_bins_wins() -> None:
    counts = {(239, 239, 239): 40, (240, 240, 240): 40, (10, 10, 10): 50}
    colour, share = dominant_colour(counts)
    assert colour == (240, 240, 240)
    assert round(share, 2) == round(80 / 130, 2)


def test_mean_near_nothing() -> None:
    assert mean_near({(0, 0, 0): 3}, (200, 200, 200), 10) == ((200, 200, 200), 0.0)
