"""Finished top-up candidates become sheets with a draft crop each, while the app is open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from spyke_tui.model.generation import Kind
from spyke_tui.tui.background import start

if TYPE_CHECKING:
    from spyke_tui.model.run_view import RunView
    from spyke_tui.tui.spyke_app import SpykeApp


class CandidateIntake:
    """Takes in what a top-up run has finished: one step, which undo takes back."""

    def __init__(self, app: SpykeApp) -> None:
        self._app = app
        self._known = -1
        self._busy = False
        self._again = False
        self._alive = False
        self._untold = 0

    def look(self, kind: Kind, view: RunView) -> None:
        """The run has changed; only another number of finished images is of interest."""
        if kind != "topup" or not view.total:
            return
        self._alive = view.alive
        if view.done == self._known:
            self._tell()
            return
        self._known = view.done
        if self._busy:
            self._again = True
            return
        self._busy = True
        start(self._app, self._take_in, "candidates")

    async def _take_in(self) -> None:
        try:
            while True:
                self._again = False
                await self._once()
                if not self._again:
                    break
        finally:
            self._busy = False
        self._tell()

    def _tell(self) -> None:
        """Once, when the run is over, however many came one by one."""
        if not self._untold or self._alive or self._busy:
            return
        new, self._untold = self._untold, 0
        words = "1 candidate is a draft" if new == 1 else f"{new} candidates are drafts"
        self._app.notify(f"{words} now: keep, crop or reject in Crops.", markup=False)

    async def _once(self) -> None:
        from spyke_tui.kohya.candidates import new_candidates, note_taken_in, with_candidates

        session = self._app.session
        if session.history.holder:
            self._known = -1  # the instance that has the project does it
            return
        folder = session.file.folder
        found = await asyncio.to_thread(new_candidates, session.project, folder)
        if not found:
            return
        project, crops = with_candidates(session.project, folder, found)
        many = f"{len(crops)} candidates" if len(crops) > 1 else "a candidate"
        session.history.end_burst()
        session.history.apply(f"take in {many}", project)
        self._app.autosave.changed()
        self._app.draw()
        self._untold += len(crops)
        if await self._app.autosave.flush():
            await asyncio.to_thread(note_taken_in, project, folder, found)
