"""When changes reach the disk, to the millisecond: the clock is the test's own.

What the machine adds (timers that fire late, a disk that stalls) is seen by ``make torture``.
"""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.errors import WriteError
from spyke_tui.tui import autosave
from spyke_tui.tui.autosave import AGAIN, APART, SOON, Autosave

SECOND = 1.0


class StillLoop(asyncio.SelectorEventLoop):
    """Time passes only while everybody waits for it, and then at once."""

    _ready: Any
    _scheduled: Any
    now = 0.0

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:
            self.now = max(self.now, self._scheduled[0]._when)
        super()._run_once()  # type: ignore[misc]


class Disk:
    """A session and an app in one; the project is the number of its last change."""

    def __init__(self, loop: StillLoop, took: float) -> None:
        self.loop, self.took = loop, took
        self.project = self.on_disk = 0
        self.problem, self.steps_adopted, self.history = "", False, SimpleNamespace(version=0)
        self.made: list[float] = []
        self.reached: dict[int, float] = {}
        self.begun: list[float] = []
        self.is_full = False
        self.file = SimpleNamespace(folder=None, write=lambda project: None)
        self.autosave = Autosave(self, self)  # type: ignore[arg-type]

    @property
    def is_saved(self) -> bool:
        return self.on_disk == self.project

    def remember(self) -> None: ...

    def post_message(self, message: object) -> None: ...

    def run_worker(self, work: Callable[[], Awaitable[Any]], **_: object) -> None:
        asyncio.ensure_future(work())  # noqa: RUF006

    def change(self) -> None:
        self.project += 1
        self.made.append(self.loop.now)
        self.autosave.changed()

    async def in_a_thread(self, work: Callable[..., Any], *words: Any) -> Any:
        if work != self.autosave._write:
            return None
        self.begun.append(self.loop.now)
        await asyncio.sleep(self.took)
        if self.is_full:
            raise WriteError("The disk is full.")
        self.on_disk = words[0]
        for number in range(1, words[0] + 1):
            self.reached.setdefault(number, self.loop.now)
        return None


def played(
    pauses: list[float], took: float, play: Callable[[Disk], Awaitable[None]] | None = None
) -> Disk:
    """Changes with these pauses between them, on a disk that takes so long for a write."""
    loop = StillLoop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(autosave, "monotonic", loop.time)
        disk = Disk(loop, took)
        patch.setattr(asyncio, "to_thread", disk.in_a_thread)

        async def work() -> None:
            for pause in pauses:
                await asyncio.sleep(pause)
                disk.change()
            if play is not None:
                await play(disk)
            await asyncio.sleep(20)

        try:
            loop.run_until_complete(work())
        finally:
            loop.close()
    assert disk.is_saved
    return disk


def ages(disk: Disk) -> list[float]:
    """Seconds that each change waited for the disk."""
    return [disk.reached[number] - made for number, made in enumerate(disk.made, 1)]


PAUSES = st.lists(st.sampled_from([0.0, 0.03, 0.2, 0.31, 0.5, 0.89, 0.95, 3.0]), max_size=40)


@given(PAUSES, st.floats(0.001, 0.4))
def test_every_change_is_on_disk_within_a_second_however_long_a_write_takes(
    pauses: list[float], took: float
) -> None:
    assert max(ages(played(pauses, took)), default=0) <= SECOND


@given(PAUSES, st.floats(0.0, 0.04))
def test_quick_writes_are_apart(pauses: list[float], took: float) -> None:
    disk = played(pauses, took)
    assert all(after - before >= APART - 1e-6 for before, after in pairwise(disk.begun))
    assert all(age >= SOON - 1e-6 for age in ages(disk)[:1])


@given(PAUSES, st.floats(0.5, 3.0))
def test_a_disk_that_is_too_slow_for_it_rests_between_writes_and_misses_nothing(
    pauses: list[float], took: float
) -> None:
    disk = played(pauses, took)
    rests = [after - before - took for before, after in pairwise(disk.begun)]
    assert all(rest >= took / 4 - 1e-6 for rest in rests)
    assert max(ages(disk), default=0) <= 2.25 * took + SOON + 1e-6


def test_a_burst_is_one_write_and_keys_that_are_held_one_in_nine_tenths() -> None:
    assert len(played([0.0, 0.05, 0.05, 0.05], 0.01).begun) == 1
    held = played([0.03] * 300, 0.01)
    assert len(held.begun) == 1 + 9 + 1  # of nine seconds: soon, then each 0.9 s, and the last


def test_a_full_disk_is_tried_again() -> None:
    async def play(disk: Disk) -> None:
        disk.is_full = True
        disk.change()
        await asyncio.sleep(2 * AGAIN)
        disk.is_full = False

    disk = played([], 0.01, play)
    assert [round(after - before) for before, after in pairwise(disk.begun)] == [5, 5]


def test_what_is_saved_by_hand_is_saved_at_once() -> None:
    async def play(disk: Disk) -> None:
        disk.change()
        assert await disk.autosave.flush()
        disk.change()

    disk = played([], 0.01, play)
    assert ages(disk) == pytest.approx([0.01, 0.9])
