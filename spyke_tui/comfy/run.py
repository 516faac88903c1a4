"""A run: which images are wanted, what became of each, and when it is over.

Its workers do the talking, and what a failure means is decided in `setbacks`; here is decided
whether the run goes on, waits, pauses or ends.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

from spyke_tui.comfy.board import Board, Wanted
from spyke_tui.comfy.diary import Diary
from spyke_tui.comfy.job import Job
from spyke_tui.comfy.live import Live
from spyke_tui.comfy.orders import Orders
from spyke_tui.comfy.pace import eta_seconds, rate_per_second
from spyke_tui.comfy.recipe import Recipe
from spyke_tui.comfy.rerolls import Rerolls
from spyke_tui.comfy.run_end import End, Left
from spyke_tui.comfy.setbacks import Setbacks, attempt_after
from spyke_tui.comfy.shelf import Outcome, Shelf
from spyke_tui.comfy.worker import Worker
from spyke_tui.errors import WriteError
from spyke_tui.model.run_fold import Sent
from spyke_tui.model.run_view import RunState

PATIENCE_SECONDS = 600.0
"""How long a run that nobody attends waits for servers that were there before."""


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
    ) -> None:
        self.diary = diary
        self.shelf = shelf
        self.recipe = recipe
        self.rerolls = rerolls
        self.indices = tuple(indices)
        self.attended = attended
        self.board = Board()
        self.setbacks = Setbacks(self)
        self.orders = Orders(self)
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
        self._away_since = 0.0

    async def work(self, workers: Sequence[Worker]) -> End:
        """Make what is missing; how it ended."""
        self.workers = list(workers)
        self._over = asyncio.get_running_loop().create_future()
        sent = self._put_up()
        self.check_over()
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

    def _put_up(self) -> dict[str, list[Sent]]:
        """Put up what is missing; what was sent in an earlier life, by server."""
        servers = {worker.address.shown for worker in self.workers}
        sent: dict[str, list[Sent]] = {}
        for index in self.indices:
            if self.shelf.has(index):
                continue
            reroll = self.rerolls.of(index)
            before = self.diary.fold.sent.get(index)
            now = (reroll, self.recipe.digest)
            if (
                before is not None
                and before.server in servers
                and (before.reroll, before.settings) == now
            ):
                self.board.lend(index)
                sent.setdefault(before.server, []).append(before)
            else:
                attempt = attempt_after(self.diary.fold.failed.get(index), reroll)
                self.board.put(Wanted(index, reroll, attempt))
        return sent

    # What the workers tell

    def placed(self, job: Job) -> None:
        self.board.drop(job.index)
        self.setbacks.none()
        self.check_over()

    def give_back(self, job: Job) -> None:
        """It is nowhere any more: the same seed again, under another prefix, by who is free."""
        with suppress(WriteError):
            self.diary.write("lost", i=job.index)
        self.put_back(job, errors=job.errors)

    def put_back(self, job: Job, *, errors: int) -> None:
        """Put it up again as it is; `errors`: how often it went wrong so far."""
        if not self.shelf.has(job.index):
            self.board.put(Wanted(job.index, job.reroll, job.attempt, errors=errors))
        self.check_over()

    def gave_up(self, job: Job) -> None:
        """Nothing more is tried with it before somebody orders it."""
        self.board.drop(job.index)
        self.check_over()

    def interrupted(self, worker: Worker, job: Job) -> None:
        """Somebody interrupted it on the server."""
        if self.state == "stopping":
            self.give_back(job)
        else:
            self.erred(worker, job, "It was interrupted on the server.")

    def erred(self, worker: Worker, job: Job, why: str, *, out_of_memory: bool = False) -> None:
        """The server could not draw it."""
        self.setbacks.erred(worker, job, why, out_of_memory=out_of_memory)

    def unusable(self, worker: Worker, job: Job, outcome: Outcome) -> None:
        """A picture came, and it can't be used."""
        if outcome.kind == "taken":
            self.diary.say(f"Image {job.index}: {outcome.why}", "warning")
            self.board.drop(job.index)
        else:
            self.setbacks.unusable(worker, job, outcome)
        self.check_over()

    def refused(
        self, worker: Worker, message: str, hint: str, field: str, exit_code: int = 3
    ) -> None:
        """The server does not take what we send: sending it again would not help.

        The run ends where no server is left that takes it.
        """
        self.diary.say(f"{worker.address.shown}: {message}", "error")
        worker.standing.hold(message, hint)
        if self._all_held():
            self.end(End("failed", message, hint, field, exit_code))
        self.server_changed()

    def hold(self, worker: Worker, message: str, advice: str) -> None:
        """Send nothing more to this server; where it was the last one, pause."""
        worker.standing.hold(message)
        if self._all_held():
            then = "resume" if self.attended else "start again"
            self.trouble(message, f"{advice}, then {then}.")

    def _all_held(self) -> bool:
        return all(worker.standing.is_held for worker in self.workers)

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
        self.turn("paused", message, hint)

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
        standings = [worker.standing for worker in self.workers]
        away = [one for one in standings if one.state in ("unreachable", "refused")]
        if len(away) < len(standings):
            self._away_since = 0.0
            if self.state in ("starting", "waiting") and any(one.is_up for one in standings):
                self.turn("running")
        elif self.state in ("starting", "running", "waiting"):
            now = time.monotonic()
            self._away_since = self._away_since or now
            gone = next((one for one in away if one.state == "unreachable"), away[0])
            if not self.attended and (
                self.state == "starting" or now - self._away_since > PATIENCE_SECONDS
            ):
                self.end(End("failed", gone.message, gone.hint, "server", 3))
                return
            self.turn("waiting", gone.message, gone.hint, "server")
        elif self.state == "stopping":
            self.check_over()
        self.live.touch()

    def others_up(self, worker: Worker) -> bool:
        others = [one.standing for one in self.workers if one is not worker]
        return any(one.is_up and not one.is_held for one in others)

    # Its state

    def turn(self, state: RunState, message: str = "", hint: str = "", field: str = "") -> None:
        """Be in this state from now on, and say so."""
        changed = state != self.state
        self.state, self.message, self.hint, self.field = state, message, hint, field
        if changed:
            with suppress(WriteError):
                self.diary.write("state", state=state, message=message, hint=hint, field=field)
        self.live.touch()

    def end(self, end: End) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(end)

    def end_stopped(self) -> None:
        self.end(self._left().stopped())

    def check_over(self) -> None:
        """End it, or have it paused, where nothing is left to wait for."""
        busy = any(worker.is_busy and worker.standing.is_up for worker in self.workers)
        if self.state == "stopping":
            if not busy and self.orders.withdrawn:
                self.end_stopped()
        elif not self.board.left and not self.rerolls.pending:
            self.end(self._left().finished())
        elif self.state == "pausing" and not busy:
            self.turn("paused")

    def _left(self) -> Left:
        missing = [i for i in range(1, self.shelf.total + 1) if not self.shelf.has(i)]
        failed = [i for i in self.indices if i in missing and i in self.diary.fold.failed]
        first = self.diary.fold.failed[failed[0]] if failed else None
        why, kind = (first.message, first.kind) if first else ("", "")
        return Left(self.shelf.total, len(self.indices), len(missing), len(failed), why, kind)

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
