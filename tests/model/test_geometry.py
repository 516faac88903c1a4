"""Rectangles against slow, independent oracles."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.model.geometry import (
    Edge,
    Rect,
    Size,
    contain_box,
    contain_size,
    grow,
    mirrored,
    nearest_fit,
    nudge,
)

sides = st.integers(1, 9000)
sizes = st.builds(Size, sides, sides)
places = st.integers(-3000, 12000)
rects = st.builds(Rect, places, places, st.integers(-5, 9000), st.integers(-5, 9000))
steps = st.integers(-1500, 1500)


@st.composite
def on_sheets(draw: st.DrawFn) -> tuple[Rect, Size]:
    """A rectangle inside a sheet."""
    sheet = draw(sizes)
    left, right = sorted((draw(st.integers(0, sheet.width)), draw(st.integers(0, sheet.width))))
    top, bottom = sorted((draw(st.integers(0, sheet.height)), draw(st.integers(0, sheet.height))))
    left, top = min(left, sheet.width - 1), min(top, sheet.height - 1)
    return Rect.from_box(left, top, max(right, left + 1), max(bottom, top + 1)), sheet


def half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


@given(sizes, st.sampled_from([512, 768, 1024]))
def test_contain_keeps_the_shape_to_the_nearest_pixel(size: Size, target: int) -> None:
    fitted = contain_size(size, target)
    scale = Fraction(target, max(size.width, size.height))
    assert fitted.width == max(1, half_up(size.width * scale))
    assert fitted.height == max(1, half_up(size.height * scale))
    assert max(fitted.width, fitted.height) == target


@given(sizes, st.sampled_from([512, 768, 1024]))
def test_the_contained_picture_lies_in_the_middle(size: Size, target: int) -> None:
    box = contain_box(size, target)
    assert box.is_inside(Size(target, target))
    for before, after in (
        (box.left, target - box.right),
        (box.top, target - box.bottom),
    ):
        assert after - before in (0, 1)


@given(rects, sizes)
def test_the_nearest_fit_is_inside_and_moves_no_more_than_it_must(rect: Rect, sheet: Size) -> None:
    fit = nearest_fit(rect, sheet)
    assert fit.is_inside(sheet)
    if rect.is_inside(sheet):
        assert fit == rect
    if not rect.is_empty and rect.width <= sheet.width and rect.height <= sheet.height:
        assert fit.size == rect.size
        # moved along an axis only where it stuck out there, and then just to the border
        assert fit.left == rect.left or fit.left == 0 or fit.right == sheet.width
        assert fit.top == rect.top or fit.top == 0 or fit.bottom == sheet.height


def test_the_rectangle_that_left_its_sheet() -> None:
    assert nearest_fit(Rect(790, 60, 240, 900), Size(1024, 1024)) == Rect(784, 60, 240, 900)


@given(rects, sizes, steps, steps, st.sampled_from(list(Edge)))
def test_a_nudge_stays_on_the_sheet(rect: Rect, sheet: Size, dx: int, dy: int, edge: Edge) -> None:
    moved = nudge(rect, edge, dx, dy, sheet)
    assert moved.is_inside(sheet)


@given(on_sheets(), steps, steps)
def test_at_the_border_a_nudge_keeps_the_size(place: tuple[Rect, Size], dx: int, dy: int) -> None:
    rect, sheet = place
    moved = nudge(rect, Edge.WHOLE, dx, dy, sheet)
    assert moved.size == rect.size
    free = rect.translated(dx, dy)
    if free.is_inside(sheet):
        assert moved == free


@given(on_sheets(), steps, steps, st.sampled_from([e for e in Edge if e is not Edge.WHOLE]))
def test_an_edge_moves_alone(place: tuple[Rect, Size], dx: int, dy: int, edge: Edge) -> None:
    rect, sheet = place
    before = dict(zip(("left", "top", "right", "bottom"), rect.box, strict=True))
    moved = nudge(rect, edge, dx, dy, sheet)
    after = dict(zip(("left", "top", "right", "bottom"), moved.box, strict=True))
    assert {name for name in before if before[name] != after[name]} <= {edge.value}
    limits = {
        "left": (0, rect.right - 1),
        "right": (rect.left + 1, sheet.width),
        "top": (0, rect.bottom - 1),
        "bottom": (rect.top + 1, sheet.height),
    }[edge.value]
    step = dx if edge in (Edge.LEFT, Edge.RIGHT) else dy
    assert after[edge.value] == sorted((limits[0], before[edge.value] + step, limits[1]))[1]


@given(on_sheets(), st.integers(1, 200))
def test_growing_and_shrinking_in_the_open_is_nothing(place: tuple[Rect, Size], by: int) -> None:
    inner, sheet = place
    sheet = Size(sheet.width + 2 * by, sheet.height + 2 * by)
    rect = inner.translated(by, by)
    grown = Rect(rect.left - by, rect.top - by, rect.width + 2 * by, rect.height + 2 * by)
    assert grow(rect, by, sheet) == grown
    assert grow(grown, -by, sheet) == rect


@given(rects, sizes, st.integers(-300, 300))
def test_growing_stays_on_the_sheet_and_never_vanishes(rect: Rect, sheet: Size, by: int) -> None:
    assert grow(rect, by, sheet).is_inside(sheet)


@given(on_sheets(), on_sheets())
def test_intersection_against_its_pixels(
    first: tuple[Rect, Size], second: tuple[Rect, Size]
) -> None:
    one, other = first[0], second[0]
    common = one.intersection(other)
    columns = set(range(one.left, one.right)) & set(range(other.left, other.right))
    rows = set(range(one.top, one.bottom)) & set(range(other.top, other.bottom))
    assert common.area == len(columns) * len(rows)


@given(on_sheets())
def test_mirrored_twice_is_the_same(place: tuple[Rect, Size]) -> None:
    rect, sheet = place
    flipped = mirrored(rect, sheet)
    assert flipped.is_inside(sheet)
    assert mirrored(flipped, sheet) == rect


def test_tab_goes_round_the_edges() -> None:
    edge, seen = Edge.WHOLE, []
    for _ in range(5):
        seen.append(edge.value)
        edge = edge.next()
    assert seen == ["whole", "top", "right", "bottom", "left"]
    assert edge is Edge.WHOLE
    assert Edge.WHOLE.next(-1) is Edge.LEFT
