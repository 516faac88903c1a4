"""What is done about a picture that did not come, or that can't be used.

The same seed again where the server was at fault, another one where the picture was, and no more
of either where it keeps going wrong: then the server is held, and the run pauses.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from spyke_tui.comfy.board import Wanted
from spyke_tui.comfy.run_end import cure_of
from spyke_tui.errors import WriteError
from spyke_tui.model.generation import MOST_ATTEMPTS

if TYPE_CHECKING:
    from spyke_tui.comfy.job import Job
    from spyke_tui.comfy.run import Run
    from spyke_tui.comfy.shelf import Outcome
    from spyke_tui.comfy.worker import Worker
    from spyke_tui.model.run_fold import Failed

MOST_ERRORS = 3
"""How often one image may go wrong on a server before nothing more is tried with it."""
_LOOK = "See the server's own log and mend it"
_SEED_FAULTS = ("black", "one-colour", "same")
"""The same seed would give the same picture."""


def attempt_after(failed: Failed | None, reroll: int) -> int:
    """The first attempt at an image that was not found unusable before."""
    if failed is None or failed.reroll != reroll:
        return 0
    return failed.attempt + (failed.kind in _SEED_FAULTS)


class Setbacks:
    """Counts what went wrong since somebody last looked after it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._first_attempts: dict[int, int] = {}
        self._last_fault = ""

    def none(self) -> None:
        """A picture was fine."""
        self._last_fault = ""

    def forget(self, index: int) -> None:
        """Somebody wants it tried again: with as many attempts as at first."""
        self._first_attempts.pop(index, None)

    def erred(self, worker: Worker, job: Job, why: str, *, out_of_memory: bool = False) -> None:
        """The server could not draw it: once more, then pause; some servers recover."""
        run = self._run
        worker.errors = worker.errors + 1 if why == worker.last_error else 1
        worker.last_error = why
        run.diary.say(f"Image {job.index} failed on {worker.address.shown}: {why}", "error")
        final = job.errors + 1 >= MOST_ERRORS
        with suppress(WriteError):
            run.diary.failure(job, "error", why, final=final)
        if final:
            run.gave_up(job)
        else:
            run.put_back(job, errors=job.errors + 1)
        if out_of_memory:
            run.hold(
                worker, why,
                "The server ran out of memory: free some there (other programs, a smaller size)",
            )  # fmt: skip
        elif worker.errors >= 2:
            run.hold(worker, why, _LOOK)

    def unusable(self, worker: Worker, job: Job, outcome: Outcome) -> None:
        """A picture came, and it can't be used."""
        run = self._run
        run.diary.say(f"Image {job.index}: {outcome.why}", "warning")
        first = self._first_attempts.setdefault(job.index, job.attempt)
        again = outcome.kind in _SEED_FAULTS and job.attempt - first < MOST_ATTEMPTS
        same = outcome.kind == "broken" and job.errors + 1 < MOST_ERRORS
        with suppress(WriteError):
            run.diary.failure(job, outcome.kind, outcome.why, final=not (again or same))
        if again:
            run.board.put(Wanted(job.index, job.reroll, job.attempt + 1))
        elif same:
            run.put_back(job, errors=job.errors + 1)
        else:
            run.gave_up(job)
            if self._last_fault == outcome.kind and run.board.left:
                run.hold(worker, outcome.why, cure_of(outcome.kind) or _LOOK)
            self._last_fault = outcome.kind
