"""Training images against exact arithmetic and a slow resampler written from the textbook."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, pi, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from spyke_tui.model.geometry import Rect, Size, contain_box
from spyke_tui.processing.render import letterbox, render_crop, seam_at

RED, WHITE = (255, 0, 0), (255, 255, 255)


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Reproducible pixels; also in alpha."""
    state, data = 7, bytearray()
    for _ in range(width * height * len(mode)):
        state = (state * 1103515245 + 12345) % 2**31
        data.append(state >> 16 & 0xFF)
    return Image.frombytes(mode, (width, height), bytes(data))


# An independent resampler: floats, no tables, no clipping between the passes ------------------


def lanczos(x: float) -> float:
    if x == 0:
        return 1.0
    return 3 * sin(pi * x) * sin(pi * x / 3) / (pi * x) ** 2 if abs(x) < 3 else 0.0


def resample_line(line: list[float], length: int) -> list[float]:
    scale = len(line) / length
    stretch = max(scale, 1.0)
    out = []
    for place in range(length):
        middle = (place + 0.5) * scale
        first = max(0, ceil(middle - 3 * stretch - 0.5))
        last = min(len(line) - 1, floor(middle + 3 * stretch - 0.5))
        weights = [lanczos((i + 0.5 - middle) / stretch) for i in range(first, last + 1)]
        total = sum(weights)
        out.append(sum(w * line[first + k] for k, w in enumerate(weights)) / total)
    return out


def resample(plane: list[list[float]], width: int, height: int) -> list[list[float]]:
    wide = [resample_line(row, width) for row in plane]
    tall = [resample_line(list(column), height) for column in zip(*wide, strict=True)]
    return [list(row) for row in zip(*tall, strict=True)]


def channel(image: Image.Image, band: int) -> list[list[float]]:
    data = image.getchannel(band).tobytes()
    return [[float(v) for v in data[y * image.width :][: image.width]] for y in range(image.height)]


# Place and size -----------------------------------------------------------------------------


