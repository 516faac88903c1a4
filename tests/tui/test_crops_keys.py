"""Every key of the Crops pane: what it does, what then stands in crops.toml, and the way back."""

from collections.abc import Callable

import pytest

from spyke_tui.actions import ACTIONS
from spyke_tui.model.geometry import Edge, Rect
from spyke_tui.tui.crop_selection import STEPS

FRONT = (60, 40, 120, 240)


@pytest.mark.parametrize(
    ("keys", "rect"),
    [
        (["left"], (59, 40, 120, 240)),
        (["h"], (59, 40, 120, 240)),
        (["right", "l"], (62, 40, 120, 240)),
        (["up", "k"], (60, 38, 120, 240)),
        (["down", "j"], (60, 42, 120, 240)),
        (["H"], (50, 40, 120, 240)),
        (["shift+left"], (50, 40, 120, 240)),
        (["L", "shift+right"], (80, 40, 120, 240)),
        (["K", "shift+up"], (60, 20, 120, 240)),
        (["J", "shift+down"], (60, 60, 120, 240)),
        (["2", "right"], (68, 40, 120, 240)),
        (["3", "down"], (60, 72, 120, 240)),
        (["4", "right"], (188, 40, 120, 240)),
        (["4", "1", "right"], (61, 40, 120, 240)),
        (["2", "tab", "up"], (60, 32, 120, 248)),
        (["2", "tab", "tab", "right"], (60, 40, 128, 240)),
        (["2", "tab", "tab", "tab", "down"], (60, 40, 120, 248)),
        (["2", "shift+tab", "left"], (52, 40, 128, 240)),
        (["tab", "0", "right"], (61, 40, 120, 240)),
        (["2", "plus"], (52, 32, 136, 256)),
        (["2", "equals_sign"], (52, 32, 136, 256)),
        (["2", "minus"], (68, 48, 104, 224)),
        (["2", "less_than_sign"], (68, 40, 104, 240)),
        (["2", "greater_than_sign"], (52, 40, 136, 240)),
        (["2", "left_curly_bracket"], (60, 48, 120, 224)),
        (["2", "right_curly_bracket"], (60, 32, 120, 256)),
        (["S"], (0, 40, 240, 240)),
        (["r", "2", "tab", "tab", "right"], (60, 96, 128, 128)),
        (["r", "r", "2", "tab", "tab", "right"], (60, 32, 128, 256)),
    ],
)
async def test_keys_reshape_the_rectangle_and_one_undo_takes_it_back(
    opened: Callable, keys: list[str], rect: tuple[int, int, int, int]
) -> None:
    async with opened() as it:
        await it.press(*keys)
        assert it.rect() == rect
        await it.saved()
        assert it.on_disk().project.crop("front").rect == Rect(*rect)
        await it.press("u")
        assert it.rect() == FRONT
        await it.press("U")
        assert it.rect() == rect
        await it.press("ctrl+z")
        assert it.rect() == FRONT
        await it.press("ctrl+y")
        assert it.rect() == rect
        await it.saved()
        assert it.on_disk().project.crop("front").rect == Rect(*rect)


async def test_a_burst_is_one_step_and_comments_stay(opened: Callable) -> None:
    async with opened() as it:
        before = (it.folder / "crops.toml").read_text()
        await it.press(*["right"] * 25, *["down"] * 5)
        assert it.rect() == (85, 45, 120, 240)
        await it.saved()
        after = (it.folder / "crops.toml").read_text()
        changed = set(after.splitlines()) - set(before.splitlines())
        # The rectangle, and the size of the sheet that it was drawn on: once.
        assert len(changed) == 2
        assert any("85" in line and "# by hand" in line for line in changed)
        assert any("600" in line and "320" in line for line in changed)
        assert "# my notes stay" in after
        await it.press("u")
        assert it.rect() == FRONT
        assert not it.session.history.can_undo


async def test_a_change_of_edge_begins_a_new_step(opened: Callable) -> None:
    async with opened() as it:
        await it.press("right", "right", "tab", "up", "up")
        await it.press("u")
        assert it.rect() == (62, 40, 120, 240)
        await it.press("u")
        assert it.rect() == FRONT


