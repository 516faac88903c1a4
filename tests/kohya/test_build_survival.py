"""Killed, interrupted, without room, or twice at once: no torn file, and the next build goes on."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from little_project import LittleProject, build_and_die, contents, rect, run_cli, stamps
from PIL import Image

from spyke_tui.errors import ProjectLockedError, WriteError
from spyke_tui.store import lock
from spyke_tui.store.lock import exclusive
from spyke_tui.store.temporary import TEMPORARY_PREFIX, remove_leftovers


@pytest.fixture
def project(tmp_path: Path) -> LittleProject:
    return LittleProject(tmp_path / "project")


def temporary_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.startswith(TEMPORARY_PREFIX)]


def nudge_all(project: LittleProject) -> None:
    for crop in project.crops:
        crop["rect"]["left"] += 3
        crop["tags"] = [*crop.get("tags", []), f"tag {crop['rect']['left']}"]
    project.save()


def fresh(project: LittleProject, folder: Path) -> dict[str, bytes]:
    """What a build from nothing makes of the same crops.toml."""
    import shutil

    shutil.copytree(project.folder / "sheets", folder / "sheets")
    shutil.copy(project.crops_toml, folder)
    new = LittleProject.__new__(LittleProject)
    new.__dict__ = {**project.__dict__, "folder": folder}
    new.build()
    return contents(new.train)


# Killed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "after"), [(1, False), (3, True), (6, True), (8, False), (9, True)])
def test_killed_at_any_rename_the_next_build_completes(
    project: LittleProject, tmp_path: Path, at: int, after: bool
) -> None:
    """Even where the crops moved on between: what the killed build wrote is known as ours."""
    project.build()
    nudge_all(project)
    assert build_and_die(project, at, after=after)
    nudge_all(project)
    result = project.build()
    assert (result.kept, result.failed) == ([], [])
    assert contents(project.train) == fresh(project, tmp_path / "fresh")
    assert not project.aside.exists()
    assert temporary_files(project.folder) == []
    assert sorted(entry.name for entry in (project.root / ".spyke").iterdir()) == [
        "lock", "manifest.json",
    ]  # fmt: skip


@pytest.mark.parametrize("at", range(1, 6))
def test_killed_while_moving_everything(project: LittleProject, at: int) -> None:
    project.build()
    (project.train / "front.txt").write_text("by hand\n")
    before = contents(project.train)
    project.crop("front")["id"] = "first"
    project.set(character="villain", repeats=7)
    build_and_die(project, at, after=True)
    result = project.build()
    assert [entry.file for entry in result.kept] == ["train/7_hero_v1/first.txt"]
    assert [entry.name for entry in (project.folder / "dataset").iterdir()] == ["villain"]
    assert contents(project.train) == {n.replace("front", "first"): b for n, b in before.items()}
    assert not project.aside.exists()


def test_killed_from_outside_at_some_moment(tmp_path: Path) -> None:
    """A real process, killed as soon as so many files are there."""
    crops = [
        {"id": f"c{n:02}", "sheet": "one" if n % 2 else "two", "rect": rect(n, n, 90, 90)}
        for n in range(24)
    ]
    project = LittleProject(tmp_path / "project", crops)
    for wanted in (26, 33, 44):
        process = subprocess.Popen(
            [sys.executable, "-m", "spyke_tui", "build"],
            cwd=project.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while process.poll() is None and count_files(project.train) < wanted:
            pass
        process.kill()
        process.wait()
        for path in project.train.glob("*.png"):
            with Image.open(path) as picture:
                picture.load()
                assert picture.size == (512, 512)
    assert count_files(project.train) >= 44
    project.nudge("c05")
    result = project.build()
    assert (result.kept, result.failed) == ([], [])
    assert result.written + result.unchanged == 48
    assert contents(project.train) == fresh(project, tmp_path / "fresh")
    assert temporary_files(project.folder) == []


def count_files(folder: Path) -> int:
    try:
        return sum(not entry.name.startswith(".") for entry in os.scandir(folder))
    except FileNotFoundError:
        return 0


def test_a_torn_journal_is_read_as_far_as_it_goes(project: LittleProject) -> None:
    project.build()
    journal = project.root / ".spyke/manifest.journal"
    for rubbish in (
        b"[",
        b'["a"]',
        b"\xff\xfe",
        b"7\n[]\n{}",
        b'["train/x", 1, 2, 3]',
        b"[" * 9999,
    ):
        journal.write_bytes(rubbish)
        assert project.build().unchanged == 8
        assert not journal.exists()


# Interrupted -----------------------------------------------------------------------------------


def test_interrupted_keeps_all_finished_work(project: LittleProject) -> None:
    def progress(done: int, _total: int, _name: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        project.build(progress=progress)
    made = {path.name: path.stat().st_ino for path in project.train.glob("*.png")}
    assert len(made) >= 2
    result = project.build()
    assert result.kept == []
    assert all((project.train / name).stat().st_ino == inode for name, inode in made.items())
    assert result.unchanged == 4 + len(made)


def test_ctrl_c_ends_with_130_and_a_word(tmp_path: Path) -> None:
    crops = [{"id": f"c{n}", "sheet": "one", "rect": rect(n, n, 90, 90)} for n in range(30)]
    project = LittleProject(tmp_path / "project", crops)
    process = subprocess.Popen(
        [sys.executable, "-m", "spyke_tui", "build"],
        cwd=project.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while process.poll() is None and count_files(project.train) < 33:
        pass
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err + out
    assert temporary_files(project.folder) == []
    result = project.build()
    assert (result.kept, result.failed) == ([], [])
    assert result.unchanged >= 33


# Without room or permission --------------------------------------------------------------------


def no_room(monkeypatch: pytest.MonkeyPatch, fails: Any) -> None:
    """Let opening a temporary file for a path that `fails` picks go wrong half way."""
    real = Path.open

    def open_(self: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        file = real(self, mode, *args, **options)
        if "x" in mode and fails(self):

            class Full:
                def __enter__(self) -> Any:
                    file.write(b"half of i")
                    raise OSError(errno.ENOSPC, "No space left on device")

                def __exit__(self, *_: object) -> None:
                    file.close()

            return Full()
        return file

    monkeypatch.setattr(Path, "open", open_)


def test_a_full_disk_tears_nothing(project: LittleProject, monkeypatch: pytest.MonkeyPatch) -> None:
    project.build()
    before = contents(project.root)
    nudge_all(project)
    no_room(monkeypatch, lambda path: "train" in path.parts)
    result = project.build()
    assert {(f.crop, f.code) for f in result.failed} == {
        (name, "write-failed") for name in ("front", "back", "face")
    }
    assert all("No space left" in f.message for f in result.failed)
    assert contents(project.root) == before
    assert temporary_files(project.folder) == []
    monkeypatch.undo()
    assert project.build().written == 8


def test_a_full_disk_at_the_manifest(
    project: LittleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written before is still known the next time."""
    project.build()
    nudge_all(project)
    no_room(monkeypatch, lambda path: ".spyke" in path.parts)
    with pytest.raises(WriteError, match="No space left"):
        project.build()
    monkeypatch.undo()
    nudge_all(project)
    assert project.build().kept == []