def exact_box(width: int, height: int, target: int) -> tuple[int, int, int, int]:
    """The letterbox by fractions: the shorter side rounded half up, the offset rounded down."""
    long_side = max(width, height)
    sides = [
        max(1, floor(Fraction(side * target, long_side) + Fraction(1, 2)))
        for side in (width, height)
    ]
    return ((target - sides[0]) // 2, (target - sides[1]) // 2, sides[0], sides[1])


@given(st.integers(1, 400), st.integers(1, 400), st.sampled_from([8, 64, 100, 512]))
@settings(max_examples=60, deadline=None)
def test_only_the_box_is_painted(width: int, height: int, target: int) -> None:
    picture = Image.new("RGB", (width, height), RED)
    image = render_crop(picture, Rect(0, 0, width, height), target, "#00ff00")
    left, top, w, h = exact_box(width, height, target)
    expected = Image.new("RGB", (target, target), (0, 255, 0))
    expected.paste(RED, (left, top, left + w, top + h))
    assert image.size == (target, target)
    assert image.tobytes() == expected.tobytes()


@given(st.integers(1, 9000), st.integers(1, 9000), st.sampled_from([512, 768, 1024]))
def test_contain_box_is_exact(width: int, height: int, target: int) -> None:
    box = contain_box(Size(width, height), target)
    assert (box.left, box.top, box.width, box.height) == exact_box(width, height, target)


@pytest.mark.parametrize(
    ("width", "height", "target"), [(60, 41, 32), (23, 70, 32), (31, 31, 12), (9, 14, 40)]
)
def test_pixels_equal_the_textbook(width: int, height: int, target: int) -> None:
    """Reduced and enlarged, against floats: off by the rounding of two passes at most.

    The noise stays away from black and white, where clipping between the passes would show.
    """
    sheet = noise(width + 20, height + 10).point(lambda v: 90 + v * 76 // 256)
    rect = Rect(11, 4, width, height)
    image = render_crop(sheet, rect, target, "#ffffff")
    box = contain_box(rect.size, target)
    for band in range(3):
        expected = resample(channel(sheet.crop(rect.box), band), box.width, box.height)
        found = channel(image.crop(box.box), band)
        for row, expected_row in zip(found, expected, strict=True):
            for value, exact in zip(row, expected_row, strict=True):
                assert abs(value - exact) <= 1.75


def test_nothing_outside_the_rectangle_is_read() -> None:
    """Red right up to the rectangle on a blue sheet: no blue may come in."""
    for width, height in ((101, 57), (57, 101), (64, 64), (13, 7)):
        sheet = Image.new("RGB", (200, 200), (0, 0, 255))
        rect = Rect(20, 30, width, height)
        sheet.paste(RED, rect.box)
        image = render_crop(sheet, rect, 48, "#ffffff")
        assert {color for _, color in image.getcolors() or []} <= {RED, WHITE}


def test_a_crop_of_the_right_size_is_untouched() -> None:
    sheet = noise(80, 70)
    image = render_crop(sheet, Rect(5, 6, 64, 64), 64, "#ffffff")
    assert image.tobytes() == sheet.crop((5, 6, 69, 70)).tobytes()


def test_mirror_flips_the_finished_image() -> None:
    """With an odd remainder of the letterbox too: both twins have figure and pad exchanged."""
    sheet = noise(90, 61)
    rect = Rect(3, 2, 37, 58)
    plain = render_crop(sheet, rect, 64, "#123456")
    twin = render_crop(sheet, rect, 64, "#123456", mirror=True)
    assert twin.tobytes() == ImageOps.mirror(plain).tobytes()


def test_the_sheet_is_left_alone() -> None:
    sheet = noise(40, 40, "RGBA")
    before = sheet.tobytes()
    render_crop(sheet, Rect(0, 0, 40, 40), 32, "auto", [Rect(3, 3, 9, 9)], mirror=True)
    assert sheet.tobytes() == before


# Pad and alpha ------------------------------------------------------------------------------


def test_auto_pad_takes_the_crops_own_background() -> None:
    sheet = Image.new("RGB", (400, 200), (10, 20, 30))
    sheet.paste((200, 180, 160), (200, 0, 400, 200))
    ImageDraw.Draw(sheet).ellipse((270, 60, 330, 140), fill=RED)
    image = render_crop(sheet, Rect(240, 20, 120, 160), 64, "auto")
    assert image.getpixel((0, 0)) == (200, 180, 160)
    assert image.getpixel((63, 63)) == (200, 180, 160)


def test_alpha_shows_the_pad_colour() -> None:
    sheet = Image.new("RGBA", (10, 20), (255, 0, 0, 0))
    sheet.paste((0, 0, 255, 128), (0, 10, 10, 20))
    image = render_crop(sheet, Rect(0, 0, 10, 20), 20, "#ffffff")
    assert image.mode == "RGB"
    assert image.getpixel((10, 3)) == WHITE
    assert image.getpixel((10, 16)) == (127, 127, 255)


@pytest.mark.parametrize("hidden", [(0, 0, 0, 0), (255, 0, 255, 0)])
def test_no_fringe_from_hidden_colours(hidden: tuple[int, int, int, int]) -> None:
    """White on clear, over white: whatever lies under clear pixels must not show."""
    sheet = Image.new("RGBA", (300, 300), hidden)
    ImageDraw.Draw(sheet).ellipse((40, 40, 260, 260), fill=(255, 255, 255, 255))
    for target in (97, 512):
        image = render_crop(sheet, Rect(20, 10, 270, 280), target, "#ffffff")
        assert image.getcolors() == [(target * target, WHITE)]


def test_half_clear_noise_equals_exact_composition() -> None:
    sheet = noise(40, 30, "RGBA")
    image = render_crop(sheet, Rect(0, 0, 40, 30), 40, "#204060")
    for band, ground in enumerate((0x20, 0x40, 0x60)):
        ink, alpha = channel(sheet, band), channel(sheet, 3)
        found = channel(image.crop((0, 5, 40, 35)), band)
        for y in range(30):
            for x in range(40):
                share = alpha[y][x] / 255
                assert abs(found[y][x] - (ink[y][x] * share + ground * (1 - share))) <= 1


# Misuse -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rect",
    [
        Rect(-1, 0, 5, 5),
        Rect(0, 0, 11, 5),
        Rect(5, 5, 5, 6),
        Rect(0, 0, 0, 5),
        Rect(20, 20, 5, 5),
    ],
)
def test_a_rectangle_outside_is_refused(rect: Rect) -> None:
    with pytest.raises(ValueError, match="not inside the 10x10"):
        render_crop(Image.new("RGB", (10, 10)), rect, 8, "#ffffff")


def test_other_nonsense_is_refused() -> None:
    picture = Image.new("RGB", (10, 10))
    with pytest.raises(ValueError):
        render_crop(picture, Rect(0, 0, 5, 5), 0, "#ffffff")
    with pytest.raises(ValueError):
        render_crop(picture, Rect(0, 0, 5, 5), 8, "no colour")


def test_letterbox_of_a_thread() -> None:
    """A crop far longer than wide still gets one pixel."""
    image = letterbox(Image.new("RGB", (1, 5000), RED), 64, WHITE)
    assert image.getpixel((31, 30)) == RED
    assert image.getpixel((30, 30)) == WHITE
    assert image.getpixel((32, 30)) == WHITE


@pytest.mark.parametrize(
    ("paper", "pad", "rect", "found"),
    [
        ((247, 246, 243), "#ffffff", Rect(40, 20, 60, 120), (247, 246, 243)),
        ((250, 250, 250), "#ffffff", Rect(40, 20, 60, 120), (250, 250, 250)),
        ((251, 251, 251), "#ffffff", Rect(40, 20, 60, 120), None),  # nobody sees that
        ((247, 246, 243), "#f7f6f3", Rect(40, 20, 60, 120), None),
        ((247, 246, 243), "auto", Rect(40, 20, 60, 120), None),
        ((247, 246, 243), "#ffffff", Rect(40, 20, 90, 90), None),  # a square has no bars
    ],
)
def test_bars_that_stand_out_from_the_paper(
    paper: tuple[int, int, int], pad: str, rect: Rect, found: tuple[int, int, int] | None
) -> None:
    sheet = Image.new("RGB", (200, 160), paper)
    ImageDraw.Draw(sheet).rectangle((60, 40, 80, 120), fill=RED)
    assert seam_at(sheet, rect, pad) == found


def test_no_seam_where_no_one_paper_lies_around() -> None:
    assert seam_at(noise(200, 160), Rect(40, 20, 60, 120), "#ffffff") is None
    clear = Image.new("RGBA", (200, 160), (0, 0, 0, 0))  # shows the bars' own colour
    assert seam_at(clear, Rect(40, 20, 60, 120), "#ffffff") is None
