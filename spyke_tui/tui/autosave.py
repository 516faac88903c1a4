"""Saving without being asked: within a second of a change, and at most once a second."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Any

from spyke_tui.errors import ProjectLockedError, WriteError
from spyke_tui.store.crops_file import ChangedElsewhereError
from spyke_tui.tui.background import start
from spyke_tui.tui.messages import CaptionsNotWritten, ProjectSaved, SaveFailed

if TYPE_CHECKING:
    from textual.app import App

    from spyke_tui.model.project import Project
    from spyke_tui.tui.session import Session

SOON = 0.3
"""Seconds after a change, so that a burst of keys is one write where time allows it."""
APART = 0.9
"""Seconds between two writes, where the write itself is quick."""
IN_TIME = 0.95
"""Seconds after which the oldest change is to be on the disk: a second is promised."""
AGAIN = 5.0
"""Seconds until a failed save is tried again."""
BUILT = 1.0
"""Seconds between looks whether a build is over, which keeps captions from following."""


class Autosave:
    """Writes the session's project; the app hears of it by messages."""

    def __init__(self, app: App[Any], session: Session) -> None:
        self._app = app
        self._session = session
        self._timer: asyncio.TimerHandle | None = None
        self._last = self._ended = -APART
        self._took = 0.0
        self._oldest: float | None = None
        self._writing = asyncio.Lock()
        self._kept = session.history.version
        self._captions_wait = False

    def changed(self) -> None:
        """The project changed: see to it that it is saved in time."""
        if self._session.is_saved and self._steps_are_kept:
            return
        now = monotonic()
        if self._oldest is None:
            self._oldest = now
        if self._timer is None:
            self._begin_timer(self._wait(now, self._oldest))

    def _wait(self, now: float, oldest: float) -> float:
        """Seconds until the next write: sooner where writes take long, but never without a rest."""
        wanted = max(oldest + SOON, self._last + APART)
        in_time = oldest + IN_TIME - self._took
        rested = self._ended + self._took / 4
        return max(0.0, rested - now, min(wanted, in_time) - now)

    async def flush(self) -> bool:
        """Save now and wait for it; whether the file now holds everything."""
        self._drop_timer()
        return await self._save()

    def _write(self, project: Project) -> None:
        file = self._session.file
        try:
            file.write(project)
        except ChangedElsewhereError:
            file.write_beside(project)
            raise
        self._session.remember()  # also for the day the terminal is simply closed

    @property
    def _steps_are_kept(self) -> bool:
        session = self._session
        return not session.steps_adopted or session.history.version == self._kept

    async def _keep_steps(self) -> None:
        if not self._steps_are_kept:
            from spyke_tui.store.history_file import save_history

            history = self._session.history
            self._kept = history.version
            await asyncio.to_thread(save_history, self._session.file.path, history.steps)

    async def _follow(self, project: Project) -> None:
        """Bring the caption files that a build wrote in line with what is saved now."""
        from spyke_tui.kohya.captions_on_disk import follow_captions

        self._captions_wait = False
        try:
            await asyncio.to_thread(follow_captions, project, self._session.file.folder)
        except ProjectLockedError:
            # A build is going on, perhaps from before this save: what it wrote is looked at then.
            self._captions_wait = True
        except (WriteError, OSError) as error:
            self._app.post_message(CaptionsNotWritten(str(error)))

    def _due(self) -> None:
        self._timer = None
        if not self._writing.locked():  # else the end of that write looks what is still to do
            start(self._app, self._save, "save")

    def _begin_timer(self, seconds: float) -> None:
        """Not one of Textual's: those leave out what they come too late for, once and for all."""
        self._timer = asyncio.get_running_loop().call_later(seconds, self._due)

    def _drop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _save(self) -> bool:
        session = self._session
        async with self._writing:
            project = session.project
            if session.is_saved:
                session.problem = ""
                self._oldest = None
                await self._keep_steps()
                if self._captions_wait:
                    await self._follow(project)
                self._go_on()
                return True
            self._last = monotonic()
            oldest, self._oldest = self._oldest, None
            try:
                await asyncio.to_thread(self._write, project)
            except (WriteError, OSError) as error:
                self._oldest = oldest
                problem = str(error)
                if problem != session.problem:
                    session.problem = problem
                    # What another program changed is asked about: `ProjectWatch`.
                    asks = isinstance(error, ChangedElsewhereError)
                    self._app.post_message(SaveFailed("" if asks else problem))
                if self._timer is None:
                    self._begin_timer(AGAIN)
                return False
            self._ended = monotonic()
            self._took = self._ended - self._last
            session.problem = ""
            await self._keep_steps()
            await self._follow(project)
            self._app.post_message(ProjectSaved())
        self._drop_timer()
        self._go_on()
        return session.is_saved

    def _go_on(self) -> None:
        """See to what was changed while the file was written, and to what had to wait."""
        self.changed()
        if self._captions_wait and self._timer is None:
            self._begin_timer(BUILT)