async def test_the_border_stops_a_nudge_and_keeps_the_size(opened: Callable) -> None:
    async with opened() as it:
        await it.press("4", "left", "left", "left", "up")
        assert it.rect() == (0, 0, 120, 240)
        await it.press("L", "J")
        assert it.rect() == (480, 80, 120, 240)


async def test_selecting_crops_and_sheets(opened: Callable) -> None:
    async with opened() as it:
        editor = it.session.editor

        def at() -> tuple[str, str]:
            return editor.sheet_key, editor.crop.id if editor.crop else ""

        assert at() == ("final", "front")
        await it.press("n")
        assert at() == ("final", "back")
        await it.press("pagedown")
        assert at() == ("faces", "angry")
        await it.press("p")
        assert at() == ("final", "back")
        await it.press("pageup")
        assert at() == ("final", "front")
        await it.press("p")
        assert at() == ("gone", "lost")
        await it.press("N")
        assert at() == ("final", "front")
        await it.press("N")
        assert at() == ("faces", "angry")
        await it.press("P", "P")
        assert at() == ("gone", "lost")
        assert it.session.is_saved


async def test_new_duplicate_keep_reject_delete(opened: Callable) -> None:
    async with opened() as it:
        await it.press("i")
        new = it.session.editor.crop
        assert new is not None
        assert (new.id, new.status, new.sheet) == ("final_1", "draft", "final")
        assert 50 < new.rect.width < 400 and new.rect.is_inside(it.session.editor.sheet_size)
        await it.press("enter")
        assert it.session.project.crop("final_1").status == "keep"
        assert it.session.editor.crop.id == "back"
        await it.press("x")
        assert it.session.project.crop("back").status == "reject"
        await it.press("x")
        assert it.session.project.crop("back").status == "draft"
        await it.press("y")
        twin = it.session.editor.crop
        assert (twin.id, twin.status) == ("back_1", "draft")
        assert twin.rect.size == it.session.project.crop("back").rect.size
        await it.press("X")
        assert it.session.project.crop("back_1") is None
        await it.press("delete")
        await it.saved()
        kept = [crop.id for crop in it.on_disk().project.crops if crop.sheet == "final"]
        assert len(kept) == 2
        for _ in range(7):
            await it.press("u")
        assert [crop.id for crop in it.session.project.crops] == ["front", "back", "angry", "lost"]
        await it.saved()
        assert [crop.id for crop in it.on_disk().project.crops] == [
            "front", "back", "angry", "lost",
        ]  # fmt: skip


async def test_snap_and_centre_find_what_is_drawn(opened: Callable) -> None:
    async with opened() as it:
        await it.press("s")
        left, top, width, height = it.rect()
        assert (left, top) > (60, 40) and width < 110 and height < 235
        await it.press("u")
        assert it.rect() == FRONT
        await it.press("2", "right", "right", "c")
        left, top, width, height = it.rect()
        assert (width, height) == FRONT[2:]
        assert abs(left + width / 2 - 120) <= 3 and abs(top + height / 2 - 155) <= 3


async def test_numbers_are_typed(opened: Callable) -> None:
    async with opened() as it:
        await it.press("e")
        field = it.app.screen.query_one("#numbers")
        assert field.value == "60 40 120 240"
        field.value = "1 2 3"
        await it.press("enter")
        assert "Four whole numbers" in it.text()
        field.value = "500 300 200 200"
        await it.press("enter")
        assert "400,120" in it.text()  # the nearest that fits
        field.value = "5, 6, 70, 80"
        await it.press("enter")
        assert it.rect() == (5, 6, 70, 80)
        await it.press("e", "escape")
        assert it.rect() == (5, 6, 70, 80)
        await it.press("u")
        assert it.rect() == FRONT


async def test_zoom_goes_round_and_the_view_follows(opened: Callable) -> None:
    async with opened() as it:
        view = it.crops.sheet_view
        assert view.viewport.is_fit
        await it.press("z")
        assert not view.viewport.is_fit
        await it.press("4", "right", "right", "right")
        rect = view.viewport.to_pane(it.session.editor.crop.rect)
        assert rect.right <= view.viewport.pane.width + 1
        await it.press("Z")
        assert view.viewport.is_fit


