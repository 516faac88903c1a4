"""Where a generation run keeps what it knows: ``dataset/NAME/.spyke/runs/``.

The run's process holds a lock while it lives, so that anybody can tell a live run from one that
died; who follows it touches a file, so that it need not write previews for nobody.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from spyke_tui.errors import ProjectLockedError, WriteError
from spyke_tui.model.generation import Kind
from spyke_tui.model.layout import Layout
from spyke_tui.store.fence import is_inside
from spyke_tui.store.regular_files import open_own, read_regular

FOLLOWED_SECONDS = 5.0
"""For how long after its last look a follower counts as watching."""
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)
_LARGEST_LOCK = 4096
_PATIENCE = 1.0
"""Seconds to wait for the lock: somebody who only asks whether a run lives holds it shortly."""


class RunFiles:
    """Absolute paths of one kind of run of one dataset, and who holds or follows it."""

    def __init__(self, layout: Layout, kind: Kind) -> None:
        self.kind = kind
        self.layout = layout
        self.root = layout.root
        self.folder = layout.runs
        self.images = layout.reg if kind == "reg" else layout.topup
        """The folder that the pictures go to."""
        self.journal = self.folder / f"{kind}.journal"
        self.orders = self.folder / f"{kind}.orders"
        self.live = self.folder / f"{kind}.live.json"
        self.preview = self.folder / f"{kind}.preview"
        self.followed = self.folder / f"{kind}.followed"
        self.lock = self.folder / f"{kind}.lock"
        self.log = self.folder / f"{kind}.log"
        self.rejected = self.folder / "rejected"

    def image(self, index: int, count: int) -> Path:
        """Where image `index` (1-based) of `count` goes."""
        if self.kind == "reg":
            return self.layout.reg_image(index, count)
        return self.images / f"topup_{index:0{max(3, len(str(count)))}d}.png"

    def name_of(self, path: Path) -> str:
        """`path` relative to the dataset folder, with forward slashes."""
        return path.relative_to(self.root).as_posix()

    # Who holds it

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Be the run of this dataset; the kernel frees it when the process ends, however it ends.

        Raises `ProjectLockedError`, `WriteError`.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = open_own(self.lock, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise WriteError(
                f"{self.lock} could not be opened: {error.strerror}.",
                "Mend the permissions of that folder, or make room.",
            ) from error
        try:
            self._take(descriptor)
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()} {os.uname().nodename}\n".encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise ProjectLockedError(
                        f"Images are being generated here already (process {self.pid() or '?'}).",
                        f"See it with: spyke-tui {self.kind} --status; end it with --stop.",
                    ) from error
                time.sleep(0.02)
            except OSError as error:
                if error.errno in _NO_LOCKS:  # some network shares: the process id has to do
                    if self._seems_alive():
                        raise ProjectLockedError(
                            "Images are being generated here already.",
                            f"End it with: spyke-tui {self.kind} --stop.",
                        ) from error
                    return
                raise WriteError(
                    f"{self.lock} could not be locked: {error.strerror}.", "Try again."
                ) from error

    def is_alive(self) -> bool:
        """Whether a process runs this just now. Quick; for any thread."""
        try:
            descriptor = open_own(self.lock, os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError as error:
            return error.errno in _NO_LOCKS and self._seems_alive()
        finally:
            os.close(descriptor)
        return False

    def pid(self) -> int:
        """The process that holds it or held it last; 0 where nobody did."""
        try:
            word = read_regular(self.lock, _LARGEST_LOCK).split()[0]
            return int(word) if word.isdigit() and len(word) < 10 else 0
        except (OSError, IndexError):
            return 0

    def _seems_alive(self) -> bool:
        pid = self.pid()
        if not pid or pid == os.getpid():
            return False
        try:
            os.kill(pid, 0)
        except OSError as error:
            return error.errno == errno.EPERM
        return True

    # Who follows it

    def follow(self) -> None:
        """Say that somebody looks on; not where a link leads to another place."""
        if is_inside(self.folder, self.root.parent):
            with contextlib.suppress(OSError):
                descriptor = open_own(self.followed, os.O_WRONLY | os.O_CREAT)
                try:
                    os.utime(descriptor)
                finally:
                    os.close(descriptor)

    def is_followed(self) -> bool:
        """Whether somebody looked on in the last seconds."""
        try:
            return time.time() - self.followed.stat().st_mtime < FOLLOWED_SECONDS
        except OSError:
            return False
