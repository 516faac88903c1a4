"""Near duplicates are found, relatives are not taken for them."""

from __future__ import annotations

from itertools import combinations

import pytest
from PIL import Image, ImageDraw

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.render import render_crop
from spyke_tui.processing.similarity import (
    NEAR_DUPLICATE,
    distance,
    mirrored_hash,
    perceptual_hash,
)

FIGURE = Rect(60, 40, 260, 420)


def sheet(view: int) -> Image.Image:
    """One character four times: coat, hair, a bracer on one side; turned a little each time."""
    image = Image.new("RGB", (400, 500), (250, 249, 246))
    draw = ImageDraw.Draw(image)
    turn = (0, 25, 55, 0)[view]
    draw.polygon([(190, 140), (110 + turn, 400), (270 - turn // 3, 400)], fill=(150, 50, 50))
    draw.ellipse((140 + turn // 2, 60, 240, 160), fill=(240, 200, 170))
    draw.pieslice((130, 50, 250, 170), 180 - turn, 360, fill=(220, 110, 30))
    draw.rectangle((96 + turn, 250, 130 + turn, 300), fill=(200, 170, 60))
    if view != 3:
        draw.ellipse((165 + turn, 100, 178 + turn, 118), fill=(20, 20, 60))
        draw.ellipse((202 + turn // 2, 100, 215 + turn // 2, 118), fill=(20, 20, 60))
    else:
        draw.polygon([(150, 150), (230, 150), (300, 420), (80, 420)], fill=(240, 240, 235))
    return image


def crop(view: int, rect: Rect = FIGURE) -> Image.Image:
    return render_crop(sheet(view), rect, 512, "#ffffff")


def test_the_same_picture_is_at_distance_zero() -> None:
    assert distance(perceptual_hash(crop(0)), perceptual_hash(crop(0))) == 0


@pytest.mark.parametrize("view", range(4))
@pytest.mark.parametrize(
    "nudged",
    [
        FIGURE.translated(3, 0),
        FIGURE.translated(-3, 3),
        FIGURE.translated(0, -3),
        Rect(57, 37, 266, 426),
        Rect(63, 43, 254, 414),
        Rect(60, 40, 263, 420),
    ],
)
def test_nudged_by_three_pixels(view: int, nudged: Rect) -> None:
    apart = distance(perceptual_hash(crop(view)), perceptual_hash(crop(view, nudged)))
    assert apart <= NEAR_DUPLICATE


def test_four_views_are_four_pictures() -> None:
    hashes = [perceptual_hash(crop(view)) for view in range(4)]
    for one, other in combinations(hashes, 2):
        assert distance(one, other) > NEAR_DUPLICATE


def test_another_size_and_compression_are_the_same_picture() -> None:
    one = perceptual_hash(crop(1))
    smaller = perceptual_hash(render_crop(sheet(1), FIGURE, 300, "#ffffff"))
    assert distance(one, smaller) <= NEAR_DUPLICATE


def test_a_picture_mirrored_by_hand() -> None:
    plain = crop(1)
    flipped = plain.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert distance(perceptual_hash(flipped), mirrored_hash(plain)) == 0
    assert distance(perceptual_hash(flipped), perceptual_hash(plain)) > NEAR_DUPLICATE


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (9, 99, 199)])
def test_an_empty_picture_has_a_hash(colour: tuple[int, int, int]) -> None:
    plain = Image.new("RGB", (64, 64), colour)
    assert distance(perceptual_hash(plain), mirrored_hash(plain)) == 0
    assert perceptual_hash(Image.new("RGB", (1, 1))) >= 0
