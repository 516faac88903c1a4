"""Keys that come in one packet act where those before them led."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.keys import _character_to_key

from spyke_tui.tui.screens.captions import CaptionsScreen
from spyke_tui.tui.screens.crops import CropsScreen
from spyke_tui.tui.screens.help import HelpScreen
from spyke_tui.tui.screens.set import SetScreen
from spyke_tui.tui.screens.sheets import SheetsScreen


def send(app: object, *keys: str) -> None:
    """Keys as the driver hands them over, all at once."""
    for key in keys:
        name = _character_to_key(key) if len(key) == 1 else key
        app.post_message(events.Key(name, key if len(key) == 1 else None))  # type: ignore[attr-defined]


async def test_a_letter_behind_a_pane_key_acts_on_the_new_pane(opened: Callable) -> None:
    async with opened() as it:
        send(it.app, "f2", "v")  # in Crops v would show the training image
        await it.until(lambda: isinstance(it.app.screen, SheetsScreen), "the pane")
        await it.until(lambda: it.session.project.sheets["final"].use == "evaluate", "its key")


async def test_every_pane_gets_its_keys(opened: Callable) -> None:
    async with opened() as it:
        before = it.rect()
        send(it.app, "f4", "f3", "right", "right", "f5", ".", ",", ",", "l")
        await it.until(lambda: isinstance(it.app.screen, CaptionsScreen), "the last pane")
        assert it.rect()[0] == before[0] + 2
        send(it.app, "f5", "x")
        await it.until(lambda: isinstance(it.app.screen, SetScreen), "the set")
        await it.until(lambda: it.session.project.crops[0].status == "reject", "rejected there")


async def test_what_is_typed_behind_a_key_that_opens_a_dialog_is_typed_there(
    opened: Callable,
) -> None:
    async with opened() as it:
        crops = it.session.project.crops
        send(it.app, "?", *"undo")
        await it.until(lambda: isinstance(it.app.screen, HelpScreen), "the help")
        await it.until(lambda: it.app.screen.focused.value == "undo", "the words in it")
        send(it.app, "escape", "right")
        await it.until(lambda: isinstance(it.app.screen, CropsScreen), "back")
        await it.until(lambda: it.session.project.crops != crops, "the nudge")
        assert len(it.session.project.crops) == len(crops)


async def test_a_filter_gets_all_its_letters(opened: Callable) -> None:
    """Its field is made when it is first wanted."""
    async with opened() as it:
        crops = it.session.project.crops
        send(it.app, "/", *"back", "enter", "/", "escape", "/", *"st", "enter")
        await it.until(lambda: getattr(it.session.editor.filter, "text", "") == "st", "the filter")
        assert it.session.project.crops == crops


async def test_pasted_text_waits_for_the_field(opened: Callable) -> None:
    async with opened() as it:
        send(it.app, "?")
        it.app.post_message(events.Paste("snap"))
        await it.until(lambda: isinstance(it.app.screen, HelpScreen), "the help")
        await it.until(lambda: it.app.screen.focused.value == "snap", "the pasted words")


async def test_many_held_keys_all_arrive(opened: Callable) -> None:
    async with opened() as it:
        left = it.rect()[0]
        send(it.app, *["right"] * 40, "n", "p", *["left"] * 10, "2", "right")
        await it.until(lambda: it.rect()[0] == left + 30 + 8, "all of them")


async def test_a_key_whose_place_is_gone_holds_nobody_up(opened: Callable, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("spyke_tui.tui.key_line.PATIENCE", 0.05)
    async with opened() as it:
        monkeypatch.setattr(it.app, "on_acted", lambda event: None)
        send(it.app, "f2", "f3", "right")
        left = it.rect()[0]
        await it.until(lambda: it.rect()[0] == left + 1, "the last of them")
