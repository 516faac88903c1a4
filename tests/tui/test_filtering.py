"""`/` filters the list while it is typed; n and p walk what is left."""

from collections.abc import Callable

from textual.widgets import Input

from spyke_tui.tui.widgets.prompt import Prompt


async def asked(it, text: str) -> None:
    await it.press("slash")
    await it.until(lambda: isinstance(it.app.focused, Input), "the field")
    it.app.focused.value = text
    await it.pilot.pause()
    await it.pilot.pause()


def listed(it) -> list[str]:
    crops = it.session.project.crops
    return [crops[index].id for index in it.session.editor.indexes]


async def test_the_list_follows_what_is_typed_and_enter_keeps_it(opened: Callable) -> None:
    async with opened() as it:
        await asked(it, "status:draft")
        assert listed(it) == ["back"] and "1 of 4 crops" in it.text()
        await it.press("enter")
        assert it.crops.sheet_view.has_focus and not it.crops.query_one(Prompt).display
        assert it.session.editor.crop.id == "back" and "/ status:draft" in it.text()
        await it.press("n")
        assert it.session.editor.crop.id == "back"  # the only one
        await asked(it, "-status:draft")
        await it.press("enter")
        walked = []
        for _ in range(4):
            walked.append(it.session.editor.crop.id)
            await it.press("n")
        assert walked == ["angry", "lost", "front", "angry"]
        await it.press("p")
        assert it.session.editor.crop.id == "angry"


async def test_esc_takes_the_filter_away(opened: Callable) -> None:
    async with opened() as it:
        await asked(it, "id:ba*")
        assert listed(it) == ["back"]
        await it.press("escape")
        assert listed(it) == ["front", "back"] and it.crops.sheet_view.has_focus
        assert it.session.editor.filter is None and it.session.editor.crop.id == "front"
        assert it.session.is_saved


async def test_what_cant_be_understood_is_said_and_the_last_filter_stays(opened: Callable) -> None:
    async with opened() as it:
        await asked(it, "id:ba*")
        it.app.focused.value = "stauts:draft"
        await it.until(lambda: "There is no key" in it.text(), "the reason")
        assert listed(it) == ["back"]
        await it.press("enter")
        assert isinstance(it.app.focused, Input)
        it.app.focused.value = ""
        await it.press("enter")
        assert listed(it) == ["front", "back"] and it.session.editor.filter is None


async def test_nothing_matches_and_edits_go_on(opened: Callable) -> None:
    async with opened() as it:
        await asked(it, "tag:dragon")
        assert listed(it) == [] and "0 of 4 crops" in it.text()
        await it.press("enter", "n", "p", "right")
        assert it.session.editor.crop.id == "front" and it.rect()[0] == 61
        await it.press("X", "u", "N", "P")
        assert len(it.session.project.crops) == 4
