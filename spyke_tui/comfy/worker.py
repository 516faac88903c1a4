"""One server of a run: what it has of ours, and how each of its jobs ends.

Its tasks have files of their own: a listener reads the socket, a reconciler compares with HTTP, a
feeder hands jobs over, a fetcher brings pictures home. What one of them finds out comes here.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from typing import TYPE_CHECKING

from spyke_tui.comfy.client import ComfyClient
from spyke_tui.comfy.feeder import Feeder
from spyke_tui.comfy.fetcher import Fetcher
from spyke_tui.comfy.guards import Readiness
from spyke_tui.comfy.hearing import Hearing
from spyke_tui.comfy.job import Job, job_again
from spyke_tui.comfy.listener import Listener
from spyke_tui.comfy.pace import JobPace
from spyke_tui.comfy.reconciler import LONGEST_BACKOFF, Reconciler
from spyke_tui.comfy.socket import EventSocket
from spyke_tui.comfy.standing import Standing
from spyke_tui.errors import BadAnswerError, ServerError, ServerRefusedError, ServerUnreachableError
from spyke_tui.model.run_fold import Sent

if TYPE_CHECKING:
    from spyke_tui.comfy.addresses import ServerAddress
    from spyke_tui.comfy.run import Run

GIVE_BACK_SECONDS = 10.0
"""After so long without a word the other servers take over what this one had."""
BAD_ANSWERS = 3
"""Senseless answers in a row with which a server still counts as there."""
_LOCKED = (401, 403, 407)


class Worker:
    """Feeds one server from the run's board and brings its pictures home."""

    def __init__(self, run: Run, address: ServerAddress) -> None:
        self.run = run
        self.address = address
        self.client = ComfyClient(address)
        self.socket = EventSocket(address, uuid.uuid4().hex)
        self.hearing = Hearing()
        self.standing = Standing()
        self.pace = JobPace()
        self.listener = Listener(self)
        self.reconciler = Reconciler(self)
        self.feeder = Feeder(self)
        self._fetcher = Fetcher(self)
        self.version = self.checkpoint = ""
        self.errors = 0
        """Failures in a row."""
        self.last_error = ""
        self._turned_away = False

    # What it is at

    @property
    def outstanding(self) -> list[Job]:
        """What the server still has to draw, as far as we know."""
        return [job for job in self.hearing.all() if job.on_server]

    @property
    def is_busy(self) -> bool:
        return bool(self.hearing.jobs)

    def describe(self) -> dict[str, object]:
        """What followers see of it."""
        job, standing = self.hearing.current, self.standing
        return {
            "address": self.address.shown,
            "state": standing.state,
            "version": self.version,
            "queue_remaining": self.listener.queue_remaining if standing.is_up else None,
            "index": job.index if job else None,
            "node": self.run.recipe.node_class(job.node) if job else "",
            "step": job.step if job else 0,
            "steps": job.steps if job else 0,
            "message": standing.message,
        }

    # Its life

    async def work(self, sent: list[Sent]) -> None:
        """Serve until the run ends. `sent`: prompts of an earlier life that went to this server."""
        async with self.client, self.socket:
            for each in sent:
                self._take_up(each)
            if not await self._greet():
                return
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                tasks.create_task(self.listener.read())
                tasks.create_task(self.reconciler.look_for_ever())
                tasks.create_task(self.feeder.feed())

    def _take_up(self, sent: Sent) -> None:
        """Wait for a prompt that was sent before this process began."""
        job = job_again(sent)
        job.queued_at = time.monotonic()
        self.hearing.add(job)
        alias = self.run.diary.fold.aliases.get(job.prompt_id)
        if alias:
            self.hearing.rename(job, alias)

    async def _greet(self) -> bool:
        """Wait until the server is there, and see whether it can do what is asked."""
        ready = await self._examined()
        if ready is None:
            return False
        self.version = ready.version
        if ready.problem is not None:
            wrong = ready.problem
            self._turn_away(wrong.message, wrong.hint, wrong.field, 1 if wrong.is_ours else 3)
            return False
        self.checkpoint = ready.checkpoint
        for problem in ready.problems:
            where = "" if problem.is_ours else f"{self.address.shown}: "
            self.run.diary.say(where + problem.message, "warning")
        self.run.greeted(self, "" if ready.family == "unknown" else ready.family)
        # Events of the first prompt must not be missed; without any, looking has to do.
        await self.socket.wait_connected(5.0)
        self.in_touch()
        return True

    async def _examined(self) -> Readiness | None:
        """None where it does not let us in."""
        pause, bad = 1.0, 0
        while True:
            try:
                return await self.run.recipe.examine(self.client)
            except ServerUnreachableError as error:
                self.lost_touch(error)
            except (ServerRefusedError, BadAnswerError) as error:
                if isinstance(error, ServerRefusedError) and error.status in _LOCKED:
                    self._turn_away(error.message, error.hint, "auth_env")
                    return None
                bad += 1
                if bad <= BAD_ANSWERS:
                    continue  # a proxy, or a server that only begins
                self.lost_touch(error)
            self.run.server_changed()
            await asyncio.sleep(pause * (0.5 + random.random() / 2))
            pause = min(2 * pause, LONGEST_BACKOFF)

    def _turn_away(self, message: str, hint: str, field: str, exit_code: int = 3) -> None:
        """It can't do what is asked; that stays so while this process lives."""
        self._turned_away = True
        for job in self.hearing.all():
            self.give_back(job)
        self.run.refused(self, message, hint, field, exit_code)

    # Whether it is there

    def in_touch(self) -> None:
        """It has answered."""
        if self.standing.come_up():
            self.run.diary.say(f"{self.address.shown} is there again.")
        self.standing.works(self.is_busy)
        self.run.server_changed()

    def lost_touch(self, error: ServerError) -> None:
        """It has not answered, or nothing that makes sense."""
        if self.standing.go_away(error):
            self.run.diary.say(error.message, "warning")
        self.listener.queue_remaining = None
        if self.standing.away_seconds > GIVE_BACK_SECONDS and self.run.others_up(self):
            # Also what it has drawn and can't be fetched.
            for job in self.hearing.all():
                self.reconciler.abandon(self.hearing.id_of(job))
                self.give_back(job)

    def release(self) -> None:
        """Somebody has mended what went wrong: go on."""
        self.errors, self.last_error = 0, ""
        if not self._turned_away:
            self.standing.release()

    # How a job ends

    def saved(self, job: Job) -> None:
        """The server has its picture."""
        if job.state in ("saved", "fetching", "verified"):
            return
        seconds = self.pace.ended(job)
        job.state = "saved"
        if self.hearing.current is job:
            self.hearing.current = None
        self.feeder.has_room()
        self._tasks.create_task(self._fetcher.bring_home(job, seconds))

    def failed(
        self, job: Job, node_type: str, message: str, *, out_of_memory: bool = False
    ) -> None:
        """The server could not draw it."""
        message = message or "the server gives no reason"
        why = f"{node_type}: {message}" if node_type else message
        why += "" if why.endswith((".", "!", "?")) else "."
        self.forget(job)
        self.run.erred(self, job, why, out_of_memory=out_of_memory)

    def interrupted(self, job: Job) -> None:
        self.forget(job)
        self.run.interrupted(self, job)

    def give_back(self, job: Job) -> None:
        """It is nowhere any more, or not with this server: the same seed again, by who is free."""
        self.forget(job)
        self.run.give_back(job)

    def forget(self, job: Job) -> None:
        """It is no business of this server any more."""
        self.hearing.remove(job)
        self.feeder.has_room()
        if not self.hearing.jobs:
            self.standing.works(False)
