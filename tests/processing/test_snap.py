"""A rectangle is fitted to the figure it mostly holds."""

from __future__ import annotations

import random

import pytest
from PIL import Image, ImageChops, ImageDraw

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.snap import centre_on_content, snap_to_content

FIGURE = Rect(403, 211, 301, 611)
NEIGHBOUR = Rect(780, 205, 290, 600)


def picture(paper: tuple[int, int, int] = (250, 250, 250)) -> Image.Image:
    """Two figures, 76 px apart, on 1400x1000."""
    image = Image.new("RGB", (1400, 1000), paper)
    draw = ImageDraw.Draw(image)
    for rect in (FIGURE, NEIGHBOUR):
        left, top, right, bottom = rect.left, rect.top, rect.right - 1, rect.bottom - 1
        middle = (left + right) // 2
        outline = [(middle, top), (right, bottom - 90), (middle, bottom), (left, bottom - 90)]
        draw.polygon(outline, fill=(150, 60, 60))
    return image


def off(one: Rect, other: Rect) -> int:
    """The largest distance between corresponding edges, in pixels."""
    return max(abs(a - b) for a, b in zip(one.box, other.box, strict=True))


@pytest.mark.parametrize(
    "rect",
    [
        Rect(340, 150, 420, 730),
        Rect(390, 300, 320, 540),
        Rect(450, 200, 200, 640),
        Rect(403, 211, 301, 500),
        Rect(350, 100, 470, 800),
        FIGURE,
    ],
    ids=["loose", "head cut", "sides cut", "feet cut", "neighbour reaches in", "exact"],
)
def test_fits_the_figure_to_the_pixel(rect: Rect) -> None:
    assert off(snap_to_content(picture(), rect, margin=0), FIGURE) <= 2


def test_margin_is_kept_around_the_figure() -> None:
    snapped = snap_to_content(picture(), Rect(340, 150, 420, 730), margin=20)
    wanted = Rect(FIGURE.left - 20, FIGURE.top - 20, FIGURE.width + 40, FIGURE.height + 40)
    assert off(snapped, wanted) <= 2


def test_margin_stops_at_the_border() -> None:
    image = Image.new("RGB", (300, 300), (255, 255, 255))
    image.paste((0, 0, 120), (0, 40, 120, 300))
    assert snap_to_content(image, Rect(0, 0, 300, 300), margin=9) == Rect(0, 31, 129, 269)


def test_background_alone_changes_nothing() -> None:
    rect = Rect(20, 20, 200, 150)
    assert snap_to_content(picture(), rect) == rect
    assert centre_on_content(picture(), rect) == rect


def test_what_goes_on_far_beyond_is_not_followed() -> None:
    image = Image.new("RGB", (1400, 600), (255, 255, 255))
    image.paste((30, 60, 30), (0, 200, 1400, 400))
    assert snap_to_content(image, Rect(500, 100, 400, 400), margin=0) == Rect(500, 200, 400, 200)


def test_both_figures_stay_if_both_are_held() -> None:
    snapped = snap_to_content(picture(), Rect(380, 180, 720, 680), margin=0)
    assert off(snapped, FIGURE.union(NEIGHBOUR)) <= 2


def test_noise_and_coloured_paper() -> None:
    image = picture((36, 60, 160))
    noise = Image.frombytes("L", image.size, random.Random(4).randbytes(1400 * 1000))
    noise = noise.point(lambda v: 118 + v * 20 // 255)
    image = ImageChops.add(image, Image.merge("RGB", [noise] * 3), 1, -128)
    assert off(snap_to_content(image, Rect(340, 150, 420, 730), margin=0), FIGURE) <= 4


def test_cut_out_figure() -> None:
    image = Image.new("RGBA", (1000, 900), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (300, 200, 620, 780))
    assert snap_to_content(image, Rect(250, 150, 450, 500), margin=0) == Rect(300, 200, 320, 580)


def test_rectangle_outside_the_sheet_is_brought_in() -> None:
    snapped = snap_to_content(picture(), Rect(1000, 900, 600, 600), margin=0)
    assert Rect(0, 0, 1400, 1000).union(snapped) == Rect(0, 0, 1400, 1000)


def test_tiny_pictures() -> None:
    image = Image.new("RGB", (2, 2), (255, 255, 255))
    assert snap_to_content(image, Rect(0, 0, 2, 2)) == Rect(0, 0, 2, 2)
    assert centre_on_content(Image.new("RGB", (1, 1)), Rect(0, 0, 1, 1)) == Rect(0, 0, 1, 1)


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "CMYK"])
def test_other_modes(mode: str) -> None:
    assert (
        off(snap_to_content(picture().convert(mode), Rect(340, 150, 420, 730), margin=0), FIGURE)
        <= 3
    )


def test_centre_keeps_the_size() -> None:
    centred = centre_on_content(picture(), Rect(350, 180, 400, 700))
    assert (centred.width, centred.height) == (400, 700)
    assert abs((centred.left + centred.right) - (FIGURE.left + FIGURE.right)) <= 4
    assert abs((centred.top + centred.bottom) - (FIGURE.top + FIGURE.bottom)) <= 4


def test_centre_stops_at_the_border() -> None:
    image = Image.new("RGB", (400, 400), (255, 255, 255))
    image.paste((0, 0, 0), (0, 100, 60, 300))
    assert centre_on_content(image, Rect(0, 50, 200, 300)) == Rect(0, 50, 200, 300)
