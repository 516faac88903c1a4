from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from spyke_tui.errors import ProjectLockedError, WriteError
from spyke_tui.store import lock
from spyke_tui.store.app_lock import AppLock
from spyke_tui.store.lock import exclusive, take
from spyke_tui.store.lock_owner import Owner
from spyke_tui.store.processes import STALE


def refusal(path: Path) -> str:
    with pytest.raises(ProjectLockedError) as refused, exclusive(path, "one more"):
        pass
    return f"{refused.value.message} {refused.value.hint}"


def written(path: Path, seconds_ago: float = 0, **values: Any) -> Path:
    """A lock file that another machine wrote."""
    owner = {
        "purpose": "spyke-tui", "user": "anna", "host": "gpubox", "process": 12,
        "since": time.time() - 7200, "boot": "another kernel",
    }  # fmt: skip
    path.write_text(json.dumps(owner | values))
    then = time.time() - seconds_ago
    os.utime(path, (then, then))
    return path


def test_who_holds_it_is_said_by_name_host_process_and_age(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "anna\x1b[31m")
    with exclusive(tmp_path / "lock", "spyke-tui build"):
        words = refusal(tmp_path / "lock")
        holder = f"spyke-tui build (process {os.getpid()}, for less than a minute)"
        assert f"{holder} by anna\\x1b[31m on {os.uname().nodename}." in words
    with exclusive(tmp_path / "lock", "another"):
        pass
    assert (tmp_path / "lock").read_bytes() == b"", "given back"


def test_a_full_disk_leaves_only_the_name_unsaid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", refuse)
    with exclusive(tmp_path / "lock", "spyke-tui build"):
        assert "another process" in refusal(tmp_path / "lock")


def test_a_killed_owner_is_stale_at_once(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = "import sys, time; from pathlib import Path; from spyke_tui.store.lock import take\n"
    code += f"hold = take(Path({str(path)!r}), 'spyke-tui'); print('held', flush=True)\n"
    code += "sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout is not None and other.stdout.readline() == b"held\n"
    assert f"process {other.pid}" in refusal(path)
    other.kill()
    other.communicate()
    hold = take(path, "spyke-tui")
    assert hold.left_behind is not None and hold.left_behind.process == other.pid
    hold.release()


# Another machine, over a shared folder whose locks are each machine's own -------------------


def test_a_sign_of_life_from_another_machine_keeps_us_out(tmp_path: Path) -> None:
    words = refusal(written(tmp_path / "lock", seconds_ago=STALE / 2))
    assert "spyke-tui (process 12, for 2 hours) by anna on gpubox" in words
    assert "counts as gone" in words
    assert "gpubox" in (tmp_path / "lock").read_text(), "left as it was"
    assert [entry.name for entry in tmp_path.iterdir()] == ["lock"]


def test_a_machine_that_gave_no_sign_for_long_is_gone(tmp_path: Path) -> None:
    hold = take(written(tmp_path / "lock", seconds_ago=STALE * 2), "spyke-tui")
    assert hold.left_behind is not None and hold.left_behind.host == "gpubox"
    assert Owner.read((tmp_path / "lock").read_bytes()) == hold.owner
    hold.release()


def test_the_folders_own_clock_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours may be an hour wrong."""
    written(tmp_path / "lock")
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    assert "gpubox" in refusal(tmp_path / "lock")


def test_who_slept_while_another_took_it_has_lost_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "BEAT", 0)
    app = AppLock(tmp_path / "lock")
    assert app.take() == "" and app.beat() == ""
    written(tmp_path / "lock")
    assert "anna on gpubox" in app.beat()
    assert "anna on gpubox" in app.take(), "it looks on"
    assert "gpubox" in (tmp_path / "lock").read_text()


def test_a_beat_is_a_sign_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "BEAT", 0)
    path = tmp_path / "lock"
    with exclusive(path, "spyke-tui") as hold:
        os.utime(path, (1, 1))
        assert hold.beat() is None
        assert time.time() - path.stat().st_mtime < 60


def test_without_locks_of_the_file_system_the_process_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock.fcntl, "flock", refuse)
    here = Owner.here("spyke-tui")
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    path = written(tmp_path / "lock", host=here.host, boot=here.boot, process=os.getppid())
    assert f"process {os.getppid()}" in refusal(path)
    written(path, host=here.host, boot=here.boot, process=os.getppid(), start="before")
    with exclusive(path, "spyke-tui"):
        pass  # its number is another one's now
    written(path, host=here.host, boot=here.boot, process=dead.pid)
    with exclusive(path, "spyke-tui"):
        pass


# What a stranger may have put there ---------------------------------------------------------


def test_a_link_or_a_pipe_in_its_place_is_refused(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / "link").symlink_to(precious)
    (tmp_path / "hanging").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("link", "hanging", "pipe", "folder"):
        with pytest.raises(WriteError), exclusive(tmp_path / name, "spyke-tui"):
            pass
        app = AppLock(tmp_path / name)
        assert app.take() == "", "nobody is kept out"
        app.release()
    assert precious.read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "text",
    ["", "\0" * 50, "{", "[]", "7", "null", '{"purpose": 1}', "[" * 999, "spyke-tui (process 7)",
     '{"purpose":"x","user":"x","host":"x","process":1e999,"since":1,"boot":""}'],
)  # fmt: skip
def test_what_nobody_can_read_names_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "lock").write_text(text)
    with exclusive(tmp_path / "lock", "spyke-tui"):
        pass


def test_names_in_it_are_no_commands_to_the_terminal(tmp_path: Path) -> None:
    path = written(tmp_path / "lock", user="\x1b]0;x\x07" + "a" * 500, host="\u202egpu\nbox")
    words = refusal(path)
    assert words.isprintable() and len(words) < 500
