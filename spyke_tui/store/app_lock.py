"""One app that writes to a project at a time; a second one looks on."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

from spyke_tui.errors import ProjectLockedError, WriteError
from spyke_tui.model.layout import Layout
from spyke_tui.store.fence import is_inside
from spyke_tui.store.lock import Hold, take

PATIENCE = 5.0
"""Seconds between two looks whether somebody on another machine is still there."""


class AppLock:
    """Held while the app is open; the kernel frees it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: Hold | None = None
        self._nobody_kept_out = False
        self._holder = ""
        self._next_look = 0.0
        self.left_behind = ""
        """Who had it before and did not give it back (killed, or a machine that went)."""

    @classmethod
    def of(cls, layout: Layout, project_folder: Path) -> AppLock:
        """That of a project; `project_folder` is the folder of its crops.toml."""
        lock = cls(layout.own / "app.lock")
        lock._nobody_kept_out = not is_inside(layout.own, project_folder, layout.root.parent)
        return lock

    def take(self) -> str:
        """Take the lock; who has it, in words, where it can't be had. Cheap to ask often.

        Where no lock file can be written, or only where a link leads, nobody is kept out.
        """
        if self._held is not None or self._nobody_kept_out:
            return ""
        if monotonic() < self._next_look:
            return self._holder
        try:
            self._held = take(self.path, "spyke-tui")
        except ProjectLockedError as error:
            self._holder = error.holder or "another instance"
            self._next_look = monotonic() + (0 if error.is_here else PATIENCE)
            return self._holder
        except (WriteError, OSError, ValueError):
            self._nobody_kept_out = True
            return ""
        left = self._held.left_behind
        self.left_behind = left.words() if left is not None else ""
        return ""

    def beat(self) -> str:
        """Give a sign of life; who has taken it, where somebody did while this machine slept."""
        if self._held is None:
            return ""
        taken = self._held.beat()
        if taken is None:
            return ""
        self.release()
        self._holder = taken.words()
        return self._holder

    def release(self) -> None:
        if self._held is not None:
            self._held.release()
            self._held = None
