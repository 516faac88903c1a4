"""Whole-or-nothing files, and the identity by which a file is known to be untouched."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from spyke_tui.errors import WriteError
from spyke_tui.store.swapping import swap
from spyke_tui.store.temporary import temporary_in


@dataclass(frozen=True, slots=True)
class Stamp:
    """What `stat` says of a file; any rewrite changes at least one of these."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    def as_list(self) -> list[int]:
        """For JSON; ``Stamp(*list)`` is the way back."""
        return [self.size, self.mtime_ns, self.ctime_ns, self.inode]

    @classmethod
    def of(cls, path: Path | str) -> Stamp | None:
        """The stamp of a regular file (links followed), or None where there is none."""
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return None
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def sha256_of(path: Path) -> str:
    """Hex digest of a regular file's bytes; never waits for a pipe. Raises OSError."""
    import hashlib  # not before it is needed: it brings a library of three megabytes

    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_bytes(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def write_whole(
    path: Path,
    data: bytes,
    *,
    durable: bool = False,
    check: Callable[[], None] = lambda: None,
    look: Callable[[bytes], None] | None = None,
) -> Stamp:
    """Write `data` so that `path` holds either its old bytes or all of the new ones.

    `durable` also flushes to the disk before the old file is given up (for decisions that can't
    be rebuilt). `check` is called at the last moment before the old file is given up; what it
    raises leaves all as it was. `look` gets the bytes that were given up, where two files can
    change places in one step; what it raises puts them back. Makes missing folders. Raises
    `WriteError`.
    """
    temporary = temporary_in(path.parent)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            mode = path.stat().st_mode & 0o7777 if path.exists() else None
            with temporary.open("xb") as file:
                file.write(data)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
                if mode is not None:
                    os.fchmod(file.fileno(), mode)
            check()
            if look is None or not _swapped(temporary, path, look):
                temporary.replace(path)
            if durable:
                _flush_folder(path.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        stamp = Stamp.of(path)
    except OSError as error:
        raise WriteError(
            f"{path} could not be written: {error.strerror or error}.",
            "Make room or mend the permissions, then try again; the old file is as it was.",
        ) from error
    if stamp is None:
        raise WriteError(f"{path} vanished while it was written.", "Try again.")
    return stamp


def _swapped(temporary: Path, path: Path, look: Callable[[bytes], None]) -> bool:
    """Let `temporary` take the place of `path` and look at what that held; False: it can't be."""
    if not swap(temporary, path):
        return False
    try:
        look(temporary.read_bytes())
    except BaseException:
        if not swap(temporary, path):
            temporary.replace(path)
        raise
    with contextlib.suppress(OSError):  # the new file is in its place, whatever the disk says now
        temporary.unlink()
    return True


def _flush_folder(folder: Path) -> None:
    """Let a rename reach the disk; some file systems can't, and need not."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def free_name(path: Path) -> Path:
    """`path`, or ``stem-2.suffix``, ``stem-3.suffix``... where it is taken."""
    candidate, number = path, 1
    while os.path.lexists(candidate):
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate
