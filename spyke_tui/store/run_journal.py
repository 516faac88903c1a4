"""The journal of a generation run: JSON lines, only ever appended to.

A kill can cut off the last line at most. A reader stops before it; the next writer removes it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from spyke_tui.errors import WriteError
from spyke_tui.store.regular_files import open_own

Record = Mapping[str, object]
LONGEST_LINE = 64_000
"""Bytes; what is longer did not come from us."""
MAX_BYTES = 64 * 1024 * 1024
"""A journal of a hundred thousand images is smaller."""
_PIECE = 1 << 20


class RunJournal:
    """Appends records. One process at a time: the run's lock sees to that; any thread."""

    def __init__(self, path: Path) -> None:
        """Open for appending, made where it is not. Raises `WriteError`."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = open_own(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            if os.fstat(self._descriptor).st_size > MAX_BYTES:
                raise OSError(errno.EFBIG, f"it is larger than {MAX_BYTES} bytes")
            self._cut_torn_line()
        except OSError as error:
            raise self._failed(error) from error

    def append(self, record: Record, *, durable: bool = False) -> None:
        """Write one line whole or not at all. `durable` also flushes it to the disk.

        Raises `WriteError`.
        """
        line = json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode(
            "utf-8", "backslashreplace"
        )
        try:
            self._cut_torn_line()
            before = os.fstat(self._descriptor).st_size
            written = os.write(self._descriptor, line + b"\n")
            if written <= len(line):  # the disk is full
                os.ftruncate(self._descriptor, before)
                raise OSError(28, os.strerror(28))
            if durable:
                os.fsync(self._descriptor)
        except OSError as error:
            raise self._failed(error) from error

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._descriptor)

    def _cut_torn_line(self) -> None:
        size = os.fstat(self._descriptor).st_size
        if not size or os.pread(self._descriptor, 1, size - 1) == b"\n":
            return
        while size:
            start = max(0, size - 4096)
            at = os.pread(self._descriptor, size - start, start).rfind(b"\n")
            if at >= 0:
                os.ftruncate(self._descriptor, start + at + 1)
                return
            size = start
        os.ftruncate(self._descriptor, 0)

    def _failed(self, error: OSError) -> WriteError:
        return WriteError(
            f"{self.path} could not be written: {error.strerror or error}.",
            "Make room or mend the permissions, then start again: finished images are kept.",
        )


class JournalTail:
    """Reads what was appended since the last look. Damaged lines are passed over."""

    def __init__(self, path: Path, *, at_end: bool = False) -> None:
        self.path = path
        self._offset = 0
        self._inode = 0
        if at_end:
            with contextlib.suppress(OSError):
                status = path.stat()
                self._offset, self._inode = status.st_size, status.st_ino

    def read(self) -> tuple[list[dict[str, object]], bool]:
        """New records, and whether the file began anew (all that was read before is void)."""
        try:
            status = os.stat(self.path)
        except OSError:
            anew = self._offset > 0
            self._offset = self._inode = 0
            return [], anew
        anew = self._inode not in (0, status.st_ino) or status.st_size < self._offset
        if anew:
            self._offset = 0
        self._inode = status.st_ino
        if status.st_size == self._offset:
            return [], anew
        try:
            return list(self._lines()), anew
        except OSError:
            return [], anew

    def _lines(self) -> Iterator[dict[str, object]]:
        descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
                return  # not ours
            file.seek(self._offset)
            rest = b""
            while piece := file.read(_PIECE):
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    self._offset += len(line) + 1
                    record = _record(line)
                    if record is not None:
                        yield record


def _record(line: bytes) -> dict[str, object] | None:
    if not line or len(line) > LONGEST_LINE:
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def read_journal(path: Path) -> list[dict[str, object]]:
    """All sound records; [] where there is no journal."""
    return JournalTail(path).read()[0]