async def test_leaving_the_picture_frees_tab_and_the_list_has_keys(opened: Callable) -> None:
    async with opened() as it:
        await it.press("escape")
        assert it.app.focused.id == "crops"
        await it.press("down")
        assert it.session.editor.crop.id == "back"
        await it.press("down", "up", "up")
        assert it.session.editor.crop.id == "front"
        await it.press("enter")
        assert it.app.focused.id == "sheet"
        await it.press("escape", "tab")
        assert it.app.focused.id == "sheet"


async def test_clicks_choose(opened: Callable) -> None:
    async with opened() as it:
        view = it.crops.sheet_view
        shown = view.viewport.to_cells(it.session.project.crop("back").rect)
        await it.pilot.click("#sheet", offset=(shown.left + 3, shown.top + 5))
        await it.pilot.pause()
        assert it.session.editor.crop.id == "back"
        await it.pilot.click("#crops", offset=(4, 1))
        await it.pilot.pause()
        assert it.session.editor.crop.id == "front"
        await it.pilot.click("#panes", offset=(15, 0))
        await it.pilot.pause()
        assert it.app.screen.PANE == "sheets"


async def test_steps_and_edges_are_in_the_status_line(opened: Callable) -> None:
    async with opened() as it:
        for key, step in zip("1234", STEPS, strict=True):
            await it.press(key)
            assert f"step {step}" in it.text()
        for edge in ("top", "right", "bottom", "left", "whole"):
            await it.press("tab")
            assert f"edge {edge}" in it.text()
        for lock in ("1:1", "keep", "free"):
            await it.press("r")
            assert f"aspect {lock}" in it.text()
        assert it.session.editor.edge is Edge.WHOLE


async def test_the_place_is_remembered(opened: Callable) -> None:
    async with opened() as it:
        await it.press("n", "3", "q")
        await it.until(lambda: not it.app.is_running, "the end")
    async with opened() as it:
        assert it.session.editor.crop.id == "back"
        assert it.session.editor.step == 32


def test_every_action_has_somebody_who_does_it() -> None:
    from spyke_tui.tui.commands import BURSTS, COMMANDS, EDITS

    crops = {action.id for action in ACTIONS if action.pane == "crops"}
    assert set(EDITS) | set(COMMANDS) == crops
    assert not set(EDITS) & set(COMMANDS)
    assert set(EDITS) >= BURSTS


async def test_a_twin_is_asked_for_and_guarded(opened: Callable) -> None:
    async with opened() as it:
        await it.press("f")
        assert it.session.project.crop("front").mirror
        assert "+ twin" in it.text()
        await it.saved()
        assert it.on_disk().project.crop("front").mirror
        await it.press("f")
        assert not it.session.project.crop("front").mirror
        await it.saved()
        file = it.folder / "crops.toml"
        guarded = 'trigger = "spyke_plasma_v1"\none_sided = ["right bracer"]'
        file.write_text(file.read_text().replace('trigger = "spyke_plasma_v1"', guarded))
        it.app.do("project.reload")
        await it.until(lambda: it.session.project.dataset.one_sided, "the file read again")
        await it.press("f")
        assert not it.session.project.crop("front").mirror
        assert any(
            "nobody has said which details it shows. Say so in Captions (F4)" in note.message
            for note in it.app._notifications
        )


async def test_a_twin_of_a_caption_with_a_side_says_the_other_one(opened: Callable) -> None:
    async with opened() as it:
        file = it.folder / "crops.toml"
        said = 'framing = "full body"\npose = "left hand raised"'
        file.write_text(file.read_text().replace('framing = "full body"', said, 1))
        it.app.do("project.reload")
        await it.until(lambda: it.session.project.crop("front").pose != "", "the file read again")
        await it.press("f")
        crop = it.session.project.crop("front")
        assert crop.mirror and "right hand raised" in crop.mirror_caption
        assert any("right hand raised" in note.message for note in it.app._notifications)
        await it.press("f4")
        assert "its twin:" in it.text()
        await it.press("f3", "u")
        assert it.session.project.crop("front").mirror_caption == ""


async def test_the_last_size_again_and_the_numbers_on_the_clipboard(opened: Callable) -> None:
    async with opened() as it:
        await it.press("Y")
        new = it.session.editor.crop
        assert new.status == "draft" and new.rect.size == Rect(*FRONT).size
        await it.press("p", "o")
        assert it.app.clipboard == "60 40 120 240"
