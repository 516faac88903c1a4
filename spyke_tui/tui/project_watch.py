"""crops.toml while the app is open: changed by an editor or git, or held by another instance."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from spyke_tui.errors import ProjectFileError, SpykeError
from spyke_tui.model.layout import Layout
from spyke_tui.model.patch import Patch, PatchError, patch_between, patched
from spyke_tui.store.app_lock import AppLock
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start

if TYPE_CHECKING:
    from spyke_tui.store.crops_file import CropsFile
    from spyke_tui.tui.spyke_app import SpykeApp

PAUSE = 0.4
"""Seconds between two looks at the file."""

TITLE = "crops.toml was changed by another program, and here too"


class ProjectWatch:
    """Looks at the file in a thread, follows it, and asks where both sides changed."""

    def __init__(self, app: SpykeApp) -> None:
        self._app = app
        self._session = app.session
        layout = Layout.of(self._session.project.dataset, self._session.file.folder)
        self._lock = AppLock(layout.own / "app.lock")
        self._told = ""
        self._asked = ""
        self._missing = 0
        self._reloading = False

    def begin(self) -> None:
        """Take the project, or look on; then watch the file until the app ends."""
        holder = self._lock.take()
        self._session.history.holder = holder
        if holder:
            self._tell(
                f"Read-only: {holder} has this project open. What it saves is shown here.", True
            )
        ours = self._session.file.path.with_name(f"{self._session.file.path.name}.ours")
        if ours.exists():
            self._tell(
                f"{ours.name} holds changes that were never brought into crops.toml: compare "
                "the two, then delete it.",
                True,
            )
        start(self._app, self._run, "watch")

    def end(self) -> None:
        self._lock.release()

    async def reload(self) -> None:
        """Read the file now; where both sides changed, ask again."""
        self._asked = self._told = ""
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
        while True:
            await asyncio.sleep(PAUSE)
            if self._session.history.holder and not self._lock.take():
                self._session.history.holder = ""
                await self._adopt()
                self._tell("The other instance is closed: this one can change the project now.")
                self._app.draw()
            await self._look()

    async def _adopt(self) -> None:
        """Take the steps of the last run."""
        session = self._session
        if not session.history.holder:
            from spyke_tui.store.history_file import load_history

            done, undone = await asyncio.to_thread(load_history, session.file.path)
            session.history.adopt(done, undone)
            session.steps_adopted = True

    async def _look(self) -> bool:
        """Whether the file had anything new to say."""
        session, file = self._session, self._session.file
        try:
            theirs = await asyncio.to_thread(file.news)
        except ProjectFileError as error:
            if not file.path.exists():
                self._gone()
            else:
                self._tell_once(f"{error} What is here stays until it can be read.")
            return True
        self._missing = 0
        if theirs is None or session.file is not file:
            return False
        if session.is_saved or theirs.project == session.project:
            self._follow(theirs)
        else:
            self._ask(theirs)
        return True

    def _follow(self, theirs: CropsFile) -> None:
        """Show what the file says; earlier steps of ours go on where they fit."""
        session, before = self._session, self._session.project
        changed = theirs.project != before
        session.file = theirs
        session.problem = ""
        session.history.rebase(theirs.project)
        session.editor.reselect(before)
        if changed:
            self._tell("crops.toml was changed by another program; it is shown as it is now.")
        self._app.draw()

    # Both sides changed

    def _ask(self, theirs: CropsFile | None) -> None:
        digest = theirs.digest if theirs is not None else "gone"
        if digest == self._asked or not self._app.shows_pane:
            return
        self._asked = digest
        from spyke_tui.tui.screens.question import QuestionScreen

        answers = [("m", "mine: write what is here; theirs is kept in crops.toml.theirs")]
        words = "crops.toml is not there any more."
        if theirs is not None:
            words = "There are unsaved changes here, kept in crops.toml.ours until you choose."
            answers.append(("t", "theirs: show what the file says; undo brings mine back"))
            try:
                patched(theirs.project, self._mine())
            except PatchError as error:
                words += f" They can't be brought together: {error}"
            else:
                answers.insert(0, ("b", "both: their file with my changes in it"))
        words += " Until then nothing here is saved; Reload (palette) asks again."

        def answered(answer: str | None) -> None:
            if answer is not None:
                start(self._app, partial(self._choose, answer, theirs), "choose")

        self._app.push_screen(QuestionScreen(TITLE, words, answers), answered)

    def _mine(self) -> Patch:
        return patch_between(self._session.file.project, self._session.project)

    async def _choose(self, answer: str, theirs: CropsFile | None) -> None:
        session = self._session
        file, before = session.file, session.project
        if answer == "m":
            try:
                await asyncio.to_thread(file.overwrite, before)
            except (SpykeError, OSError) as error:
                self._tell(str(error), True)
                return
            session.problem = ""
        elif theirs is not None:
            if answer == "b":
                try:
                    merged = patched(theirs.project, self._mine())
                except PatchError as error:
                    self._tell(str(error), True)
                    return
                session.history.rebase(merged)
            else:
                with suppress(SpykeError, OSError):
                    await asyncio.to_thread(file.write_beside, before)
                session.history.end_burst()
                session.history.apply("take what the other program wrote", theirs.project)
            session.file = theirs
            session.problem = ""
            session.editor.reselect(before)
        if answer != "t":
            file.drop_beside()
        self._app.autosave.changed()
        self._app.draw()

    def _gone(self) -> None:
        """Programs that write anew may take a file away for a moment."""
        self._missing += 1
        if self._missing < 3:
            return
        if self._session.is_saved and not self._reloading:
            self._tell_once("crops.toml is not there any more; put it back, or use Reload.")
        else:
            self._ask(None)

    def _tell_once(self, words: str) -> None:
        if words != self._told:
            self._told = words
            self._tell(words, True)

    def _tell(self, words: str, problem: bool = False) -> None:
        self._app.notify(
            plain(words), severity="warning" if problem else "information", markup=False
        )
