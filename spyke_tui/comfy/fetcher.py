"""Bringing drawn pictures home: fetched, verified and put in their place, a few at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from spyke_tui.errors import BadAnswerError, ServerRefusedError, ServerUnreachableError, WriteError

if TYPE_CHECKING:
    from spyke_tui.comfy.job import Job
    from spyke_tui.comfy.worker import Worker

AT_ONCE = 3
FETCHES = 3
"""How often a picture that comes broken is fetched again."""


class Fetcher:
    """One task for each finished picture."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._places = asyncio.Semaphore(AT_ONCE)

    async def bring_home(self, job: Job, seconds: float) -> None:
        """`seconds`: how long the server took for it."""
        worker, run = self._worker, self._worker.run
        async with self._places:
            broken = 0
            while True:
                data = await self._fetch(job)
                if data is None:
                    return
                try:
                    outcome = await run.shelf.put(job, data, worker.address.shown, seconds)
                except WriteError as error:
                    if run.state == "stopping":
                        worker.give_back(job)  # the next start draws it
                        return
                    run.trouble(error.message, error.hint)
                    await run.may_put.wait()
                    continue
                if outcome.kind == "broken" and broken < FETCHES:
                    broken += 1
                    await asyncio.sleep(0.2 * broken)
                    continue
                break
        worker.forget(job)
        if outcome.kind == "placed":
            worker.errors = 0
            job.state = "verified"
            run.placed(job)
        else:
            run.unusable(worker, job, outcome)

    async def _fetch(self, job: Job) -> bytes | None:
        """The bytes of its picture; None where it is to be drawn again."""
        assert job.image is not None
        worker, tries = self._worker, 0
        while True:
            await worker.standing.up.wait()
            if worker.hearing.jobs.get(worker.hearing.id_of(job)) is not job:
                return None  # given back meanwhile
            job.state = "fetching"
            try:
                return await worker.client.view(job.image)
            except ServerUnreachableError as error:
                tries += 1
                if tries <= FETCHES:
                    await asyncio.sleep(0.2 * tries)  # cut off: often only this one answer
                    continue
                worker.lost_touch(error)
                worker.reconciler.look_soon()
                tries = 0
            except (ServerRefusedError, BadAnswerError) as error:
                tries += 1
                gone = isinstance(error, ServerRefusedError) and error.status == 404
                if gone or tries > FETCHES:
                    worker.run.diary.say(f"Image {job.index}: {error.message}", "warning")
                    worker.give_back(job)
                    return None
                await asyncio.sleep(0.5 * tries)
