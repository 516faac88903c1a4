"""One app that writes to a project at a time; a second one looks on."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path
from time import strftime

from spyke_tui.errors import ProjectLockedError, WriteError
from spyke_tui.store.lock import exclusive


class AppLock:
    """Held while the app is open; the kernel frees it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: ExitStack | None = None

    def take(self) -> str:
        """Take the lock; who has it, in words, where it can't be had.

        Where no lock file can be written nobody is kept out.
        """
        if self._held is not None:
            return ""
        stack = ExitStack()
        purpose = f"spyke-tui on {socket.gethostname()}, since {strftime('%H:%M')}"
        try:
            stack.enter_context(exclusive(self._path, purpose))
        except ProjectLockedError:
            return self._holder()
        except (WriteError, OSError, ValueError):
            pass
        self._held = stack
        return ""

    def release(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def _holder(self) -> str:
        try:
            words = self._path.read_text("utf-8", "replace")[:200]
        except OSError:
            words = ""
        return " ".join(words.split()) or "another instance"
