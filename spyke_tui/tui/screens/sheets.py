"""The Sheets pane: every source picture, what it is for, and what has become of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import DataTable, Static

from spyke_tui.errors import PictureError
from spyke_tui.model import geometry
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start
from spyke_tui.tui.keymap import bindings_of
from spyke_tui.tui.screens.pane import PaneScreen
from spyke_tui.tui.stylesheets import stylesheet
from spyke_tui.tui.widgets.pane_bar import PaneBar
from spyke_tui.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from textual.geometry import Size

    from spyke_tui.model.project import Sheet
    from spyke_tui.tui.session import Session

COLUMNS = ("sheet", "state", "size", "use", "text", "kept", "drafts", "file", "note")


@dataclass(frozen=True, slots=True)
class Looked:
    """What the file of a sheet turned out to be."""

    size: geometry.Size | None
    problem: str = ""


class SheetTable(DataTable[Text]):
    """The table; its keys are those of the pane."""

    BINDINGS: ClassVar = [*bindings_of("sheets", "screen")]


class SheetsScreen(PaneScreen):
    """One row a sheet. The headers of the pictures are read in a thread."""

    PANE = "sheets"
    CSS_PATH = stylesheet("sheets")

    def __init__(self, session: Session, size: Size) -> None:
        super().__init__(session, size)
        self._looked: dict[str, Looked] = {}
        self._shown: list[tuple[str, ...]] = []

    def compose(self) -> ComposeResult:
        yield PaneBar("sheets")
        yield SheetTable(id="table", cursor_type="row", zebra_stripes=True)
        yield Static("", id="note", markup=False)
        yield StatusLine(self.session)

    def on_mount(self) -> None:
        table = self.query_one(SheetTable)
        for name in COLUMNS:
            table.add_column(name, key=name)
        table.focus()
        self.draw()
        self._look_again()

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self._look_again()

    def _look_again(self) -> None:
        start(self, self._look, "look", exclusive=True)

    def do(self, action: str) -> None:
        if action == "sheet.open":
            self._open()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self._open()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        sheet = self.session.project.sheets.get(self._key_at(event.cursor_row))
        words = ""
        if sheet is not None:
            words = f"{sheet.file}   {sheet.note}".rstrip()
        self.query_one("#note", Static).update(Content(plain(words)))

    def draw(self) -> None:
        table = self.query_one(SheetTable)
        rows = [self._row(key) for key in self.session.editor.sheet_keys]
        if rows != self._shown:
            at = max(0, table.cursor_row)
            if not self._shown and self.session.editor.sheet_key in self.session.editor.sheet_keys:
                at = self.session.editor.sheet_keys.index(self.session.editor.sheet_key)
            self._shown = rows
            table.clear()
            for row in rows:
                table.add_row(*(Text(plain(text), no_wrap=True) for text in row), key=row[0])
            if rows:
                table.move_cursor(row=min(at, len(rows) - 1))
        self.query_one(StatusLine).draw()

    def _open(self) -> None:
        key = self._key_at(self.query_one(SheetTable).cursor_row)
        if key:
            if key != self.session.editor.sheet_key:
                self.session.editor.open_sheet(key)
            self.spyke.open_pane("crops")

    def _key_at(self, row: int) -> str:
        keys = self.session.editor.sheet_keys
        return keys[row] if 0 <= row < len(keys) else ""

    def _row(self, key: str) -> tuple[str, ...]:
        sheet = self.session.project.sheets.get(key)
        crops = self.session.project.crops_of(key)
        kept = str(sum(crop.status == "keep" for crop in crops))
        drafts = str(sum(crop.status == "draft" for crop in crops))
        if sheet is None:
            return (key, "! not in [sheets]", "", "", "", kept, drafts, "", "")
        looked = self._looked.get(key)
        size = (looked.size if looked else None) or sheet.size
        text = "yes" if sheet.annotated else ""
        return (
            key, _state(sheet, looked), str(size or "?"), sheet.use, text, kept, drafts,
            sheet.file, sheet.note,
        )  # fmt: skip

    async def _look(self) -> None:
        """Read every picture's header, one after the other, and show what each says."""
        for key, sheet in self.session.project.sheets.items():
            looked = await asyncio.to_thread(self._look_at, sheet)
            if self._looked.get(key) != looked:
                self._looked[key] = looked
                self.draw()

    def _look_at(self, sheet: Sheet) -> Looked:
        from spyke_tui.processing.loading import read_info

        try:
            return Looked(read_info(self.session.path_of(sheet)).size)
        except PictureError as error:
            return Looked(None, error.reason)


def _state(sheet: Sheet, looked: Looked | None) -> str:
    """In words; the sign comes first, so that it is seen without colour."""
    if looked is None:
        return "..."
    if looked.problem:
        return f"! {looked.problem}"
    if sheet.size is not None and looked.size != sheet.size:
        return f"! was {sheet.size}"
    return "ok"
