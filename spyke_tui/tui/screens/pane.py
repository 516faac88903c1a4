"""What the screens of all panes have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.screen import Screen

from spyke_tui.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from spyke_tui.tui.session import Session
    from spyke_tui.tui.spyke_app import SpykeApp


class PaneScreen(Screen[None]):
    """A pane: it knows its id, runs its own actions, and is drawn from the session."""

    PANE: ClassVar[str] = ""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    @property
    def spyke(self) -> SpykeApp:
        return cast("SpykeApp", self.app)

    def do(self, action: str) -> None:
        """Run an action of this pane, by its id in the table of actions."""

    def draw(self) -> None:
        """Bring the widgets in line with the session."""

    def action_do(self, action: str) -> None:
        self.do(action)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < StatusLine.WIDE, "-narrow")
        self.set_class(event.size.width >= 160 and event.size.height >= 40, "-large")

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self.draw()
