"""The generation runs of the open project, watched for all panes: one look at a time, in a thread.

While no run is alive that is one look every two seconds, which finds out no more than that. The
bell and the indicator of the status line come from here, so they work in every pane.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from spyke_tui.errors import SpykeError
from spyke_tui.model.generation import KINDS, Kind, settings_digest
from spyke_tui.model.layout import Layout
from spyke_tui.model.run_view import Order, RunView
from spyke_tui.model.settings_edit import settings_of
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start
from spyke_tui.tui.run_candidates import CandidateIntake
from spyke_tui.tui.run_words import TITLES, ended_words, indicator

if TYPE_CHECKING:
    from spyke_tui.model.project import Generation
    from spyke_tui.tui.spyke_app import SpykeApp

IDLE, ALIVE, NEAR = 2.0, 1.0, 0.25
"""Seconds between two looks: nothing runs; a run is alive; and the pane shows it."""


class FollowedRun(Protocol):
    """What is used of `comfy.following.Follower`."""

    settings: str

    def poll(self, *, follow: bool = True) -> RunView: ...

    def preview(self) -> bytes | None: ...

    def order(self, order: Order) -> None: ...


def open_follower(layout: Layout, kind: Kind) -> FollowedRun:
    """Imported when the first look is taken, which no frame waits for."""
    from spyke_tui.comfy.following import Follower
    from spyke_tui.store.run_files import RunFiles

    return Follower(RunFiles(layout, kind))


def _digest(settings: Generation, folder: Path) -> str:
    """Of what would be drawn now; "" where the user's workflow can't be read."""
    if not settings.workflow:
        return settings_digest(settings)
    from spyke_tui.comfy.recipe import digest_of

    try:
        return digest_of(settings, folder)
    except SpykeError:
        return ""


class RunWatch:
    """Knows how each run stands, and tells whoever asked to be told."""

    def __init__(self, app: SpykeApp) -> None:
        self._app = app
        self._session = app.session
        self._views: dict[Kind, RunView] = {kind: RunView(kind) for kind in KINDS}
        self._followers: dict[Kind, FollowedRun] = {}
        self._layout: Layout | None = None
        self._settings: dict[Kind, Generation] = {}
        self._saved: dict[Kind, Generation] = {}
        self._told: list[Callable[[Kind], None]] = []
        self._intake = CandidateIntake(app)
        self._wake = asyncio.Event()
        self._seen: set[Kind] = set()
        self.looked = False
        """Whether the first look was taken."""
        self.near: Kind | None = None
        """The run that a pane shows just now: it is looked at more often."""

    def begin(self) -> None:
        start(self._app, self._run, "runs")

    def view(self, kind: Kind) -> RunView:
        return self._views[kind]

    def listen(self, told: Callable[[Kind], None]) -> None:
        """Call this with the kind of a run that has changed; twice is as good as once."""
        if told not in self._told:
            self._told.append(told)

    @property
    def alive(self) -> list[Kind]:
        return [kind for kind in KINDS if self._views[kind].alive]

    @property
    def words(self) -> str:
        """For the status line; empty while nothing is generated."""
        return "  ".join(filter(None, (indicator(self._views[kind]) for kind in KINDS)))

    def look_soon(self) -> None:
        """Something was ordered or started: look at once."""
        self._wake.set()

    async def order(self, kind: Kind, order: Order) -> None:
        """Tell a run what to do. Raises `SpykeError`."""
        await asyncio.to_thread(self._open)
        await asyncio.to_thread(self._followers[kind].order, order)
        self.look_soon()

    def preview(self, kind: Kind) -> bytes | None:
        """The newest preview that was not given yet; reads a file, so for a thread."""
        follower = self._followers.get(kind)
        return follower.preview() if follower is not None else None

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            with suppress(SpykeError, OSError):  # a folder that can't be read now may be later
                await self._look()
            pause = IDLE
            if self.alive:
                pause = NEAR if self.near in self.alive else ALIVE
            elif self.near is not None:
                pause = ALIVE
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause)

    async def _look(self) -> None:
        await asyncio.to_thread(self._open)
        changed: dict[Kind, Generation] = {}
        for kind in KINDS:
            settings = settings_of(self._session.project, kind)
            if self._settings.get(kind) is not settings:
                self._settings[kind] = changed[kind] = settings
        views = await asyncio.to_thread(self._poll, dict(self._followers), changed)
        first, self.looked = not self.looked, True
        for kind, view in views.items():
            before = self._views[kind]
            if view is before:
                continue
            self._views[kind] = view
            if view.alive:
                self._seen.add(kind)
            elif kind in self._seen and not first:
                self._seen.discard(kind)
                self._ended(view)
            if view.state == "paused" and before.state != "paused" and not first:
                self._paused(view)
            self._intake.look(kind, view)
            for told in self._told:
                told(kind)
        await self._tell_rerolls()

    def _poll(
        self, followers: dict[Kind, FollowedRun], settings: dict[Kind, Generation]
    ) -> dict[Kind, RunView]:
        """In a thread: the files of a run and of the user's workflow are read here."""
        for kind, now in settings.items():
            followers[kind].settings = _digest(now, self._session.file.folder)
        return {kind: one.poll(follow=kind == self.near) for kind, one in followers.items()}

    def _open(self) -> None:
        """The followers of the project as it is named now; loads modules, so in a thread."""
        project = self._session.project
        layout = Layout.of(project.dataset, self._session.file.folder)
        if layout != self._layout:
            self._layout = layout
            self._followers = {kind: open_follower(layout, kind) for kind in KINDS}
            self._settings = {}

    async def _tell_rerolls(self) -> None:
        """What was rejected or taken back is in the file by now: let a live run read it."""
        for kind in KINDS:
            saved = settings_of(self._session.file.project, kind)
            before = self._saved.get(kind)
            self._saved[kind] = saved
            if before is None or before.rerolls == saved.rerolls or not self._views[kind].alive:
                continue
            with suppress(SpykeError):
                await asyncio.to_thread(self._followers[kind].order, "reread")

    def _paused(self, view: RunView) -> None:
        """By itself, because something went wrong: whoever looks elsewhere is told."""
        if view.message:
            from spyke_tui.tui.run_bell import ring

            words = f"{TITLES[view.kind]} is paused: {view.message}"
            self._app.notify(plain(words), severity="warning", markup=False)
            ring(self._app, words)

    def _ended(self, view: RunView) -> None:
        from spyke_tui.tui.run_bell import ring

        words = ended_words(view)
        bad = view.state in ("failed", "died")
        self._app.notify(plain(words), severity="warning" if bad else "information", markup=False)
        if view.state != "stopped":  # somebody asked for that and knows
            ring(self._app, words)
