"""The form for [reg] or [topup], with the names that the server has."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.suggester import SuggestFromList
from textual.widgets import Input

from spyke_tui.model.generation import Kind
from spyke_tui.model.project import Project
from spyke_tui.model.settings_edit import settings_of
from spyke_tui.model.settings_text import LONG, fields_of, with_text
from spyke_tui.tui.background import start
from spyke_tui.tui.run_choices import Choices, choices_of, mapping_of
from spyke_tui.tui.run_words import TITLES
from spyke_tui.tui.screens.settings_form import SettingsForm

if TYPE_CHECKING:
    from spyke_tui.tui.spyke_app import SpykeApp

SHOWN = 12
"""Names of the server's that stand below the form at once."""


class RunSettingsScreen(SettingsForm):
    """What a run draws, and where."""

    LONG = LONG
    KEYS = "Enter, Tab: next field   →: take what is proposed   Esc: back, it is kept"

    def __init__(self, app: SpykeApp, kind: Kind, field: str = "") -> None:
        """`field`: the key to begin with."""
        title = f"{TITLES[kind]}: [{kind}] in crops.toml"
        super().__init__(app, title, fields_of(app.session.project, kind), field or "prompt")
        self._kind = kind
        self._choices: Choices = {}
        self._asked = False

    def changed(self, project: Project, key: str, text: str) -> Project:
        return with_text(project, self._kind, key, text)

    def step_of(self, key: str) -> str:
        return f"{key} of [{self._kind}]"

    def on_mount(self) -> None:
        start(self, self._ask_server, "choices")

    async def _ask_server(self) -> None:
        settings = settings_of(self._spyke.session.project, self._kind)
        self._choices = await asyncio.to_thread(choices_of, settings)
        self._asked = True
        for key, names in self._choices.items():
            editor = self.editor(key)
            assert isinstance(editor, Input)
            editor.suggester = SuggestFromList(names, case_sensitive=False)
        self.tell()

    def explain(self, key: str, words: str) -> None:
        if key == "workflow" and self.text(key).strip():
            start(self, partial(self._tell_mapping, words), "mapping", exclusive=True)
            return
        names = self._choices.get(key, ())
        if names:
            words += f"\n{_listed(names, self.text(key))}"
        elif self._asked and key in ("checkpoint", "sampler", "scheduler"):
            words += "\nThe server can't be reached just now, so its names are not known."
        self.say(words)

    async def _tell_mapping(self, words: str) -> None:
        """Where the workflow that is typed in takes what stands in the other fields."""
        session, name = self._spyke.session, self.text("workflow")
        settings = replace(settings_of(session.project, self._kind), workflow=name)
        said = await asyncio.to_thread(mapping_of, settings, session.file.folder)
        if self.here == "workflow":
            self.say(f"{words}\n{said}", said.startswith("!"))


def _listed(names: tuple[str, ...], typed: str) -> str:
    """The names that fit what is typed, else all of them, as many as there is room for."""
    wanted = typed.strip().casefold()
    fitting = [name for name in names if wanted in name.casefold()] or list(names)
    more = f"  and {len(fitting) - SHOWN} more" if len(fitting) > SHOWN else ""
    return "on the server: " + "  ".join(fitting[:SHOWN]) + more
