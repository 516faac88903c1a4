"""The line that filters the list of crops while it is typed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from spyke_tui.model.tag_filter import HELP, Filter, FilterError, parse_filter
from spyke_tui.tui.background import start
from spyke_tui.tui.widgets.prompt import Prompt, Question

if TYPE_CHECKING:
    from spyke_tui.tui.screens.crops import CropsScreen


def ask_filter(screen: CropsScreen) -> None:
    """Show the line, below the list that it filters; it is made when it is first wanted."""

    async def ask() -> None:
        if not screen.query(Prompt):
            await screen.query_one("#side").mount(Prompt())
        prompt = screen.query_one(Prompt)
        asked = screen.editor.filter
        prompt.ask(
            Question(
                label="/",
                value=asked.text if asked is not None else "",
                hint=HELP,
                take=partial(_take, screen, prompt),
                changed=partial(_change, screen, prompt),
                gone=partial(_clear, screen),
            )
        )

    start(screen, screen.spyke.keys.waiting_for(ask), "filter")


def _parsed(prompt: Prompt, text: str) -> Filter | None:
    """The filter, or None after what is wrong with it has been said."""
    try:
        return parse_filter(text)
    except FilterError as error:
        prompt.say(str(error))
        return None


def _change(screen: CropsScreen, prompt: Prompt, text: str) -> None:
    asked = _parsed(prompt, text)
    if asked is None:
        return
    editor = screen.editor
    editor.filter = None if asked.is_empty else asked
    found, crops = len(editor.order), len(editor.project.crops)
    prompt.say(HELP if asked.is_empty else f"{found} of {crops} crops")
    screen.draw()


def _take(screen: CropsScreen, prompt: Prompt, text: str) -> None:
    if _parsed(prompt, text) is None:
        return
    _change(screen, prompt, text)
    prompt.close()
    editor = screen.editor
    if editor.filter is not None and editor.order and editor.index not in editor.order:
        editor.go(1)
    screen.sheet_view.focus()
    screen.draw()


def _clear(screen: CropsScreen) -> None:
    screen.editor.filter = None
    screen.sheet_view.focus()
    screen.draw()
