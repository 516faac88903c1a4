"""What the Sheets pane changes; every change is one step back. No Textual in here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spyke_tui.model import sheet_edits
from spyke_tui.model.geometry import Size
from spyke_tui.model.project import Project, Sheet, Use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spyke_tui.tui.session import Session


class SheetEditor:
    """Changes to the sheets of a session's project, each told by the label of its step."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def project(self) -> Project:
        return self._session.project

    def set_use(self, key: str, use: Use) -> None:
        self._apply(f"use {use} {key}", sheet_edits.with_use(self.project, key, use))

    def turn_annotated(self, key: str) -> None:
        annotated = not self.project.sheets[key].annotated
        label = f"callout text {'yes' if annotated else 'no'} {key}"
        self._apply(label, sheet_edits.with_annotated(self.project, key, annotated))

    def set_note(self, key: str, note: str) -> None:
        self._apply(f"note {key}", sheet_edits.with_note(self.project, key, note))

    def relocate(self, key: str, picture: Path) -> None:
        from spyke_tui.store.new_project import path_from

        file = path_from(self._session.file.folder, picture)
        self._apply(f"relocate {key}", sheet_edits.with_file(self.project, key, file))

    def accept_size(self, key: str, size: Size) -> None:
        self._apply(f"size {size} {key}", sheet_edits.with_size(self.project, key, size))

    def add(self, sheets: Sequence[Sheet]) -> list[str]:
        """Add these; the keys that they got."""
        before = self.project
        after = sheet_edits.with_new_sheets(before, sheets)
        added = sheet_edits.added_keys(before, after)
        self._apply(f"add {', '.join(added[:3])}{' ...' if len(added) > 3 else ''}", after)
        return added

    def remove(self, key: str) -> None:
        """Take out a sheet and its crops; a sheet that only crops name goes with them."""
        before = self.project
        self._apply(f"remove {key}", sheet_edits.without_sheet(before, key))
        self._session.editor.reselect(before)

    def _apply(self, label: str, project: Project) -> None:
        history = self._session.history
        history.end_burst()
        history.apply(label, project)
