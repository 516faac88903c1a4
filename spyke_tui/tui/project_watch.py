"""crops.toml and the captions while the app is open: changed by an editor or git, or held by
another instance."""

from __future__ import annotations

import asyncio
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING

from spyke_tui.errors import ProjectFileError
from spyke_tui.model.layout import Layout
from spyke_tui.store.app_lock import AppLock
from spyke_tui.store.state import state_folder
from spyke_tui.store.temporary import remove_leftovers
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start
from spyke_tui.tui.both_sides import BothSides
from spyke_tui.tui.file_news import FileNews, What

if TYPE_CHECKING:
    from spyke_tui.store.crops_file import CropsFile
    from spyke_tui.tui.spyke_app import SpykeApp

PAUSE = 0.4
"""Seconds between two looks at the files where nothing wakes us before."""

AGAIN = 0.1
"""Seconds until captions are looked at once more: what is the same then is told."""

REST = 4
"""Of a look's own time until the next one, while files change without end."""

SELDOM = 4
"""Looks at crops.toml for one at the captions while these are not in front."""


class ProjectWatch:
    """Looks at the file in a thread, follows it, and asks where both sides changed."""

    def __init__(self, app: SpykeApp) -> None:
        self._app = app
        self._session = app.session
        self._lock = self._new_lock()
        self._told = ""
        self._both = BothSides(app)
        self._missing = self._rounds = 0
        self._reloading = False
        self._news: FileNews | None = None

    def begin(self) -> None:
        """Take the project, or look on; then watch the file until the app ends."""
        holder = self._lock.take()
        self._session.history.holder = holder
        if holder:
            self._tell_read_only(holder)
        elif self._lock.left_behind:
            self._tell(
                f"{self._lock.left_behind} had this project open and did not close it. All that "
                "it saved is here."
            )
        self._tell_of_ours()
        start(self._app, self._run, "watch")

    def end(self) -> None:
        if self._news is not None:
            self._news.end()
        self._lock.release()

    async def reload(self) -> None:
        """Read the file now; where both sides changed, ask again."""
        self._both.ask_again()
        self._told = ""
        self._missing = 2
        self._session.file.forget_stamp()
        self._reloading = True
        try:
            if not await self._look():
                self._tell("crops.toml says what is on the screen.")
        finally:
            self._reloading = False

    async def _run(self) -> None:
        await self._adopt()
        await asyncio.to_thread(self._tidy)
        self._news = FileNews(self._session.file.path)
        while True:
            await self._news.follow(self._session.project)
            due = monotonic() + PAUSE
            while changed := await self._news.before(due):
                await self._look_at(changed)
            await self._mind_the_lock()
            await self._look()
            await self._look_at_captions()

    async def _look_at(self, changed: set[What]) -> None:
        """At once, and with a rest that grows with what a look takes."""
        begun = monotonic()
        if "project" in changed:
            await self._look(hasty=True)
        if "captions" in changed:
            await self._captions()
        await asyncio.sleep(REST * min(PAUSE, monotonic() - begun))

    async def _look_at_captions(self) -> None:
        """At each look where they are in front, else now and then."""
        self._rounds += 1
        if self._app.offers_captions or self._rounds % SELDOM == 0:
            await self._captions()

    async def _captions(self) -> None:
        # What it needs is loaded beside the event loop.
        await asyncio.to_thread(import_module, "spyke_tui.tui.caption_disk")
        if await self._app.captions_on_disk.look() and self._news is not None:
            self._news.again("captions", AGAIN)
            if self._app.front is not None:
                self._app.front.captions_changed()

    def _tidy(self) -> None:
        """Take away what a killed process left half written; of a living one nothing."""
        if not self._session.history.holder:
            remove_leftovers(self._session.file.folder)
            remove_leftovers(self._lock.path.parent)
            remove_leftovers(self._lock.path.parent / "runs")
        remove_leftovers(state_folder())

    async def _mind_the_lock(self) -> None:
        """Hold it, or look on until it can be had."""
        history = self._session.history
        if not history.holder:
            if taken := await asyncio.to_thread(self._lock.beat):
                history.holder = taken
                self._tell_read_only(taken)
                self._app.draw()
        elif not (holder := await asyncio.to_thread(self._lock.take)):
            history.holder = ""
            await self._look()
            await self._adopt()
            self._tell("The other instance is closed: this one can change the project now.")
            self._tell_of_ours()
            self._app.draw()
        else:
            history.holder = holder

    def _new_lock(self) -> AppLock:
        folder = self._session.file.folder
        return AppLock.of(Layout.of(self._session.project.dataset, folder), folder)

    def _tell_read_only(self, holder: str) -> None:
        self._tell(f"Read-only: {holder} has this project open. What it saves is shown here.", True)

    def _tell_of_ours(self) -> None:
        """Name what earlier instances kept beside crops.toml."""
        if names := [path.name for path in self._session.file.kept_beside()]:
            hold, it = ("hold", "each") if len(names) > 1 else ("holds", "it")
            self._tell(
                f"{' and '.join(names)} {hold} changes that were never brought into crops.toml: "
                f"compare the two, then delete {it}.",
                True,
            )

    async def _adopt(self) -> None:
        """Take the steps of the last run."""
        session = self._session
        if not session.history.holder:
            from spyke_tui.store.history_file import load_history

            done, undone = await asyncio.to_thread(load_history, session.file.path)
            session.history.adopt(done, undone)
            session.steps_adopted = True

    async def _look(self, hasty: bool = False) -> bool:
        """Whether the file had anything new to say. `hasty`: while a program may still write it,
        so that what is wrong with it is left to the next look."""
        session, file = self._session, self._session.file
        try:
            theirs = await asyncio.to_thread(file.news)
        except ProjectFileError as error:
            if hasty:
                return False
            if not file.path.exists():
                await self._gone()
            else:
                self._tell_once(f"{error} What is here stays until it can be read.")
            return True
        self._missing = 0
        if theirs is None or session.file is not file:
            return False
        if session.is_saved or theirs.project == session.project:
            self._follow(theirs)
        else:
            await self._both.ask(theirs)
        return True

    def _follow(self, theirs: CropsFile) -> None:
        """Show what the file says; earlier steps of ours go on where they fit."""
        session, before = self._session, self._session.project
        changed = theirs.project != before
        session.file = theirs
        session.problem = ""
        session.history.rebase(theirs.project)
        self._both.reselect(before)
        if changed and not session.history.holder:  # who looks on was told that it is so
            self._tell("crops.toml was changed by another program; it is shown as it is now.")
        self._app.draw()

    async def _gone(self) -> None:
        """Programs that write anew may take a file away for a moment."""
        self._missing += 1
        if self._missing < 3:
            return
        if self._session.is_saved and not self._reloading:
            self._tell_once("crops.toml is not there any more; put it back, or use Reload.")
        else:
            await self._both.ask(None)

    def _tell_once(self, words: str) -> None:
        if words != self._told:
            self._told = words
            self._tell(words, True)

    def _tell(self, words: str, problem: bool = False) -> None:
        self._app.notify(
            plain(words), severity="warning" if problem else "information", markup=False
        )
