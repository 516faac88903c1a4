"""What lies in one folder: names and stamps, nothing opened."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from spyke_tui.store.files import Stamp


@dataclass(frozen=True)
class Listing:
    """A folder's own entries, hidden ones left out as the trainer leaves them out.

    `files` has regular files (links followed) with their stamps; `odd` what has a name but is no
    file to read (dangling links, pipes, devices, unreadable places) with what it is; `folders`
    the subfolders. All in the order of their names.
    """

    path: Path
    files: dict[str, Stamp] = field(default_factory=dict)
    odd: dict[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    problem: str = ""
    """Why the folder can't be listed; empty where it can, or where there is none."""

    def holds(self, name: str) -> bool:
        """Whether anything of this name is there."""
        return name in self.files or name in self.odd or name in self.folders

    @cached_property
    def names(self) -> list[str]:
        """Everything in it, in the order of the names."""
        return sorted((*self.files, *self.odd, *self.folders))

    @cached_property
    def by_lower_case(self) -> dict[str, str]:
        """The names by their lower case forms."""
        return {name.lower(): name for name in self.names}


def list_folder(path: Path) -> Listing:
    """List `path`; empty where there is no such folder. Never opens or blocks on an entry."""
    files: dict[str, Stamp] = {}
    odd: dict[str, str] = {}
    folders: list[str] = []
    try:
        names = sorted(os.listdir(path))
    except FileNotFoundError:
        return Listing(path)
    except OSError as error:
        return Listing(path, problem=error.strerror or str(error))
    for name in names:
        if name.startswith("."):
            continue
        try:
            status = os.stat(f"{path}/{name}")
        except OSError as error:
            odd[name] = _why_no_file(error)
            continue
        if stat.S_ISREG(status.st_mode):
            files[name] = Stamp(
                status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
            )
        elif stat.S_ISDIR(status.st_mode):
            folders.append(name)
        else:
            odd[name] = "is no regular file"
    return Listing(path, files, odd, tuple(folders))


def _why_no_file(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "is a link to a file that does not exist"
    return f"can't be read: {error.strerror or error}"
