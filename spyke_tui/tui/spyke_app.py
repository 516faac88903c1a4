"""The app: it owns the session, the theme and the panes, and nothing of what they do."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.css.query import NoMatches
from textual.worker import Worker

from spyke_tui.actions import PANES
from spyke_tui.errors import SpykeError
from spyke_tui.model.history import ReadOnlyError
from spyke_tui.store.config import FILE_NAME
from spyke_tui.terminal.cells import plain
from spyke_tui.tui.autosave import Autosave
from spyke_tui.tui.background import start, tell_failure
from spyke_tui.tui.bold_black import NoBoldBlack
from spyke_tui.tui.key_line import Acted, KeyLine
from spyke_tui.tui.keymap import bindings_of, keymap_of
from spyke_tui.tui.last_filter import NoCommands
from spyke_tui.tui.left_screens import has_left
from spyke_tui.tui.messages import CaptionsNotWritten, SaveFailed
from spyke_tui.tui.pictures import Pictures
from spyke_tui.tui.resizes import Resizes
from spyke_tui.tui.screens.crops import CropsScreen
from spyke_tui.tui.screens.pane import PaneScreen
from spyke_tui.tui.session import Session
from spyke_tui.tui.stylesheets import stylesheet
from spyke_tui.tui.terminal_driver import end_on_signals, tidy_driver
from spyke_tui.tui.themes import DARK, LIGHT, starts_dark, theme_name
from spyke_tui.tui.writer import TerminalWriter

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.command import Provider
    from textual.driver import Driver
    from textual.filter import LineFilter
    from textual.notifications import Notify, SeverityLevel
    from textual.screen import Screen

    from spyke_tui.tui.caption_disk import DiskCaptions
    from spyke_tui.tui.project_watch import ProjectWatch
    from spyke_tui.tui.run_watch import RunWatch


WHY = 12.0
"""Seconds to read why there are no real pictures, and what to do about it."""
WHY_AGAIN = 3.0
"""The same, where this project was opened with the same words before: they cover the panes."""


def _action_commands() -> type[Provider]:
    """Imported when the palette is first opened."""
    from spyke_tui.tui.palette import ActionCommands

    return ActionCommands


def _collect_again() -> None:
    """The first frame is there: what start-up made stays, the rest is collected from now on."""
    gc.freeze()
    gc.enable()


class SpykeApp(App[None]):
    """spyke-tui on one project."""

    TITLE = "spyke-tui"
    DEFAULT_MODE = "crops"
    CSS_PATH = stylesheet("base", "crops")
    COMMANDS: ClassVar = {_action_commands}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("", "app")]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.pictures = Pictures()
        hung = session.choice.terminal.anchors is not None
        self.writer = TerminalWriter(self, through_tmux=hung, uneven=session.choice.is_uneven_now)
        self.autosave = Autosave(self, session)
        self.resizes = Resizes(self)
        self.project_watch: ProjectWatch | None = None
        self.runs: RunWatch | None = None
        self.keys = KeyLine(self, super().on_event)
        self._captions_on_disk: DiskCaptions | None = None
        self._leaving = False
        self._last_filter = NoCommands()
        self._pane = "crops"
        self.add_mode("crops", lambda: CropsScreen(session, self.size, self.current_theme.dark))
        self.add_mode("sheets", self._sheets_screen)
        self.add_mode("captions", self._captions_screen)
        self.add_mode("set", self._set_screen)
        self.add_mode("reg", self._regularization_screen)
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        dark = starts_dark(session.left_at.get("dark"))
        name, unknown = theme_name(session.config.theme, dark, self.available_themes)
        self._config_problems = [*session.config.problems, *session.keyboard.problems, *unknown]
        # Not `self.theme = name`: that would parse all styles once more before the first frame.
        self.set_reactive(App.theme, name)

    def get_line_filters(self) -> Sequence[LineFilter]:
        few = [NoBoldBlack()] if self.console.color_system == "standard" else []
        return [*super().get_line_filters(), *few, self._last_filter]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002
    ) -> None:
        """Tell something; what comes from files is shown as letters, never as markup."""
        clean = "\n".join(map(plain, message.split("\n")))
        super().notify(clean, title=plain(title), severity=severity, timeout=timeout, markup=False)

    def on_notify(self, event: Notify) -> None:
        """What stands there already, in the same words, is not said twice: a key that is refused,
        pressed again and again, would fill the screen."""
        said = event.notification
        for other in list(self._notifications):
            if (other.message, other.severity) == (said.message, said.severity):
                self._unnotify(other, refresh=False)

    def action_help_quit(self) -> None:
        """ctrl+c, which ends most programs: Textual's own words would show their markup here."""
        self.notify("q quits (Esc first, where a text field takes it); all is saved.")

    def get_driver_class(self) -> type[Driver]:
        return tidy_driver(super().get_driver_class())

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        self.writer.painted(renderable)

    def on_resize(self) -> None:
        self.resizes.came()

    def on_mount(self) -> None:
        self.call_after_refresh(_collect_again)
        end_on_signals(self)
        if why := self.session.choice.why:
            self.notify(why, timeout=WHY_AGAIN if self.session.left_at.get("why") == why else WHY)
            self.session.left_at["why"] = why  # kept with the place where the user is
        self._tell_config()
        self.call_after_refresh(self._watch_project)

    def on_unmount(self) -> None:
        self._let_go()

    def _watch_project(self) -> None:
        """Take the project, or look on; the first frame does not wait for it."""
        from spyke_tui.tui.project_watch import ProjectWatch

        self.project_watch = ProjectWatch(self)
        self.project_watch.begin()
        from spyke_tui.tui.run_watch import RunWatch

        self.runs = RunWatch(self)
        self.runs.begin()

    def _let_go(self) -> None:
        if self.project_watch is not None:
            self.project_watch.end()

    def _tell_config(self) -> None:
        """Take the user's keys; what is wrong with the settings is told in one line."""
        if self.session.keyboard.changed:
            self.set_keymap(keymap_of(self.session.keyboard))
        if self._config_problems:
            first, *more = self._config_problems
            words = f"{FILE_NAME}: {first}"
            if more:
                words += f" And {len(more)} more: see the help."
            self.notify(plain(words), severity="warning", markup=False)

    @property
    def failure(self) -> Exception | None:
        """What the app crashed with."""
        return self._exception

    def _handle_exception(self, error: Exception) -> None:
        """What is refused in an answer to a question is told; all else ends the app."""
        if isinstance(error, SpykeError) and self.is_running:
            self.notify(plain(str(error)), severity="warning", markup=False)
        elif self._exit or (isinstance(error, NoMatches) and has_left(self)):
            pass  # all is saved and on its way out; or a key closed it before its parts were there
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """A crash ends the app; whoever runs it says so. Textual would print a traceback."""
        self._close_messages_no_wait()

    # Actions of all panes

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What is refused within is told; the app goes on."""
        try:
            yield
        except SpykeError as error:
            self.notify(plain(str(error)), severity="warning", markup=False)

    def do(self, action: str) -> None:
        """Run an action by its id: one of all panes here, one of a pane on its screen."""
        with self.telling():
            self._act(action)

    def _act(self, action: str) -> None:
        everywhere: dict[str, Callable[[], object]] = {
            "pane.next": lambda: self._turn_pane(1),
            "pane.previous": lambda: self._turn_pane(-1),
            "project.save": lambda: start(self, self._save_now, "save-now"),
            "project.build": self._build,
            "project.dataset": self.edit_dataset,
            "project.reload": self._reload,
            "edit.undo": lambda: self._travel("undo"),
            "edit.redo": lambda: self._travel("redo"),
            "app.palette": self.action_command_palette,
            "app.help": self._help,
            "app.theme": self._turn_theme,
            "app.redraw": self.writer.draw_all,
            "app.quit": lambda: start(self, self._leave, "leave"),
            **{f"pane.{pane}": partial(self.open_pane, pane) for pane in PANES},
        }
        if action in everywhere:
            everywhere[action]()
        elif self.front is not None:
            self.front.do(action)

    def action_do(self, action: str) -> None:
        self.do(action)

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste):
            await super().on_event(event)
        elif not self.screen_stack:
            pass  # it was on its way when the last screen was closed
        elif event.is_forwarded:
            await super().on_event(event)
        else:
            await self.keys.take(event)

    def on_acted(self, event: Acted) -> None:
        self.keys.acted(event)

    async def action_quit(self) -> None:
        await self._leave()

    def open_pane(self, pane: str) -> None:
        """Show a pane; its screen is made when it is first wanted."""
        if pane == self._pane or self.front is None:
            return
        self._pane = pane
        self.switch_mode(pane)

    def _sheets_screen(self) -> Screen[None]:
        from spyke_tui.tui.screens.sheets import SheetsScreen

        return SheetsScreen(self.session, self.size)

    def _captions_screen(self) -> Screen[None]:
        from spyke_tui.tui.screens.captions import CaptionsScreen

        return CaptionsScreen(self.session, self.size, self.current_theme.dark)

    def _regularization_screen(self) -> Screen[None]:
        from spyke_tui.tui.screens.regularization import RegularizationScreen

        return RegularizationScreen(self.session, self.size, self.current_theme.dark)

    def _set_screen(self) -> Screen[None]:
        from spyke_tui.tui.screens.set import SetScreen

        return SetScreen(self.session, self.size, self.current_theme.dark)

    def _turn_pane(self, by: int) -> None:
        panes = list(PANES)
        self.open_pane(panes[(panes.index(self._pane) + by) % len(panes)])

    def _travel(self, way: str) -> None:
        editor = self.session.editor
        label = editor.undo() if way == "undo" else editor.redo()
        if label is None:
            self.notify(f"There is nothing to {way}.", markup=False, timeout=2)
            return
        self.autosave.changed()
        self.draw()
        if self.front is not None:
            self.front.travelled(f"{'Undone' if way == 'undo' else 'Done again'}: {label}.")

    def _turn_theme(self) -> None:
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name

    @property
    def captions_on_disk(self) -> DiskCaptions:
        """Caption files that somebody else changed."""
        if self._captions_on_disk is None:
            from spyke_tui.tui.caption_disk import DiskCaptions

            self._captions_on_disk = DiskCaptions(self)
        return self._captions_on_disk

    @property
    def offers_captions(self) -> bool:
        """Whether the Captions pane is in front, which says itself what changed on the disk."""
        return self._pane == "captions"

    @property
    def front(self) -> PaneScreen | None:
        """The pane in front; None where something is over it, or once the screens are closed:
        what was on its way then (a save is told of, a run has gone on) still arrives."""
        top = self.screen_stack[-1] if self.screen_stack else None
        return top if isinstance(top, PaneScreen) else None

    def draw(self) -> None:
        """Bring the pane in front in line with the session."""
        if self.front is not None and self.front.is_mounted:
            self.front.draw()

    # The project

    async def _save_now(self) -> None:
        if await self.autosave.flush():
            self.draw()

    def _build(self) -> None:
        from spyke_tui.tui.screens.build import BuildScreen

        if holder := self.session.history.holder:
            raise ReadOnlyError(f"Nothing is built here: {holder} has this project open.")
        if self.front is not None:
            self.push_screen(BuildScreen(self.session, self.autosave))

    def edit_dataset(self, field: str = "") -> None:
        """The form for what holds for the whole set, at this field (``targets.images``)."""
        from spyke_tui.tui.screens.dataset_settings import DatasetScreen

        if self.front is not None:
            self.push_screen(DatasetScreen(self, field), lambda _: self.draw())

    def _reload(self) -> None:
        if self.project_watch is not None:
            start(self, self.project_watch.reload, "reload")

    def _help(self) -> None:
        from spyke_tui.tui.screens.help import HelpScreen

        if self.front is not None:
            problems = [f"{FILE_NAME}: {one}" for one in self._config_problems]
            self.push_screen(HelpScreen(self.front.PANE, self.session.keyboard, problems))

    async def _leave(self) -> None:
        """Save, then quit. What can't be saved is said; the second q leaves anyway."""
        if not self._leaving and self.runs is not None and self.runs.alive:
            from spyke_tui.tui.run_leaving import settled

            if not await settled(self, self.runs):
                return
        saved = await self.autosave.flush()
        if saved or self._leaving:
            self.session.remember(dark=self.current_theme.dark)
            self._let_go()
            self.exit()
            return
        self._leaving = True
        self.notify(
            plain(f"Not saved: {self.session.problem} q again leaves without saving."),
            severity="error",
            markup=False,
        )

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_failure(self, event)

    def on_project_saved(self) -> None:
        self._leaving = False
        self.draw()

    def on_captions_not_written(self, event: CaptionsNotWritten) -> None:
        words = f"crops.toml is saved, the captions are not: {event.problem}"
        self.notify(plain(words), severity="warning", markup=False)

    def on_save_failed(self, event: SaveFailed) -> None:
        if event.problem:
            self.notify(plain(f"Not saved: {event.problem}"), severity="error", markup=False)
        self.draw()
