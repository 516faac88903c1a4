"""The Crops pane: a sheet, its rectangles, and the training image that one of them makes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from spyke_tui.terminal.scene import Scene, scene_of
from spyke_tui.terminal.surface import open_surfaces
from spyke_tui.tui.commands import BURSTS, COMMANDS, EDITS
from spyke_tui.tui.crop_words import enlarged_words
from spyke_tui.tui.keymap import keys_to
from spyke_tui.tui.messages import (
    CropChosen,
    CropMoved,
    SheetDragged,
    SheetPointed,
    SheetPressed,
)
from spyke_tui.tui.open_sheet import OpenSheet
from spyke_tui.tui.pointer import Pointer, crop_under
from spyke_tui.tui.screens.pane import PaneScreen
from spyke_tui.tui.seams import Seams
from spyke_tui.tui.themes import palette_of
from spyke_tui.tui.widgets.crop_facts import CropFacts
from spyke_tui.tui.widgets.crop_keys import CropKeys
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
    from spyke_tui.tui.modes.mode import Mode
    from spyke_tui.tui.session import Session


PAUSE = 1.0
"""Seconds between two nudges after which they are two steps of undo."""

FRAME = 0.008
"""Seconds: keys that come closer together than this share one redraw; where a redraw costs more
(sixels do), twice its cost, so that most of the time is left for the keys."""


class CropsScreen(PaneScreen):
    """Keys become edits; after each the widgets are brought in line with the editor."""

    PANE = "crops"

    def __init__(self, session: Session, size: Size, dark: bool) -> None:
        super().__init__(session, size)
        self._palette = palette_of(dark)
        self._surfaces = open_surfaces(
            session.choice.protocol, self._palette, session.choice.terminal
        )
        self._sheet = OpenSheet(self)
        self._pointer = Pointer(self)
        self.mode: Mode | None = None
        self._last_edit = 0.0
        self._next_draw = 0.0
        self._redraw: asyncio.TimerHandle | None = None

    def compose(self) -> ComposeResult:
        yield PaneBar("crops")
        with Columns(id="body"):
            with Rows(id="main"):
                yield SheetTitle()
                held = keys_to(BURSTS, self.session.keyboard)
                yield SheetView(self._surfaces.sheet, self.take_key, held, self.take_nudges)
                yield Notice()
                yield CropKeys()
            with Rows(id="side"):
                yield PreviewPane(self._surfaces.preview)
                yield CropFacts()
                yield CropList()
        yield StatusLine(self.session)

    def on_mount(self) -> None:
        self.sheet_view = self.query_one(SheetView)
        self._heading = self.query_one(SheetTitle)
        self._preview = self.query_one(PreviewPane)
        self._facts = self.query_one(CropFacts)
        self._seams = Seams(self._facts.tell_seam)
        self._list = self.query_one(CropList)
        self._keys = self.query_one(CropKeys)
        self._status = self.query_one(StatusLine)
        self._preview.display = self.session.choice.protocol != "none"
        self.sheet_view.focus()
        self.draw()

    def on_unmount(self) -> None:
        self._seams.stop()

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
        return self._sheet.state.picture

    # Keys

    def do(self, action: str, times: int = 1) -> None:
        """Run an action of this pane, so many times in a row."""
        now = monotonic()
        editor = self.editor
        if action not in BURSTS or now - self._last_edit > PAUSE:
            editor.history.end_burst()
        self._last_edit = now
        before = self.session.project
        for _ in range(times):
            self._check_mode()
            if self.mode is not None and self.mode.do(action):
                pass
            elif action in EDITS:
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
            # Not a timer of Textual's: those leave out what they come too late for.
            self._redraw = asyncio.get_running_loop().call_later(early, self._draw_late)

    def take_key(self, typed: str) -> bool:
        """A key as it was typed, for the mode; whether that took it."""
        self._check_mode()
        before = self.session.project
        if self.mode is None or not self.mode.key(typed):
            return False
        self.edited(before is not self.session.project)
        return True

    def take_nudges(self, action: str, times: int) -> None:
        """Keys that came while the last one was drawn: one step, drawn once."""
        with self.spyke.telling():
            self.do(action, times)

    def begin(self, mode: Mode) -> None:
        """From now on this mode takes the keys."""
        self.end_mode()
        self.mode = mode
        self.sheet_view.focus()

    def end_mode(self) -> None:
        ended, self.mode = self.mode, None
        if ended is not None:
            ended.ended()

    def _check_mode(self) -> None:
        if self.mode is not None and not self.mode.holds():
            self.end_mode()

    def edit(self, change: Callable[[CropEditor], object]) -> None:
        """Change something, outside of the keys: an answer has come."""
        before = self.session.project
        with self.spyke.telling():
            change(self.editor)
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
        self._check_mode()
        with self.spyke.writer.one_write():
            if editor.sheet_key != self._sheet.key:
                self._sheet.open()
            mode = self.mode
            crop = mode.crop if mode is not None else editor.crop
            self._heading.say(mode.title if mode is not None else self._sheet.title)
            self.sheet_view.show_scene(self.scene(), follow=not self._pointer.is_dragging)
            dataset = self.session.project.dataset
            self._preview.follow(self.picture, crop, dataset)
            self._facts.show(crop, dataset, editor.sheet_size)
            self._seams.follow(self.picture, crop, dataset)
            crops = self.session.project.crops
            marked = editor.marks.among(crops)
            shown = [(index, crops[index]) for index in editor.indexes]
            self._list.show(shown, editor.index, marked, editor.filter is not None)
            self._keys.show(mode is not None)
            self._status.say(mode.status if mode is not None else "")
        cost = monotonic() - begun
        self._next_draw = begun + cost + max(FRAME, 2 * cost)

    def _draw_late(self) -> None:
        self._redraw = None
        if self.is_mounted:
            self.draw()

    def scene(self) -> Scene:
        """What is to be seen over the sheet."""
        editor = self.editor
        crops = self.session.project.crops_of(editor.sheet_key)
        marked = editor.marks.among(crops)
        scene = scene_of(editor.sheet_size, crops, editor.crop, editor.edge, marked)
        size = self.session.project.dataset.size
        if scene.active is not None and enlarged_words(scene.active.rect, size):
            scene = replace(scene, active=replace(scene.active, label="! " + scene.active.label))
        return self._pointer.scene(scene if self.mode is None else self.mode.scene(scene))

    def recolour(self) -> None:
        super().recolour()
        palette = palette_of(self.app.current_theme.dark)
        if palette is self._palette:
            return
        self._palette = palette
        self.sheet_view.recolour(palette)
        self._preview.recolour(palette)

    # The mouse

    def on_sheet_pointed(self, event: SheetPointed) -> None:
        """A click selects the smallest crop under it."""
        self._check_mode()
        if self.mode is not None and self.mode.point(event.x, event.y):
            self.draw()
        elif (under := crop_under(self.editor, event.x, event.y)) is not None:
            self.on_crop_chosen(CropChosen(under))

    def on_sheet_pressed(self, event: SheetPressed) -> None:
        self._check_mode()
        self._pointer.press(event)

    def on_sheet_dragged(self, event: SheetDragged) -> None:
        with self.spyke.telling():
            self._pointer.drag(event)

    def on_sheet_released(self) -> None:
        with self.spyke.telling():
            self._pointer.release()

    def on_picture_wanted(self) -> None:
        self.sheet_view.focus()

    def on_crop_chosen(self, event: CropChosen) -> None:
        self.editor.select(event.index)
        self.draw()
