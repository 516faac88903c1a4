"""The picture of the sheet that the selected crop is on, for panes that show crops only."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from spyke_tui.tui.background import start
from spyke_tui.tui.pictures import SheetState

if TYPE_CHECKING:
    from spyke_tui.tui.screens.pane import PaneScreen


class CropSheet:
    """One sheet at a time; a picture that comes too late is dropped."""

    def __init__(self, screen: PaneScreen) -> None:
        self._screen = screen
        self._key: str | None = None
        self.state = SheetState(None)

    def follow(self) -> None:
        """Open the sheet that the editor is on, if it is another one."""
        screen, editor = self._screen, self._screen.session.editor
        key, sheet = editor.sheet_key, editor.sheet
        if key == self._key:
            return
        self._key = key
        self.state = SheetState(None)
        if sheet is None:
            self.state = SheetState(None, f"crops.toml has no [sheets.{key}]." if key else "")
            return
        path = screen.session.path_of(sheet)

        def load() -> None:
            state = screen.spyke.pictures.load(path)
            screen.app.call_from_thread(partial(self._loaded, key, state))

        start(screen, load, "load", thread=True)

    def _loaded(self, key: str, state: SheetState) -> None:
        if key != self._key or not self._screen.is_attached:
            return
        self.state = state
        if state.size is not None:
            self._screen.session.editor.picture_sizes[key] = state.size
        self._screen.draw()
