"""One writer a project at a time."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from spyke_tui.errors import ProjectLockedError, WriteError


@contextlib.contextmanager
def exclusive(path: Path, purpose: str) -> Iterator[None]:
    """Hold the lock file `path`; the kernel frees it when the process ends, however it ends.

    Raises `ProjectLockedError` that says who holds it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise WriteError(
            f"{path} could not be opened: {error.strerror}.",
            "Mend the permissions of that folder, or choose another [dataset].root.",
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
            raise ProjectLockedError(
                f"This dataset is being written by {holder or 'another process'}.",
                "Wait until it is done, then try again.",
            ) from error
        except OSError as error:
            # A file system without locks (some network shares): go on without one.
            if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
                raise WriteError(
                    f"{path} could not be locked: {error.strerror}.", "Try again."
                ) from error
        # On a full disk the holder stays unnamed; what can't be written then names its own file.
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{purpose} (process {os.getpid()})\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
