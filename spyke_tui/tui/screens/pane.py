"""What the screens of all panes have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.strip import Strip
from textual.worker import Worker

from spyke_tui.tui.background import tell_failure
from spyke_tui.tui.widgets.cell_pane import TextPane
from spyke_tui.tui.widgets.frames import blank_lines
from spyke_tui.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from textual.message import Message

    from spyke_tui.tui.session import Session
    from spyke_tui.tui.spyke_app import SpykeApp

NARROW, LARGE, LOW = "-narrow", "-large", "-low"
"""Classes of the screens by the terminal's size; the style sheets have the measures."""


class PaneScreen(Screen[None]):
    """A pane: it knows its id, runs its own actions, and is drawn from the session."""

    PANE: ClassVar[str] = ""

    def __init__(self, session: Session, size: Size) -> None:
        """`size` is the terminal's, so that the first layout is the right one."""
        super().__init__(classes=" ".join(_classes_of(size)))
        self.session = session

    @property
    def spyke(self) -> SpykeApp:
        return cast("SpykeApp", self.app)

    @property
    def is_mounted(self) -> bool:
        """Whether its widgets are there: not before it is composed, nor while they are taken away
        at the end."""
        return super().is_mounted and not self._pruning

    @property
    def is_attached(self) -> bool:
        """Whether it is part of the app, and stays it."""
        return super().is_attached and not self._pruning

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Work in the background that fails is told; the app goes on."""
        tell_failure(self.app, event)

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self.recolour())

    def recolour(self) -> None:
        """The theme has changed: paint again what Textual does not paint by itself."""
        for pane in self.query(TextPane):
            pane.draw()

    def do(self, action: str) -> None:
        """Run an action of this pane, by its id in the table of actions."""

    def travelled(self, words: str) -> None:
        """A step was undone or done again; a pane with a place for a remark says which."""

    def captions_changed(self) -> None:
        """Somebody else changed caption files."""

    def draw(self) -> None:
        """Bring the widgets in line with the session."""

    def action_do(self, action: str) -> None:
        if not self.is_mounted:
            return  # a key that was there before the pane
        with self.spyke.telling():
            self.do(action)

    async def _dispatch_message(self, message: Message) -> None:
        with self.spyke.telling():
            await super()._dispatch_message(message)

    def on_resize(self, event: events.Resize) -> None:
        wanted = _classes_of(event.size)
        for name in (NARROW, LARGE, LOW):
            self.set_class(name in wanted, name)

    def render_lines(self, crop: Region) -> list[Strip]:
        return blank_lines(self, crop)

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self.draw()


def _classes_of(size: Size) -> list[str]:
    if size.width < StatusLine.WIDE:
        return [NARROW, LOW] if size.height < 24 else [NARROW]
    if size.height < 33:
        return [LOW]
    return [LARGE] if size.width >= 160 and size.height >= 40 else []
