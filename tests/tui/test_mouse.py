"""The mouse on the sheet: drag moves, resizes and draws, click selects, wheel zooms."""

from collections.abc import Callable

import pytest
from textual.events import MouseMove

from spyke_tui.model.geometry import Edge, Rect
from spyke_tui.tui.pointer import held_at

FRONT = (60, 40, 120, 240)
PLACE = Rect(100, 100, 80, 40)


@pytest.mark.parametrize(
    ("x", "y", "held"),
    [
        (140, 120, ()),
        (101, 120, (Edge.LEFT,)),
        (97, 120, (Edge.LEFT,)),
        (182, 120, (Edge.RIGHT,)),
        (140, 101, (Edge.TOP,)),
        (140, 141, (Edge.BOTTOM,)),
        (99, 99, (Edge.LEFT, Edge.TOP)),
        (181, 141, (Edge.RIGHT, Edge.BOTTOM)),
        (90, 120, None),
        (140, 150, None),
    ],
)
def test_where_a_rectangle_is_held(x: float, y: float, held: object) -> None:
    assert held_at(PLACE, x, y, 4, 4) == held


def test_a_tiny_rectangle_still_has_an_inside() -> None:
    assert held_at(Rect(0, 0, 8, 8), 4, 4, 20, 20) == ()


def cell_at(it, x: float, y: float) -> tuple[int, int]:
    """The cell of the pane over a sheet pixel."""
    shown = it.crops.sheet_view.viewport.to_pane(Rect(round(x), round(y), 1, 1))
    return shown.left, shown.top // 2


async def drag(it, start: tuple[int, int], *stops: tuple[int, int], **how: object) -> None:
    """Press, move and let go; all in cells of the pane."""
    pilot = it.pilot
    await pilot.mouse_down("#sheet", offset=start, **how)
    for stop in stops:
        await pilot._post_mouse_events(
            [MouseMove],
            widget="#sheet", offset=stop, button=1,
        )  # fmt: skip
        await pilot.pause()
    await pilot.mouse_up("#sheet", offset=stops[-1], **how)
    await pilot.pause()
    await pilot.pause()


async def test_a_drag_inside_moves_it_as_one_step(opened: Callable) -> None:
    async with opened() as it:
        scale = it.crops.sheet_view.viewport.scale
        before = (it.folder / "crops.toml").read_text()
        col, row = cell_at(it, 120, 160)
        await drag(it, (col, row), (col + 3, row), (col + 8, row + 1))
        left, top, width, height = it.rect()
        assert (width, height) == FRONT[2:]
        assert left == 60 + round(8 / scale) and top == 40 + round(2 / scale)
        await it.saved()
        sized = before.replace('"final.png"\n', '"final.png"\nsize = [600, 320]\n')
        assert (it.folder / "crops.toml").read_text() == sized.replace(
            "left = 60, top = 40", f"left = {left}, top = {top}"
        )
        await it.press("u")
        assert it.rect() == FRONT and not it.session.history.can_undo
        await it.saved()
        assert (it.folder / "crops.toml").read_text() == before


async def test_edges_and_corners_resize(opened: Callable) -> None:
    async with opened() as it:
        col, row = cell_at(it, 179, 160)
        await drag(it, (col, row), (col + 5, row + 2))
        left, top, width, height = it.rect()
        assert (left, top, height) == (60, 40, 240) and width > 140
        await it.press("u")
        col, row = cell_at(it, 60, 40)
        await drag(it, (col, row), (0, 1))  # beyond the sheet: as far as it goes
        assert it.rect() == (0, 0, 180, 280)


async def test_a_drag_on_empty_ground_makes_a_draft(opened: Callable) -> None:
    async with opened() as it:
        start, end = cell_at(it, 450, 60), cell_at(it, 560, 250)
        await drag(it, start, (start[0] + 2, start[1] + 1), end)
        crop = it.session.editor.crop
        assert (crop.id, crop.status) == ("final_1", "draft")
        assert abs(crop.rect.left - 450) < 12 and abs(crop.rect.right - 560) < 12
        assert abs(crop.rect.top - 60) < 20 and abs(crop.rect.bottom - 250) < 20
        await it.press("u")
        assert len(it.session.project.crops) == 4
        await drag(it, start, start)
        assert len(it.session.project.crops) == 4


