"""Who waits is woken by each way in which programs save, and by nothing that he did not ask for."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from time import monotonic

import pytest

from spyke_tui.store.files import write_whole
from spyke_tui.store.folder_watch import FolderWatch

LIMIT = 30.0


class Waker:
    """A watch of one folder, and what it told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: Queue[set[str]] = Queue()
        self.watch = FolderWatch(lambda paths: self.told.put(set(paths)), is_text)
        self.watch.follow([folder])
        self.wait_until_it_watches()

    def wait_until_it_watches(self) -> None:
        """The system is asked in the watch's own thread."""
        end, first = monotonic() + LIMIT, self.folder / "first.txt"
        while monotonic() < end:
            first.write_text(str(monotonic()))
            try:
                self.told.get(timeout=0.1)
            except Empty:
                continue
            self.settle()
            return
        pytest.fail("nothing is watched")

    def settle(self) -> None:
        """Take what is still told of the past: what is asked for last comes last."""
        last = self.folder / "last.txt"
        last.write_text(str(monotonic()))
        while str(last) not in self.told.get(timeout=LIMIT):
            pass

    def wakes(self, change: Callable[[], object]) -> set[str]:
        """The names of the files of which the change woke us."""
        change()
        names: set[str] = set()
        last = self.folder / "last.txt"
        last.write_text(str(monotonic()))
        while str(last) not in names:
            names |= self.told.get(timeout=LIMIT)
        return {os.path.basename(name) for name in names} - {"last.txt"}


def is_text(path: str) -> bool:
    return path.endswith(".txt")


@pytest.fixture
def waker(tmp_path: Path) -> Iterator[Waker]:
    folder = tmp_path / "train"
    folder.mkdir()
    made = Waker(folder)
    yield made
    made.watch.end()


def test_each_way_to_save_wakes(waker: Waker) -> None:
    file = waker.folder / "front.txt"
    assert "front.txt" in waker.wakes(lambda: file.write_text("new"))
    assert "front.txt" in waker.wakes(lambda: file.write_text("in place"))
    assert "front.txt" in waker.wakes(lambda: write_whole(file, b"renamed over it"))

    def as_vim() -> None:
        file.rename(waker.folder / "front.txt~")
        file.write_text("and a backup")

    assert "front.txt" in waker.wakes(as_vim)
    assert "front.txt" in waker.wakes(file.unlink)


def test_what_is_not_wanted_wakes_nobody(waker: Waker) -> None:
    below = waker.folder / "below"
    below.mkdir()

    def others() -> None:
        (waker.folder / "front.png").write_bytes(b"a picture")
        (below / "front.txt").write_text("in a folder below")
        (waker.folder / "first.txt").read_text()

    assert waker.wakes(others) == set()


def test_a_burst_is_told_a_few_times(waker: Waker) -> None:
    names = {f"crop_{number}.txt" for number in range(2000)}
    times = 0

    def counted(paths: object) -> None:
        nonlocal times
        times += 1

    waker.watch._wake = lambda paths: (counted(paths), waker.told.put(set(paths)))

    def checkout() -> None:
        for name in names:
            (waker.folder / name).write_text("theirs")

    assert waker.wakes(checkout) >= names
    assert times < 200


def test_a_folder_that_is_made_anew_is_watched_again(waker: Waker) -> None:
    waker.folder.rename(waker.folder.with_name("old"))
    waker.watch.follow([waker.folder])  # it is away: nothing to watch, and no error
    waker.folder.mkdir()
    waker.watch.follow([waker.folder])
    waker.wait_until_it_watches()


def test_no_thread_is_left(waker: Waker) -> None:
    (thread,) = (one for one in threading.enumerate() if one.name == "folders")
    waker.watch.end()
    thread.join(LIMIT)
    assert not thread.is_alive()
    waker.watch.follow([waker.folder, waker.folder.parent])  # too late: it has ended
    assert not any(one.name == "folders" for one in threading.enumerate())


def test_without_the_library_or_the_system_there_is_no_watch_and_no_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import watchfiles

    def refuses(*_args: object, **_more: object) -> Iterator[set[tuple[int, str]]]:
        raise OSError(28, "inotify watch limit reached")

    for broken in (lambda: monkeypatch.setattr(watchfiles, "watch", refuses),
                   lambda: monkeypatch.setitem(sys.modules, "watchfiles", None)):  # fmt: skip
        broken()
        watch = FolderWatch(lambda _: None, is_text)
        watch.follow([tmp_path])
        for thread in threading.enumerate():
            if thread.name == "folders":
                thread.join(LIMIT)
                assert not thread.is_alive()
        watch.follow([tmp_path])  # and it is not tried at every look
        assert not any(one.name == "folders" for one in threading.enumerate())
    assert capfd.readouterr() == ("", "")


def test_a_program_that_forgets_to_end_it_ends_all_the_same(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from spyke_tui.store.folder_watch import FolderWatch\n"
        "seen = []\n"
        "watch = FolderWatch(seen.append, lambda path: True)\n"
        "folder = Path(sys.argv[1])\n"
        "watch.follow([folder])\n"
        "while not seen:\n"
        "    (folder / 'a.txt').write_text(str(time.monotonic()))\n"
        "    time.sleep(0.001)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
