from hypothesis import given
from hypothesis import strategies as st
from screen_model import DEFAULT, ScreenModel, Shown

from spyke_tui.terminal.cells import (
    ANY,
    Cell,
    Change,
    cells_of,
    changes_between,
    clipped,
    encode,
    half_cell,
    plain,
    shortened,
)

colours = st.integers(0, 0xFFFFFF)
cells = st.builds(half_cell, colours, colours) | st.builds(
    Cell, st.sampled_from("ab│漢"[:3]), colours, colours, st.booleans()
)


def seen(cell: Cell) -> Shown:
    return Shown(cell.text, DEFAULT if cell.text == " " else cell.fg, cell.bg)


@given(
    st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 19)), cells),
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(25, 30) | st.just(0),
)
def test_what_is_written_is_what_is_seen(
    wanted: dict[tuple[int, int], Cell], left: int, top: int, width: int
) -> None:
    screen = ScreenModel(width or 30, 20)
    before = [row[:] for row in screen.cells]
    changes = [Change(row, col, cell) for (row, col), cell in wanted.items()]
    text = encode(changes, left, top, width=width)
    screen.feed(text)
    for row in range(screen.rows):
        for col in range(screen.cols):
            cell = wanted.get((row - top, col - left))
            expected = seen(cell) if cell else before[row][col]
            assert screen.cells[row][col] == expected
    assert text == "" or text.endswith("\x1b[0m")


def test_cells_of_one_colour_are_written_without_repeating_it() -> None:
    red = Cell(" ", ANY, 0xFF0000)
    changes = [Change(row, 7, red) for row in range(20)]
    assert encode(changes, 0, 0).count("48;2;255;0;0") == 1
    assert len(encode(changes, 0, 0)) < 20 * 10 + 30


def test_256_colours_and_grey() -> None:
    change = [Change(0, 0, Cell("x", 0xFF0000, 0x000000))]
    assert "38;5;196" in encode(change, 0, 0, "256")
    assert "38;2;54;54;54" in encode(change, 0, 0, grey=True)


def test_control_characters_never_reach_the_terminal() -> None:
    assert plain("a\x1b[2Jb\u202e\u0007") == "a�[2Jb��"
    assert plain("Käse 漢字 ok") == "Käse 漢字 ok"


def test_wide_characters_take_two_cells_and_are_cut_whole() -> None:
    row = cells_of("漢字ab", 1, 2)
    assert [cell.text for cell in row] == ["漢", "", "字", "", "a", "b"]
    for width in range(7):
        kept = clipped(row, width)
        assert len(kept) == min(width, 6)
        for at, cell in enumerate(kept):
            assert cell.text != "" or kept[at - 1].text in "漢字"


@given(st.text("ab漢 ", max_size=12), st.text("ab漢 ", max_size=12))
def test_a_changed_row_is_brought_up_to_date(old: str, new: str) -> None:
    width = 24
    blank = Cell(" ", 1, 2)

    def row_of(text: str) -> list[Cell]:
        found = cells_of(text, 1, 2)
        return found + [blank] * (width - len(found))

    before, after = row_of(old), row_of(new)
    screen = ScreenModel(width, 1)
    screen.feed(encode(changes_between(0, None, before), 0, 0))
    screen.feed(encode(changes_between(0, before, after), 0, 0))
    assert screen.text() == ["".join(cell.text for cell in after)]


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_256_colours_are_those_of_a_repaint(red: int, green: int, blue: int) -> None:
    from rich.color import Color, ColorSystem

    number = Color.from_rgb(red, green, blue).downgrade(ColorSystem.EIGHT_BIT).number
    change = [Change(0, 0, Cell(" ", ANY, red << 16 | green << 8 | blue))]
    assert f"48;5;{number}m" in encode(change, 0, 0, "256")


@given(st.text("ab漢語_", min_size=1, max_size=30), st.integers(1, 20))
def test_a_shortened_text_keeps_its_ends_and_fills_its_room(text: str, width: int) -> None:
    whole = cells_of(text, 1, 2)
    kept = shortened(whole, width)
    if len(whole) <= width:
        assert kept == whole
        return
    assert len(kept) == width and sum(cell.text == "…" for cell in kept) == 1
    at = next(col for col, cell in enumerate(kept) if cell.text == "…")
    # A wide character that would be cut in two leaves a blank.
    assert all(a == b or a.text == " " for a, b in zip(kept[:at], whole, strict=False))
    tail = kept[at + 1 :]
    assert all(
        a == b or a.text == " " for a, b in zip(tail, whole[len(whole) - len(tail) :], strict=True)
    )
    if width >= 3:
        assert at >= 1 and tail and tail[-1].text in (whole[-1].text, " ")
