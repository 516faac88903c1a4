"""Starting a run from the pane: what could be wrong is looked for first, beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal

from spyke_tui.errors import SpykeError
from spyke_tui.model.generation import Kind
from spyke_tui.model.history import ReadOnlyError
from spyke_tui.model.settings_edit import settings_of
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start

if TYPE_CHECKING:
    from pathlib import Path

    from spyke_tui.model.project import Project
    from spyke_tui.tui.session import Session
    from spyke_tui.tui.spyke_app import SpykeApp

AGAIN = 4.0
"""Seconds between two looks whether the server can be reached by now."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What stands in the way of the first image, and what to do about it."""

    message: str
    hint: str = ""
    field: str = ""
    """The key of [reg] or [topup] to change, or ``""``."""
    is_unreachable: bool = False
    is_warning: bool = False


@dataclass(slots=True)
class Attempt:
    """A start that has not come to anything yet."""

    only: Collection[int] | None = None
    redo: bool = False
    phase: Literal["looking", "waiting", "starting"] = "looking"
    hindrance: Hindrance | None = None
    again: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_waiting(self) -> bool:
        """For a server that could not be reached, also while it is looked for once more."""
        return self.phase != "starting" and self.hindrance is not None


class RunControl:
    """One for each kind of run. `changed` is called whenever `attempt` says something else."""

    def __init__(
        self,
        app: SpykeApp,
        kind: Kind,
        changed: Callable[[], None],
        hindered: Callable[[list[Hindrance], Attempt], None],
    ) -> None:
        self._app = app
        self._kind = kind
        self._changed = changed
        self._hindered = hindered
        self.attempt: Attempt | None = None
        self._accepted: set[Hindrance] = set()
        """Warnings that the user has seen and started in spite of."""

    def start(
        self, only: Collection[int] | None = None, redo: bool = False, warned: bool = False
    ) -> None:
        """Look, and where nothing is wrong start. `warned`: warnings are known and no hindrance.

        Raises `ReadOnlyError`.
        """
        if holder := self._app.session.history.holder:
            raise ReadOnlyError(f"Nothing is generated here: {holder} has this project open.")
        if self.attempt is not None:
            self.attempt.again.set()
            return
        attempt = self.attempt = Attempt(only, redo)
        self._changed()
        # A worker of the app, so that another pane does not end it.
        start(self._app, partial(self._run, attempt, warned), "start-run")

    def give_up(self) -> bool:
        """Wait for no server any more; whether anything was waited for."""
        waited, self.attempt = self.attempt, None
        if waited is not None:
            waited.again.set()
            self._changed()
        return waited is not None

    async def _run(self, attempt: Attempt, warned: bool) -> None:
        try:
            await self._try(attempt, warned)
        except SpykeError as error:
            self._app.notify(plain(str(error)), severity="warning", markup=False)
        finally:
            if self.attempt is attempt:
                self.attempt = None
            self._changed()

    async def _try(self, attempt: Attempt, warned: bool) -> None:
        app = self._app
        if not await app.autosave.flush():
            raise SpykeError(
                f"Nothing is generated, because nothing can be saved: {app.session.problem}"
            )
        while self.attempt is attempt:
            attempt.phase = "looking"
            self._changed()
            found = await examined(app.session, self._kind)
            if self.attempt is not attempt:
                return
            hindrances = [one for one in found if not one.is_warning]
            if not hindrances or not all(one.is_unreachable for one in hindrances):
                break
            attempt.phase, attempt.hindrance = "waiting", hindrances[0]
            self._changed()
            attempt.again.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(attempt.again.wait(), AGAIN)
        else:
            return
        if warned:
            self._accepted |= {one for one in found if one.is_warning}
        if any(one not in self._accepted for one in found):
            self.attempt = None
            self._hindered(found, attempt)
            return
        attempt.phase = "starting"
        self._changed()
        await asyncio.to_thread(
            begin, app.session, self._kind, only=attempt.only, redo=attempt.redo
        )
        if app.runs is not None:
            app.runs.look_soon()


def begin(session: Session, kind: Kind, *, only: Collection[int] | None, redo: bool) -> None:
    """Start the process of the run; for a thread. Raises `SpykeError`."""
    from spyke_tui.comfy.starting import start_run
    from spyke_tui.kohya.moves import follow_renames
    from spyke_tui.kohya.offered_count import offered_count

    file = session.file
    follow_renames(file)
    count = offered_count(file, kind)
    start_run(file.path, kind, count=count, only=only, redo_outdated=redo)


async def examined(session: Session, kind: Kind) -> list[Hindrance]:
    """What would go wrong, the worst first.

    In a thread with an event loop of its own: the network libraries take a moment to load.
    """
    return await asyncio.to_thread(_examined, session.project, session.file.folder, kind)


def _examined(project: Project, folder: Path, kind: Kind) -> list[Hindrance]:
    from spyke_tui.comfy.guards import examine_servers

    found = asyncio.run(examine_servers(settings_of(project, kind), project, folder, kind))
    return [
        Hindrance(one.message, one.hint, one.field, one.is_unreachable, one.is_warning)
        for one in found
    ]
