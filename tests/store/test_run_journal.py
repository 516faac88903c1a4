"""A run's journal, its orders and its lock: what a kill or a full disk may leave."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from spyke_tui.errors import ProjectLockedError, WriteError
from spyke_tui.model.layout import Layout
from spyke_tui.model.run_fold import RunFold
from spyke_tui.store.run_files import RunFiles
from spyke_tui.store.run_journal import JournalTail, RunJournal, read_journal
from spyke_tui.store.run_orders import OrderBox, give_order


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "reg.journal"


@pytest.fixture
def files(tmp_path: Path) -> RunFiles:
    root = tmp_path / "dataset" / "hero"
    return RunFiles(Layout(root, root / "train" / "1_x", root / "reg" / "1_y"), "reg")


def test_what_is_appended_is_read_bit_by_bit(path: Path) -> None:
    tail = JournalTail(path)
    assert tail.read() == ([], False)
    journal = RunJournal(path)
    journal.append({"t": "a", "text": "ümlaut\n\udc80"})
    assert tail.read() == ([{"t": "a", "text": "ümlaut\n\udc80"}], False)
    journal.append({"t": "b"}, durable=True)
    journal.append({"t": "c"})
    assert tail.read() == ([{"t": "b"}, {"t": "c"}], False)
    assert tail.read() == ([], False)
    assert [record["t"] for record in read_journal(path)] == ["a", "b", "c"]


@pytest.mark.parametrize("cut", range(1, 10))
def test_a_line_that_a_kill_cut_short_is_passed_over_and_removed(path: Path, cut: int) -> None:
    RunJournal(path).append({"t": "a"})
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"t":"bb"}\n'[:cut])
    tail = JournalTail(path)
    assert tail.read()[0] == [{"t": "a"}]
    journal = RunJournal(path)
    assert path.read_bytes() == whole
    journal.append({"t": "c"})
    assert tail.read() == ([{"t": "c"}], False)
    path.write_bytes(b"x" * 10_000)
    RunJournal(path)
    assert path.read_bytes() == b""


def test_damaged_lines_cost_nothing_but_themselves(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b'{"t":1}\n\n[1]\nnonsense\n\xff\xfe\n' + b"[" * 9999 + b'\n{"t":2}\n')
    assert read_journal(path) == [{"t": 1}, {"t": 2}]


def test_a_journal_that_began_anew_says_so(path: Path) -> None:
    RunJournal(path).append({"t": "a", "long": "x" * 50})
    tail = JournalTail(path)
    tail.read()
    path.write_text('{"t":"b"}\n')
    assert tail.read() == ([{"t": "b"}], True)
    path.unlink()
    assert tail.read() == ([], True)


def test_on_a_full_disk_no_half_line_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = RunJournal(path)
    journal.append({"t": "a"})
    whole = path.read_bytes()
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:5]))
    with pytest.raises(WriteError):
        journal.append({"t": "b"})
    assert path.read_bytes() == whole

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(WriteError, match="No space left"):
        journal.append({"t": "b"})
    monkeypatch.undo()
    journal.append({"t": "c"})
    assert read_journal(path) == [{"t": "a"}, {"t": "c"}]


def test_orders_reach_a_run_that_began_before_them(path: Path) -> None:
    give_order(path, "stop")
    box = OrderBox(path)
    assert box.read() == []
    give_order(path, "pause")
    give_order(path, "resume")
    with path.open("a") as file:
        file.write('{"order":"explode"}\n{"order":["pause"]}\n{}\n')
    assert box.read() == ["pause", "resume"]
    assert box.read() == []


def test_a_live_run_is_told_from_a_dead_one(files: RunFiles) -> None:
    assert not files.is_alive() and files.pid() == 0
    with files.held():
        # A lock is one of its process: only another one sees it taken.
        code = (
            "import sys; from pathlib import Path; from spyke_tui.model.layout import Layout;"
            "from spyke_tui.store.run_files import RunFiles; root = Path(sys.argv[1]);"
            "f = RunFiles(Layout(root, root, root / 'reg' / 'x'), 'reg');"
            "print(f.is_alive(), f.pid())"
        )
        words = [sys.executable, "-c", code, str(files.root)]
        assert subprocess.check_output(words, text=True).split() == ["True", str(os.getpid())]
        assert files.is_alive()
        with pytest.raises(ProjectLockedError, match=str(os.getpid())), files.held():
            pass
    assert not files.is_alive()
    assert files.pid() == os.getpid(), "who held it last"


def test_a_follower_is_noticed_for_a_while(files: RunFiles) -> None:
    assert not files.is_followed()
    files.folder.mkdir(parents=True)
    files.follow()
    assert files.is_followed()
    os.utime(files.followed, (1, 1))
    assert not files.is_followed()
    files.follow()
    assert files.is_followed()


def test_names_are_padded_so_that_the_trainer_keeps_the_order(files: RunFiles) -> None:
    assert files.image(7, 150).name == "reg_007.png"
    assert files.image(7, 1500).name == "reg_0007.png"
    topup = RunFiles(files.layout, "topup")
    assert topup.image(1, 5) == files.root / "topup" / "topup_001.png"


def test_what_a_stranger_put_in_our_place_is_not_written_through(files: RunFiles) -> None:
    """A link to somebody's file, or an endless one: refused, and as it was."""
    precious = files.root.parent.parent / "precious"
    precious.write_bytes(b"half a line")
    files.folder.mkdir(parents=True)
    for path in (files.lock, files.journal, files.orders, files.followed):
        path.symlink_to(precious)
    with pytest.raises(WriteError, match="could not be opened"), files.held():
        pass
    assert not files.is_alive()
    for path in (files.journal, files.orders):
        with pytest.raises(WriteError, match="could not be written"):
            RunJournal(path)
    os.utime(precious, (1, 1))
    files.follow()
    assert (precious.read_bytes(), precious.stat().st_mtime) == (b"half a line", 1)


def test_a_folder_of_runs_that_leads_elsewhere_is_left_alone(files: RunFiles) -> None:
    elsewhere = files.root.parent.parent / "elsewhere"
    elsewhere.mkdir()
    files.folder.parent.mkdir(parents=True)
    files.folder.symlink_to(elsewhere)
    files.follow()
    assert not list(elsewhere.iterdir())


def test_an_endless_journal_and_a_pipe_are_none(path: Path) -> None:
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert read_journal(path) == []
    with pytest.raises(WriteError, match="larger than"):
        RunJournal(path)
    path.unlink()
    os.mkfifo(path)
    assert read_journal(path) == []


@pytest.mark.parametrize(
    "name", ["../../x.png", "a.png", "reg_1.PNG", "reg_\x1b[1m.png", ".reg_1.png", "reg_1.png\n"]
)
def test_a_picture_that_no_run_would_name_so_is_not_ours(name: str) -> None:
    fold = RunFold()
    fold.feed({"t": "about", "i": 1, "name": name, "sha": "x"})
    fold.feed({"t": "about", "i": 2, "name": "reg_002.png", "sha": "x"})
    fold.feed({"t": "reject", "i": 2, "r": 1, "kept": name})
    assert fold.names() == frozenset() and fold.rejected == {}
