"""Each sheet decoded once, in bounded memory, and no thread left behind."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spyke_tui.kohya import sheet_queue
from spyke_tui.kohya.sheet_queue import LIVE_PIXELS, SheetJobs, SheetQueue


class Pictures:
    """Stands in for decoding; counts what is alive from the start of `load` to `work`'s end."""

    def __init__(self, pixels: dict[Path, int], broken: frozenset[Path] = frozenset()) -> None:
        self.pixels = pixels
        self.broken = broken
        self.loads: Counter[Path] = Counter()
        self.live = 0
        self.most = 0
        self.crowded = False
        self._guard = threading.Lock()

    def load(self, path: Path) -> Any:
        with self._guard:
            self.loads[path] += 1
            self.live += self.pixels[path]
            self.most = max(self.most, self.live)
            alone = self.live == self.pixels[path]
            self.crowded = self.crowded or (self.live > LIVE_PIXELS and not alone)
        if path in self.broken:
            with self._guard:
                self.live -= self.pixels[path]
            raise OSError(f"{path} is broken")
        return Picture(self, path)

    def dropped(self, path: Path) -> None:
        with self._guard:
            self.live -= self.pixels[path]


class Picture:
    """Counts as alive until nobody holds it any more."""

    def __init__(self, pictures: Pictures, path: Path) -> None:
        self.pictures, self.path = pictures, path

    def __del__(self) -> None:
        self.pictures.dropped(self.path)


def run(
    sheets: dict[str, tuple[int, int]],
    broken: frozenset[str] = frozenset(),
    work: Callable[[Any, str], Any] = lambda picture, job: (picture.path.name, job),
    threads: int = 2,
) -> tuple[list[tuple[str, Any]], Pictures]:
    """Everything that comes out of sheets given as name -> (pixels, number of jobs)."""
    pictures = Pictures(
        {Path(name): pixels for name, (pixels, _) in sheets.items()},
        frozenset(Path(name) for name in broken),
    )
    jobs = [
        SheetJobs(Path(name), pixels, [f"{name}{n}" for n in range(count)])
        for name, (pixels, count) in sheets.items()
    ]
    queue: SheetQueue[str, Any] = SheetQueue(jobs, pictures.load, work, threads)
    return list(queue), pictures


sheet_sizes = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3),
    st.tuples(st.integers(0, 2 * LIVE_PIXELS), st.integers(1, 6)),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(sheet_sizes, st.data(), st.integers(1, 4))
def test_every_job_once_every_sheet_once_never_too_much(
    sheets: dict[str, tuple[int, int]], data: st.DataObject, threads: int
) -> None:
    broken = data.draw(st.frozensets(st.sampled_from(sorted(sheets)))) if sheets else frozenset()
    results, pictures = run(sheets, broken, threads=threads)
    wanted = {f"{name}{n}": name for name, (_, count) in sheets.items() for n in range(count)}
    assert sorted(job for job, _ in results) == sorted(wanted)
    for job, outcome in results:
        if wanted[job] in broken:
            assert isinstance(outcome, OSError)
        else:
            assert outcome == (wanted[job], job)
    assert all(count == 1 for count in pictures.loads.values())
    assert not pictures.crowded
    assert pictures.live == 0, "every picture was dropped"


def test_a_sheet_above_the_limit_is_decoded_alone() -> None:
    sheets = {"huge": (3 * LIVE_PIXELS, 3), "a": (LIVE_PIXELS // 2, 3), "b": (LIVE_PIXELS // 2, 2)}
    results, pictures = run(sheets)
    assert len(results) == 8
    assert pictures.most == 3 * LIVE_PIXELS


def test_two_sheets_are_decoded_side_by_side() -> None:
    """Both workers meet inside `load`; one after the other they never would."""
    meeting = threading.Barrier(2, timeout=20)
    sheets = [SheetJobs(Path(name), 1000, ["job"]) for name in "ab"]

    def load(path: Path) -> Any:
        meeting.wait()
        return path

    queue: SheetQueue[str, Any] = SheetQueue(sheets, load, lambda picture, job: picture)
    assert sorted(outcome for _, outcome in queue) == [Path("a"), Path("b")]


def test_an_error_in_one_crop_costs_no_other() -> None:
    def work(picture: Any, job: str) -> str:
        if job == "a1":
            raise ValueError("not this one")
        return job

    results, _ = run({"a": (10, 3), "b": (10, 2)}, work=work)
    assert {job: str(outcome) for job, outcome in results} == {
        "a0": "a0", "a1": "not this one", "a2": "a2", "b0": "b0", "b1": "b1",
    }  # fmt: skip


def test_leaving_early_joins_the_threads() -> None:
    before = set(threading.enumerate())
    sheets = [SheetJobs(Path(f"s{n}"), LIVE_PIXELS, [n]) for n in range(20)]
    loads: list[Path] = []

    def load(path: Path) -> Any:
        loads.append(path)
        if len(loads) > 2:  # not before the loop was left
            with queue._change:
                assert queue._change.wait_for(lambda: queue._stopped, timeout=20)
        return path

    queue: SheetQueue[int, Any] = SheetQueue(sheets, load, lambda picture, job: job)
    for _ in queue:
        break
    assert set(threading.enumerate()) == before
    assert len(loads) <= 3, "the rest was never decoded"


def test_an_error_in_the_loop_joins_the_threads() -> None:
    before = set(threading.enumerate())
    queue: SheetQueue[int, Any] = SheetQueue(
        [SheetJobs(Path("a"), 1, list(range(50)))], lambda path: path, lambda picture, job: job
    )
    with pytest.raises(KeyboardInterrupt):
        for _ in queue:
            raise KeyboardInterrupt
    assert set(threading.enumerate()) == before


def test_nothing_to_do_starts_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_queue.threading, "Thread", None)
    assert run({})[0] == []


def test_a_build_decodes_each_sheet_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from little_project import LittleProject, rect

    from spyke_tui.processing import loading

    loads: Counter[str] = Counter()
    real = loading.load_picture

    def load(path: Path) -> Any:
        loads[path.name] += 1
        return real(path)

    monkeypatch.setattr(loading, "load_picture", load)
    crops = [
        {"id": f"c{n}", "sheet": ("one", "two", "again")[n % 3], "rect": rect(n, n, 50, 50)}
        for n in range(9)
    ]
    project = LittleProject(tmp_path / "project", crops)
    project.sheets["again"] = {"file": "sheets/one.png"}
    project.save()
    project.build()
    assert loads == {"one.png": 1, "two.png": 1}, "two keys of one file are one picture"
    loads.clear()
    project.nudge("c1")
    project.build()
    assert loads == {"two.png": 1}
    loads.clear()
    project.change("c1", tags=["x"])
    project.build()
    assert not loads
