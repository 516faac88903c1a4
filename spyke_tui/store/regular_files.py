"""Files that may not be what they should: a pipe, a device, a link, something endless.

A project comes from anybody. Whoever put a pipe in the place of a file must not make us wait for
it, and a link must not lead what we write to another place.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_regular(path: Path | str, limit: int) -> bytes:
    """All bytes of a regular file (links followed) of at most `limit` bytes; never waits.

    Raises OSError, also for anything that is no such file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        if status.st_size > limit:
            raise OSError(errno.EFBIG, f"it is larger than {limit} bytes", str(path))
        return file.read(limit)


def open_own(path: Path | str, flags: int) -> int:
    """Open a file that only we write, perhaps made where it is not; a link is not followed.

    Never waits. Raises OSError, also for anything that is no regular file.
    """
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return descriptor


def append_to_own(path: Path, data: bytes) -> None:
    """Append to a file that only we write, made where it is not; a link is not followed.

    Raises OSError.
    """
    descriptor = open_own(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    finally:
        os.close(descriptor)
