"""Half files of dead processes go, those of living ones stay, whoever has their number now."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from spyke_tui.store import files, processes
from spyke_tui.store.processes import STALE, own_numbering, own_start, start_of
from spyke_tui.store.temporary import (
    TEMPORARY_PREFIX,
    UNKNOWN,
    remove_leftovers,
    temporary_in,
)


@pytest.fixture
def other() -> Iterator[int]:
    """The number of a process that runs meanwhile."""
    process = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    yield process.pid
    process.communicate()


def left(folder: Path, *who: object, seconds_ago: float = 0) -> str:
    path = folder / f"{TEMPORARY_PREFIX}{'-'.join(map(str, who))}-{os.urandom(6).hex()}"
    path.write_text("half")
    then = time.time() - seconds_ago
    os.utime(path, (then, then))
    return path.name


def names_after(folder: Path) -> set[str]:
    remove_leftovers(folder)
    return {entry.name for entry in folder.iterdir()}


def test_what_a_dead_process_left_goes_and_what_a_living_one_writes_stays(
    tmp_path: Path, other: int
) -> None:
    dead = subprocess.Popen(["true"])
    start = start_of(dead.pid)
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)  # dead, and not buried yet
    left(tmp_path, dead.pid, start, own_numbering())
    left(tmp_path, dead.pid)
    own, mine = temporary_in(tmp_path), tmp_path / "mine"
    for path in (own, mine):
        path.write_text("half")
    os.utime(own, (1, 1))  # however long it takes
    living = left(tmp_path, other, start_of(other), own_numbering(), seconds_ago=9999)
    assert names_after(tmp_path) == {own.name, "mine", living}
    dead.wait()


def test_a_number_that_another_process_has_now_keeps_nothing(tmp_path: Path, other: int) -> None:
    left(tmp_path, other, "12", own_numbering())
    left(tmp_path, os.getpid(), "12", own_numbering())  # each container counts from one
    assert names_after(tmp_path) == set()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux")
def test_a_start_is_the_same_at_every_time_and_another_for_another(other: int) -> None:
    assert own_start() == start_of(os.getpid()) != ""
    assert start_of(other).isdecimal() and start_of(other) != own_start()
    later = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    assert int(start_of(later.pid)) >= int(start_of(other))
    later.communicate()
    assert start_of(later.pid) == ""


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="needs ps")
def test_without_proc_ps_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(process: int) -> list[str]:
        raise FileNotFoundError(process)

    real = Path.exists
    monkeypatch.setattr(processes, "_stat", nothing)
    monkeypatch.setattr(Path, "exists", lambda self: "proc" not in self.parts and real(self))
    start = start_of(os.getpid())
    assert start.isalnum() and start.endswith(tuple("0123456789")) and len(start) >= 14
    dead = subprocess.Popen(["true"])
    dead.wait()
    assert start_of(dead.pid) == ""
    mine = left(tmp_path, os.getpid(), start, own_numbering())
    left(tmp_path, os.getpid(), "ThuJan10000001970", own_numbering())
    assert names_after(tmp_path) == {mine}


def test_where_no_start_is_known_a_young_file_stays(
    tmp_path: Path, other: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "start_of", lambda process: "")
    young = left(tmp_path, other, "12", own_numbering(), seconds_ago=UNKNOWN / 2)
    unsaid = left(tmp_path, other, seconds_ago=UNKNOWN / 2)
    left(tmp_path, other, "12", own_numbering(), seconds_ago=UNKNOWN + 1)
    left(tmp_path, other, seconds_ago=UNKNOWN + 1)
    assert names_after(tmp_path) == {young, unsaid}


def test_what_another_machine_writes_stays_for_as_long_as_its_lock_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number may be anybody's here, or nobody's. The folder's own clock counts."""
    writing = left(tmp_path, 999_999_999, "12", "another", seconds_ago=STALE / 2)
    (tmp_path / "old").mkdir()
    left(tmp_path / "old", os.getpid(), own_start(), "another", seconds_ago=STALE + 1)
    real = time.time
    assert names_after(tmp_path / "old") == set()
    monkeypatch.setattr(time, "time", lambda: real() + 7200)
    assert names_after(tmp_path) == {writing, "old"}


def test_files_that_are_being_written_are_named_for_their_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def look() -> None:
        remove_leftovers(tmp_path)
        seen.extend(entry.name for entry in tmp_path.iterdir())

    files.write_whole(tmp_path / "file", b"all", check=look)
    assert len(seen) == 1
    assert seen[0].startswith(f"{TEMPORARY_PREFIX}{os.getpid()}-{own_start()}-{own_numbering()}-")
    assert names_after(tmp_path) == {"file"}


def test_links_folders_and_a_folder_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / f"{TEMPORARY_PREFIX}999999999-a").symlink_to(tmp_path / "precious")
    (tmp_path / f"{TEMPORARY_PREFIX}999999999-b").mkdir()
    assert len(names_after(tmp_path)) == 3
    remove_leftovers(tmp_path / "nowhere")
