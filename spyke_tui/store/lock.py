"""One writer a project at a time, and who that is: by name, host, process and age.

On one machine the kernel keeps the lock and frees it when the process ends, however it ends. A
shared folder may keep locks for each machine alone, or none: there the lock file itself says who
has it, and its age since the last sign of life says whether that one is still there.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spyke_tui.errors import ProjectLockedError, WriteError
from spyke_tui.store.lock_owner import MAX_BYTES, Owner
from spyke_tui.store.processes import STALE, is_same
from spyke_tui.store.regular_files import open_own
from spyke_tui.store.temporary import folder_time

BEAT = 10.0
"""Seconds between two signs of life of who holds a lock for long."""


@dataclass(slots=True)
class Hold:
    """A lock that is held."""

    path: Path
    owner: Owner
    left_behind: Owner | None = None
    """Who had it before and did not give it back."""
    _descriptor: int = -1
    _last: float = 0.0

    def beat(self) -> Owner | None:
        """Give a sign of life, where the last is old enough; cheap else.

        The one who has taken it, where somebody did while this machine slept: it is lost then.
        """
        now = time.monotonic()
        if now - self._last < BEAT:
            return None
        self._last = now
        with contextlib.suppress(OSError):
            found = _read(self._descriptor)
            if found is not None and found != self.owner:
                return found
            os.pwrite(self._descriptor, self.owner.line(), 0)
        return None

    def release(self) -> None:
        """Give it back, so that nobody need wonder what became of us."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                found = _read(self._descriptor)
                if found is None or found == self.owner:
                    os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1


def take(path: Path, purpose: str) -> Hold:
    """Take the lock file `path`.

    Raises `ProjectLockedError` that says who holds it, `WriteError` where there can be no such
    file.
    """
    descriptor = _open(path)
    try:
        kernel_keeps = _flock(descriptor, path)
        found = _read(descriptor)
        if found is not None and _lives(found, descriptor, path, kernel_keeps=kernel_keeps):
            raise _refusal(found)
        hold = Hold(path, Owner.here(purpose), found, descriptor, time.monotonic())
        # On a full disk the holder stays unnamed; what can't be written then names its own file.
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, hold.owner.line(), 0)
    except BaseException:
        os.close(descriptor)
        raise
    return hold


@contextlib.contextmanager
def exclusive(path: Path, purpose: str) -> Iterator[Hold]:
    """Hold the lock file `path` meanwhile. Raises as `take`; who works for long calls `beat`."""
    hold = take(path, purpose)
    try:
        yield hold
    finally:
        hold.release()


def _open(path: Path) -> int:
    """The lock file, made where it is not. A link or a pipe in its place is refused."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return open_own(path, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EINVAL):
            raise _not_a_file(path) from error
        raise WriteError(
            f"{path} could not be opened: {error.strerror}.",
            "Mend the permissions of that folder, or choose another [dataset].root.",
        ) from error


def _not_a_file(path: Path) -> WriteError:
    return WriteError(f"{path} is not a file of ours.", "Look what it is, then delete it.")


def _flock(descriptor: int, path: Path) -> bool:
    """Lock it; whether the file system knows locks (some network shares do not)."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise _refusal(_read(descriptor)) from error
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
            raise WriteError(f"{path} could not be locked: {error.strerror}.", "Try again.") from (
                error
            )
        return False
    return True


def _refusal(owner: Owner | None) -> ProjectLockedError:
    holder = owner.words() if owner is not None else ""
    is_here = owner is None or owner.is_here
    hint = "Wait until it is done, then try again."
    if not is_here:
        hint += f" A machine that gives no sign of life for {STALE:.0f} s counts as gone."
    message = f"This dataset is being written by {holder or 'another process'}."
    return ProjectLockedError(message, hint, holder, is_here=is_here)


def _read(descriptor: int) -> Owner | None:
    try:
        return Owner.read(os.pread(descriptor, MAX_BYTES, 0))
    except OSError:
        return None


def _lives(owner: Owner, descriptor: int, path: Path, *, kernel_keeps: bool) -> bool:
    """Whether the one who wrote this still works, though the kernel gave the lock to us."""
    if owner.is_here:
        # On one machine the kernel knows better than any file.
        if kernel_keeps or owner.process == os.getpid():
            return False
        return is_same(owner.process, owner.start) is not False
    return abs(folder_time(path.parent) - os.fstat(descriptor).st_mtime) < STALE
