"""Space, m and M: marks, and one change to all that is marked."""

from collections.abc import Callable

from textual.widgets import Input

from spyke_tui.model.geometry import Rect
from spyke_tui.tui.screens.marked import MarkedScreen


def on_disk(it) -> str:
    return (it.folder / "crops.toml").read_text()


async def chosen(it, words: str) -> None:
    """Open the menu, find an entry, and wait for what it says."""
    await it.press("M")
    assert isinstance(it.app.screen, MarkedScreen)
    it.app.screen.query_one(Input).value = words
    await it.pilot.pause()
    await it.pilot.pause()


async def test_marks_are_seen_and_taken_back(opened: Callable) -> None:
    async with opened() as it:
        await it.press("space")
        assert it.session.editor.crop.id == "back"  # on to the next
        assert "*+front" in it.text() and "*1 marked" in it.text()
        await it.press("space")
        assert it.session.editor.crop.id == "back"  # the last of its sheet
        assert "*?back" in it.text() and "*2 marked" in it.text()
        await it.press("p", "space")
        assert "*+front" not in it.text()
        it.app.do("mark.clear")
        await it.pilot.pause()
        assert "marked" not in it.text()
        await it.press("M")
        assert it.crops.is_current
        assert it.session.is_saved


async def test_a_range_follows_the_way_of_n(opened: Callable) -> None:
    async with opened() as it:
        await it.press("m", "n", "n", "m")
        marked = it.session.editor.marks.among(it.session.project.crops)
        assert marked == {"front", "back", "angry"}


async def test_a_status_for_all_marked_in_one_step(opened: Callable) -> None:
    async with opened() as it:
        before = on_disk(it)
        await it.press("m", "n", "m")
        await chosen(it, "reject")
        assert "2 would change" in it.text()
        assert "front: status: keep -> reject" in it.text()
        await it.press("escape")
        assert it.session.is_saved
        await chosen(it, "reject")
        await it.press("enter")
        assert [c.status for c in it.session.project.crops[:2]] == ["reject", "reject"]
        assert it.session.editor.crop.id == "back"
        await it.saved()
        sized = before.replace('"final.png"\n', '"final.png"\nsize = [600, 320]\n')
        assert on_disk(it) == sized.replace(
            'framing = "full body"\n', 'framing = "full body"\nstatus = "reject"\n'
        ).replace('"draft"', '"reject"')
        await it.press("u")
        await it.saved()
        assert on_disk(it) == before


async def test_sizes_and_tops_follow_the_selected_crop(opened: Callable) -> None:
    async with opened() as it:
        await it.press("m", "n", "m", "2", "plus", "down")
        await chosen(it, "same size")
        assert "front: 120x240 at 60,40 -> 136x256 at 52,32" in it.text()
        await it.press("enter")
        await chosen(it, "tops")
        await it.press("enter")
        rects = [crop.rect for crop in it.session.project.crops[:2]]
        assert rects == [Rect(52, 40, 136, 256), Rect(292, 40, 136, 256)]
        await it.press("u", "u")
        assert it.session.project.crop("front").rect == Rect(60, 40, 120, 240)


async def test_words_are_asked_for_and_slips_told(opened: Callable) -> None:
    async with opened() as it:
        await it.press("m", "n", "m")
        await chosen(it, "background")
        await it.press("enter")
        it.app.screen.query_one(Input).value = "white [b]"
        await it.pilot.pause()
        assert "white [b]" in it.text()
        await it.press("enter")
        assert {crop.background for crop in it.session.project.crops[:2]} == {"white [b]"}
        await chosen(it, "remove tag")
        await it.press("enter")
        it.app.screen.query_one(Input).value = "spyke_plasma_v1"
        await it.press("enter")
        await it.pilot.pause()
        assert "is the trigger" in it.text()
        await it.press("escape", "escape")
        assert it.crops.is_current


async def test_marked_crops_move_to_a_sheet_and_are_deleted(opened: Callable) -> None:
    async with opened() as it:
        before = on_disk(it)
        await it.press("n", "m")
        await chosen(it, "move to sheet faces")
        await it.press("enter")
        assert it.session.editor.sheet_key == "faces"
        assert it.session.project.crop("back").rect == Rect(180, 0, 120, 200)
        await it.press("u")
        await chosen(it, "delete")
        assert "back: deleted (draft)" in it.text()
        await it.press("enter")
        assert it.session.project.crop("back") is None
        assert it.session.editor.crop.id == "front"
        await it.press("u")
        await it.saved()
        assert on_disk(it) == before
