"""`E`: rectangles inside the crop that are painted over."""

from collections.abc import Callable

from spyke_tui.model.geometry import Rect

BEFORE = "rect = { left = 60, top = 40, width = 120, height = 240 }   # by hand\n"


def erased(it) -> tuple[Rect, ...]:
    return it.session.project.crop("front").erase


def on_disk(it) -> str:
    return (it.folder / "crops.toml").read_text()


async def test_one_is_added_moved_and_undone(opened: Callable) -> None:
    async with opened() as it:
        file = on_disk(it)
        await it.press("E")
        assert erased(it) == (Rect(102, 148, 36, 24),)
        assert "Erase 1 of 1" in it.text() and "3.0% erased" in it.text()
        await it.saved()
        line = "erase = [{ left = 102, top = 148, width = 36, height = 24 }]\n"
        sized = file.replace('"final.png"\n', '"final.png"\nsize = [600, 320]\n')
        framing = 'framing = "full body"\n'
        assert on_disk(it) == sized.replace(framing, framing + line)
        await it.press("2", "left", "left", "up")
        assert erased(it) == (Rect(86, 140, 36, 24),)
        await it.press("tab", "tab", "right", "L")  # its right edge, as far as the crop goes
        assert erased(it) == (Rect(86, 140, 94, 24),)
        assert it.rect() == (60, 40, 120, 240)
        await it.saved()
        assert "erase = [{ left = 86, top = 140, width = 94, height = 24 }]\n" in on_disk(it)
        await it.press("0", "H")
        assert erased(it) == (Rect(60, 140, 94, 24),)
        for _ in range(3):
            await it.press("u")
        assert erased(it) == (Rect(102, 148, 36, 24),)
        await it.press("u")
        assert erased(it) == () and it.crops.mode is None
        await it.saved()
        assert on_disk(it) == file
        await it.press("right")
        assert it.rect() == (68, 40, 120, 240)


async def test_several_cycle_and_delete_takes_one_out(opened: Callable) -> None:
    async with opened() as it:
        await it.press("E", "2", "up", "i", "down", "y")
        assert [rect.top for rect in erased(it)] == [140, 156, 180]
        await it.press("escape")
        assert it.crops.mode is None and it.app.focused.id == "sheet"
        await it.press("E", "E")
        assert "Erase 2 of 3" in it.text()
        await it.press("delete")
        assert [rect.top for rect in erased(it)] == [140, 180]
        assert "Erase 2 of 2" in it.text()
        await it.press("E")  # behind the last: over
        assert it.crops.mode is None
        await it.press("right")
        assert it.rect() == (68, 40, 120, 240)
        assert [rect.left for rect in erased(it)] == [102, 102]  # they stay on the sheet
        await it.press("E", "n")
        assert it.crops.mode is None and it.session.editor.crop.id == "back"
        await it.press("left")
        assert it.rect() == (292, 40, 120, 240)


async def test_too_much_is_warned_of_and_numbers_are_typed(opened: Callable) -> None:
    async with opened() as it:
        await it.press("E", "e")
        field = it.app.screen.query_one("#numbers")
        assert field.value == "102 148 36 24"
        field.value = "60 40 120 60"
        await it.press("enter")
        assert erased(it) == (Rect(60, 40, 120, 60),)
        await it.until(lambda: "! 25.0% erased" in it.text(), "the warning")
        picture, crop = it.crops.picture, it.session.editor.crop
        real = picture.real_preview(crop.rect, 512, 64, "#ffffff", crop.erase)
        assert real != picture.real_preview(crop.rect, 512, 64, "#ffffff")
        await it.press("X")
        assert erased(it) == () and it.crops.mode is None
