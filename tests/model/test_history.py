"""Undo and redo against a plain list of states."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from spyke_tui.model.geometry import Rect
from spyke_tui.model.history import History
from spyke_tui.model.project import Crop, Dataset, Project

START = Project(Dataset("a", "b"), crops=(Crop("one", "s", Rect(0, 0, 10, 10)),))


def moved(project: Project, left: int) -> Project:
    crop = project.crops[0]
    return project.with_crops((replace(crop, rect=replace(crop.rect, left=left)),))


class HistoryMachine(RuleBasedStateMachine):
    """`states[at]` is the project; a burst overwrites the newest state."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History(START)
        self.states = [START]
        self.at = 0
        self.burst: str | None = None

    @rule(left=st.integers(0, 5), burst=st.sampled_from([None, "x", "y"]))
    def apply(self, left: int, burst: str | None) -> None:
        project = moved(self.history.project, left)
        self.history.apply(f"to {left}", project, burst)
        if project == self.states[self.at]:
            return
        del self.states[self.at + 1 :]
        if burst is not None and burst == self.burst:
            self.states[self.at] = project
            if self.states[self.at - 1] == project:  # back where the burst began
                del self.states[self.at]
                self.at -= 1
                self.burst = None
            return
        self.states.append(project)
        self.at += 1
        self.burst = burst

    @rule()
    def end_burst(self) -> None:
        self.history.end_burst()
        self.burst = None

    @rule()
    def undo(self) -> None:
        self.burst = None
        assert (self.history.undo() is not None) == (self.at > 0)
        self.at = max(0, self.at - 1)

    @rule()
    def redo(self) -> None:
        self.burst = None
        assert (self.history.redo() is not None) == (self.at + 1 < len(self.states))
        self.at = min(len(self.states) - 1, self.at + 1)

    @invariant()
    def shows_the_state(self) -> None:
        assert self.history.project == self.states[self.at]
        assert self.history.can_undo == (self.at > 0)
        assert self.history.can_redo == (self.at + 1 < len(self.states))


TestHistory = HistoryMachine.TestCase
TestHistory.settings = settings(max_examples=60, stateful_step_count=30)


def test_a_burst_is_one_step() -> None:
    history = History(START)
    for left in range(1, 31):
        history.apply("nudge", moved(history.project, left), burst="nudge one")
    assert history.undo() == "nudge"
    assert history.project == START
    assert history.redo() == "nudge"
    assert history.project.crops[0].rect.left == 30


def test_one_of_two_crops_with_one_id_comes_back_beside_the_other() -> None:
    twice = START.with_crops((*START.crops, replace(START.crops[0], rect=Rect(5, 5, 9, 9))))
    history = History(twice)
    history.apply("delete one", twice.with_crops(twice.crops[1:]))
    history.undo()
    assert history.project == twice
