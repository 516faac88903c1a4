"""The Sheets pane: every source picture, what it is for, and what has become of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.widgets import DataTable

from spyke_tui.model.geometry import Rect
from spyke_tui.model.geometry import Size as Pixels
from spyke_tui.model.project import USES
from spyke_tui.terminal.gallery import open_galleries
from spyke_tui.terminal.scene import Scene, scene_of
from spyke_tui.terminal.surface import open_surfaces
from spyke_tui.tui.background import start
from spyke_tui.tui.keymap import keys_of
from spyke_tui.tui.screens.pane import PaneScreen
from spyke_tui.tui.sheet_commands import COMMANDS
from spyke_tui.tui.sheet_editor import SheetEditor
from spyke_tui.tui.sheet_pictures import SheetPictures
from spyke_tui.tui.sheet_states import Looked, advice, look_at
from spyke_tui.tui.stylesheets import stylesheet
from spyke_tui.tui.themes import palette_of
from spyke_tui.tui.widgets.frames import Columns
from spyke_tui.tui.widgets.pane_bar import PaneBar
from spyke_tui.tui.widgets.prompt import Prompt
from spyke_tui.tui.widgets.sheet_facts import NO_BREAK, SheetFacts
from spyke_tui.tui.widgets.sheet_table import SheetTable, row_height
from spyke_tui.tui.widgets.sheet_thumbnail import SheetThumbnail
from spyke_tui.tui.widgets.sheet_thumbnails import SheetThumbnails
from spyke_tui.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from textual.geometry import Size

    from spyke_tui.tui.session import Session

AGAIN = 1.0
"""Seconds between two looks at what has become of the files."""
WIDEST = 4
"""Cells that a row's picture may be wide, for each that it is high."""


