"""Keys of one packet, each for the field that has the focus by then.

Over a slow line keys come several at once. The app gives all of them to the field that has the
focus when the packet comes, and Textual acts on a Tab only after it has gone up through all
parents: what was typed behind it would stay with the field before.
"""

from __future__ import annotations

from textual import events
from textual.widget import Widget


class FormKeys(Widget):
    """For fields: keys that lead elsewhere act at once, and those behind them follow the focus."""

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            focused = self.screen.focused
            if focused is not None and focused is not self:
                focused.post_message(event)
                return
        await super().on_event(event)

    async def on_key(self, event: events.Key) -> None:
        if not event.is_printable and await self.app._check_bindings(event.key):
            event.stop()
            event.prevent_default()
