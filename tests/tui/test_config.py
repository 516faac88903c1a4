"""config.toml: keys, pictures, theme; and that a wrong one is told and in nobody's way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from spyke_tui.store.config import config_path, load_config
from spyke_tui.tui.screens.help import HelpScreen


@pytest.fixture
def configured(opened: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """`async with configured("text of config.toml") as it:` runs the app with it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    @asynccontextmanager
    async def run(text: str) -> AsyncIterator[Any]:
        config_path().parent.mkdir(parents=True, exist_ok=True)
        config_path().write_bytes(text.encode(errors="surrogateescape"))
        async with opened(config=load_config()) as it:
            yield it

    return run


def said(it: Any) -> list[str]:
    return [note.message for note in it.app._notifications]


async def test_keys_are_remapped_on_both_panes_and_shown(configured: Callable) -> None:
    text = (
        '[keys]\n"crop.left" = ["f9", "left"]\ncrop.down = "ctrl+d"\n'
        '"sheet.use-exclude" = ["f10"]\n"pane.sheets" = ["S", "f2"]\n"crop.square" = []\n'
        '"app.help" = ["f12"]\n'
    )
    async with configured(text) as it:
        assert said(it) == ["config.toml: S: pane.sheets takes it from reg.stop."]
        await it.press("f9", "left")
        assert it.rect()[0] == 58
        await it.press("h", "j", "down")  # no longer theirs
        assert it.rect()[:2] == (58, 40)
        await it.press("ctrl+d")
        assert it.rect()[1] == 41
        assert "F12 keys" in it.text() and "Sheets  S" in it.text()
        await it.press("f12")
        assert isinstance(it.app.screen, HelpScreen)
        await it.press(*"move left")
        assert "F9  ←" in it.text()
        await it.press("escape", "S")
        assert it.app.screen.PANE == "sheets"
        await it.press("x")
        assert it.session.project.sheets["final"].use == "yes"
        await it.press("f10")
        assert it.session.project.sheets["final"].use == "exclude"
        assert "ypvF10 use" in it.text()
        await it.press("colon", *"exclude")
        await it.until(lambda: "(F10)" in it.text(), "the palette's key")


async def test_the_line_below_the_sheet_names_the_keys_of_this_user(configured: Callable) -> None:
    async with configured('[keys]\n"crop.snap" = ["T"]\n"crop.reject" = []\n') as it:
        assert "←↓↑→ move  1234 step  Tab edge  Enter keep, next  T snap" in it.text()
        await it.press("t")  # a mode: the line above the sheet names its keys
        assert "1234 step" not in it.text()
        await it.press("escape")
        assert "1234 step" in it.text()


async def test_a_clash_is_told_and_the_users_own_key_wins(configured: Callable) -> None:
    async with configured('[keys]\n"crop.left" = ["n"]\n"crop.up" = ["n", "V"]\n') as it:
        assert len(said(it)) == 1
        assert "n: crop.left has it already, not crop.up. And 1 more" in said(it)[0]
        await it.press("n", "V", "pagedown")
        assert it.session.project.crop("front").rect.left == 59
        assert it.session.project.crop("front").rect.top == 39
        assert it.session.editor.crop.id == "back"
        await it.press("question_mark")
        assert "crop.left takes it from crop.next" in it.text()


async def test_unknown_ids_keys_and_settings_are_told(configured: Callable) -> None:
    text = (
        'colour = 3\nimages = "none"\n[keys]\n"crop.lefft" = "a"\n'
        '"crop.right" = ["right", "nokey", "ctrl+xx"]\n"crop.up" = 7\n'
    )
    async with configured(text) as it:
        assert len(said(it)) == 1 and "And 4 more" in said(it)[0]
        await it.press("right")
        assert it.rect()[0] == 61
        await it.press("question_mark")
        shown = " ".join(it.text().split())
        for words in ("'colour'", "Did you mean 'crop.left'?", "'nokey'", "'ctrl+xx'", "crop.up"):
            assert words in shown


@pytest.mark.parametrize("text", ["[keys", "\udcff", 'theme = "[b]none[/]\\u001b"', "keys = 3"])
async def test_a_broken_file_is_a_message(configured: Callable, text: str) -> None:
    async with configured(text) as it:
        assert it.session.config.keys == {} and it.session.keyboard.problems == []
        assert len(said(it)) == 1 and "config.toml" in said(it)[0] and "\x1b" not in said(it)[0]
        await it.press("right")
        assert it.rect()[0] == 61


async def test_themes(configured: Callable) -> None:
    async with configured('theme = "light"') as it:
        assert not it.app.current_theme.dark
    async with configured('theme = "nord"') as it:
        assert it.app.theme == "nord"
        await it.press("right")
    async with configured('theme = "terminal"') as it:
        assert it.app.native_ansi_color
        strips = it.app.screen._compositor.render_strips()
        for row in (0, len(strips) - 1):  # the bars are in the terminal's own colours
            for segment in strips[row]:
                assert segment.style.color is None or segment.style.color.is_default
                assert segment.style.bgcolor is None or segment.style.bgcolor.is_default
        await it.press("right", "f2")
        assert "final" in it.text()


def test_where_the_file_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/x")
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setattr("sys.platform", "linux")
    assert config_path() == Path("/home/x/.config/spyke-tui/config.toml")
    monkeypatch.setattr("sys.platform", "darwin")
    assert str(config_path()) == "/home/x/Library/Application Support/spyke-tui/config.toml"
    monkeypatch.setenv("XDG_CONFIG_HOME", "/c")
    assert config_path() == Path("/c/spyke-tui/config.toml")