class SheetsScreen(PaneScreen):
    """One row a sheet; below it what there is to know of the selected one, and its picture."""

    PANE = "sheets"
    CSS_PATH = stylesheet("sheets")

    def __init__(self, session: Session, size: Size) -> None:
        super().__init__(session, size)
        self.sheets: SheetEditor = SheetEditor(session)
        self.looked: dict[str, Looked] = {}
        self._is_looking = False
        self.table: SheetTable = SheetTable()
        self.prompt: Prompt = Prompt()
        self._pictures = SheetPictures(self, self._arrived)

    def compose(self) -> ComposeResult:
        session = self.session
        palette = palette_of(self.app.current_theme.dark)
        surfaces = open_surfaces(session.choice.protocol, palette, session.choice.terminal)
        yield PaneBar("sheets")
        galleries = open_galleries(session.choice.protocol, palette, session.choice.terminal)
        with Columns(id="sheets"):
            self._rows = SheetThumbnails(galleries.strip)
            yield self._rows
            yield self.table
        with Columns(id="detail"):
            yield SheetFacts()
            self._thumbnail = SheetThumbnail(surfaces.sheet)
            yield self._thumbnail
        yield self.prompt
        yield StatusLine(session)

    def on_mount(self) -> None:
        self.table.focus()
        self.set_interval(AGAIN, self._look_again)
        self.watch(self.table, "scroll_y", self._draw_rows, init=False)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.draw()
        self.table.select(self.session.editor.sheet_key)
        self._look_again()

    def on_screen_suspend(self) -> None:
        self._thumbnail.hide_picture()
        self._rows.hide_picture()

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self._thumbnail.reshow()
            self._draw_rows()
            self._look_again()

    def on_resize(self, _: events.Resize) -> None:
        self.call_after_refresh(self._draw_rows)

    # Keys

    def do(self, action: str) -> None:
        """Run an action of this pane."""
        before = self.session.project
        if action in COMMANDS:
            COMMANDS[action](self)
        self.edited(before is not self.session.project)

    def edited(self, changed: bool) -> None:
        """Something may have changed: save it in time, and show it."""
        if changed:
            self.spyke.autosave.changed()
            self._look_again()
        self.draw()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.do("sheet.open")

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._draw_detail()

    # Drawing

    def draw(self) -> None:
        """Bring the widgets in line with the session."""
        if self.is_mounted and self.table.columns:
            editor = self.session.editor
            self.table.show(editor.sheet_keys, self.session.project, self.looked)
            self._draw_rows()
            self._draw_detail()
            self.query_one(StatusLine).draw()

    def recolour(self) -> None:
        super().recolour()
        palette = palette_of(self.app.current_theme.dark)
        self._thumbnail.recolour(palette)
        self._rows.recolour(palette)

    def _draw_detail(self) -> None:
        key, project = self.table.selected, self.session.project
        facts = self.query_one(SheetFacts)
        actions = self.session.keyboard.actions_of("sheets")
        keys = {action.id: keys_of(action).split("  ")[0] or ":" for action in actions}
        if not key:
            none = f"This project has no sheets yet: {keys['sheet.add']} adds a picture."
            facts.show(["No sheet has these words; Esc in the filter shows all."
                        if self.table.words else none])  # fmt: skip
            self._thumbnail.display = False
            return
        self._thumbnail.display = self.session.choice.protocol != "none"
        told = advice(key, project, self.looked.get(key), keys)
        sheet = project.sheets.get(key)
        lines = [f"{key}   {sheet.file if sheet else ''}".rstrip()]
        lines += [f"! {told[0]}", *told[1:]] if told else []
        if sheet is not None and sheet.note:
            lines.append(f"Note: {sheet.note}")
        facts.show(lines, _hint(keys))
        self._draw_thumbnail(key)

    # Pictures

    def _draw_thumbnail(self, key: str) -> None:
        looked = self.looked.get(key)
        self._thumbnail.show(self._pictures.get(looked), self._scene(key, looked))

    def _draw_rows(self) -> None:
        """The pictures of the rows in view, the larger the fewer sheets there are."""
        if not self.is_mounted or not self.table.columns:
            return
        table, protocol = self.table, self.session.choice.protocol
        in_cells = protocol == "halfcell"
        high = 1
        if protocol != "none":
            high = row_height(table.row_count, table.room, 3 if in_cells else 2)
        wide = 0 if high == 1 else WIDEST * high
        table.lay_out(high, wide if in_cells else 0)
        self._rows.styles.width = wide + 2
        self._rows.display = bool(wide) and not in_cells
        seen = [(top, looked) for top, key in table.tops if (looked := self.looked.get(key))]
        chosen = self.looked.get(table.selected)
        self._pictures.want([*filter(None, [chosen]), *(one for _, one in seen if wide)])
        if in_cells and wide:
            found = {
                one.sheet.key: self._pictures.in_half_cells(one, Pixels(wide, high))
                for _, one in seen
            }
            table.show_pictures({key: picture for key, picture in found.items() if picture})
        elif wide:
            self._rows.show_rows(seen, high, self._pictures)

    def _arrived(self) -> None:
        """One more picture is there."""
        if self.is_mounted and self.app.screen is self:
            self._draw_rows()
            self._draw_thumbnail(self.table.selected)

    def _scene(self, key: str, looked: Looked | None) -> Scene:
        """The sheet's crops, in the pixels of its small copy where that is there."""
        project = self.session.project
        sheet = project.sheets.get(key)
        size = (looked.state.size if looked else None) or (sheet.size if sheet else None)
        size = size or Pixels(1024, 1024)
        picture = self._pictures.get(looked)
        scene = scene_of(size, project.crops_of(key), None, self.session.editor.edge)
        return _scaled(scene, picture.size) if picture is not None else scene

    # Files

    def _look_again(self) -> None:
        if self.is_mounted and self.app.screen is self and not self._is_looking:
            self._is_looking = True
            start(self, self._look, "look")

    async def _look(self) -> None:
        """Look at every picture's file, one after the other, and show what each says."""
        folder = self.session.file.folder
        changed = False
        try:
            for key, sheet in self.session.project.sheets.items():
                before = self.looked.get(key)
                found = await asyncio.to_thread(look_at, sheet, folder, before)
                if found is not before:
                    self.looked[key] = found
                    changed = True
        finally:
            self._is_looking = False
        if changed:
            self.draw()


def _hint(keys: dict[str, str]) -> str:
    """The keys of this pane in one line."""
    use = "".join(keys[f"sheet.use-{use}"] for use in USES)
    rest = "  ".join(
        f"{keys[f'sheet.{name}']}{NO_BREAK}{word}"
        for name, word in (
            ("annotated", "text"), ("note", "note"), ("add", "add"), ("remove", "remove"),
            ("relocate", "relocate"), ("sort", "order"), ("filter", "filter"),
        )
    )  # fmt: skip
    crops = f"{keys['sheet.open']}{NO_BREAK}crops"
    return f"{crops}  {use}{NO_BREAK}use:{NO_BREAK}{'/'.join(USES)}  {rest}"


def _scaled(scene: Scene, size: Pixels) -> Scene:
    """The scene of a smaller copy of its sheet."""
    across, down = size.width / scene.sheet.width, size.height / scene.sheet.height

    def scaled(rect: Rect) -> Rect:
        return Rect.from_box(
            round(rect.left * across),
            round(rect.top * down),
            round(rect.right * across),
            round(rect.bottom * down),
        )

    others = tuple(replace(one, rect=scaled(one.rect)) for one in scene.others)
    return Scene(size, others=others)
