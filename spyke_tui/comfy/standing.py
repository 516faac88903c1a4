"""How a run stands with one server: whether it is there, and whether anything is sent to it."""

from __future__ import annotations

import asyncio
import time

from spyke_tui.errors import ServerError
from spyke_tui.model.run_view import ServerState


class Standing:
    """The state of one server for people, and what its tasks wait for.

    Two things are kept apart: `up`, whether it answers; and `free`, whether we send anything. One
    that is held (it refused, or everything fails on it) may still bring what it has already.
    """

    def __init__(self) -> None:
        self.state: ServerState = "connecting"
        self.message = self.hint = ""
        self.up = asyncio.Event()
        self.free = asyncio.Event()
        self.free.set()
        self._away_since = 0.0

    @property
    def is_up(self) -> bool:
        return self.up.is_set()

    @property
    def is_held(self) -> bool:
        return not self.free.is_set()

    @property
    def away_seconds(self) -> float:
        """For how long it has not answered; 0 while it does."""
        return time.monotonic() - self._away_since if self._away_since else 0.0

    def works(self, working: bool) -> None:
        """Whether it has anything of ours to do, as far as we know."""
        if self.state in ("idle", "working") and self.is_up:
            self.state = "working" if working else "idle"

    def come_up(self) -> bool:
        """It answers; whether it was away before."""
        was_away, self._away_since = self._away_since > 0.0, 0.0
        if self.is_up:
            return False
        self.up.set()
        if not self.is_held:
            self.state, self.message, self.hint = "idle", "", ""
        return was_away

    def go_away(self, error: ServerError) -> bool:
        """It does not answer; whether that is news."""
        self.up.clear()
        is_news, now = not self._away_since, time.monotonic()
        self._away_since = self._away_since or now
        if not self.is_held:
            self.state, self.message, self.hint = "unreachable", error.message, error.hint
        return is_news

    def hold(self, message: str, hint: str = "") -> None:
        """Send nothing more until released."""
        self.free.clear()
        self.state, self.message, self.hint = "refused", message, hint

    def release(self) -> None:
        if self.is_held:
            self.state = "idle" if self.is_up else "connecting"
            self.message = self.hint = ""
            self.free.set()
