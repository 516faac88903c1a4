"""The form for [dataset] and [targets], and that the panes follow what is changed there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from spyke_tui.store.app_lock import AppLock
from spyke_tui.tui.screens.captions import CaptionsScreen
from spyke_tui.tui.screens.crops import CropsScreen
from spyke_tui.tui.screens.dataset_settings import DatasetScreen

HEAD = 'trigger = "spyke_plasma_v1"\n'


async def opened_form(it: object) -> DatasetScreen:
    await it.press("T")
    await it.until(lambda: isinstance(it.app.screen, DatasetScreen), "the form")
    return it.app.screen


async def typed(it: object, *words: str) -> None:
    """Fields one after the other; "" passes one over."""
    for word in words:
        await it.press(*word, "tab")


@pytest.mark.parametrize("pane", ["f2", "f3", "f5", "f6"])
async def test_it_opens_from_every_pane(opened: Callable, pane: str) -> None:
    async with opened(size=(80, 24)) as it:
        await it.press(pane)
        await opened_form(it)
        assert "trigger" in it.text() and "what makes this character" in it.text()
        await it.press("escape")
        await it.until(lambda: it.app.front is not None, "back")


async def test_what_is_typed_stands_in_the_file_line_by_line(
    opened: Callable, project: Path
) -> None:
    before = (project / "crops.toml").read_text()
    async with opened() as it:
        form = await opened_form(it)
        await typed(it, "scarf,glove", "glove", "hero_v2", "", "12", "", "auto", "12-18")
        assert form.here == "targets.reg"
        await it.press("escape")
        await it.saved()
        rows = 'repeats = 12\npad = "auto"\n\n[targets]\nimages = { min = 12, max = 18 }\n'
        expected = before.replace(
            HEAD,
            f'trigger = "hero_v2"\ndetails = ["scarf", "glove"]\none_sided = ["glove"]\n{rows}',
        )
        assert (project / "crops.toml").read_text() == expected
        for _ in range(6):  # each field is one step
            await it.press("u")
        await it.saved()
        assert (project / "crops.toml").read_text() == before


async def test_what_is_wrong_is_said_and_left_as_it_was(opened: Callable) -> None:
    async with opened() as it:
        form = await opened_form(it)
        await typed(it, "scarf", "skarf")
        assert form.here == "dataset.trigger"
        await it.press("escape")
        assert form.here == "dataset.one_sided", "Esc goes to what is wrong"
        assert "Did you mean scarf?" in it.text() and "Esc again leaves" in it.text()
        await it.press("escape")
        await it.until(lambda: it.app.front is not None, "back")
        dataset = it.session.project.dataset
        assert (dataset.details, dataset.one_sided) == (("scarf",), ())


async def test_one_word_is_written_over_and_a_list_is_added_to(opened: Callable) -> None:
    async with opened() as it:
        form = await opened_form(it)
        await typed(it, "scarf", "", "hero")
        await it.press("up", "x", "up", "up", *", hat")
        assert form.text("dataset.trigger") == "x"
        assert form.text("dataset.details") == "scarf, hat"


async def test_a_renamed_detail_is_renamed_on_the_crops(opened: Callable, project: Path) -> None:
    text = (project / "crops.toml").read_text().replace(HEAD, HEAD + 'details = ["scarf"]\n')
    text = text.replace('framing = "full body"\n', 'framing = "full body"\ndetails = ["scarf"]\n')
    (project / "crops.toml").write_text(text)
    async with opened() as it:
        form = await opened_form(it)
        assert "on crops: scarf 1" in it.text()
        await it.press(*["backspace"] * 5, *"red scarf", "escape")
        await it.until(lambda: not form.is_attached, "back")
        await it.saved()
        assert (project / "crops.toml").read_text() == text.replace('"scarf"', '"red scarf"')


async def test_an_onlooker_changes_nothing(opened: Callable, project: Path) -> None:
    async with opened() as first, opened() as it:
        assert first.app is not it.app
        await it.until(lambda: bool(it.session.history.holder), "read only")
        before = (project / "crops.toml").read_text()
        await opened_form(it)
        await typed(it, "scarf")
        assert it.session.project.dataset.details == ()
        await it.press("escape")
        assert "has this project open" in it.text()
        await it.press("escape")
        await it.until(lambda: it.app.front is not None, "back")
        assert (project / "crops.toml").read_text() == before


async def test_a_refusal_is_said_once_however_often_it_is_asked_for(
    opened: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AppLock, "take", lambda self: "another one")
    async with opened() as it:
        await it.until(lambda: bool(it.session.history.holder), "read only")
        for _ in range(5):
            await it.press("right", "x")
        said = [note.message[:27] for note in it.app._notifications]
        assert said.count("Nothing can be changed here") == 1


@pytest.mark.parametrize("pane", ["f3", "f4"])
@pytest.mark.parametrize("by", ["form", "editor"])
async def test_the_picture_follows_the_letterbox_colour(
    opened: Callable, project: Path, pane: str, by: str
) -> None:
    async with opened(images="halfcell") as it:
        await it.press(pane, "escape")
        kind = CropsScreen if pane == "f3" else CaptionsScreen
        await it.until(lambda: isinstance(it.app.screen, kind), "the pane")
        picture = it.app.screen._preview if pane == "f3" else it.app.screen._picture
        await it.until(lambda: seen(picture, 0xFFFFFF), "white bars")
        if by == "form":
            await opened_form(it)
            await typed(it, "", "", "", "", "", "", "#208040")
            await it.press("escape")
        else:
            path = project / "crops.toml"
            path.write_text(path.read_text().replace(HEAD, HEAD + 'pad = "#208040"\n'))
        await it.until(lambda: seen(picture, 0x208040), "bars of the new colour")


def seen(pane: object, colour: int) -> bool:
    """Whether this colour stands somewhere in the middle row of the picture."""
    cells = pane.row_cells(pane.size.height // 2)
    return any(colour in (cell.fg, cell.bg) for cell in cells)


async def test_bars_that_stand_out_are_told_at_rest(opened: Callable, project: Path) -> None:
    sheet = Image.new("RGB", (600, 320), "#f4f1e8")
    ImageDraw.Draw(sheet).rectangle((100, 60, 140, 250), fill="#803030")
    sheet.save(project / "final.png")
    async with opened() as it:
        words = "! bars show (T, pad): #ffffff on #f4f1e8"
        await it.until(lambda: words in it.text(), "the seam")
        await opened_form(it)
        await typed(it, "", "", "", "", "", "", "auto")
        await it.press("escape")
        await it.until(lambda: it.app.front is not None and words not in it.text(), "no seam")


async def test_captions_say_where_details_are_listed(opened: Callable) -> None:
    async with opened() as it:
        await it.press("f4")
        await it.until(lambda: "none are listed yet: Esc, then T" in it.text(), "the words")
        await it.press("escape")
        await opened_form(it)
        await typed(it, "scarf")
        await it.press("escape")
        await it.until(lambda: "1 · scarf" in it.text(), "the detail to tick")
