"""Small disks and folders that can't be written, for those who may mount them."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def _mount(*words: str) -> bool:
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0


def _unmount(folder: Path) -> None:
    for _ in range(3):
        if subprocess.run(["umount", folder], capture_output=True, check=False).returncode == 0:
            return
    subprocess.run(["umount", "-l", folder], capture_output=True, check=False)


@cache
def may_mount(folder: Path) -> bool:
    """Whether mounting is allowed here."""
    place = folder / "mount-probe"
    place.mkdir(exist_ok=True)
    with contextlib.suppress(OSError):
        if os.geteuid() == 0 and _mount("-t", "tmpfs", "-o", "size=64k", "none", str(place)):
            _unmount(place)
            return True
    return False


class SmallDisk:
    """A disk in memory of so many bytes, at `folder`."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if not _mount("-t", "tmpfs", "-o", f"size={size}", "none", str(folder)):
            raise OSError("mount is not allowed")

    def fill(self, leave: int) -> None:
        """Take all room but `leave` bytes."""
        free = os.statvfs(self.folder)
        room = max(0, free.f_bavail * free.f_frsize - leave)
        with (self.folder / "filler").open("wb") as file, contextlib.suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, max(1, room))

    def free(self) -> None:
        (self.folder / "filler").unlink(missing_ok=True)

    def close(self) -> None:
        _unmount(self.folder)


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[SmallDisk]:
    disk = SmallDisk(folder, size)
    try:
        yield disk
    finally:
        disk.close()


TRIES = 50


class ReadOnlySwitch:
    """Makes `folder` read-only, and back: by a mount of itself over itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._on = False

    def turn(self, *, read_only: bool) -> None:
        if read_only == self._on:
            return
        if not read_only:
            _unmount(self.folder)
        elif not any(self._mounted() for _ in range(TRIES)):
            raise OSError("it could not be made read-only")
        self._on = read_only

    def _mounted(self) -> bool:
        """Refused while somebody has a file there open for writing."""
        folder = str(self.folder)
        if not _mount("--bind", folder, folder):
            return False
        if not _mount("-o", "remount,bind,ro", folder):
            _unmount(self.folder)
            return False
        return True

    def close(self) -> None:
        self.turn(read_only=False)
