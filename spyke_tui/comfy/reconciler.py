"""Comparing what we think with what a server says over HTTP, every few seconds and whenever its
socket gives a reason. HTTP is the truth: whatever an event says or leaves out is found here."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING

from spyke_tui.comfy.answers import HistoryEntry
from spyke_tui.errors import ServerError

if TYPE_CHECKING:
    from spyke_tui.comfy.job import Job
    from spyke_tui.comfy.worker import Worker

LOOK_SECONDS = 4.0
SOON_SECONDS = 1.0
"""Between two looks where a prompt is missing, or one of an earlier life says nothing to us."""
LONGEST_BACKOFF = 10.0
UNSEEN_SECONDS = 120.0
"""A prompt that neither events nor a queue which hides some tell of is lost after that."""


class Reconciler:
    """Finds out what became of every prompt, and whether the server is there at all."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._wanted = asyncio.Event()
        self._abandoned: list[str] = []

    def look_soon(self) -> None:
        self._wanted.set()

    def abandon(self, prompt_id: str) -> None:
        """Another server draws this one: it is taken out of the queue when the server is back."""
        self._abandoned.append(prompt_id)

    async def look_for_ever(self) -> None:
        worker, pause = self._worker, 1.0
        while True:
            await self._wait(pause)
            try:
                await self._look()
                pause = 1.0
            except ServerError as error:
                worker.lost_touch(error)
                pause = min(2 * pause, LONGEST_BACKOFF)
            worker.run.server_changed()

    async def _wait(self, pause: float) -> None:
        """Until the next look; `pause` is how long a server that is away is left alone."""
        worker = self._worker
        waits = LOOK_SECONDS * (0.75 + random.random() / 2)
        if not worker.standing.is_up:
            waits = pause * (0.5 + random.random() / 2)
        elif any(job.missing_since or not job.started_at for job in worker.outstanding):
            waits = SOON_SECONDS
        try:
            async with asyncio.timeout(waits):
                await self._wanted.wait()
        except TimeoutError:
            pass
        else:
            # A burst of events is one look, and the history may need a moment.
            await asyncio.sleep(0.02 if worker.standing.is_up else 0.2)
        self._wanted.clear()

    async def _look(self) -> None:
        """Raises ServerError."""
        worker, asked_at = self._worker, time.monotonic()
        if worker.standing.is_up and not worker.outstanding:
            return
        queue = await worker.client.queue()
        worker.in_touch()
        if self._abandoned:
            gone, self._abandoned = self._abandoned, []
            await worker.client.delete([prompt for prompt in gone if prompt in queue.pending])
        working = False
        for job in worker.outstanding:
            prompt_id = worker.hearing.id_of(job)
            if job.queued_at == 0.0 or job.queued_at > asked_at:
                continue  # on its way to the server
            if prompt_id in queue:
                job.missing_since = 0.0
                working = working or prompt_id in queue.running
                if job.state == "submitting":
                    job.state = "queued"
                continue
            entry = await worker.client.history(prompt_id)
            if not job.on_server or prompt_id not in worker.hearing.jobs:
                continue  # an event came meanwhile
            if entry is not None:
                self._ended(job, entry)
            else:
                self._missing(job)
        worker.socket.compare(working)

    def _missing(self, job: Job) -> None:
        """Neither running, waiting nor ended: twice in a row means that it is lost."""
        worker, now = self._worker, time.monotonic()
        if not job.missing_since:
            job.missing_since = now
            return
        patience = SOON_SECONDS / 2 if worker.address.sees_all_prompts else UNSEEN_SECONDS
        if now - job.missing_since >= patience:
            worker.run.diary.say(
                f"{worker.address.shown} lost image {job.index}; it is sent again."
            )
            worker.give_back(job)

    def _ended(self, job: Job, entry: HistoryEntry) -> None:
        worker = self._worker
        if entry.state == "interrupted":
            worker.interrupted(job)
        elif entry.state == "error":
            worker.failed(job, entry.node_type, entry.message, out_of_memory=entry.out_of_memory)
        elif entry.saved:
            job.image = entry.saved[0]
            worker.saved(job)
        else:
            worker.failed(job, "", "The workflow ended without a saved picture.")
