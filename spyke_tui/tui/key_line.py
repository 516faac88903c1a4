"""Keys in the order in which they came, each for whatever has the focus by then.

Over a slow line keys come several at once. Textual gives all of them to the widget that has the
focus when they come, but acts on each one later, on its way up through all parents: what was typed
behind a key that opens another pane, a dialog or a field would act on the one before.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import events
from textual.message import Message
from textual.widgets import Input

if TYPE_CHECKING:
    from textual.app import App
    from textual.message_pump import MessagePump
    from textual.screen import Screen
    from textual.widget import Widget

PATIENCE = 1.0
"""Seconds after which a key counts as done: what it was for is gone perhaps, or very busy."""

Typed = events.Key | events.Paste


class Acted(Message):
    """Goes the way of a key, right behind it: where it arrives, the key has been acted on.

    And once more, behind the messages that this made: a field that was submitted, say.
    """

    bubble = True

    def __init__(self, number: int, target: MessagePump, *, again: bool = True) -> None:
        super().__init__()
        self.number = number
        self.target = target
        self.again = again


class KeyLine:
    """Lets the next key through when the one before has done what it does."""

    def __init__(self, app: App[Any], give: Callable[[Typed], Awaitable[None]]) -> None:
        """`give` hands an event to whatever has the focus."""
        self._app = app
        self._give = give
        self._waiting: deque[Typed] = deque()
        self._number = 0
        self._acting = False
        self._opening = 0
        self._screen: Screen[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_idle(self) -> bool:
        """Whether every key that came has been acted on."""
        return not self._acting and not self._waiting

    async def take(self, event: Typed) -> None:
        """An event has come."""
        if self._acting:
            self._waiting.append(event)
        else:
            await self._let_through(event)

    def acted(self, event: Acted) -> None:
        """A key has been acted on; where it opened a screen, wait for that."""
        number, target = event.number, event.target
        if number != self._number or not self._acting or not self._app.screen_stack:
            return
        if event.again and target.post_message(Acted(number, target, again=False)):
            return
        # Once more through the queue: what the key asked for (the focus, say) comes before.
        go_on = partial(self._app.call_later, self._go_on, number)
        screen = self._app.screen
        if screen is self._screen or not screen.call_after_refresh(go_on):
            go_on()

    def waiting_for(self, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """`work`, which opens something that keys go to, for a worker: they wait until it ends."""
        self._opening += 1

        async def opened() -> None:
            try:
                await work()
            finally:
                self._opening -= 1
                self._app.call_later(self._go_on, self._number)

        return opened

    async def _let_through(self, event: Typed) -> None:
        focused = self._app.focused
        if isinstance(event, events.Key) and _stays(event, focused):
            await self._give(event)
            return
        self._acting = True
        self._number += 1
        self._screen = self._app.screen
        await self._give(event)
        acted = Acted(self._number, focused or self._screen)
        if not event.is_forwarded or not acted.target.post_message(acted):
            self.acted(acted)  # a binding with priority has taken it, or its place is gone
        go_on = partial(self._app.call_later, self._go_on, self._number, late=True)
        self._timer = asyncio.get_running_loop().call_later(PATIENCE, go_on)

    async def _go_on(self, number: int, late: bool = False) -> None:
        if number != self._number or not self._acting or (self._opening > 0 and not late):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._acting = False
        while self._waiting and not self._acting and self._app.screen_stack:
            await self._let_through(self._waiting.popleft())


def _stays(event: events.Key, focused: Widget | None) -> bool:
    """Whether a key leads nowhere else: those that move a rectangle, of which many come when they
    are held, and letters for a field."""
    if isinstance(focused, Input):
        return event.is_printable
    return event.key in getattr(focused, "nudges", ())