def test_a_folder_that_may_not_be_written(
    project: LittleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.build()
    before = stamps(project.folder)
    nudge_all(project)
    project.change("front", status="reject")
    expected = {**before, "crops.toml": stamps(project.folder)["crops.toml"]}

    def refuse(*_: object, **__: object) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied")

    real = os.open

    def open_(path: Any, flags: int, *args: Any, **options: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            refuse()
        return real(path, flags, *args, **options)

    monkeypatch.setattr(os, "open", open_)
    with pytest.raises(WriteError, match="Permission denied") as caught:
        project.build()
    assert str(project.root) in caught.value.message
    assert "[dataset].root" in caught.value.hint
    assert stamps(project.folder) == expected


def test_a_file_that_may_not_be_deleted(
    project: LittleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.build()
    project.change("front", status="reject")

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(WriteError, match=r"front\.(png|txt).*Permission denied"):
        project.build()
    monkeypatch.undo()
    assert project.build().removed == 2


def test_an_error_of_our_own_keeps_finished_work(
    project: LittleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spyke_tui.processing import render

    real = render.render_crop
    calls: list[object] = []

    def sometimes(*args: Any, **options: Any) -> Any:
        calls.append(args)
        if len(calls) == 3:
            raise RuntimeError("a mistake of ours")
        return real(*args, **options)

    monkeypatch.setattr(render, "render_crop", sometimes)
    with pytest.raises(RuntimeError, match="a mistake"):
        project.build()
    monkeypatch.undo()
    result = project.build()
    assert (result.kept, result.failed) == ([], [])


# Two at once -----------------------------------------------------------------------------------


def test_the_second_build_says_who_is_at_work(project: LittleProject) -> None:
    project.build()
    holder = subprocess.Popen(
        [sys.executable, "-c", f"""
import sys
from pathlib import Path
from spyke_tui.store.lock import exclusive
with exclusive(Path({str(project.root / ".spyke/lock")!r}), "spyke-tui build"):
    print("held", flush=True)
    sys.stdin.read()
"""],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    project.nudge("front")
    done = run_cli("build", cwd=project.folder)
    assert done.returncode == 1
    assert f"spyke-tui build (process {holder.pid}, for less than a minute)" in done.stderr
    assert "Traceback" not in done.stderr
    holder.kill()
    holder.communicate()
    done = run_cli("build", cwd=project.folder)
    assert (done.returncode, done.stderr) == (0, ""), "the kernel freed it"


def test_a_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "deep/lock"
    with pytest.raises(RuntimeError), exclusive(path, "one"):
        raise RuntimeError
    with (
        exclusive(path, "two"),
        pytest.raises(ProjectLockedError, match=r"two \(process \d+, for less"),
        exclusive(path, "three"),
    ):
        pass


def test_a_file_system_without_locks_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(code: int) -> Any:
        def flock(*_: object) -> None:
            raise OSError(code, "No locks available")

        return flock

    monkeypatch.setattr(lock.fcntl, "flock", refuse(errno.ENOLCK))
    with exclusive(tmp_path / "lock", "one"):
        pass
    monkeypatch.setattr(lock.fcntl, "flock", refuse(errno.EIO))
    with pytest.raises(WriteError), exclusive(tmp_path / "lock", "one"):
        pass
    assert lock.fcntl is fcntl


def test_temporary_files_of_a_living_process_stay(project: LittleProject) -> None:
    project.train.mkdir(parents=True)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for writer in (f"{os.getpid()}-aa", f"{dead.pid}-aa", f"{'9' * 30}-aa", "without-number"):
        (project.train / f"{TEMPORARY_PREFIX}{writer}").write_bytes(b"")
    remove_leftovers(project.train)
    assert [path.name for path in temporary_files(project.folder)] == [
        f"{TEMPORARY_PREFIX}{os.getpid()}-aa"
    ]
    remove_leftovers(project.folder / "nowhere")


def test_what_workers_finished_after_an_error_is_still_ours(
    project: LittleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error comes while pictures are being written; the next crops.toml wants other ones."""

    def progress(done: int, _total: int, _name: str) -> None:
        while count_files(project.train) < 4 + 4:  # all pictures are written, one is noted
            pass
        raise RuntimeError("the app is being closed")

    with pytest.raises(RuntimeError):
        project.build(progress=progress)
    nudge_all(project)
    result = project.build()
    assert (result.kept, result.failed, result.written) == ([], [], 8)
