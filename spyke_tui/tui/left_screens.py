"""Screens that were closed before all their parts were there: keys can be that quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual._context import active_message_pump
from textual.screen import Screen

if TYPE_CHECKING:
    from textual.app import App


def has_left(app: App[None]) -> bool:
    """Whether what is being done now is for a part of a screen that is open no longer."""
    part = active_message_pump.get(None)
    if part is None or part is app:
        return False
    if part._closing:
        return True
    around = (part, *getattr(part, "ancestors", ()))
    screen = next((one for one in around if isinstance(one, Screen)), None)
    return screen not in app.screen_stack
