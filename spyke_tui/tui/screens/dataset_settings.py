"""The form for [dataset] and [targets]: trigger, details, letterbox colour, quotas."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from textual.widgets import Input

from spyke_tui.model.dataset_text import LISTS, dataset_fields, with_dataset_text
from spyke_tui.model.project import Project
from spyke_tui.model.settings_text import SettingField
from spyke_tui.tui.screens.settings_form import LongField, SettingsForm

if TYPE_CHECKING:
    from spyke_tui.tui.spyke_app import SpykeApp

TITLE = "Dataset: [dataset] and [targets] in crops.toml"


class DatasetScreen(SettingsForm):
    """What holds for the whole set."""

    def __init__(self, app: SpykeApp, field: str = "") -> None:
        """`field`: the one to begin with, as ``targets.images``."""
        super().__init__(app, TITLE, dataset_fields(app.session.project), field)

    def _editor(self, field: SettingField) -> Input | LongField:
        """What is one word is written over, a list is added to."""
        editor = super()._editor(field)
        if isinstance(editor, Input):
            editor.select_on_focus = field.key not in LISTS
        return editor

    def label_of(self, key: str) -> str:
        section, name = key.split(".", 1)
        return f"target {name}" if section == "targets" else name

    def changed(self, project: Project, key: str, text: str) -> Project:
        return with_dataset_text(project, key, text)

    def step_of(self, key: str) -> str:
        section, name = key.split(".", 1)
        return f"{name} of [{section}]"

    def explain(self, key: str, words: str) -> None:
        """With what the crops say to it, where that helps to decide."""
        project = self._spyke.session.project
        if key == "dataset.one_sided":
            words += f"\nthe details: {', '.join(project.dataset.details) or 'none yet'}"
        elif key == "dataset.details":
            words += _shown_on(project)
        self.say(words)


def _shown_on(project: Project) -> str:
    """How many crops show each detail, and what they show that is none."""
    counts = Counter(detail for crop in project.crops for detail in crop.details or ())
    if not counts:
        return ""
    known = [f"{detail} {counts[detail]}" for detail in project.dataset.details if counts[detail]]
    others = [detail for detail in counts if detail not in project.dataset.details]
    more = f"; not in the list: {', '.join(others)}" if others else ""
    return f"\non crops: {', '.join(known) or 'none of them'}{more}"
