"""What a server's events mean for our jobs. No input or output: the worker acts on the verdicts."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Literal

from spyke_tui.comfy.events import (
    Event,
    Executed,
    Executing,
    ExecutionCached,
    ExecutionError,
    ExecutionInterrupted,
    ExecutionStart,
    ExecutionSuccess,
    Progress,
    ProgressState,
)
from spyke_tui.comfy.job import Job

Verdict = Literal["changed", "saved", "over", "error", "interrupted"]
"""changed: only how far it is; saved: its picture can be fetched; over: it ended and nothing was
heard of a picture, so ask the history."""
MOST_STRANGERS = 32
MOST_OF_A_STRANGER = 64


class Hearing:
    """The jobs that one server has, by the ids it knows them by."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.jobs: dict[str, Job] = {}
        self.current: Job | None = None
        """The job of ours that runs now."""
        self.theirs: dict[str, str] = {}
        """Ids that an old server gave to our prompts, by ours."""
        self._strangers: OrderedDict[str, list[Event]] = OrderedDict()
        self._clock = clock

    def add(self, job: Job) -> None:
        self.jobs[job.prompt_id] = job

    def id_of(self, job: Job) -> str:
        """The id that the server knows it by."""
        return self.theirs.get(job.prompt_id, job.prompt_id)

    def rename(self, job: Job, prompt_id: str) -> list[Event]:
        """The server minted an id of its own; what it said of that before is given back."""
        if prompt_id == job.prompt_id:
            return []
        self.theirs[job.prompt_id] = prompt_id
        self.jobs[prompt_id] = self.jobs.pop(job.prompt_id, job)
        return self._strangers.pop(prompt_id, [])

    def remove(self, job: Job) -> None:
        self.jobs.pop(self.id_of(job), None)
        self.theirs.pop(job.prompt_id, None)
        if self.current is job:
            self.current = None

    def all(self) -> Iterable[Job]:
        return tuple(self.jobs.values())

    def hear(self, event: Event) -> tuple[Job, Verdict] | None:
        """What the event says of a job of ours; None where it says nothing."""
        prompt_id = getattr(event, "prompt_id", None)
        if not prompt_id and isinstance(event, Progress):
            job = self.current
        else:
            job = self.jobs.get(prompt_id or "")
            if job is None and prompt_id:
                self._keep(prompt_id, event)
        if job is None or (job.state in ("saved", "fetching", "verified")):
            return None
        verdict = self._apply(job, event)
        return None if verdict is None else (job, verdict)

    def _apply(self, job: Job, event: Event) -> Verdict | None:
        match event:
            case ExecutionStart() | ExecutionCached():
                self._runs(job)
            case Executing(node=None):
                return "over"
            case Executing(node=node):
                self._runs(job)
                if job.node != node:
                    job.node, job.step, job.steps = node or "", 0, 0
            case Progress():
                self._runs(job)
                job.step, job.steps = int(event.value), int(event.maximum)
                job.node = event.node or job.node
            case ProgressState():
                self._runs(job)
                for name, progress in event.nodes.items():
                    if progress.state == "running":
                        job.node = name
                        job.step, job.steps = int(progress.value), int(progress.maximum)
            case Executed():
                saved = [image for image in event.images if image.folder == "output"]
                if not saved:
                    return "changed"
                job.image = saved[0]
                return "saved"
            case ExecutionSuccess():
                return "over"
            case ExecutionError():
                return "error"
            case ExecutionInterrupted():
                return "interrupted"
            case _:
                return None
        return "changed"

    def _runs(self, job: Job) -> None:
        if job.state != "running":
            job.state = "running"
            job.started_at = self._clock()
        job.missing_since = 0.0
        self.current = job

    def _keep(self, prompt_id: str, event: Event) -> None:
        """It may be ours under an id that we don't know yet."""
        kept = self._strangers.setdefault(prompt_id, [])
        if len(kept) < MOST_OF_A_STRANGER:
            kept.append(event)
        while len(self._strangers) > MOST_STRANGERS:
            self._strangers.popitem(last=False)
