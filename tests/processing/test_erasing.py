"""What is painted over looks like the paper around it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageStat

from spyke_tui.model.geometry import Rect
from spyke_tui.processing.erasing import paint_over

SIDE = 300
WHOLE = Rect(0, 0, SIDE, SIDE)


def erased(picture: Image.Image, *rects: Rect, rect: Rect = WHOLE) -> Image.Image:
    crop = picture.crop(rect.box)
    paint_over(crop, picture, rect, rects)
    return crop


def worst(one: Image.Image, other: Image.Image) -> int:
    extrema = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getextrema()
    return max(int(high) for _, high in extrema)  # type: ignore[misc]


def gradient() -> Image.Image:
    """Paper that darkens downwards in red, to the right in blue, and not in green."""
    down = Image.linear_gradient("L").resize((SIDE, SIDE)).point(lambda v: 200 + v // 6)
    return Image.merge("RGB", (down, Image.new("L", down.size, 230), down.rotate(90)))


@given(
    st.tuples(*[st.integers(0, 255)] * 3),
    st.integers(-20, SIDE),
    st.integers(-20, SIDE),
    st.integers(1, 400),
    st.integers(1, 280),
)
@settings(max_examples=60, deadline=None)
def test_plain_paper_stays_exactly_plain(
    colour: tuple[int, int, int], left: int, top: int, width: int, height: int
) -> None:
    paper = Image.new("RGB", (SIDE, SIDE), colour)
    box = Rect(left, top, width, height)
    marked = paper.copy()
    inside = box.intersection(Rect(10, 10, SIDE - 20, SIDE - 20))
    if not inside.is_empty:
        marked.paste((255 - colour[0], 0, 0), inside.box)
        assert erased(marked, inside).tobytes() == paper.tobytes()
    assert erased(paper, box).tobytes() == paper.tobytes()


@pytest.mark.parametrize(
    "box", [Rect(90, 80, 120, 60), Rect(20, 20, 9, 200), Rect(50, 240, 200, 30), Rect(7, 9, 1, 1)]
)
def test_a_gradient_runs_on(box: Rect) -> None:
    paper = gradient()
    marked = paper.copy()
    ImageDraw.Draw(marked).text((box.left, box.top), "callout text", fill=(0, 0, 0))
    marked.paste((0, 0, 0), box.box)
    patched = erased(marked, box)
    assert worst(patched.crop(box.box), paper.crop(box.box)) <= 2


def test_a_figure_beside_it_does_not_bleed_in() -> None:
    paper = Image.new("RGB", (SIDE, SIDE), (248, 246, 240))
    figure = paper.copy()
    draw = ImageDraw.Draw(figure)
    draw.rectangle((150, 0, SIDE, SIDE), fill=(120, 30, 40))
    draw.line((0, 150, 79, 150), fill=(0, 0, 0), width=3)
    box = Rect(80, 100, 70, 90)
    marked = figure.copy()
    marked.paste((10, 10, 10), box.box)
    assert worst(erased(marked, box), figure) == 0


def test_other_erased_text_in_the_ring_is_not_paper() -> None:
    """Three lines of text, each marked by itself: the ring of one holds mostly the others."""
    paper = Image.new("RGB", (SIDE, SIDE), (250, 250, 250))
    lines = [Rect(60, 100 + 12 * number, 180, 12) for number in range(3)]
    marked = paper.copy()
    for line in lines:
        marked.paste((30, 30, 30), line.box)
    assert erased(marked, *lines).tobytes() == paper.tobytes()


def test_grain_does_not_tip_the_patch() -> None:
    grain = Image.effect_noise((SIDE, SIDE), 12).point(lambda v: v + 100)
    paper = Image.merge("RGB", (grain,) * 3)
    box = Rect(100, 90, 90, 80)
    patch = erased(paper, box).crop(box.box)
    around = ImageStat.Stat(paper.crop((80, 70, 210, 190))).mean[0]
    low, high = patch.getextrema()[0]  # type: ignore[misc]
    assert abs(low - around) <= 3
    assert abs(high - around) <= 3


def test_only_inside_the_rectangle_and_at_its_place() -> None:
    paper = Image.new("RGB", (SIDE, SIDE), (250, 250, 250))
    ImageDraw.Draw(paper).rectangle((0, 0, 99, 99), fill=(0, 120, 0))
    rect = Rect(100, 50, 100, 100)
    crop = erased(paper, Rect(50, 60, 80, 20), rect=rect)
    assert crop.tobytes() == paper.crop(rect.box).tobytes()
    assert erased(paper, Rect(0, 0, 60, 40), rect=rect).tobytes() == paper.crop(rect.box).tobytes()


def test_clear_surroundings_make_it_clear() -> None:
    sheet = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    sheet.paste((10, 10, 10, 255), (100, 100, 200, 140))
    assert erased(sheet, Rect(95, 95, 110, 50)).getextrema()[3] == (0, 0)


def test_opaque_surroundings_of_a_cut_out() -> None:
    sheet = Image.new("RGBA", (SIDE, SIDE), (90, 80, 70, 255))
    sheet.paste((0, 0, 0, 0), (0, 0, 40, SIDE))
    clean = sheet.copy()
    sheet.paste((10, 10, 10, 255), (100, 100, 200, 140))
    assert erased(sheet, Rect(95, 95, 110, 50)).tobytes() == clean.tobytes()


def test_everything_erased_is_no_error() -> None:
    paper = Image.new("RGB", (40, 30), (5, 6, 7))
    crop = paper.copy()
    paint_over(crop, paper, Rect(0, 0, 40, 30), [Rect(-5, -5, 100, 100)])
    assert crop.getcolors() == [(1200, (5, 6, 7))]
