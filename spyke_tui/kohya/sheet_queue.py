"""Decode each sheet once and cut its crops, in two threads, in bounded memory.

Pillow releases the GIL while it decodes, resizes and encodes, so two threads really run side by
side. A worker takes a crop of a decoded sheet where there is one, else decodes the next sheet.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from spyke_tui.processing.picture import Picture

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")

THREADS = 2
LIVE_PIXELS = 9_000_000
"""A further sheet is decoded only while all decoded ones stay below this (some 36 MB in RGB)."""


@dataclass(slots=True, eq=False, repr=False)
class SheetJobs(Generic[Job]):
    """One picture and what is to be cut from it. `pixels` is its size, from its header."""

    path: Path
    pixels: int
    jobs: list[Job]
    picture: Picture | None = field(default=None, repr=False)
    open_jobs: int = 0


class SheetQueue(Generic[Job, Outcome]):
    """Runs `work(picture, job)` for every job, each sheet's picture decoded once.

    Iterating gives ``(job, outcome or error)`` in the caller's thread as they come. The workers
    begin with `start`, or with the first step of the loop, and end after the job at hand with
    `stop`, or when the loop is left. `first` is the sheet to begin with, else it is the largest.
    """

    def __init__(
        self,
        sheets: Sequence[SheetJobs[Job]],
        load: Callable[[Path], Picture],
        work: Callable[[Picture, Job], Outcome],
        threads: int = THREADS,
        first: Path | None = None,
    ) -> None:
        # Largest first: its decoding overlaps with everything else.
        self._waiting = sorted(sheets, key=lambda sheet: (sheet.path == first, sheet.pixels))
        self._total = sum(len(sheet.jobs) for sheet in sheets)
        self._ready: list[tuple[SheetJobs[Job], Job]] = []
        self._decoding = 0
        self._live_pixels = 0
        self._stopped = False
        self._load = load
        self._work = work
        self._threads = threads
        self._workers: list[threading.Thread] = []
        self._change = threading.Condition()
        self._results: queue.SimpleQueue[tuple[Job, Outcome | BaseException]] = queue.SimpleQueue()

    def start(self) -> None:
        """Let the workers begin; whoever calls this sees to `stop`."""
        if not self._workers:
            self._workers = [
                threading.Thread(target=self._run, name=f"sheets-{n}", daemon=True)
                for n in range(min(self._threads, self._total))
            ]
            for worker in self._workers:
                worker.start()

    def stop(self) -> None:
        """Wait for the jobs at hand; the others are not begun."""
        with self._change:
            self._stopped = True
            self._change.notify_all()
        for worker in self._workers:
            worker.join()

    def __iter__(self) -> Iterator[tuple[Job, Outcome | BaseException]]:
        self.start()
        try:
            for _ in range(self._total):
                yield self._results.get()
        finally:
            self.stop()

    def _run(self) -> None:
        while (task := self._next_task()) is not None:
            sheet, job = task
            if job is None:
                self._decode(sheet)
            else:
                self._cut(sheet, job)

    def _next_task(self) -> tuple[SheetJobs[Job], Job | None] | None:
        with self._change:
            while not self._stopped:
                if self._ready:
                    return self._ready.pop()
                if self._waiting:
                    # A sheet above the limit is decoded alone.
                    sheet = self._waiting[-1]
                    if not self._live_pixels or self._live_pixels + sheet.pixels <= LIVE_PIXELS:
                        self._waiting.pop()
                        self._live_pixels += sheet.pixels
                        self._decoding += 1
                        return sheet, None
                elif not self._decoding:
                    return None
                self._change.wait()
            return None

    def _decode(self, sheet: SheetJobs[Job]) -> None:
        error: BaseException | None = None
        try:
            sheet.picture = self._load(sheet.path)
        except Exception as caught:
            error = caught
        with self._change:
            self._decoding -= 1
            if error is None:
                sheet.open_jobs = len(sheet.jobs)
                self._ready.extend((sheet, job) for job in reversed(sheet.jobs))
            else:
                self._live_pixels -= sheet.pixels
            self._change.notify_all()
        if error is not None:
            for job in sheet.jobs:
                self._results.put((job, error))

    def _cut(self, sheet: SheetJobs[Job], job: Job) -> None:
        assert sheet.picture is not None
        outcome: Outcome | BaseException
        try:
            outcome = self._work(sheet.picture, job)
        except Exception as caught:
            outcome = caught
        with self._change:
            sheet.open_jobs -= 1
            if not sheet.open_jobs:
                sheet.picture = None
                self._live_pixels -= sheet.pixels
                self._change.notify_all()
        self._results.put((job, outcome))
