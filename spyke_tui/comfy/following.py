"""Looking at a run from outside: the app, ``reg --status`` and ``check`` all use this.

The journal says what is there, the live file what happens just now. A look is two `stat` calls
where nothing happened.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from typing import Any, get_args

from spyke_tui.model.generation import JobState
from spyke_tui.model.run_fold import RunFold, Word
from spyke_tui.model.run_view import ALIVE, ImageView, Order, RunState, RunView, ServerView
from spyke_tui.store.files import Stamp
from spyke_tui.store.regular_files import read_regular
from spyke_tui.store.run_files import RunFiles
from spyke_tui.store.run_journal import JournalTail
from spyke_tui.store.run_orders import give_order

LIVE_LIMIT = 1_000_000
PREVIEW_LIMIT = 64_000_000
SETTLED = 2.0
"""Seconds since a folder changed after which its time tells of the next change: file systems count
in steps of up to two seconds (FAT)."""

_STATES: tuple[RunState, ...] = get_args(RunState)
_JOB_STATES: tuple[JobState, ...] = get_args(JobState)


class Follower:
    """One run, watched. Not for several threads at once.

    `settings` is the digest of the settings as crops.toml has them now (`settings_digest`), for
    `RunView.outdated`; empty: those of the last start.
    """

    def __init__(self, files: RunFiles, settings: str = "") -> None:
        self.files = files
        self.settings = settings
        self._tail = JournalTail(files.journal)
        self._fold = RunFold()
        self._live: dict[str, Any] = {}
        self._live_stamp: Stamp | None = None
        self._preview_stamp: Stamp | None = None
        self._folder_stamp: Stamp | None = None
        self._folder_settled = False
        self._present: frozenset[str] | None = None
        self._key: tuple[object, ...] = ()
        self._view = RunView(files.kind)

    def poll(self, *, follow: bool = True) -> RunView:
        """How it stands now; the very same object where nothing has changed.

        `follow` tells the run that somebody looks on: previews are written for followers only.
        """
        if follow and self._fold.session.run:
            self.files.follow()
        alive = self.files.is_alive()
        records, anew = self._tail.read()
        if anew:
            self._fold = RunFold()
        for record in records:
            self._fold.feed(record)
        live_changed = self._read_live()
        folder_changed = self._list_images()
        key = (alive, self.settings)
        if records or anew or live_changed or folder_changed or key != self._key:
            self._key = key
            self._view = self._build(alive)
        return self._view

    @property
    def exit_code(self) -> int:
        """How the run ended, as a command says it; 1 where it died without a last word."""
        word = self._fold.word
        return word.exit_code if word.ended else 1

    def preview(self) -> bytes | None:
        """The newest preview picture (JPEG or PNG) that was not given yet."""
        stamp = Stamp.of(self.files.preview)
        if stamp is None or stamp == self._preview_stamp or stamp.size > PREVIEW_LIMIT:
            return None
        self._preview_stamp = stamp
        try:
            return read_regular(self.files.preview, PREVIEW_LIMIT) or None
        except OSError:
            return None

    def order(self, order: Order) -> None:
        """Tell the run; it acts within a second. Raises `WriteError`."""
        give_order(self.files.orders, order)

    # How it comes about

    def _read_live(self) -> bool:
        stamp = Stamp.of(self.files.live)
        if stamp == self._live_stamp:
            return False
        self._live_stamp = stamp
        self._live = {}
        if stamp is not None and stamp.size <= LIVE_LIMIT:
            try:
                data = json.loads(read_regular(self.files.live, LIVE_LIMIT))
            except (OSError, ValueError, RecursionError):
                data = None
            self._live = data if isinstance(data, dict) else {}
        return True

    def _list_images(self) -> bool:
        """Whether a picture came or went, other than by the run."""
        stamp = Stamp.of(self.files.images)
        if stamp == self._folder_stamp and self._present is not None and self._folder_settled:
            return False
        self._folder_stamp = stamp
        self._folder_settled = stamp is None or time.time() - stamp.mtime_ns / 1e9 > SETTLED
        before = self._present
        try:
            self._present = frozenset(os.listdir(self.files.images))
        except OSError:
            self._present = frozenset()
        return before != self._present

    def _build(self, alive: bool) -> RunView:
        fold, session = self._fold, self._fold.session
        live = self._live if alive and self._live.get("pid") == session.pid else {}
        images = tuple(self._image(index, live) for index in range(1, session.total + 1))
        gone = self._gone(alive, images)
        word = self._word(alive, live, gone)
        settings = self.settings or session.settings
        return RunView(
            kind=self.files.kind,
            state=word.state,
            pid=session.pid,
            host=session.host,
            started_at=session.started_at,
            total=session.total,
            done=sum(image.state == "verified" for image in images),
            failed=sum(image.state == "failed" for image in images),
            images=images,
            servers=_servers(live) or tuple(map(ServerView, session.servers)) if alive else (),
            per_minute=_float(live.get("per_minute")),
            eta_s=_float(live["eta_s"]) if live.get("eta_s") is not None else None,
            message=word.message,
            hint=word.hint,
            field=word.field,
            log=tuple(fold.log),
            outdated=sum(
                image.state == "verified" and image.settings not in ("", settings)
                for image in images
            ),
            gone=gone,
        )

    def _gone(self, alive: bool, images: tuple[ImageView, ...]) -> int:
        """How many images were there when the run was done, and were taken away since."""
        if alive or not self._fold.word.ended or self._fold.word.state != "done":
            return 0
        return sum(image.state not in ("verified", "failed") for image in images)

    def _word(self, alive: bool, live: dict[str, Any], gone: int) -> Word:
        """How it stands and why: in the run's own words, save where it can't know."""
        word, kind, total = self._fold.word, self.files.kind, self._fold.session.total
        if not self._fold.session.run:
            return replace(word, state="starting" if alive else "none")
        if gone:
            return Word(
                "stopped", f"{gone} of the {total} images {_are(gone)} not there any more.",
                f"Start it again: it draws what is missing (spyke-tui {kind}).",
            )  # fmt: skip
        if not word.ended and not alive:
            return Word(
                "died", "The run ended without a last word (killed, or the machine went down).",
                f"Start it again: it goes on where it was (spyke-tui {kind}).", word.field,
            )  # fmt: skip
        if word.ended:  # if its process is alive, it is about to end
            return word
        if not live:
            return replace(word, state="starting")
        # Words and state from the same file: the journal may be a moment ahead of it.
        said = live.get("state")
        state: RunState = next((s for s in _STATES if s == said and s in ALIVE), "starting")
        message, hint, field = (_text(live.get(key)) for key in ("message", "hint", "field"))
        return Word(state, message, hint, field)

    def _image(self, index: int, live: dict[str, Any]) -> ImageView:
        fold = self._fold
        reroll = fold.rerolls.get(index, 0)
        made = fold.made.get(index)
        if index in fold.foreign and made is None:
            file = self._place(self.files.image(index, fold.session.total).name)
            return ImageView(index, "verified", reroll, file=file, message=fold.foreign[index])
        if made is not None and made.placed and made.name in (self._present or ()):
            return ImageView(
                index, "verified", made.reroll, made.attempt, made.seed, made.server,
                self._place(made.name), made.seconds, made.settings, fold.foreign.get(index, ""),
            )  # fmt: skip
        failed, sent = fold.failed.get(index), fold.sent.get(index)
        view = ImageView(index, reroll=reroll)
        if sent is not None:
            view = replace(
                view, reroll=sent.reroll, attempt=sent.attempt, seed=sent.seed,
                server=sent.server, settings=sent.settings,
            )  # fmt: skip
        if failed is not None:
            state: JobState = "failed" if failed.final else "planned"
            return replace(
                view, state=state, attempt=failed.attempt, seed=failed.seed, message=failed.message
            )
        jobs = live.get("jobs")
        said = jobs.get(str(index)) if isinstance(jobs, dict) else None
        return replace(view, state=next((s for s in _JOB_STATES if s == said), "planned"))

    def _place(self, name: str) -> str:
        return self.files.name_of(self.files.images / name)


def _servers(live: dict[str, Any]) -> tuple[ServerView, ...]:
    rows = live.get("servers")
    if not isinstance(rows, list):
        return ()
    return tuple(_server(row) for row in rows if isinstance(row, dict))


def _server(row: dict[str, Any]) -> ServerView:
    state = row.get("state")
    queue, index = row.get("queue_remaining"), row.get("index")
    return ServerView(
        address=_text(row.get("address")),
        state=state
        if state in ("connecting", "idle", "working", "unreachable", "refused")
        else "connecting",
        version=_text(row.get("version")),
        queue_remaining=queue if isinstance(queue, int) else None,
        index=index if isinstance(index, int) else None,
        node=_text(row.get("node")),
        step=int(_float(row.get("step"))),
        steps=int(_float(row.get("steps"))),
        message=_text(row.get("message")),
    )


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e12 else 0.0
