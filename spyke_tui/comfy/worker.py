"""One server of a run: three tasks that read, look and feed, and one for each finished picture.

HTTP is the truth, the socket a hint: whatever an event says or leaves out, the look at the queue
and the history every few seconds finds what became of every prompt.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from statistics import median
from typing import TYPE_CHECKING

from spyke_tui.comfy.answers import HistoryEntry
from spyke_tui.comfy.client import ComfyClient
from spyke_tui.comfy.events import Event, ExecutionError, Preview, Status
from spyke_tui.comfy.hearing import Hearing
from spyke_tui.comfy.job import Job, job_again, make_job
from spyke_tui.comfy.socket import Connected, Disconnected, EventSocket, Missed
from spyke_tui.errors import (
    BadAnswerError,
    ServerError,
    ServerRefusedError,
    ServerUnreachableError,
    WriteError,
)
from spyke_tui.model.run_fold import Sent
from spyke_tui.model.run_view import ServerState

if TYPE_CHECKING:
    from spyke_tui.comfy.addresses import ServerAddress
    from spyke_tui.comfy.run import Run

LOOK_SECONDS = 4.0
SOON_SECONDS = 1.0
"""Between two looks where a prompt is missing, or one of an earlier life says nothing to us."""
GIVE_BACK_SECONDS = 10.0
"""After so long without a word the other servers take over what this one had."""
LONGEST_BACKOFF = 10.0
DEPTH = 2
DEEPEST = 32
COVERED_SECONDS = 0.4
"""So much work waits on the server at least: shorter jobs need more of them, or it waits for us."""
UNSEEN_SECONDS = 120.0
"""A prompt that neither events nor a queue which hides some tell of is lost after that."""
BAD_ANSWERS = 3
"""Senseless answers in a row with which a server still counts as there."""
FETCHES = 3
"""How often a picture that comes broken is fetched again."""


class Worker:
    """Feeds one server from the run's board and brings its pictures home."""

    def __init__(self, run: Run, address: ServerAddress) -> None:
        self.run = run
        self.address = address
        self.client = ComfyClient(address)
        self.socket = EventSocket(address, uuid.uuid4().hex)
        self.hearing = Hearing()
        self.state: ServerState = "connecting"
        self.version = ""
        self.message = self.hint = ""
        self.checkpoint = ""
        self.queue_remaining: int | None = None
        self.seconds: deque[float] = deque(maxlen=20)
        """How long the last images took, the first one left out: it loads the model."""
        self.errors = 0
        """Failures in a row."""
        self.last_error = ""
        self._first = True
        self._ended_at = 0.0
        self._up = asyncio.Event()
        self._free = asyncio.Event()
        self._free.set()
        self._look_now = asyncio.Event()
        self._slot = asyncio.Event()
        self._down_since = 0.0
        self._abandoned: list[str] = []
        self._fetches = asyncio.Semaphore(3)

    # What it is at

    @property
    def is_up(self) -> bool:
        return self._up.is_set()

    @property
    def outstanding(self) -> list[Job]:
        """What the server still has to draw, as far as we know."""
        return [job for job in self.hearing.all() if job.on_server]

    @property
    def is_busy(self) -> bool:
        return bool(self.hearing.jobs)

    @property
    def median_seconds(self) -> float:
        return median(self.seconds) if self.seconds else 0.0

    @property
    def _depth(self) -> int:
        if not self.seconds:
            return DEPTH
        return min(DEEPEST, DEPTH + int(COVERED_SECONDS / max(self.median_seconds, 0.001)))

    def describe(self) -> dict[str, object]:
        """What followers see of it."""
        job = self.hearing.current
        return {
            "address": self.address.shown,
            "state": self.state,
            "version": self.version,
            "queue_remaining": self.queue_remaining,
            "index": job.index if job else None,
            "node": self.run.recipe.node_class(job.node) if job else "",
            "step": job.step if job else 0,
            "steps": job.steps if job else 0,
            "message": self.message,
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
                tasks.create_task(self._read())
                tasks.create_task(self._look_for_ever())
                tasks.create_task(self._feed())

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
        pause, bad = 1.0, 0
        while True:
            try:
                ready = await self.run.recipe.examine(self.client)
                break
            except ServerUnreachableError as error:
                self._down(error)
            except (ServerRefusedError, BadAnswerError) as error:
                if isinstance(error, ServerRefusedError) and error.status in (401, 403, 407):
                    self._refuse(error.message, error.hint, "auth_env")
                    return False
                bad += 1
                if bad <= BAD_ANSWERS:
                    continue  # a proxy, or a server that only begins
                self._down(error)
            self.run.server_changed()
            await asyncio.sleep(pause * (0.5 + random.random() / 2))
            pause = min(2 * pause, LONGEST_BACKOFF)
        self.version = ready.version
        if ready.problem is not None:
            self._refuse(ready.problem.message, ready.problem.hint, ready.problem.field)
            return False
        self.checkpoint = ready.checkpoint
        for problem in ready.problems:
            self.run.diary.say(f"{self.address.shown}: {problem.message}", "warning")
        self.run.greeted(self, "" if ready.family == "unknown" else ready.family)
        # Events of the first prompt must not be missed; without any, looking has to do.
        await self.socket.wait_connected(5.0)
        self._is_up()
        return True

    def _refuse(self, message: str, hint: str, field: str) -> None:
        self.hint = hint
        self._up.clear()
        for job in self.hearing.all():
            self._give_back(job)
        self.run.server_refused(self, message, hint, field)

    def hold(self, message: str) -> None:
        """Send nothing more until released; what it has already may still come."""
        self._free.clear()
        self.state, self.message = "refused", message

    def release(self) -> None:
        self.errors, self.last_error = 0, ""
        if not self._free.is_set():
            self.state, self.message = ("idle", "") if self.is_up else ("connecting", "")
            self._free.set()

    # Reading: never waits for anything but the socket

    async def _read(self) -> None:
        async for event in self.socket:
            match event:
                case Connected():
                    self._look_now.set()
                case Disconnected() | Missed():
                    self._look_now.set()
                case Status():
                    self.queue_remaining = event.queue_remaining
                    self.run.live.touch()
                case Preview():
                    if self._is_ours(event):
                        self.run.live.preview(event.image)
                case _:
                    self._hear(event)

    def _is_ours(self, preview: Preview) -> bool:
        if preview.prompt_id is None:
            return self.hearing.current is not None
        return preview.prompt_id in self.hearing.jobs

    def _hear(self, event: Event) -> None:
        heard = self.hearing.hear(event)
        if heard is None:
            return
        job, verdict = heard
        if verdict == "saved":
            self._saved(job)
        elif verdict == "error" and isinstance(event, ExecutionError):
            self._failed(job, event.node_type, event.message, out_of_memory=event.out_of_memory)
        elif verdict == "interrupted":
            self._interrupted(job)
        elif verdict == "over":
            self._look_now.set()
        self.run.live.touch()

    # Looking

    async def _look_for_ever(self) -> None:
        pause = 1.0
        while True:
            waits = LOOK_SECONDS * (0.75 + random.random() / 2)
            if not self.is_up:
                waits = pause * (0.5 + random.random() / 2)
            elif any(job.missing_since or not job.started_at for job in self.outstanding):
                waits = SOON_SECONDS
            try:
                async with asyncio.timeout(waits):
                    await self._look_now.wait()
            except TimeoutError:
                pass
            else:
                # A burst of events is one look, and the history may need a moment.
                await asyncio.sleep(0.02 if self.is_up else 0.2)
            self._look_now.clear()
            try:
                await self._look()
                pause = 1.0
            except ServerError as error:
                self._down(error)
                pause = min(2 * pause, LONGEST_BACKOFF)
            self.run.server_changed()

    async def _look(self) -> None:
        """Compare what we think with what the server says. Raises ServerError."""
        asked_at = time.monotonic()
        if self.is_up and not self.outstanding:
            return
        queue = await self.client.queue()
        self._is_up()
        if self._abandoned:
            gone, self._abandoned = self._abandoned, []
            await self.client.delete([prompt for prompt in gone if prompt in queue.pending])
        working = False
        for job in self.outstanding:
            prompt_id = self.hearing.id_of(job)
            if job.queued_at == 0.0 or job.queued_at > asked_at:
                continue  # on its way to the server
            if prompt_id in queue:
                job.missing_since = 0.0
                working = working or prompt_id in queue.running
                if job.state == "submitting":
                    job.state = "queued"
                continue
            entry = await self.client.history(prompt_id)
            if not job.on_server or prompt_id not in self.hearing.jobs:
                continue  # an event came meanwhile
            if entry is not None:
                self._ended(job, entry)
            else:
                self._missing(job)
        self.socket.compare(working)

    def _missing(self, job: Job) -> None:
        """Neither running, waiting nor ended: twice in a row means that it is lost."""
        now = time.monotonic()
        if not job.missing_since:
            job.missing_since = now
            return
        patience = SOON_SECONDS / 2 if self.address.sees_all_prompts else UNSEEN_SECONDS
        if now - job.missing_since >= patience:
            self.run.diary.say(f"{self.address.shown} lost image {job.index}; it is sent again.")
            self._again(job)

    def _ended(self, job: Job, entry: HistoryEntry) -> None:
        if entry.state == "interrupted":
            self._interrupted(job)
        elif entry.state == "error":
            self._failed(job, entry.node_type, entry.message, out_of_memory=entry.out_of_memory)
        elif entry.saved:
            job.image = entry.saved[0]
            self._saved(job)
        elif job.wire is not None:
            self._saved(job)
        else:
            self._failed(job, "", "The workflow ended without a saved picture.")

    def _is_up(self) -> None:
        self._down_since = 0.0
        if not self._up.is_set():
            if self.state == "unreachable":
                self.run.diary.say(f"{self.address.shown} is there again.")
            if self.state != "refused":
                self.state, self.message = "idle", ""
            self._up.set()
        self.run.server_changed()

    def _down(self, error: ServerError) -> None:
        now = time.monotonic()
        self._up.clear()
        if self.state != "unreachable":
            self.run.diary.say(f"{error.message}", "warning")
        if self.state != "refused":
            self.state, self.message, self.hint = "unreachable", error.message, error.hint
        self.queue_remaining = None
        self._down_since = self._down_since or now
        if now - self._down_since > GIVE_BACK_SECONDS and self.run.others_up(self):
            # Also what it has drawn and can't be fetched.
            for job in self.hearing.all():
                self._abandoned.append(self.hearing.id_of(job))
                self._give_back(job)

    # Feeding

    async def _feed(self) -> None:
        while True:
            await self.run.may_feed.wait()
            await self._free.wait()
            await self._up.wait()
            if len(self.outstanding) >= self._depth:
                self._slot.clear()
                if len(self.outstanding) >= self._depth:
                    await self._slot.wait()
                continue
            wanted = self.run.board.take()
            if wanted is None:
                self.run.board.changed.clear()
                if not self.run.board.waiting:
                    await self.run.board.changed.wait()
                continue
            run = self.run
            job = make_job(
                run.diary.run, run.recipe.seed, wanted.index, wanted.reroll, wanted.attempt,
                run.diary.fold.numbers.get(wanted.index, 0), run.recipe.digest,
            )  # fmt: skip
            job.errors = wanted.errors
            try:
                run.diary.submit(job, self.address.shown)
            except WriteError as error:
                run.board.put(wanted)
                run.trouble(error.message, error.hint)
                continue
            await self._submit(job)

    async def _submit(self, job: Job) -> None:
        """Hand the job to the server. Where nobody knows whether it took it, looking finds out."""
        self.hearing.add(job)
        job.state = "submitting"
        if self.state != "refused":
            self.state = "working"
        self.run.live.touch()
        graph = self.run.recipe.graph(job, self.checkpoint)
        try:
            reply = await self.client.submit(
                graph, job.prompt_id, self.socket.client_id, self._extra()
            )
        except ServerUnreachableError as error:
            if error.perhaps_received:
                job.queued_at = time.monotonic()
            else:
                self._give_back(job)
            self._down(error)
            self._look_now.set()
            return
        except ServerRefusedError as error:
            self._give_back(job)
            if error.status in (400, 401, 403, 407, 413):
                self.run.refused(self, error.message, error.hint, "")
            else:
                self._down(error)
            return
        except BadAnswerError as error:
            job.queued_at = time.monotonic()  # it may have it all the same
            self._down(error)
            return
        if not reply.accepted:
            self._give_back(job)
            message, hint, field = self.run.recipe.explain(reply.errors)
            self.run.refused(self, message, hint, field)
            return
        job.queued_at = time.monotonic()
        if job.state == "submitting":
            job.state = "queued"
        if reply.prompt_id != job.prompt_id:
            self._renamed(job, reply.prompt_id)

    def _renamed(self, job: Job, prompt_id: str) -> None:
        with suppress(WriteError):
            self.run.diary.write("alias", id=job.prompt_id, theirs=prompt_id)
        for event in self.hearing.rename(job, prompt_id):
            self._hear(event)

    def _extra(self) -> Mapping[str, object]:
        return {"preview_method": "latent2rgb"} if self.run.live.is_followed else {}

    # How a job ends

    def _saved(self, job: Job) -> None:
        if job.state in ("saved", "fetching", "verified"):
            return
        now = time.monotonic()
        began = max(job.started_at or job.queued_at or now, self._ended_at)
        seconds = max(0.0, now - began)
        self._ended_at = now
        if self._first:
            self._first = False
        elif job.started_at:
            self.seconds.append(seconds)
        job.state = "saved"
        if self.hearing.current is job:
            self.hearing.current = None
        self._slot.set()
        self._tasks.create_task(self._bring_home(job, seconds))

    async def _bring_home(self, job: Job, seconds: float) -> None:
        async with self._fetches:
            broken = 0
            while True:
                data = await self._fetch(job)
                if data is None:
                    return
                try:
                    outcome = await self.run.shelf.put(job, data, self.address.shown, seconds)
                except WriteError as error:
                    if self.run.state == "stopping":
                        self._again(job)  # the next start draws it
                        return
                    self.run.trouble(error.message, error.hint)
                    await self.run.may_put.wait()
                    continue
                if outcome.kind == "broken" and broken < FETCHES and job.wire is None:
                    broken += 1
                    await asyncio.sleep(0.2 * broken)
                    continue
                break
        self._forget(job)
        if outcome.kind == "placed":
            self.errors = 0
            job.state = "verified"
            self.run.placed(job)
        else:
            self.run.unusable(self, job, outcome)

    async def _fetch(self, job: Job) -> bytes | None:
        """The bytes of its picture; None where it is to be drawn again."""
        if job.wire is not None:
            return job.wire
        assert job.image is not None
        tries = 0
        while True:
            await self._up.wait()
            if self.hearing.jobs.get(self.hearing.id_of(job)) is not job:
                return None  # given back meanwhile
            job.state = "fetching"
            try:
                return await self.client.view(job.image)
            except ServerUnreachableError as error:
                tries += 1
                if tries <= FETCHES:
                    await asyncio.sleep(0.2 * tries)  # cut off: often only this one answer
                    continue
                self._down(error)
                self._look_now.set()
                tries = 0
            except (ServerRefusedError, BadAnswerError) as error:
                tries += 1
                gone = isinstance(error, ServerRefusedError) and error.status == 404
                if gone or tries > FETCHES:
                    self.run.diary.say(f"Image {job.index}: {error.message}", "warning")
                    self._again(job)
                    return None
                await asyncio.sleep(0.5 * tries)

    def _failed(
        self, job: Job, node_type: str, message: str, *, out_of_memory: bool = False
    ) -> None:
        where = f" ({node_type})" if node_type else ""
        self._forget(job)
        self.run.erred(self, job, f"{message}{where}", out_of_memory=out_of_memory)

    def _interrupted(self, job: Job) -> None:
        self._forget(job)
        self.run.interrupted(self, job)

    def _again(self, job: Job) -> None:
        """It is lost: the same seed once more, by whoever is free."""
        self._forget(job)
        self.run.lost(job)

    def _give_back(self, job: Job) -> None:
        self._forget(job)
        self.run.give_back(job)

    def _forget(self, job: Job) -> None:
        self.hearing.remove(job)
        self._slot.set()
        if self.state == "working" and not self.hearing.jobs:
            self.state = "idle"

    # Orders

    async def withdraw(self, *, running_too: bool) -> None:
        """Take back what waits on the server, and what runs if asked. Best effort."""
        jobs = self.outstanding
        waiting = [job for job in jobs if job.state != "running"]
        ids = [self.hearing.id_of(job) for job in waiting]
        try:
            async with asyncio.timeout(5.0):
                await self.client.delete(ids)
                queue = await self.client.queue()
                if running_too:
                    for job in jobs:
                        if self.hearing.id_of(job) in queue.running:
                            await self.client.interrupt(self.hearing.id_of(job))
        except (ServerError, TimeoutError):
            if running_too:
                for job in jobs:
                    self._give_back(job)
            return
        for job in waiting:
            if self.hearing.id_of(job) not in queue.running and job.on_server:
                self._give_back(job)
        if running_too:
            for job in self.outstanding:
                self._give_back(job)
