"""The inventory as a table: which rows, in which order, with which one selected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.widgets import DataTable

from spyke_tui.model.project import USES, Project
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.keymap import bindings_of
from spyke_tui.tui.sheet_states import word_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from spyke_tui.tui.sheet_states import Looked

PICTURE = "picture"
COLUMNS = ("sheet", "state", "size", "use", "text", "kept", "drafts", "file", "note")

Row = tuple[str, ...]

ORDERS: dict[str, Callable[[Row], object]] = {
    "as in the file": lambda row: 0,  # noqa: ARG005
    "by name": lambda row: row[0],
    "by state": lambda row: (row[1] == "ok", row[1]),
    "by use": lambda row: USES.index(row[3]) if row[3] in USES else -1,
    "by kept crops": lambda row: -int(row[5]),
}
"""The orders that a key goes round, by their words."""


PICTURES = 5
"""Rows with pictures that must fit, or there are none."""


def row_height(rows: int, room: int, least: int) -> int:
    """How many cells high rows are in `room`: all in view if they can be, and 1 without pictures.

    `least`: the height from which on a picture shows something.
    """
    if room < PICTURES * least:
        return 1
    return next((high for high in (4, 3, 2) if high >= least and rows * high <= room), least)


class SheetTable(DataTable["RenderableType"]):
    """One row a sheet; its keys are those of the pane. Rows may begin with a picture."""

    BINDINGS: ClassVar = [*bindings_of("sheets", "screen")]

    def __init__(self) -> None:
        # The cursor's colour is for words without one of their own, not for pictures.
        super().__init__(
            id="table",
            cursor_type="row",
            zebra_stripes=True,
            cursor_foreground_priority="renderable",
        )
        self._rows: list[Row] = []
        self._pictures: dict[str, RenderableType] = {}
        self.row_height = 1
        self._picture_width = 0
        self.order = next(iter(ORDERS))
        self.words = ""
        """Only rows that hold all of these are shown."""

    def on_mount(self) -> None:
        self._add_columns()

    def _add_columns(self) -> None:
        if self._picture_width:
            self.add_column("", key=PICTURE, width=self._picture_width)
        for name in COLUMNS:
            self.add_column(name, key=name)

    def lay_out(self, row_height: int, picture_width: int) -> None:
        """Rows of this height; a column for pictures as wide as that, in cells."""
        if (row_height, picture_width) == (self.row_height, self._picture_width):
            return
        self.row_height, self._picture_width = row_height, picture_width
        self.set_class(row_height > 1, "-tall")
        selected, rows = self.selected, self._rows
        self.clear(columns=True)
        self._add_columns()
        self._fill(rows)
        self.select(selected)

    @property
    def room(self) -> int:
        """How many lines there are for rows."""
        return max(0, self.scrollable_content_region.height - self.header_height)

    @property
    def tops(self) -> list[tuple[int, str]]:
        """At which line of the table each row begins that is wholly in view, and its sheet."""
        height, first = self.row_height, self.header_height - round(self.scroll_y)
        tops = [(first + at * height, row[0]) for at, row in enumerate(self._rows)]
        last = self.header_height + self.room - height
        return [(top, key) for top, key in tops if self.header_height <= top <= last]

    def show_pictures(self, pictures: Mapping[str, RenderableType]) -> None:
        """These, by sheet, in the column for pictures."""
        for key, picture in pictures.items():
            if self._picture_width and self._pictures.get(key) is not picture:
                self._pictures[key] = picture
                self.update_cell(key, PICTURE, picture)

    @property
    def selected(self) -> str:
        """The key of the sheet in the selected row; empty where there is none."""
        return self._rows[self.cursor_row][0] if 0 <= self.cursor_row < len(self._rows) else ""

    def turn_order(self) -> None:
        orders = list(ORDERS)
        self.order = orders[(orders.index(self.order) + 1) % len(orders)]

    def show(self, keys: list[str], project: Project, looked: Mapping[str, Looked]) -> None:
        """These sheets, those that the filter leaves; the selected one stays selected."""
        every = [row_of(key, project, looked.get(key)) for key in keys]
        words = self.words.casefold().split()
        rows = [row for row in every if all(word in " ".join(row).casefold() for word in words)]
        rows.sort(key=ORDERS[self.order])  # type: ignore[arg-type]
        if rows == self._rows:
            return
        if [row[0] for row in rows] == [row[0] for row in self._rows]:
            self._update(rows)
        else:
            self._fill(rows)

    def select(self, key: str) -> None:
        at = next((at for at, row in enumerate(self._rows) if row[0] == key), -1)
        if at >= 0:
            self.move_cursor(row=at)

    def _update(self, rows: list[Row]) -> None:
        for before, row in zip(self._rows, rows, strict=True):
            for name, old, new in zip(COLUMNS, before, row, strict=True):
                if old != new:
                    self.update_cell(row[0], name, _text(new), update_width=True)
        self._rows = rows

    def _fill(self, rows: list[Row]) -> None:
        selected, at = self.selected, max(0, self.cursor_row)
        self._rows = rows
        self.clear()
        for row in rows:
            picture = [self._pictures.get(row[0], "")] if self._picture_width else []
            self.add_row(*picture, *map(_text, row), key=row[0], height=self.row_height)
        if rows:
            self.move_cursor(row=min(at, len(rows) - 1))
            self.select(selected)


def row_of(key: str, project: Project, looked: Looked | None) -> Row:
    """The texts of a sheet's row."""
    crops = project.crops_of(key)
    kept = str(sum(crop.status == "keep" for crop in crops))
    drafts = str(sum(crop.status == "draft" for crop in crops))
    sheet = project.sheets.get(key)
    if sheet is None:
        return (key, "! not in [sheets]", "", "", "", kept, drafts, "", "")
    if looked is not None and looked.sheet != sheet:
        looked = looked if looked.sheet.file == sheet.file else None
    size = (looked.state.size if looked else None) or sheet.size
    return (
        key, word_of(sheet, looked), str(size or "?"), sheet.use,
        "text" if sheet.annotated else "", kept, drafts, sheet.file, sheet.note,
    )  # fmt: skip


def _text(words: str) -> Text:
    return Text(plain(words), no_wrap=True)
