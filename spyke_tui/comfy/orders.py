"""What a person tells a live run: pause, go on, stop, try again, follow crops.toml."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from spyke_tui.comfy.board import Wanted
from spyke_tui.comfy.setbacks import attempt_after
from spyke_tui.errors import WriteError
from spyke_tui.model.run_view import Order

if TYPE_CHECKING:
    from spyke_tui.comfy.run import Run


class Orders:
    """Carries them out. `withdrawn`: whether nothing waits on a server since the last stop."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.withdrawn = False
        self._withdrawing: asyncio.Task[None] | None = None

    def obey(self, order: Order) -> None:
        run = self._run
        if run.state == "stopping" and order != "interrupt":
            return
        match order:
            case "pause":
                run.may_feed.clear()
                run.turn("pausing")
            case "resume" if run.state in ("paused", "pausing"):
                for worker in run.workers:
                    worker.release()
                run.turn("running")
                run.may_feed.set()
                run.may_put.set()
                run.board.changed.set()
            case "stop" | "interrupt":
                self._stop(now=order == "interrupt")
            case "retry":
                self._retry()
        run.check_over()
        run.live.touch()

    def _stop(self, *, now: bool) -> None:
        run = self._run
        run.may_feed.clear()
        run.turn("stopping")
        run.may_put.set()
        run.diary.say("Interrupted." if now else "Ends after the running image.")
        self.withdrawn = False
        if self._withdrawing is not None:
            self._withdrawing.cancel()
        self._withdrawing = asyncio.get_running_loop().create_task(self._withdraw(now=now))

    async def _withdraw(self, *, now: bool) -> None:
        run = self._run
        there = [worker for worker in run.workers if worker.standing.is_up]
        await asyncio.gather(*(worker.feeder.withdraw(running_too=now) for worker in there))
        if now:
            run.end_stopped()
        # Perhaps nothing was drawn just then: no picture will come that asks once more.
        self.withdrawn = True
        run.check_over()

    def _retry(self) -> None:
        run = self._run
        for index, failed in list(run.diary.fold.failed.items()):
            if failed.final and index in run.indices:
                attempt = attempt_after(failed, failed.reroll)
                wanted = Wanted(index, run.rerolls.of(index), attempt)
                with suppress(WriteError):
                    run.diary.write("retry", i=index)
                run.setbacks.forget(index)
                run.board.put(wanted)

    def reread(self) -> None:
        """Follow the rerolls as crops.toml has them now. Raises `WriteError`."""
        run = self._run
        run.rerolls.pending = False
        for index in run.indices:
            if run.board.is_out(index):
                run.rerolls.pending = True  # when it is there it can be taken down
            elif run.rerolls.apply(index, run.shelf) and not run.shelf.has(index):
                run.board.put(Wanted(index, run.rerolls.of(index)))
            elif run.shelf.has(index):
                run.board.drop(index)
        run.check_over()
        run.live.touch()
