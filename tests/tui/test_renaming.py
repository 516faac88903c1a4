"""R gives a crop another name; the palette moves it to another sheet."""

from collections.abc import Callable

import pytest

from spyke_tui.model.geometry import Rect
from spyke_tui.tui.screens.name import NameScreen, why_no_crop_name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "needs a name"),
        ("Front", "not: F"),
        ("front view", "not: space"),
        ("../up", "not: . /"),
        ("_front", "begins with"),
        ("front_mirror", "flipped twin"),
        ("front\x1b", "Small letters"),
    ],
)
def test_why_a_name_cant_be_taken(name: str, words: str) -> None:
    assert words in why_no_crop_name(name)


def test_names_that_can() -> None:
    assert [why_no_crop_name(name) for name in ("a", "0", "spyke_final-1", "mirror")] == [""] * 4


async def test_a_crop_is_renamed_in_one_step(opened: Callable) -> None:
    async with opened() as it:
        before = (it.folder / "crops.toml").read_text()
        await it.press("m", "R")
        assert isinstance(it.app.screen, NameScreen)
        field = it.app.screen.query_one("#name")
        assert field.value == "front"
        field.value = "back"
        await it.press("enter")
        assert "another crop" in it.text()
        field.value = "../front"
        await it.press("enter")
        assert "Small letters" in it.text()
        field.value = "Spyke front"
        await it.pilot.pause()
        assert "It will be spyke_front." in it.text()
        await it.press("enter")
        assert it.session.editor.crop.id == "spyke_front" and "*+spyke_front" in it.text()
        await it.saved()
        sized = before.replace('"final.png"\n', '"final.png"\nsize = [600, 320]\n')
        assert (it.folder / "crops.toml").read_text() == sized.replace('"front"', '"spyke_front"')
        await it.press("u")
        await it.saved()
        assert (it.folder / "crops.toml").read_text() == before
        await it.press("R", "enter", "R", "escape")
        assert it.session.is_saved and it.crops.is_current


async def test_a_crop_moves_to_another_sheet(opened: Callable) -> None:
    async with opened() as it:
        before = (it.folder / "crops.toml").read_text()
        it.app.do("crop.move")
        await it.pilot.pause()
        await it.press("down")
        await it.until(lambda: "sheet final -> faces" in it.text(), "what would change")
        await it.press("enter")
        crop = it.session.editor.crop
        assert (crop.id, crop.sheet, crop.rect) == ("front", "faces", Rect(60, 0, 120, 200))
        assert it.session.editor.sheet_key == "faces"
        await it.saved()
        await it.press("u")
        await it.saved()
        assert (it.folder / "crops.toml").read_text() == before
