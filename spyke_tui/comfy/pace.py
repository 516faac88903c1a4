"""How fast a server draws, how much it should have waiting, and how long the run still takes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spyke_tui.comfy.job import Job
    from spyke_tui.comfy.worker import Worker

DEPTH = 2
DEEPEST = 32
COVERED_SECONDS = 0.4
"""So much work waits on the server at least: shorter jobs need more of them, or it waits for us."""
_LEAST_SECONDS = 0.001


class JobPace:
    """How long the last images took on one server, the first one left out: it loads the model."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=20)
        self._first = True
        self._ended_at = 0.0

    @property
    def is_known(self) -> bool:
        return bool(self._seconds)

    @property
    def typical_seconds(self) -> float:
        """Of one image, never 0; only where it `is_known`."""
        return max(median(self._seconds), _LEAST_SECONDS)

    @property
    def depth(self) -> int:
        """How many prompts the server should have."""
        if not self.is_known:
            return DEPTH
        return min(DEEPEST, DEPTH + int(COVERED_SECONDS / self.typical_seconds))

    def ended(self, job: Job) -> float:
        """The picture is drawn; how long that took, in seconds."""
        now = time.monotonic()
        began = max(job.started_at or job.queued_at or now, self._ended_at)
        seconds = max(0.0, now - began)
        self._ended_at = now
        if self._first:
            self._first = False
        elif job.started_at:
            self._seconds.append(seconds)
        return seconds


def rate_per_second(workers: Sequence[Worker]) -> float:
    """Images a second over all servers that work, from their recent images; 0 while unknown."""
    return sum(
        1.0 / worker.pace.typical_seconds
        for worker in workers
        if worker.pace.is_known and worker.standing.is_up and not worker.standing.is_held
    )


def eta_seconds(workers: Sequence[Worker], left: int, rate: float) -> float | None:
    """Seconds until `left` images are there, less what the running ones have done already."""
    if not rate or not left:
        return None
    now = time.monotonic()
    begun = 0.0
    for worker in workers:
        running = worker.hearing.current
        if running is not None and worker.pace.is_known:
            begun += min(1.0, (now - running.started_at) / worker.pace.typical_seconds)
    return round(max(0.0, left - begun) / rate, 1)
