"""The Crops pane: a sheet, its rectangles, and the training image that one of them makes."""

from __future__ import annotations

from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.timer import Timer

from spyke_tui.model.geometry import Rect
from spyke_tui.terminal.scene import Scene, scene_of
from spyke_tui.terminal.surface import open_surfaces
from spyke_tui.tui.background import start
from spyke_tui.tui.commands import BURSTS, COMMANDS, EDITS
from spyke_tui.tui.messages import CropChosen, CropMoved, SheetLoaded, SheetPointed
from spyke_tui.tui.pictures import SheetState
from spyke_tui.tui.screens.pane import PaneScreen
from spyke_tui.tui.themes import palette_of, starts_dark
from spyke_tui.tui.widgets.crop_facts import CropFacts
from spyke_tui.tui.widgets.crop_list import CropList
from spyke_tui.tui.widgets.frames import Columns, Rows
from spyke_tui.tui.widgets.notice import Notice
from spyke_tui.tui.widgets.pane_bar import PaneBar
from spyke_tui.tui.widgets.picture_pane import PicturePane
from spyke_tui.tui.widgets.preview_pane import PreviewPane
from spyke_tui.tui.widgets.sheet_title import SheetTitle
from spyke_tui.tui.widgets.sheet_view import SheetView
from spyke_tui.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from textual.geometry import Size

    from spyke_tui.processing.previews import SheetPicture
    from spyke_tui.tui.crop_editor import CropEditor
    from spyke_tui.tui.session import Session


PAUSE = 1.0
"""Seconds between two nudges after which they are two steps of undo."""

FRAME = 0.008
"""Seconds: keys that come closer together than this share one redraw; where a redraw costs more
(sixels do), twice its cost, so that most of the time is left for the keys."""


