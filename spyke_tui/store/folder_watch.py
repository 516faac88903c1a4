"""Who waits for files is woken when they change, through the system's own notices (watchfiles).

A waker only: it says that something happened, never what. Whoever waits looks by itself, and goes
on looking now and then: a network file system gives no notice, the system's limits may be
reached, and `watchfiles` may be missing. None of that is an error here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path

STEP_MS = 25
"""Milliseconds of quiet after which a change is told. The watching thread wakes as often; that is
0.14 % of a processor."""
BURST_MS = 100
"""Milliseconds after which a burst that does not end is told all the same."""


class _Stop:
    """Set when nobody waits any more, or when the program has come to its end without saying so:
    no thread may keep it from ending."""

    def __init__(self, ended: Callable[[], bool]) -> None:
        self._ended = ended
        self._stopped = False

    def set(self) -> None:
        self._stopped = True

    def is_set(self) -> bool:
        return self._stopped or self._ended() or not threading.main_thread().is_alive()


class FolderWatch:
    """Calls `wake` with the paths, from a thread of its own, when files that are `wanted` (by their
    path) appear, change or go in one of the folders; folders below them are not watched."""

    def __init__(
        self, wake: Callable[[Collection[str]], object], wanted: Callable[[str], bool]
    ) -> None:
        self._wake = wake
        self._wanted = wanted
        self._watched: tuple[tuple[str, int, int], ...] = ()
        self._ended = False
        self._stop = self._new_stop()

    def _new_stop(self) -> _Stop:
        return _Stop(lambda: self._ended)

    def follow(self, folders: Iterable[Path]) -> None:
        """Watch these folders from now on; quick where they are watched already.

        For a thread, one at a time, again and again: a folder that was away, or was made anew
        under its name, is watched from the next call on.
        """
        found = []
        for folder in dict.fromkeys(map(str, folders)):
            with suppress(OSError, ValueError):
                status = os.stat(folder)
                found.append((folder, status.st_dev, status.st_ino))
        if tuple(found) == self._watched or self._ended:
            return
        self._stop.set()
        self._watched, self._stop = tuple(found), self._new_stop()
        if found:
            names, stop = [folder for folder, _, _ in found], self._stop
            threading.Thread(target=self._run, args=(names, stop), name="folders").start()

    def end(self) -> None:
        """Let go; the thread is gone within `STEP_MS`."""
        self._ended = True

    def _run(self, folders: list[str], stop: _Stop) -> None:
        with suppress(Exception):  # limits reached, folder gone: the looks now and then remain
            from watchfiles import watch

            def wanted(_change: object, path: str) -> bool:
                return self._wanted(path)

            for changes in watch(
                *folders, watch_filter=wanted, debounce=BURST_MS, step=STEP_MS, stop_event=stop,
                recursive=False, force_polling=False,
            ):  # fmt: skip
                if stop.is_set():
                    break
                self._wake({path for _, path in changes})
