"""`a`: suggestions over the sheet; Enter takes one, x leaves one, A takes all."""

from collections.abc import Callable

from spyke_tui.tui.modes.suggesting import Suggesting

BARE = """\
[dataset]
character = "spyke"
trigger = "spyke_plasma_v1"

[sheets.final]
file = "final.png"   # by hand
"""


async def bare(it) -> None:
    (it.folder / "crops.toml").write_text(BARE)
    it.app.do("project.reload")
    await it.until(lambda: not it.session.project.crops, "the bare project")


async def suggested(it) -> Suggesting:
    await it.press("a")
    await it.until(lambda: isinstance(it.crops.mode, Suggesting), "suggestions")
    await it.pilot.pause()
    return it.crops.mode


def said(it) -> str:
    return " ".join(note.message for note in it.app._notifications)


def ids(it) -> list[tuple[str, str]]:
    return [(crop.id, crop.status) for crop in it.session.project.crops]


async def test_one_is_taken_one_is_left_and_esc_ends(opened: Callable) -> None:
    async with opened() as it:
        await bare(it)
        await it.press("n")
        mode = await suggested(it)
        assert len(mode.open) == 2
        assert "Suggestion 1 of 2" in it.text() and "1 new" in it.text() and "2 new" in it.text()
        first = mode.crop.rect
        await it.press("n", "p", "enter")
        assert ids(it) == [("final_1", "draft")]
        assert it.session.project.crops[0].rect == first
        assert len(mode.open) == 1 and "Suggestion 2 of 2" in it.text()
        await it.press("u")  # it is open again
        assert ids(it) == [] and len(mode.open) == 2
        await it.press("U", "x")
        assert it.crops.mode is None and ids(it) == [("final_1", "draft")]
        await it.saved()
        sheet = BARE.replace("   # by hand\n", "   # by hand\nsize = [600, 320]\n")
        left, top, right, bottom = first.box
        rect = f"left = {left}, top = {top}, width = {right - left}, height = {bottom - top}"
        crop = (
            f'[[crops]]\nid = "final_1"\nsheet = "final"\nrect = {{ {rect} }}\nstatus = "draft"\n'
        )
        assert (it.folder / "crops.toml").read_text() == f"{sheet}\n{crop}"


async def test_all_are_found_and_taken_by_one_key(opened: Callable) -> None:
    async with opened() as it:
        await bare(it)
        await it.press("A")
        await it.until(lambda: len(ids(it)) == 2, "both drafts")
        assert ids(it) == [("final_1", "draft"), ("final_2", "draft")] and it.crops.mode is None
        await it.until(lambda: "2 drafts added; u takes" in said(it), "the word")
        await it.saved()
        assert "final_2" in (it.folder / "crops.toml").read_text()
        await it.press("u")
        assert ids(it) == []
        await it.press("U", "A")
        await it.until(lambda: "have a crop already" in said(it), "nothing is left to take")
        await it.press("u", "a", "A")  # while it looks, or just after
        await it.until(lambda: len(ids(it)) == 2, "both again")


async def test_all_are_taken_in_one_step(opened: Callable) -> None:
    async with opened() as it:
        await bare(it)
        await suggested(it)
        await it.press("A")
        assert ids(it) == [("final_1", "draft"), ("final_2", "draft")]
        assert it.crops.mode is None and it.session.editor.crop.id == "final_1"
        await it.saved()
        after = (it.folder / "crops.toml").read_text()
        await it.press("u")
        assert ids(it) == []
        await it.saved()
        assert (it.folder / "crops.toml").read_text() == BARE
        await it.press("U")
        await it.saved()
        assert (it.folder / "crops.toml").read_text() == after


async def test_what_a_crop_covers_is_not_suggested(opened: Callable) -> None:
    async with opened() as it:
        await it.press("a")
        await it.until(lambda: it.crops.mode is None, "the end of the search")
        assert any("have a crop already" in note.message for note in it.app._notifications)
        await it.press("n", "delete")
        mode = await suggested(it)
        assert len(mode.open) == 1
        before = it.session.project
        await it.press("right", "tab", "delete")  # nothing that is not in front moves
        assert it.session.project is before
        await it.press("escape")
        assert it.crops.mode is None and it.app.focused.id == "sheet"
        await suggested(it)
        await it.press("N")  # another sheet: over
        assert it.crops.mode is None
        assert it.session.editor.sheet_key == "faces"


async def test_without_a_picture_there_is_nothing_to_look_at(opened: Callable) -> None:
    async with opened() as it:
        await it.press("P")
        await it.until(lambda: "not there" in it.text(), "the missing picture")
        await it.press("a", "A")
        assert it.crops.mode is None


async def test_a_search_that_fails_ends_and_is_told(opened: Callable, monkeypatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError("too large")

    monkeypatch.setattr("spyke_tui.processing.suggest.suggest_rects", fail)
    async with opened() as it:
        await it.press("a")
        await it.until(lambda: it.crops.mode is None, "the end of the search")
        await it.until(
            lambda: any("too large" in note.message for note in it.app._notifications), "words"
        )
        await it.press("right")
        assert it.rect()[0] == 61