class CropsScreen(PaneScreen):
    """Keys become edits; after each the widgets are brought in line with the editor."""

    PANE = "crops"

    def __init__(self, session: Session, size: Size) -> None:
        super().__init__(session, size)
        self._palette = palette_of(starts_dark(session.left_at.get("dark")))
        self._surfaces = open_surfaces(
            session.choice.protocol, self._palette, session.choice.terminal
        )
        self._state = SheetState(None)
        self._opened: str | None = None
        self._title = ""
        self._said: set[str] = set()
        self._last_edit = 0.0
        self._next_draw = 0.0
        self._redraw: Timer | None = None

    def compose(self) -> ComposeResult:
        dataset = self.session.project.dataset
        yield PaneBar("crops")
        with Columns(id="body"):
            with Rows(id="main"):
                yield SheetTitle()
                yield SheetView(self._surfaces.sheet)
                yield Notice()
            with Rows(id="side"):
                yield PreviewPane(self._surfaces.preview, dataset.size, dataset.pad)
                yield CropFacts()
                yield CropList()
        yield StatusLine(self.session)

    def on_mount(self) -> None:
        self.sheet_view = self.query_one(SheetView)
        self._heading = self.query_one(SheetTitle)
        self._preview = self.query_one(PreviewPane)
        self._facts = self.query_one(CropFacts)
        self._list = self.query_one(CropList)
        self._status = self.query_one(StatusLine)
        self._preview.display = self.session.choice.protocol != "none"
        self.sheet_view.focus()
        self.draw()

    def on_screen_suspend(self) -> None:
        """Another screen comes over this one."""
        for pane in self.query(PicturePane):
            pane.hide_picture()

    def on_screen_resume(self) -> None:
        for pane in self.query(PicturePane):
            pane.reshow()

    @property
    def editor(self) -> CropEditor:
        return self.session.editor

    @property
    def picture(self) -> SheetPicture | None:
        return self._state.picture

    # Keys

    def do(self, action: str) -> None:
        """Run an action of this pane."""
        now = monotonic()
        editor = self.editor
        if action not in BURSTS or now - self._last_edit > PAUSE:
            editor.history.end_burst()
        self._last_edit = now
        before = self.session.project
        if action in EDITS:
            EDITS[action](editor)
        elif action in COMMANDS:
            COMMANDS[action](self)
        self.edited(before is not self.session.project)

    def edited(self, changed: bool) -> None:
        """Something may have changed: save it in time, and draw now or with the next keys."""
        if changed:
            self.spyke.autosave.changed()
            self.post_message(CropMoved())
        early = self._next_draw - monotonic()
        if early <= 0:
            self.draw()
        elif self._redraw is None:
            self._redraw = self.set_timer(early, self._draw_late)

    def numbers_typed(self, rect: Rect | None) -> None:
        if rect is not None:
            before = self.session.project
            self.editor.place(rect, "type")
            self.edited(before is not self.session.project)

    def on_descendant_focus(self) -> None:
        self._mark_focus()

    def on_descendant_blur(self) -> None:
        self._mark_focus()

    def _mark_focus(self) -> None:
        self._heading.mark(self.sheet_view.has_focus)

    # Drawing

    def draw(self) -> None:
        """Bring every widget in line with the editor; only what differs is written."""
        begun = monotonic()
        editor = self.editor
        with self.spyke.writer.one_write():
            if editor.sheet_key != self._opened:
                self._open_sheet()
            self.sheet_view.show_scene(self._scene())
            self._preview.follow(self.picture, editor.crop)
            self._facts.show(editor.crop, self.session.project.dataset, editor.sheet_size)
            crops = self.session.project.crops
            self._list.show([(i, crops[i]) for i in editor.indexes], editor.index)
            self._status.draw()
        cost = monotonic() - begun
        self._next_draw = begun + cost + max(FRAME, 2 * cost)

    def _draw_late(self) -> None:
        self._redraw = None
        self.draw()

    def _scene(self) -> Scene:
        editor = self.editor
        crops = self.session.project.crops_of(editor.sheet_key)
        return scene_of(editor.sheet_size, crops, editor.crop, editor.edge)

    def recolour(self) -> None:
        super().recolour()
        palette = palette_of(self.app.current_theme.dark)
        if palette is self._palette:
            return
        self._palette = palette
        self.sheet_view.recolour(palette)
        self._preview.recolour(palette)

    # Sheets

    def _open_sheet(self) -> None:
        editor = self.editor
        self._opened = key = editor.sheet_key
        self._state = SheetState(None)
        sheet = editor.sheet
        self._title = f"{key}  {sheet.file if sheet else ''}".rstrip()
        self._heading.say(f"{self._title}  opening ...")
        self.sheet_view.open(None, self._scene())
        if sheet is None:
            self._loaded(key, SheetState(None, f"crops.toml has no [sheets.{key}]." if key else
                                         "This project has no sheets yet."))  # fmt: skip
            return
        path = self.session.path_of(sheet)

        def load() -> None:
            state = self.spyke.pictures.load(path)
            self.app.call_from_thread(partial(self._loaded, key, state))

        start(self, load, "load", thread=True)

    def _loaded(self, key: str, state: SheetState) -> None:
        if key != self.editor.sheet_key or not self.is_attached:
            return
        self._state = state
        self._heading.say(self._title)
        editor = self.editor
        if state.size is not None:
            editor.picture_sizes[key] = state.size
        self._tell(state)
        self.sheet_view.take_picture(state.picture, self._scene())
        self.draw()
        self.post_message(SheetLoaded(key, state))

    def _tell(self, state: SheetState) -> None:
        """What is wrong with the sheet stands below it; the hint is told once."""
        key, sheet = self.editor.sheet_key, self.editor.sheet
        words = state.problem
        if words and sheet is not None and sheet.size is not None:
            words += f" Its outline is drawn from size {sheet.size}."
        drawn_on = sheet.size if sheet is not None else None
        if state.size is not None and drawn_on is not None and state.size != drawn_on:
            words = (
                f"The picture is {state.size}; the rectangles were drawn on {drawn_on}: "
                "check them, then set size in crops.toml."
            )
        self.query_one(Notice).say(words)
        if words and key not in self._said:
            self._said.add(key)
            self.notify(
                f"{words} {state.hint}".strip(), title=key, severity="warning", markup=False
            )

    def on_sheet_pointed(self, event: SheetPointed) -> None:
        """A click selects the smallest crop under it."""
        crops = self.session.project.crops
        under = [
            index
            for index in self.editor.indexes
            if not Rect(event.x, event.y, 1, 1).intersection(crops[index].rect).is_empty
        ]
        if under:
            self.on_crop_chosen(CropChosen(min(under, key=lambda i: crops[i].rect.area)))

    def on_picture_wanted(self) -> None:
        self.sheet_view.focus()

    def on_crop_chosen(self, event: CropChosen) -> None:
        self.editor.select(event.index)
        self.draw()
