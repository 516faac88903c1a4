"""Following a run on the command line: progress, what it warns of, how it ends, Ctrl+C."""

from __future__ import annotations

import json
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from types import FrameType

from spyke_tui.cli.output import ProgressBar, wrapped
from spyke_tui.cli.run_words import (
    end_json,
    image_json,
    outdated_words,
    place_words,
    progress_words,
)
from spyke_tui.comfy.following import Follower
from spyke_tui.model.generation import Kind
from spyke_tui.model.run_view import ImageView, LogLine, RunView
from spyke_tui.model.table import printable

PAUSE = 0.1
"""Seconds between two looks at the run."""
INTERRUPTED = 130
LINE_SECONDS = 10.0
"""Between two lines of progress where no bar can be drawn: into a log, a pipe."""


class RunFollowing:
    """Shows a run until it is over.

    The first Ctrl+C (or SIGTERM) lets it finish one image, the second none. Where somebody else
    started it, it ends the showing alone.
    """

    def __init__(
        self,
        follower: Follower,
        kind: Kind,
        before: RunView | None = None,
        *,
        as_json: bool = False,
        quiet: bool = False,
        ours: bool = True,
    ) -> None:
        """`before`: how it stood, where it ran already. `ours`: whether this command started it."""
        self._follower = follower
        self._ours = ours
        self._kind = kind
        self._as_json = as_json
        self._quiet = quiet
        self._bar = ProgressBar()
        self._interrupts = self._heeded = 0
        self._told: set[tuple[int, str, int]] = set()
        self._warned: set[LogLine] = set()
        self._last_message = ""
        self._line_at = 0.0
        self._lined = -1
        if before is not None:
            self._told = {_key(image) for image in before.images}
        self._begun = before is not None

    def follow(self) -> int:
        """Until it is over; the exit code."""
        previous = {
            number: signal.signal(number, self._interrupt)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            return self._watch()
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
            self._bar.close()

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Only counted: it may come in the middle of a word that is being printed."""
        self._interrupts += 1
        if self._interrupts > 2:
            raise KeyboardInterrupt

    def _heed(self) -> None:
        while self._heeded < min(self._interrupts, 2):
            self._heeded += 1
            self._follower.order("stop" if self._heeded == 1 else "interrupt")
            self._say(
                "Finishing the running image; Ctrl+C again stops at once."
                if self._heeded == 1
                else "Stopping; Ctrl+C again leaves it to itself."
            )

    def _watch(self) -> int:
        while True:
            # Alive first: what is read after that is the whole of it.
            alive = self._follower.files.is_alive()
            view = self._follower.poll(follow=self._bar.is_shown)
            self._tell(view)
            if not alive:
                return self._end(view)
            if self._interrupts and not self._ours:
                return self._leave(view)
            self._heed()
            time.sleep(PAUSE)

    def _tell(self, view: RunView) -> None:
        if not self._begun:
            # What was there before this start is no news.
            self._begun = True
            started = view.started_at
            self._told = {
                _key(i) for i in view.images
                if i.state == "verified" and self._made_at(i) < started
            }  # fmt: skip
        for image in view.images:
            if image.state in ("verified", "failed") and _key(image) not in self._told:
                self._told.add(_key(image))
                if self._as_json:
                    print(json.dumps(image_json(image, view)), flush=True)
        self._warn(view)
        news = view.message and view.message != self._last_message
        if news and view.state in ("waiting", "paused"):
            self._say(f"{view.message} {view.hint}")
        self._last_message = view.message
        self._bar(view.done, view.total, progress_words(view))
        self._line(view)

    def _warn(self, view: RunView) -> None:
        """What the run warns of, once: a server that went, a picture that was no use."""
        if view.state in ("starting", "failed"):
            return  # how it ends is said at the end
        for line in view.log:
            if line.level == "warning" and line.at >= view.started_at and line not in self._warned:
                self._warned.add(line)
                if not self._quiet and line.text != view.message:
                    self._say(line.text)

    def _line(self, view: RunView) -> None:
        """Progress for a file or a pipe: a line when something has come, not too often."""
        if self._bar.is_shown or self._as_json or self._quiet or view.done == self._lined:
            return
        if view.total and time.monotonic() - self._line_at >= LINE_SECONDS:
            self._line_at, self._lined = time.monotonic(), view.done
            words = ", ".join(
                filter(None, (f"{view.done} of {view.total} images", progress_words(view)))
            )
            print(words, file=sys.stderr, flush=True)

    def _made_at(self, image: ImageView) -> float:
        with suppress(OSError):
            return (self._follower.files.root / image.file).stat().st_mtime
        return 0.0

    def _say(self, words: str) -> None:
        self._bar.close()
        if not self._as_json or self._interrupts:
            print(wrapped(printable(words), ""), file=sys.stderr, flush=True)

    def _leave(self, view: RunView) -> int:
        """It goes on without us."""
        self._bar.close()
        message = f"Images are still being generated (process {view.pid})."
        hint = f"spyke-tui {self._kind} --status shows how far it is, --stop ends it."
        if self._as_json:
            print(json.dumps(end_json(replace(view, message=message, hint=hint), INTERRUPTED)))
        else:
            print(wrapped(f"{message} {hint}", ""), file=sys.stderr)
        return INTERRUPTED

    def _end(self, view: RunView) -> int:
        self._bar.close()
        code = self._follower.exit_code
        if self._interrupts and view.state != "done":
            code = INTERRUPTED
        if self._as_json:
            print(json.dumps(end_json(view, code)))
            return code
        said = printable(f"{view.message} {view.hint}".strip())
        if code == 0 and self._quiet:
            return code
        if code in (0, INTERRUPTED):
            done = f"{view.done} of {view.total} images."
            print(done if view.state == "done" else wrapped(said, ""))
            if view.outdated:
                print(outdated_words(view, self._kind))
        else:
            print(f"{view.done} of {view.total} images.")
            print(wrapped(f"spyke-tui: {said}{place_words(view, said)}", ""), file=sys.stderr)
        return code


def _key(image: ImageView) -> tuple[int, str, int]:
    return (image.index, image.state, image.seed)
