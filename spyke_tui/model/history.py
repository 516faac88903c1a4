"""Undo and redo; a burst of nudges is one step.

A step is what changed, not the whole project: it fits as long as what it changed is as it left it,
whatever else another program did to the file meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spyke_tui.errors import SpykeError
from spyke_tui.model.project import Project

if TYPE_CHECKING:
    from spyke_tui.model.patch import Patch

LIMIT = 1000
"""Steps kept in memory."""


class StepRefusedError(SpykeError):
    """A step no longer fits what the file says by now."""


class ReadOnlyError(SpykeError):
    """Another instance has the project; nothing can be changed here."""


@dataclass(slots=True)
class Step:
    """One change, there and back. `start` is where a burst began, while it goes on."""

    label: str
    patch: Patch
    burst: str | None = None
    start: Project | None = None


class History:
    """The project as it stands, and the way back."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._burst_open = False
        self._refused: Step | None = None
        self.holder = ""
        """Who has this project, where it is not us: then nothing changes."""
        self.is_over = False
        """The program ends and has saved: what keys that still wait would change is lost."""
        self.version = 0
        """Counts what happened, so that it is known when the steps must be kept anew."""

    @property
    def project(self) -> Project:
        return self._project

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    @property
    def steps(self) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        """The steps that can be undone, and those that can be done again; the last come first."""
        return tuple(reversed(self._done)), tuple(reversed(self._undone))

    def apply(self, label: str, project: Project, burst: str | None = None) -> None:
        """Take `project` as the new state. Consecutive calls with one `burst` key are one step.

        Raises `ReadOnlyError`.
        """
        if project == self._project:
            return
        self._require_ours()
        from spyke_tui.model.patch import patch_between  # not needed for the first frame

        last = self._done[-1] if self._done else None
        if (
            burst is not None
            and self._burst_open
            and last is not None
            and last.burst == burst
            and last.start is not None
        ):
            last.label = label
            last.patch = patch_between(last.start, project)
            if last.start == project:  # nudged back to where it began: nothing to undo
                self._done.pop()
                self._burst_open = False
        else:
            if last is not None:
                last.start = None
            patch = patch_between(self._project, project)
            start = self._project if burst is not None else None
            self._done.append(Step(label, patch, burst, start))
            del self._done[:-LIMIT]
            self._burst_open = burst is not None
        self._undone.clear()
        self._refused = None
        self._project = project
        self.version += 1

    def rebase(self, project: Project) -> None:
        """The file says this by now. It is no step of ours; older steps go on where they fit."""
        self.end_burst()
        self._project = project
        self._refused = None
        self.version += 1

    def adopt(self, done: Sequence[Step], undone: Sequence[Step]) -> None:
        """Take the steps of the last run (as `steps` gives them) below those of this one."""
        fresh = not self._done and not self._undone
        self._done[:0] = reversed(done)
        if fresh:
            self._undone = list(reversed(undone))

    def end_burst(self) -> None:
        """The next `apply` starts a step of its own."""
        self._burst_open = False

    def _require_ours(self) -> None:
        if self.is_over:
            raise ReadOnlyError("Nothing is changed any more: the program ends.", "Start it again.")
        if self.holder:
            raise ReadOnlyError(
                f"Nothing can be changed here: {self.holder} has this project open.",
                "As soon as that one is closed, this one goes on by itself.",
            )

    def undo(self) -> str | None:
        """Go one step back; the step's label, or None where there is none.

        Raises `StepRefusedError` where it no longer fits; asked again, that step is passed over.
        Raises `ReadOnlyError`.
        """
        return self._travel(self._done, self._undone, back=True)

    def redo(self) -> str | None:
        """Go one step forward again; as `undo`."""
        return self._travel(self._undone, self._done, back=False)

    def _travel(self, source: list[Step], target: list[Step], *, back: bool) -> str | None:
        self._burst_open = False
        if source:
            self._require_ours()
        if source and source[-1] is self._refused:
            source.pop()
        self._refused = None
        if not source:
            return None
        from spyke_tui.model.patch import PatchError, patched

        step = source[-1]
        try:
            project = patched(self._project, step.patch.reversed() if back else step.patch)
        except PatchError as error:
            self._refused = step
            way = "undone" if back else "done again"
            raise StepRefusedError(
                f'"{step.label}" can\'t be {way}: {error}',
                "Nothing was changed. The same key once more passes over this step.",
            ) from error
        target.append(source.pop())
        self._project = project
        self.version += 1
        return step.label
