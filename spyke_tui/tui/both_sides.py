"""crops.toml was changed by another program and here too: both versions are kept, and the user says
what becomes of them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from spyke_tui.errors import SpykeError
from spyke_tui.model.merging import CantMergeError, Merge, merge
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start

if TYPE_CHECKING:
    from spyke_tui.model.project import Project
    from spyke_tui.store.crops_file import CropsFile
    from spyke_tui.tui.screens.conflict import Sides
    from spyke_tui.tui.spyke_app import SpykeApp

TITLE = "crops.toml was changed by another program, and here too"


class BothSides:
    """Asks, and brings the two together or takes one of them."""

    def __init__(self, app: SpykeApp) -> None:
        self._app = app
        self._session = app.session
        self._asked = ""
        self._kept = f"{self._session.file.path.name}.ours"

    def ask_again(self) -> None:
        """The next `ask` asks, whatever was asked before."""
        self._asked = ""

    async def ask(self, theirs: CropsFile | None) -> None:
        """Ask once for each version of the file; `theirs` is None where it is gone."""
        digest = theirs.digest if theirs is not None else "gone"
        if digest == self._asked or self._app.front is None:
            return
        self._asked = digest
        with suppress(SpykeError, OSError):  # also where the next save is still to come
            kept = await asyncio.to_thread(self._session.file.write_beside, self._session.project)
            self._kept = kept.name
        words = "crops.toml is not there any more."
        both: Merge | None = None
        if theirs is not None:
            words = f"There are unsaved changes here, kept in {self._kept} until you choose."
            try:
                both = merge(self._session.file.project, self._session.project, theirs.project)
            except CantMergeError as error:
                words += f" They can't be brought together: {error}"
        if theirs is not None and both is not None and both.clashes:
            self._show_clashes(both, theirs)
        else:
            self._question(words, both, theirs)

    def _show_clashes(self, both: Merge, theirs: CropsFile) -> None:
        from spyke_tui.tui.screens.conflict import ConflictScreen

        def chosen(sides: Sides | None) -> None:
            if sides is None:
                self._tell(
                    "Nothing was chosen and nothing is saved here until it is: Reload (palette) "
                    f"asks again. Mine is kept in {self._kept}.",
                    True,
                )
            else:
                start(self._app, partial(self._bring_together, both, theirs, sides), "choose")

        self._app.push_screen(ConflictScreen(both), chosen)

    def _question(self, words: str, both: Merge | None, theirs: CropsFile | None) -> None:
        from spyke_tui.tui.screens.question import QuestionScreen

        answers = [("m", "mine: write what is here; theirs is kept in crops.toml.theirs")]
        if theirs is not None:
            answers.append(("t", "theirs: show what the file says; undo brings mine back"))
        if both is not None:
            answers.insert(0, ("b", "both: their file with my changes in it"))
        words += " Until then nothing here is saved; Reload (palette) asks again."

        def answered(answer: str | None) -> None:
            if answer == "b" and both is not None and theirs is not None:
                start(self._app, partial(self._bring_together, both, theirs, {}), "choose")
            elif answer is not None:
                start(self._app, partial(self._take_side, answer, theirs), "choose")

        self._app.push_screen(QuestionScreen(TITLE, words, answers), answered)

    async def _bring_together(self, both: Merge, theirs: CropsFile, sides: Sides) -> None:
        """Save both versions, then write the one made of them; undo brings mine back.

        A version of which something was given up stays beside crops.toml.
        """
        session = self._session
        file, before = session.file, session.project
        try:
            mine, chosen = both.all_of("mine"), both.result(sides)
            my_copy = await asyncio.to_thread(file.write_beside, before)
            their_copy = await asyncio.to_thread(theirs.keep_copy)
        except (SpykeError, OSError, CantMergeError) as error:
            self._tell(str(error), True)
            return
        given_up = {"theirs" if side == "mine" else "mine" for side in sides.values()}
        session.history.rebase(mine)
        taken = ", ".join(name for (_, name), side in sides.items() if side == "theirs")
        session.history.apply(f"take theirs: {taken}", chosen)
        session.file = theirs
        session.problem = ""
        self.reselect(before)
        self._app.draw()
        if not await self._app.autosave.flush():
            return
        if "theirs" not in given_up:
            their_copy.unlink(missing_ok=True)
        if "mine" not in given_up:
            file.drop_beside()
        if given_up:
            names = {"mine": my_copy.name, "theirs": their_copy.name}
            where = [f"{side} in {name}" for side, name in names.items() if side in given_up]
            self._tell(f"What was given up is kept: {' and '.join(where)}.")

    async def _take_side(self, answer: str, theirs: CropsFile | None) -> None:
        session = self._session
        file, before = session.file, session.project
        if answer == "m":
            try:
                await asyncio.to_thread(file.overwrite, before)
            except (SpykeError, OSError) as error:
                self._tell(str(error), True)
                return
            session.problem = ""
            file.drop_beside()
        elif theirs is not None:
            with suppress(SpykeError, OSError):
                await asyncio.to_thread(file.write_beside, before)
            session.history.end_burst()
            session.history.apply("take what the other program wrote", theirs.project)
            session.file = theirs
            session.problem = ""
            self.reselect(before)
        self._app.autosave.changed()
        self._app.draw()

    def reselect(self, before: Project) -> None:
        """What was selected stays selected, wherever it stands in the file by now."""
        editor = self._session.editor
        was = before.crops[editor.index] if 0 <= editor.index < len(before.crops) else None
        if was is None or not editor.select_id(was.id):
            editor.reselect(self._session.project)

    def _tell(self, words: str, problem: bool = False) -> None:
        self._app.notify(
            plain(words), severity="warning" if problem else "information", markup=False
        )
