"""Loaded by a program under torture, never by the product: notes every state that its user had.

A line of $SPYKE_TORTURE_LOG is the monotonic time in nanoseconds and the state's word. Appending
is one system call, so the note survives whatever happens to the program next.
"""

import os
import sys
import time

_LOG = os.environ.get("SPYKE_TORTURE_LOG")


def _watch() -> None:
    from torture_state import word_of

    from spyke_tui.model.history import History

    handle = os.open(_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    last = [None]

    def note(history: History) -> None:
        if history.project is not last[0]:
            last[0] = history.project
            line = f"{time.monotonic_ns()} {word_of(history.project)}\n"
            os.write(handle, line.encode())

    def watched(name: str) -> None:
        real = getattr(History, name)

        def method(self: History, *args: object, **options: object) -> object:
            try:
                return real(self, *args, **options)
            finally:
                note(self)

        setattr(History, name, method)

    for name in ("__init__", "apply", "rebase", "undo", "redo"):
        watched(name)


if _LOG:
    sys.path.insert(0, os.path.dirname(__file__))
    _watch()
