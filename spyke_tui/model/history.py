"""Undo and redo over whole, immutable projects; a burst of nudges is one step."""

from __future__ import annotations

from dataclasses import dataclass

from spyke_tui.model.project import Project

LIMIT = 1000
"""Steps kept. A step is two references to projects that share all unchanged crops."""


@dataclass(slots=True)
class _Step:
    label: str
    before: Project
    after: Project
    burst: str | None


class History:
    """The project as it stands, and the way back."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._done: list[_Step] = []
        self._undone: list[_Step] = []
        self._burst_open = False

    @property
    def project(self) -> Project:
        return self._project

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def apply(self, label: str, project: Project, burst: str | None = None) -> None:
        """Take `project` as the new state. Consecutive calls with one `burst` key are one step."""
        if project == self._project:
            return
        last = self._done[-1] if self._done else None
        if burst is not None and self._burst_open and last is not None and last.burst == burst:
            last.after = project
            last.label = label
            if last.before == project:  # nudged back to where it began: nothing to undo
                self._done.pop()
                self._burst_open = False
        else:
            self._done.append(_Step(label, self._project, project, burst))
            del self._done[:-LIMIT]
            self._burst_open = burst is not None
        self._undone.clear()
        self._project = project

    def end_burst(self) -> None:
        """The next `apply` starts a step of its own."""
        self._burst_open = False

    def undo(self) -> str | None:
        """Go one step back; the step's label, or None where there is none."""
        self._burst_open = False
        if not self._done:
            return None
        step = self._done.pop()
        self._undone.append(step)
        self._project = step.before
        return step.label

    def redo(self) -> str | None:
        """Go one step forward again; the step's label, or None where there is none."""
        self._burst_open = False
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        self._project = step.after
        return step.label
