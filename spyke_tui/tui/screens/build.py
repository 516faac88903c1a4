"""Building the training folder: a bar while it runs, then what came of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import ProgressBar, Static

from spyke_tui.errors import SpykeError
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.background import start
from spyke_tui.tui.stylesheets import stylesheet

if TYPE_CHECKING:
    from spyke_tui.kohya.result import BuildResult
    from spyke_tui.model.project import Project
    from spyke_tui.tui.autosave import Autosave
    from spyke_tui.tui.session import Session


class BuildScreen(ModalScreen[None]):
    """Saves, builds all kept crops in a thread, and tells the result; Esc goes back any time."""

    CSS_PATH = stylesheet("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,b", "dismiss", "Back", show=False),
    ]

    def __init__(self, session: Session, autosave: Autosave) -> None:
        super().__init__()
        self._session = session
        self._autosave = autosave

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content("Build"), classes="title")
            yield ProgressBar(id="bar", show_eta=False)
            with VerticalScroll(id="result"):
                yield Static(Content("Saving ..."), id="verdict", markup=False)

    def on_mount(self) -> None:
        start(self.app, self._run, "build")

    async def _run(self) -> None:
        """Runs as a worker of the app, so that going back does not stop the build."""
        if not await self._autosave.flush():
            self._say(f"Nothing is built, because nothing can be saved: {self._session.problem}")
            return
        self._say("Building ...")
        app, session = self.app, self._session

        def work() -> None:
            from spyke_tui.kohya.build import build_project

            def progress(done: int, total: int, *_: object) -> None:
                app.call_from_thread(self._progress, done, total)

            try:
                result = build_project(
                    session.project, session.file.folder, crops_file=session.file, progress=progress
                )
            except (SpykeError, OSError, MemoryError) as error:
                app.call_from_thread(self._end, f"The build stopped: {error}", True)
            else:
                words = told(result, session.project)
                app.call_from_thread(partial(self._end, words, bool(result.failed)))

        start(app, work, "build-work", thread=True)

    def _progress(self, done: int, total: int) -> None:
        for bar in self.query(ProgressBar):  # none once the user has gone back
            bar.update(total=max(1, total), progress=done)

    def _end(self, words: str, problem: bool) -> None:
        """Tell it here; where the user went back meanwhile, as a message."""
        if self.is_mounted and self.app.screen is self:
            self.query_one(ProgressBar).display = False
            self._say(f"{words}\n\nEsc goes back.")
        else:
            self.app.notify(
                plain(words.partition("\n")[0]),
                title="Build",
                severity="warning" if problem else "information",
                markup=False,
            )

    def _say(self, words: str) -> None:
        for verdict in self.query("#verdict").results(Static):
            verdict.update(Content(words))


def told(result: BuildResult, project: Project) -> str:
    """A build in words: the counts in the first line, what was not meant to be built, then each
    file and crop that needs a look."""
    lines = [
        f"{result.written} written, {result.unchanged} unchanged, {result.removed} removed, "
        f"{len(result.kept)} kept as they are, {len(result.failed)} failed."
    ]
    if drafts := sum(crop.status == "draft" for crop in project.crops):
        are = "drafts are" if drafts > 1 else "draft is"
        lines.append(f"{drafts} {are} not built: Enter in Crops or Set keeps one, M many.")
    lines += [plain(f"! {f.crop}: {f.message} {f.fix}".rstrip()) for f in result.failed]
    lines += [plain(f"- {kept.file}: {kept.why}") for kept in result.kept]
    return "\n".join(lines)
