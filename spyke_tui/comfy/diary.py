"""What a live run writes into its journal, and what is known from it, always in step."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

from spyke_tui.comfy.job import Job
from spyke_tui.errors import WriteError
from spyke_tui.model.run_fold import Made, RunFold
from spyke_tui.model.run_view import RunState
from spyke_tui.store.run_files import RunFiles
from spyke_tui.store.run_journal import JournalTail, RunJournal


class Diary:
    """Writes the journal of a run that this process holds. Methods raise `WriteError`.

    From any thread.
    """

    def __init__(self, files: RunFiles) -> None:
        self.files = files
        self.fold = RunFold()
        for record in JournalTail(files.journal).read()[0]:
            self.fold.feed(record)
        self.former_folder = self.fold.session.folder
        self._journal = RunJournal(files.journal)
        self._guard = threading.Lock()

    @property
    def run(self) -> str:
        return self.fold.session.run

    def write(self, what: str, /, *, durable: bool = False, **values: object) -> None:
        record = {"t": what, **values}
        with self._guard:
            self._journal.append(record, durable=durable)
            self.fold.feed(record)

    def close(self) -> None:
        self._journal.close()

    # The run

    def begin(self, total: int, settings: str, servers: Sequence[str]) -> None:
        """A life of the run begins. The first one makes up the run's name."""
        self.write(
            "run",
            durable=True,
            at=_now(),
            run=self.run or os.urandom(4).hex(),
            pid=os.getpid(),
            host=os.uname().nodename,
            total=total,
            folder=self.files.images.name,
            settings=settings,
            servers=list(servers),
        )

    def say(self, text: str, level: Literal["info", "warning", "error"] = "info") -> None:
        """A line for a person. Where it can't be written nothing depends on it."""
        with suppress(WriteError):
            self.write("log", at=_now(), text=text, level=level)

    def end(
        self, state: RunState, message: str, hint: str = "", field: str = "", exit_code: int = 0
    ) -> None:
        self.write(
            "end", durable=True, at=_now(), state=state, message=message, hint=hint, field=field,
            exit=exit_code,
        )  # fmt: skip

    # One image

    def submit(self, job: Job, server: str) -> None:
        """The job is about to be sent: from now on it is looked up before it is sent again."""
        self.write(
            "submit", at=_now(), i=job.index, r=job.reroll, a=job.attempt, n=job.number,
            id=job.prompt_id, seed=job.seed, prefix=job.prefix, server=server,
            settings=job.settings,
        )  # fmt: skip

    def about(self, made: Made) -> None:
        """The picture is about to be put in its place: should we be killed then, it is ours."""
        self.write(
            "about", durable=True, i=made.index, r=made.reroll, a=made.attempt, seed=made.seed,
            name=made.name, sha=made.sha256, size=made.size, pixels=made.pixels,
            settings=made.settings, seconds=round(made.seconds, 3), server=made.server,
            practice=made.practice,
        )  # fmt: skip

    def done(self, index: int, mtime_ns: int) -> None:
        self.write("done", i=index, mtime=mtime_ns, at=_now())

    def failure(self, job: Job, kind: str, why: str, *, final: bool) -> None:
        self.write(
            "failed" if final else "bad", i=job.index, r=job.reroll, a=job.attempt,
            seed=job.seed, kind=kind, why=why,
        )  # fmt: skip


def _now() -> float:
    return round(time.time(), 3)
