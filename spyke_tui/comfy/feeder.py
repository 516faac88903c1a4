"""Handing a server its jobs: always a little more than it draws just now, so it never waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from spyke_tui.comfy.job import make_job
from spyke_tui.errors import (
    BadAnswerError,
    ServerError,
    ServerRefusedError,
    ServerUnreachableError,
    WriteError,
)

if TYPE_CHECKING:
    from spyke_tui.comfy.board import Wanted
    from spyke_tui.comfy.job import Job
    from spyke_tui.comfy.worker import Worker

_FINAL = (400, 401, 403, 407, 413)
"""Refusals that would be the same again."""


class Feeder:
    """Takes images from the run's board while the server has room for them."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._room = asyncio.Event()

    def has_room(self) -> None:
        """A job has ended, or it is known that it will not."""
        self._room.set()

    async def feed(self) -> None:
        worker, run = self._worker, self._worker.run
        while True:
            await run.may_feed.wait()
            await worker.standing.free.wait()
            await worker.standing.up.wait()
            if len(worker.outstanding) >= worker.pace.depth:
                self._room.clear()
                if len(worker.outstanding) >= worker.pace.depth:
                    await self._room.wait()
                continue
            wanted = run.board.take()
            if wanted is not None:
                await self._hand_over(wanted)
                continue
            run.board.changed.clear()
            if not run.board.waiting:
                await run.board.changed.wait()

    async def _hand_over(self, wanted: Wanted) -> None:
        worker, run = self._worker, self._worker.run
        job = make_job(
            run.diary.run, run.recipe.seed, wanted.index, wanted.reroll, wanted.attempt,
            run.diary.fold.numbers.get(wanted.index, 0), run.recipe.digest,
        )  # fmt: skip
        job.errors = wanted.errors
        try:
            # First the journal: from here on it is looked up before it is sent again.
            run.diary.submit(job, worker.address.shown)
        except WriteError as error:
            run.board.put(wanted)
            run.trouble(error.message, error.hint)
            return
        await self._submit(job)

    async def _submit(self, job: Job) -> None:
        """Send it. Where nobody knows whether the server took it, looking finds out."""
        worker = self._worker
        # Before the request: its events may come before the answer to it.
        worker.hearing.add(job)
        job.state = "submitting"
        worker.standing.works(True)
        worker.run.live.touch()
        graph = worker.run.recipe.graph(job, worker.checkpoint)
        try:
            reply = await worker.client.submit(
                graph, job.prompt_id, worker.socket.client_id, self._extra()
            )
        except ServerUnreachableError as error:
            if error.perhaps_received:
                job.queued_at = time.monotonic()
            else:
                worker.give_back(job)
            worker.lost_touch(error)
            worker.reconciler.look_soon()
        except ServerRefusedError as error:
            worker.give_back(job)
            if error.status in _FINAL:
                worker.run.refused(worker, error.message, error.hint, "")
            else:
                worker.lost_touch(error)
        except BadAnswerError as error:
            job.queued_at = time.monotonic()  # it may have it all the same
            worker.lost_touch(error)
        else:
            if not reply.accepted:
                worker.give_back(job)
                worker.run.refused(worker, *worker.run.recipe.explain(reply.errors))
                return
            job.queued_at = time.monotonic()
            if job.state == "submitting":
                job.state = "queued"
            if reply.prompt_id != job.prompt_id:
                self._renamed(job, reply.prompt_id)

    def _renamed(self, job: Job, prompt_id: str) -> None:
        """An old server gave it an id of its own, and may have told of that already."""
        worker = self._worker
        with suppress(WriteError):
            worker.run.diary.write("alias", id=job.prompt_id, theirs=prompt_id)
        for event in worker.hearing.rename(job, prompt_id):
            worker.listener.hear(event)

    def _extra(self) -> Mapping[str, object]:
        return {"preview_method": "latent2rgb"} if self._worker.run.live.is_followed else {}

    async def withdraw(self, *, running_too: bool) -> None:
        """Take back what waits on the server, and what runs if asked. Best effort."""
        worker = self._worker
        id_of, jobs = worker.hearing.id_of, worker.outstanding
        waiting = [job for job in jobs if job.state != "running"]
        try:
            async with asyncio.timeout(5.0):
                await worker.client.delete([id_of(job) for job in waiting])
                queue = await worker.client.queue()
                for job in jobs if running_too else ():
                    if id_of(job) in queue.running:
                        await worker.client.interrupt(id_of(job))
        except (ServerError, TimeoutError):
            back = jobs if running_too else []
        else:
            back = [job for job in waiting if id_of(job) not in queue.running and job.on_server]
            back += [job for job in worker.outstanding if running_too and job not in back]
        for job in back:
            worker.give_back(job)
