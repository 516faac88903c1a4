from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.terminal.viewport import MAX_SCALE, Viewport, fit_scale

CELL = Size(1, 2)
sizes = st.builds(Size, st.integers(1, 5000), st.integers(1, 5000))
panes = st.builds(lambda w, h: Size(w, 2 * h), st.integers(1, 200), st.integers(1, 80))


@st.composite
def viewports(draw: st.DrawFn) -> Viewport:
    sheet, pane = draw(sizes), draw(panes)
    viewport = Viewport.fit(sheet, pane, CELL)
    for _ in range(draw(st.integers(0, 4))):
        factor = draw(st.floats(0.2, 8))
        x, y = draw(st.floats(0, 1)), draw(st.floats(0, 1))
        viewport = viewport.zoomed(factor, x * pane.width, y * pane.height)
        viewport = viewport.panned(draw(st.floats(-300, 300)), draw(st.floats(-300, 300)))
    return viewport


@st.composite
def views_of_rects(draw: st.DrawFn) -> tuple[Viewport, Rect]:
    viewport = draw(viewports())
    left = draw(st.integers(0, viewport.sheet.width - 1))
    top = draw(st.integers(0, viewport.sheet.height - 1))
    width = draw(st.integers(1, viewport.sheet.width - left))
    height = draw(st.integers(1, viewport.sheet.height - top))
    return viewport, Rect(left, top, width, height)


@given(sizes, panes)
def test_fit_shows_the_whole_sheet_and_touches_two_sides(sheet: Size, pane: Size) -> None:
    viewport = Viewport.fit(sheet, pane, CELL)
    shown = viewport.to_pane(Rect(0, 0, sheet.width, sheet.height))
    assert shown.left >= 0 and shown.top >= 0
    assert shown.right <= pane.width + 1 and shown.bottom <= pane.height + 1
    assert shown.width >= pane.width - 1 or shown.height >= pane.height - 1
    assert viewport.is_fit


@given(viewports())
def test_the_window_stays_on_the_sheet(viewport: Viewport) -> None:
    window = viewport.pane.width / viewport.scale
    if window < viewport.sheet.width:
        assert viewport.left >= -1e-6
        assert viewport.left + window <= viewport.sheet.width + 1e-6
    else:
        assert abs(viewport.left - (viewport.sheet.width - window) / 2) < 1e-6
    low = fit_scale(viewport.sheet, viewport.pane)
    assert low * (1 - 1e-9) <= viewport.scale <= max(low, MAX_SCALE) * (1 + 1e-9)


@given(views_of_rects())
def test_edges_are_rounded_by_at_most_half_a_pane_pixel(pair: tuple[Viewport, Rect]) -> None:
    viewport, rect = pair
    shown = viewport.to_pane(rect)
    exact_left = (rect.left - viewport.left) * viewport.scale
    exact_bottom = (rect.bottom - viewport.top) * viewport.scale
    assert abs(shown.left - exact_left) <= 0.5 + 1e-6
    if shown.height > 1:
        assert abs(shown.bottom - exact_bottom) <= 0.5 + 1e-6
    assert shown.width >= 1 and shown.height >= 1


@given(views_of_rects())
def test_neighbours_share_their_edge(pair: tuple[Viewport, Rect]) -> None:
    viewport, rect = pair
    shown = viewport.to_pane(rect)
    beside = viewport.to_pane(Rect(rect.right, rect.top, 10, rect.height))
    if shown.width > 1:
        assert shown.right == beside.left


@given(views_of_rects())
def test_a_sheet_pixel_comes_back_from_its_pane_pixel(pair: tuple[Viewport, Rect]) -> None:
    viewport, rect = pair
    x = (rect.left + 0.5 - viewport.left) * viewport.scale
    y = (rect.top + 0.5 - viewport.top) * viewport.scale
    assert viewport.to_sheet(x, y) == (rect.left, rect.top)


@given(viewports(), st.floats(0.3, 4), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_zooming_keeps_the_point_under_the_mouse_unless_the_border_is_in_the_way(
    viewport: Viewport, factor: float, across: float, down: float
) -> None:
    x, y = across * viewport.pane.width, down * viewport.pane.height
    zoomed = viewport.zoomed(factor, x, y)
    free = (
        0 < zoomed.left < viewport.sheet.width - viewport.pane.width / zoomed.scale
        and viewport.left >= 0
    )
    if free:
        before = viewport.left + x / viewport.scale
        assert abs(zoomed.left + x / zoomed.scale - before) < 1e-6 * max(1, before)


@given(views_of_rects())
def test_following_brings_the_rectangle_into_view(pair: tuple[Viewport, Rect]) -> None:
    viewport, rect = pair
    followed = viewport.following(rect)
    shown = followed.to_pane(rect)
    pane = followed.pane
    if shown.width <= pane.width - 1:
        assert shown.left >= -1 and shown.right <= pane.width + 1
    assert followed.scale == viewport.scale
    again = followed.following(rect)
    assert abs(again.left - followed.left) * followed.scale <= 1.5
    assert abs(again.top - followed.top) * followed.scale <= 1.5


@given(views_of_rects())
def test_cells_hold_the_rectangle_and_no_cell_too_many(pair: tuple[Viewport, Rect]) -> None:
    viewport, rect = pair
    cells = viewport.to_cells(rect)
    shown = viewport.to_pane(rect).intersection(
        Rect(0, 0, viewport.pane.width, viewport.pane.height)
    )
    if shown.is_empty:
        assert cells.is_empty
        return
    assert cells.left * CELL.width <= shown.left < (cells.left + 1) * CELL.width
    assert (cells.bottom - 1) * CELL.height < shown.bottom <= cells.bottom * CELL.height


@given(viewports())
def test_the_source_is_what_the_shown_pixels_cover(viewport: Viewport) -> None:
    shown = viewport.picture
    left, top, right, bottom = viewport.source
    assert 0 <= left < right <= viewport.sheet.width
    assert 0 <= top < bottom <= viewport.sheet.height
    assert abs((right - left) * viewport.scale - shown.width) <= 1.0 + 1e-6
    assert abs((bottom - top) * viewport.scale - shown.height) <= 1.0 + 1e-6


@given(viewports(), panes)
def test_a_resized_pane_keeps_the_middle(viewport: Viewport, pane: Size) -> None:
    resized = viewport.resized(pane, CELL)
    assert resized.pane == pane
    if viewport.is_fit:
        assert resized.is_fit
    else:
        assert resized.scale >= viewport.scale * (1 - 1e-9)
