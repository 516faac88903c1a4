"""One open project: its file, its history, where the user is in it. Knows no Textual."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spyke_tui.model.history import History
from spyke_tui.model.keyboard import Keyboard
from spyke_tui.model.project import Project, Sheet
from spyke_tui.store.config import Config
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.state import load_state, save_state
from spyke_tui.terminal.capabilities import Choice
from spyke_tui.tui.crop_editor import CropEditor
from spyke_tui.tui.crop_selection import STEPS


class Session:
    """What all panes share."""

    def __init__(self, file: CropsFile, choice: Choice, config: Config | None = None) -> None:
        self.config = config or Config()
        self.keyboard = Keyboard(self.config.keys)
        self.file = file
        self.choice = choice
        self.history = History(file.project)
        self.editor = CropEditor(self.history)
        self.steps_adopted = False
        """Whether the steps of the last run are here, so that they can be written with ours."""
        self.problem = ""
        """Why the last save failed; empty while all is well."""
        self.left_at = load_state(file.folder)
        self._return_to(self.left_at)

    @classmethod
    def open(cls, place: Path, choice: Choice, config: Config | None = None) -> Session:
        """Read the project at `place`. Raises `ProjectFileError`."""
        return cls(CropsFile.read(place), choice, config)

    @property
    def project(self) -> Project:
        return self.history.project

    @property
    def is_saved(self) -> bool:
        """Whether the file holds what is on the screen."""
        return self.project is self.file.project or self.project == self.file.project

    def path_of(self, sheet: Sheet) -> Path:
        if sheet.file.startswith("~"):
            from spyke_tui.kohya.sheets import sheet_path

            return sheet_path(sheet, self.file.folder)
        return self.file.folder / sheet.file

    def remember(self, **more: Any) -> None:
        """Keep where the user is, and `more`, for the next start."""
        crop = self.editor.crop
        self.left_at |= {
            "sheet": self.editor.sheet_key,
            "crop": crop.id if crop else "",
            "step": self.editor.step,
            **more,
        }
        save_state(self.file.folder, self.left_at)

    def _return_to(self, state: dict[str, Any]) -> None:
        editor = self.editor
        sheet, crop, step = state.get("sheet"), state.get("crop"), state.get("step")
        found = isinstance(crop, str) and editor.select_id(crop)
        if not found and isinstance(sheet, str) and sheet in editor.sheet_keys:
            editor.open_sheet(sheet)
        if step in STEPS:
            editor.step = step
