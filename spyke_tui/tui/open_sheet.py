"""The sheet that the Crops pane shows: its picture comes from a thread, its troubles in words."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from spyke_tui.tui.background import start
from spyke_tui.tui.messages import SheetLoaded
from spyke_tui.tui.pictures import SheetState
from spyke_tui.tui.widgets.notice import Notice

if TYPE_CHECKING:
    from spyke_tui.tui.screens.crops import CropsScreen


class OpenSheet:
    """One sheet at a time; a picture that comes too late is dropped."""

    def __init__(self, screen: CropsScreen) -> None:
        self._screen = screen
        self._said: set[str] = set()
        self.state = SheetState(None)
        self.key: str | None = None
        self.title = ""

    def open(self) -> None:
        """Open the sheet that the editor is on."""
        screen, editor = self._screen, self._screen.editor
        self.key = key = editor.sheet_key
        self.state = SheetState(None)
        sheet = editor.sheet
        title = f"{key}  {sheet.file if sheet else ''}".rstrip()
        self.title = f"{title}  opening ..."
        screen.sheet_view.open(None, screen.scene())
        if sheet is None:
            words = f"crops.toml has no [sheets.{key}]."
            if not key:
                words = "This project has no sheets yet."
            self._loaded(key, title, SheetState(None, words))
            return
        path = screen.session.path_of(sheet)

        def load() -> None:
            state = screen.spyke.pictures.load(path)
            screen.app.call_from_thread(partial(self._loaded, key, title, state))

        start(screen, load, "load", thread=True)

    def _loaded(self, key: str, title: str, state: SheetState) -> None:
        screen, editor = self._screen, self._screen.editor
        if key != editor.sheet_key or not screen.is_attached:
            return
        self.state = state
        self.title = title
        if state.size is not None:
            editor.picture_sizes[key] = state.size
        self._tell()
        screen.sheet_view.take_picture(state.picture, screen.scene())
        screen.draw()
        screen.post_message(SheetLoaded(key, state))

    def _tell(self) -> None:
        """What is wrong with the sheet stands below it; the hint is told once."""
        editor, state = self._screen.editor, self.state
        key, sheet = editor.sheet_key, editor.sheet
        words = state.problem
        if words and sheet is not None and sheet.size is not None:
            words += f" Its outline is drawn from size {sheet.size}."
        drawn_on = sheet.size if sheet is not None else None
        if state.size is not None and drawn_on is not None and state.size != drawn_on:
            words = (
                f"The picture is {state.size}; the rectangles were drawn on {drawn_on}: "
                "check them, then set size in crops.toml."
            )
        self._screen.query_one(Notice).say(words)
        if words and key not in self._said:
            self._said.add(key)
            self._screen.notify(
                f"{words} {state.hint}".strip(), title=key, severity="warning", markup=False
            )
