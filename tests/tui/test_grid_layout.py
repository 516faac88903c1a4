"""Tiles: as many as fit, square pictures, none outside the pane."""

from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.model.geometry import Rect, Size
from spyke_tui.tui.grid_layout import FRAME, LABELS, lay_out

CELL = Size(10, 20)


def test_pictures_grow_as_long_as_no_tile_less_fits() -> None:
    layout = lay_out(Size(70, 14), 20, CELL)
    assert (layout.columns, layout.rows) == (3, 1)
    assert layout.width == 21
    assert 3 * (layout.width + 1 + 2 * FRAME) > 70, "three larger ones would fit, too"


def test_pictures_shrink_a_little_where_another_row_fills_the_pane() -> None:
    # At the wished width two rows of 14 leave a third of the pane empty.
    layout = lay_out(Size(94, 41), 22, CELL)
    assert (layout.columns, layout.rows) == (4, 3)
    assert layout.height * 3 > 41 * 0.7


def test_a_cell_under_the_mouse_is_a_tile_with_its_words_and_frame() -> None:
    layout = lay_out(Size(80, 30), 14, CELL)
    for place, slot in enumerate(layout.slots()):
        for column, row in ((slot.left, slot.top), (slot.right, slot.bottom + LABELS - 1)):
            assert layout.tile_at(column, row) == place
    assert layout.tile_at(79, 300) is None


@given(
    st.builds(Size, st.integers(1, 250), st.integers(1, 80)),
    st.integers(1, 70),
    st.sampled_from([CELL, Size(1, 2), Size(8, 17), Size(9, 9)]),
    st.booleans(),
)
def test_tiles_lie_beside_each_other(pane: Size, wish: int, cell: Size, pictures: bool) -> None:
    layout = lay_out(pane, wish, cell, pictures=pictures)
    slots = layout.slots()
    assert len(slots) == layout.tiles
    assert slots or pane.width < 12 or pane.height < 14
    taken: set[tuple[int, int]] = set()
    for slot in slots:
        tile = Rect(slot.left - FRAME, slot.top - FRAME, slot.width + 2 * FRAME,
                    slot.height + FRAME + LABELS)  # fmt: skip
        cells = {(x, y) for x in range(tile.left, tile.right) for y in range(tile.top, tile.bottom)}
        assert not cells & taken
        taken |= cells
    assert all(slot.right + FRAME <= pane.width for slot in slots)
    assert all(slot.bottom + LABELS <= pane.height for slot in slots)
