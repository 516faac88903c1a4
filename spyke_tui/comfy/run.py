"""A run: which images are wanted, what became of each, and when it is over.

Its workers do the talking; here is decided what a failure means: draw it again with the same seed
(lost), with another one (unusable), stop and say why (refused), or pause (it keeps going wrong).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from spyke_tui.comfy.board import Board, Wanted
from spyke_tui.comfy.diary import Diary
from spyke_tui.comfy.job import Job
from spyke_tui.comfy.live import Live
from spyke_tui.comfy.pace import eta_seconds, rate_per_second
from spyke_tui.comfy.recipe import Recipe
from spyke_tui.comfy.rerolls import Rerolls
from spyke_tui.comfy.shelf import Outcome, Shelf
from spyke_tui.comfy.worker import Worker
from spyke_tui.errors import WriteError
from spyke_tui.model.generation import MOST_ATTEMPTS, all_there, counted_images
from spyke_tui.model.run_fold import Sent
from spyke_tui.model.run_view import Order, RunState

PATIENCE_SECONDS = 600.0
"""How long a run that nobody attends waits for servers that were there before."""
MOST_ERRORS = 3
"""How often one image may go wrong on a server before nothing more is tried with it."""
_SEED_FAULTS = ("black", "one-colour", "same")


@dataclass(frozen=True, slots=True)
class End:
    """How a run ended; `exit_code` is that of the command line."""

    state: RunState
    message: str
    hint: str = ""
    field: str = ""
    exit_code: int = 0


class Run:
    """One life of a run. Its files are held, its journal open and its folder surveyed."""

    def __init__(
        self,
        diary: Diary,
        shelf: Shelf,
        recipe: Recipe,
        *,
        indices: Sequence[int],
        rerolls: Rerolls,
        attended: bool,
        patience: float | None = None,
    ) -> None:
        self.diary = diary
        self.shelf = shelf
        self.recipe = recipe
        self.rerolls = rerolls
        self.indices = tuple(indices)
        self.attended = attended
        self.patience = PATIENCE_SECONDS if patience is None else patience
        self.board = Board()
        self.live = Live(diary.files, self._describe)
        self.may_feed = asyncio.Event()
        self.may_feed.set()
        self.may_put = asyncio.Event()
        """Cleared while pictures can't be written; who stops tries once more."""
        self.may_put.set()
        self.workers: list[Worker] = []
        self.state: RunState = "starting"
        self.message = self.hint = self.field = ""
        self._over: asyncio.Future[End] | None = None
        self._withdrawing: asyncio.Task[None] | None = None
        self._withdrawn = False
        self._first_attempts: dict[int, int] = {}
        self._last_fault = ""
        self._away_since = 0.0
        self._family = diary.fold.session.family

    async def work(self, workers: Sequence[Worker]) -> End:
        """Make what is missing; how it ended."""
        self.workers = list(workers)
        self._over = asyncio.get_running_loop().create_future()
        sent = self._plan()
        self._check_over()
        tasks = [asyncio.create_task(w.work(sent.get(w.address.shown, []))) for w in workers]
        tasks.append(asyncio.create_task(self.live.write_for_ever()))
        for task in tasks:
            task.add_done_callback(self._task_ended)
        try:
            return await self._over
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        """A worker that was refused is over; anything else that ends is our own fault."""
        error = None if task.cancelled() else task.exception()
        if error is not None and self._over is not None and not self._over.done():
            self._over.set_exception(error)

    def _plan(self) -> dict[str, list[Sent]]:
        """Put up what is missing; what was sent before, by server."""
        servers = {worker.address.shown for worker in self.workers}
        sent: dict[str, list[Sent]] = {}
        for index in self.indices:
            if self.shelf.has(index):
                continue
            reroll = self.rerolls.of(index)
            before = self.diary.fold.sent.get(index)
            if (
                before is not None
                and (before.reroll, before.settings) == (reroll, self.recipe.digest)
                and before.server in servers
            ):
                self.board.lend(index)
                sent.setdefault(before.server, []).append(before)
            else:
                self.board.put(Wanted(index, reroll, self._attempt(index, reroll)))
        return sent

    def _attempt(self, index: int, reroll: int) -> int:
        """The first attempt that was not found unusable before."""
        failed = self.diary.fold.failed.get(index)
        if failed is None or failed.reroll != reroll:
            return 0
        return failed.attempt + (failed.kind in _SEED_FAULTS)

    # What the workers tell

    def placed(self, job: Job) -> None:
        self.board.drop(job.index)
        self._last_fault = ""
        self._check_over()

    def lost(self, job: Job) -> None:
        """It is nowhere any more: the same seed again, under another prefix."""
        with suppress(WriteError):
            self.diary.write("lost", i=job.index)
        self._put_back(job)

    def give_back(self, job: Job) -> None:
        """Another server may draw it."""
        self.lost(job)

    def _put_back(self, job: Job, *, errors: int | None = None) -> None:
        if not self.shelf.has(job.index):
            self.board.put(
                Wanted(
                    job.index, job.reroll, job.attempt,
                    errors=job.errors if errors is None else errors,
                )
            )  # fmt: skip
        self._check_over()

    def interrupted(self, worker: Worker, job: Job) -> None:
        """Somebody interrupted it on the server."""
        if self.state == "stopping":
            self.lost(job)
            return
        self.erred(worker, job, "It was interrupted on the server.")

    def erred(self, worker: Worker, job: Job, why: str, *, out_of_memory: bool = False) -> None:
        """The server could not draw it: once more, then pause; some servers recover."""
        worker.errors = worker.errors + 1 if why == worker.last_error else 1
        worker.last_error = why
        self.diary.say(f"Image {job.index} failed on {worker.address.shown}: {why}", "error")
        with suppress(WriteError):
            final = job.errors + 1 >= MOST_ERRORS
            self.diary.failure(job, "error", why, final=final)
        if job.errors + 1 >= MOST_ERRORS:
            self._gave_up(job)
        else:
            self._put_back(job, errors=job.errors + 1)
        if out_of_memory:
            self._hold(
                worker, why,
                "The server ran out of memory: free some there (other programs, a smaller size)",
            )  # fmt: skip
        elif worker.errors >= 2:
            self._hold(worker, why, "See the server's own log and mend it")

    def unusable(self, worker: Worker, job: Job, outcome: Outcome) -> None:
        """A picture came, and it can't be used."""
        self.diary.say(f"Image {job.index}: {outcome.why}", "warning")
        first = self._first_attempts.setdefault(job.index, job.attempt)
        if outcome.kind == "taken":
            self.board.drop(job.index)
            self._check_over()
            return
        again = outcome.kind in _SEED_FAULTS and job.attempt - first < MOST_ATTEMPTS
        same = outcome.kind == "broken" and job.errors + 1 < MOST_ERRORS
        with suppress(WriteError):
            self.diary.failure(job, outcome.kind, outcome.why, final=not (again or same))
        if again:
            self.board.put(Wanted(job.index, job.reroll, job.attempt + 1))
        elif same:
            self._put_back(job, errors=job.errors + 1)
        else:
            self._gave_up(job)
            if self._last_fault == outcome.kind and self.board.left:
                self._hold(worker, outcome.why, "Every image may come out like that: look at the "
                           "prompt, the size and the workflow")  # fmt: skip
            self._last_fault = outcome.kind
        self._check_over()

    def _gave_up(self, job: Job) -> None:
        self.board.drop(job.index)
        self._check_over()

    def refused(self, worker: Worker, message: str, hint: str, field: str) -> None:
        """The server does not take what we send: sending it again would not help."""
        self.diary.say(f"{worker.address.shown}: {message}", "error")
        worker.hold(message)
        self._last_word(message, hint, field)

    def server_refused(self, worker: Worker, message: str, hint: str, field: str) -> None:
        """The server can't do what is asked, as looking at it before the first image shows."""
        self.refused(worker, message, hint, field)

    def _last_word(self, message: str, hint: str, field: str) -> None:
        """End where no server is left that takes our prompts."""
        if all(worker.state == "refused" for worker in self.workers):
            self.end(End("failed", message, hint, field, 3))
        self.server_changed()

    def _hold(self, worker: Worker, message: str, advice: str) -> None:
        """Send nothing more to this server; where it was the last one, pause."""
        worker.hold(message)
        if all(w.state == "refused" for w in self.workers):
            then = "resume" if self.attended else "start again"
            self.trouble(message, f"{advice}, then {then}.")

    def trouble(self, message: str, hint: str) -> None:
        """Something keeps going wrong: pause, or end where nobody is there to resume."""
        if self.state == "stopping":
            return
        self.may_put.clear()
        if self.state == "paused":
            return
        if not self.diary.fold.log or message not in self.diary.fold.log[-1].text:
            self.diary.say(message, "error")
        if not self.attended:
            self.end(End("failed", message, hint, exit_code=1))
            return
        self.may_feed.clear()
        self._set("paused", message, hint)

    def greeted(self, worker: Worker, family: str) -> None:
        """A server is there and can do what is asked."""
        self.diary.say(
            f"{worker.address.shown}: ComfyUI {worker.version or '?'}, {worker.checkpoint}"
            + (f" ({family})" if family else "")
        )
        session = self.diary.fold.session
        if (session.checkpoint, session.family) != (worker.checkpoint, family):
            with suppress(WriteError):
                self.diary.write("model", checkpoint=worker.checkpoint, family=family)

    def server_changed(self) -> None:
        """A server came, went or works on: running, waiting, or no more patience."""
        away = [w for w in self.workers if w.state in ("unreachable", "refused")]
        if len(away) < len(self.workers):
            self._away_since = 0.0
            known = any(worker.is_up for worker in self.workers)
            if self.state in ("starting", "waiting") and known:
                self._set("running")
        elif self.state in ("starting", "running", "waiting"):
            now = time.monotonic()
            self._away_since = self._away_since or now
            gone = next((w for w in away if w.state == "unreachable"), away[0])
            if not self.attended and (
                self.state == "starting" or now - self._away_since > self.patience
            ):
                self.end(End("failed", gone.message, gone.hint, "server", 3))
                return
            self._set("waiting", gone.message, gone.hint, "server")
        elif self.state == "stopping":
            self._check_over()
        self.live.touch()

    def others_up(self, worker: Worker) -> bool:
        return any(w.is_up and w.state != "refused" for w in self.workers if w is not worker)

    # Orders

    def obey(self, order: Order) -> None:
        if self.state == "stopping" and order != "interrupt":
            return
        match order:
            case "pause":
                self.may_feed.clear()
                self._set("pausing")
            case "resume" if self.state in ("paused", "pausing"):
                for worker in self.workers:
                    worker.release()
                self._set("running")
                self.may_feed.set()
                self.may_put.set()
                self.board.changed.set()
            case "stop" | "interrupt":
                self._stop(now=order == "interrupt")
            case "retry":
                self._retry()
        self._check_over()
        self.live.touch()

    def _stop(self, *, now: bool) -> None:
        self.may_feed.clear()
        self._set("stopping")
        self.may_put.set()
        self.diary.say("Interrupted." if now else "Ends after the running image.")

        async def withdraw() -> None:
            await asyncio.gather(*(w.withdraw(running_too=now) for w in self.workers if w.is_up))
            if now:
                self.end(self._stopped())
            # Perhaps nothing was drawn just then: no picture will come that asks once more.
            self._withdrawn = True
            self._check_over()

        self._withdrawn = False
        if self._withdrawing is not None:
            self._withdrawing.cancel()
        self._withdrawing = asyncio.get_running_loop().create_task(withdraw())

    def _retry(self) -> None:
        for index, failed in list(self.diary.fold.failed.items()):
            if failed.final and index in self.indices:
                wanted = Wanted(index, self.rerolls.of(index), self._attempt(index, failed.reroll))
                with suppress(WriteError):
                    self.diary.write("retry", i=index)
                self._first_attempts.pop(index, None)
                self.board.put(wanted)

    def reread(self) -> None:
        """Follow the rerolls as crops.toml has them now. Raises `WriteError`."""
        self.rerolls.pending = False
        for index in self.indices:
            if self.board.is_out(index):
                self.rerolls.pending = True  # when it is there it can be taken down
            elif self.rerolls.apply(index, self.shelf) and not self.shelf.has(index):
                self.board.put(Wanted(index, self.rerolls.of(index)))
            elif self.shelf.has(index):
                self.board.drop(index)
        self._check_over()
        self.live.touch()

    # Its state

    def _set(self, state: RunState, message: str = "", hint: str = "", field: str = "") -> None:
        changed = state != self.state
        self.state, self.message, self.hint, self.field = state, message, hint, field
        if changed:
            with suppress(WriteError):
                self.diary.write("state", state=state, message=message, hint=hint, field=field)
        self.live.touch()

    def end(self, end: End) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(end)

    def _check_over(self) -> None:
        busy = any(worker.is_busy and worker.is_up for worker in self.workers)
        if self.state == "stopping":
            if not busy and self._withdrawn:
                self.end(self._stopped())
        elif not self.board.left and not self.rerolls.pending:
            self.end(self._finished())
        elif self.state == "pausing" and not busy:
            self._set("paused")

    def _stopped(self) -> End:
        left = self._missing()
        if not left:
            return self._finished()
        return End(
            "stopped", f"Stopped with {counted_images(left)} still to come.",
            "Start it again to go on.", exit_code=130,
        )  # fmt: skip

    def _finished(self) -> End:
        failed = [i for i in self.indices if i in self.diary.fold.failed and not self.shelf.has(i)]
        if failed:
            why = self.diary.fold.failed[failed[0]].message
            return End(
                "failed", f"{counted_images(len(failed))} could not be made: {why}",
                "Start it again to try those once more.", exit_code=1,
            )  # fmt: skip
        left = self._missing()
        if left:
            asked = len(self.indices)
            return End("stopped", f"Made what was asked for ({asked}); {left} still to come.")
        return End("done", all_there(self.shelf.total))

    def _missing(self) -> int:
        return sum(not self.shelf.has(index) for index in range(1, self.shelf.total + 1))

    def _describe(self) -> dict[str, object]:
        """What followers see of it just now."""
        jobs = {str(j.index): j.state for w in self.workers for j in w.hearing.all()}
        rate = rate_per_second(self.workers)
        return {
            "pid": self.diary.fold.session.pid,
            "at": time.time(),
            "state": self.state,
            "message": self.message,
            "hint": self.hint,
            "field": self.field,
            "servers": [worker.describe() for worker in self.workers],
            "jobs": jobs,
            "per_minute": round(60 * rate, 2),
            "eta_s": eta_seconds(self.workers, self.board.left, rate),
        }


def wanted_indices(total: int, only: Collection[int]) -> list[int]:
    """The images that are asked for."""
    return [index for index in range(1, total + 1) if not only or index in only]
