"""The actions as commands of Textual's palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from spyke_tui.actions import EVERYWHERE, PANES, Action
from spyke_tui.tui.keymap import keys_of
from spyke_tui.tui.screens.pane import PaneScreen

if TYPE_CHECKING:
    from spyke_tui.tui.spyke_app import SpykeApp


class ActionCommands(Provider):
    """The actions of the pane in front, then those of all panes."""

    async def discover(self) -> Hits:
        for action in self._actions():
            yield DiscoveryHit(_title(action), self._runner(action), help=_help(action))
        title, words = self._pictures()
        yield DiscoveryHit(title, partial(self.app.notify, words, markup=False), help=words)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        title, words = self._pictures()
        if (score := matcher.match(f"{title}  {words}")) > 0:
            tell = partial(self.app.notify, words, markup=False)
            yield Hit(score, matcher.highlight(title), tell, help=words)
        for action in self._actions():
            text = f"{_title(action)}  {action.help}"
            score = matcher.match(text)
            if score > 0:
                yield Hit(
                    score,
                    matcher.highlight(_title(action)),
                    self._runner(action),
                    help=_help(action),
                )

    def _pictures(self) -> tuple[str, str]:
        """How pictures are drawn here, and why."""
        choice = cast("SpykeApp", self.app).session.choice
        return f"Pictures: {choice.protocol}", choice.why or choice.found or "as asked for"

    def _actions(self) -> tuple[Action, ...]:
        screen = self.screen
        keyboard = cast("SpykeApp", self.app).session.keyboard
        own = keyboard.actions_of(screen.PANE) if isinstance(screen, PaneScreen) else ()
        return own + keyboard.actions_of(EVERYWHERE)

    def _runner(self, action: Action) -> partial[None]:
        app = cast("SpykeApp", self.app)
        # The palette closes first, so that the action finds the pane in front.
        return partial(_run_later, app, action.id)


def _run_later(app: SpykeApp, action: str) -> None:
    app.call_later(app.do, action)


def _title(action: Action) -> str:
    pane = PANES.get(action.pane)
    return f"{pane}: {action.label}" if pane else action.label


def _help(action: Action) -> str:
    keys = keys_of(action)
    return f"{action.help}  ({keys})" if keys else action.help
