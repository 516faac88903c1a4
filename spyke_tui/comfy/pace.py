"""How fast a run goes, and how long it still takes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spyke_tui.comfy.worker import Worker


def rate_per_second(workers: Sequence[Worker]) -> float:
    """Images a second over all servers that work, from their recent images; 0 while unknown."""
    return sum(
        1.0 / max(worker.median_seconds, 0.001)
        for worker in workers
        if worker.seconds and worker.is_up and worker.state != "refused"
    )


def eta_seconds(workers: Sequence[Worker], left: int, rate: float) -> float | None:
    """Seconds until `left` images are there, less what the running ones have done already."""
    if not rate or not left:
        return None
    now = time.monotonic()
    begun = 0.0
    for worker in workers:
        running = worker.hearing.current
        if running is not None and worker.seconds:
            typical = max(worker.median_seconds, 0.001)
            begun += min(1.0, (now - running.started_at) / typical)
    return round(max(0.0, left - begun) / rate, 1)