async def test_another_crop_is_taken_along_and_clicks_select(opened: Callable) -> None:
    async with opened() as it:
        col, row = cell_at(it, 360, 160)
        await drag(it, (col, row), (col + 4, row))
        assert it.session.editor.crop.id == "back" and it.rect()[0] > 310
        await it.press("u")
        assert it.session.project.crop("back").rect == Rect(300, 40, 120, 240)
        await it.pilot.click("#sheet", offset=cell_at(it, 120, 160))
        await it.pilot.pause()
        assert it.session.editor.crop.id == "front"


async def test_ctrl_drag_pans_and_the_wheel_zooms(opened: Callable) -> None:
    async with opened() as it:
        view = it.crops.sheet_view
        await it.press("z")
        before = view.viewport
        await drag(it, (30, 10), (25, 8), control=True)
        assert it.rect() == FRONT
        assert view.viewport.scale == before.scale and view.viewport.left > before.left


async def test_erased_rectangles_are_dragged_and_drawn_too(opened: Callable) -> None:
    async with opened() as it:
        await it.press("z", "E")  # near enough that the cell is not on an edge
        col, row = cell_at(it, 120, 160)
        await drag(it, (col, row), (col + 2, row - 2))
        (moved,) = it.session.project.crop("front").erase
        assert moved.left > 102 and moved.top < 148 and it.rect() == FRONT
        start, end = cell_at(it, 80, 230), cell_at(it, 150, 265)
        await drag(it, start, end)
        assert len(it.session.project.crop("front").erase) == 2
        await it.pilot.click("#sheet", offset=cell_at(it, moved.left + 18, moved.top + 12))
        await it.pilot.pause()
        assert it.session.editor.erase_at == 0


async def test_a_click_chooses_a_suggestion(opened: Callable) -> None:
    async with opened() as it:
        await it.press("X", "X", "a")
        await it.until(lambda: "Suggestion" in it.text(), "suggestions")
        mode = it.crops.mode
        other = mode._rects[1]
        await it.pilot.click("#sheet", offset=cell_at(it, other.left + 40, other.top + 100))
        await it.pilot.pause()
        assert "Suggestion 2 of 2" in it.text()
        col, row = cell_at(it, 200, 20)
        before = it.session.project
        await drag(it, (col, row), (col + 9, row + 9))
        assert it.session.project is before


async def test_what_is_refused_is_told_once_and_the_keys_go_on(
    opened: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = ["somebody"]
    monkeypatch.setattr("spyke_tui.store.app_lock.AppLock.take", lambda _: holder[0])
    async with opened() as it:
        await it.until(lambda: it.session.history.holder == "somebody", "the lock")
        col, row = cell_at(it, 120, 160)
        start = cell_at(it, 450, 60)
        raised: list[float] = []
        for places in ([(col, row), (col + 3, row), (col + 8, row)], [start, (start[0] + 6, row)]):
            await drag(it, *places)
            told = [n for n in it.app._notifications if "Nothing can be changed" in n.message]
            raised += [note.raised_at for note in told]
        assert len(raised) == len(set(raised)) == 2 and it.rect() == FRONT
        await it.press("e")
        it.app.screen.query_one("#numbers").value = "1 2 30 40"
        await it.press("enter")
        await it.press("E", "t", "enter", "R")
        it.app.screen.query_one("#name").value = "other"
        await it.press("enter", "m", "M", "down", "enter")
        assert it.rect() == FRONT and len(it.session.project.crops) == 4
        holder[0] = ""
        await it.until(lambda: not it.session.history.holder, "the lock to be free")
        await it.press("escape", "escape")
        it.crops.sheet_view.focus()
        await it.press("right")
        await drag(it, (col, row), (col + 3, row))
        assert it.rect()[0] > 65
