"""Words from files on the screen: letters, never commands or markup."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual._context import active_message_pump
from textual.color import Color
from textual.css.query import NoMatches

from spyke_tui.store.config import Config
from spyke_tui.terminal.capabilities import choose
from spyke_tui.tui.last_filter import NoCommands
from spyke_tui.tui.screens.help import HelpScreen
from spyke_tui.tui.session import Session
from spyke_tui.tui.spyke_app import SpykeApp

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.torture import hostile_panes  # noqa: E402


def test_what_textual_paints_is_looked_at_last() -> None:
    style = Style(bold=True)
    nasty = Segment(
        "a\x1b]0;x\x07b\x9bc\u202ed\u2028e\ud800f\u0645\U0001f469\u200d\U0001f4bb", style
    )
    fine = [Segment("plain \u0645 text", style)]
    ground = Color(0, 0, 0)
    assert NoCommands().apply(fine, ground) is fine
    (clean,) = NoCommands().apply([nasty], ground)
    assert clean.text == "a]0;xbcdef\u0645\U0001f469\u200d\U0001f4bb" and clean.style is style


def test_words_like_markup_stand_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert hostile_panes.play_markup(1, tmp_path, short=True) == []


def test_no_word_of_a_project_is_a_command_to_the_terminal(tmp_path: Path) -> None:
    assert hostile_panes.play(5, tmp_path, pause=0.05) == []


async def test_notices_take_no_markup_and_no_commands(tmp_path: Path) -> None:
    hostile_panes.write(tmp_path / "project", ("word",), random.Random(1))
    app = SpykeApp(Session.open(tmp_path / "project", choose("none"), Config()))
    async with app.run_test(size=(100, 30)) as pilot:
        app.screen.notify("[red]x[/] \x1b]0;y\x07", title="[b]t\x1b[1m")
        await pilot.pause()
        last = list(app._notifications)[-1]
        assert (last.message, last.title, last.markup) == ("[red]x[/] �]0;y�", "[b]t�[1m", False)


async def test_a_part_of_a_screen_that_was_left_is_no_reason_to_end(tmp_path: Path) -> None:
    hostile_panes.write(tmp_path / "project", ("word",), random.Random(1))
    session = Session.open(tmp_path / "project", choose("none"), Config())
    app = SpykeApp(session)
    left = HelpScreen("crops", session.keyboard, [])
    with pytest.raises(NoMatches):
        async with app.run_test(size=(100, 30)) as pilot:
            token = active_message_pump.set(left)
            app._handle_exception(NoMatches("gone"))
            active_message_pump.reset(token)
            await pilot.pause()
            assert app.is_running and app.failure is None
            token = active_message_pump.set(app.screen)
            app._handle_exception(NoMatches("a mistake of ours"))
            active_message_pump.reset(token)
            await pilot.pause()
