"""What we wrote, and from what: so that nothing of anybody else's is ever overwritten.

Lies at ``dataset/CHARACTER/.spyke/manifest.json``. Losing it loses nothing: a file that is byte
for byte what would be written is taken as ours again. While a build runs, a journal beside it
says what is about to be written, so that after a kill our own files are not taken for changed.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from spyke_tui.errors import WriteError
from spyke_tui.store.files import Stamp, sha256_of, write_whole
from spyke_tui.store.regular_files import append_to_own, read_regular

VERSION = 1
MAX_BYTES = 64 * 1024 * 1024
"""Of a manifest or a journal: far above what a hundred thousand files take."""
State = Literal["absent", "ours", "edited", "foreign"]
"""absent; as we left it; ours but changed since by somebody else; never written by us."""


@dataclass(slots=True)
class Entry:
    """One file that we wrote. `key` says from what (source, rectangle, parameters, encoder)."""

    crop: str
    key: str
    sha256: str
    stamp: Stamp

    def as_row(self) -> dict[str, Any]:
        """What is kept of it, as JSON has it."""
        row = {"crop": self.crop, "key": self.key, "sha256": self.sha256}
        return {**row, "stamp": self.stamp.as_list()}


@dataclass(slots=True)
class Source:
    """A sheet as it was last hashed."""

    sha256: str
    stamp: Stamp

    def as_row(self) -> dict[str, Any]:
        """What is kept of it, as JSON has it."""
        return {"sha256": self.sha256, "stamp": self.stamp.as_list()}


@dataclass(slots=True)
class Manifest:
    """`files` by path relative to the dataset root, with forward slashes."""

    root: Path
    project: str = ""
    """The crops.toml that this dataset is built from, relative to the folder above `root`: to
    know it again after a rename of the character."""
    character: str = ""
    """The name of `root` when this was written: a copy of the folder does not bear it."""
    train_folder: str = ""
    reg_folder: str = ""
    files: dict[str, Entry] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @staticmethod
    def path_in(root: Path) -> Path:
        return root / ".spyke" / "manifest.json"

    @staticmethod
    def journal_in(root: Path) -> Path:
        return root / ".spyke" / "manifest.journal"

    @classmethod
    def read(cls, root: Path) -> Manifest:
        """The manifest of a dataset root; an empty one where there is none or it is damaged."""
        manifest = cls._read(root)
        manifest.take_journal()
        return manifest

    @classmethod
    def _read(cls, root: Path) -> Manifest:
        try:
            data = json.loads(read_regular(cls.path_in(root), MAX_BYTES))
            if data["version"] != VERSION:
                return cls(root)
            return cls(
                root,
                str(data["project"]),
                str(data["character"]),
                _folder_name(data["train_folder"]),
                _folder_name(data["reg_folder"]),
                {
                    str(name): Entry(str(e["crop"]), str(e["key"]), e["sha256"], Stamp(*e["stamp"]))
                    for name, e in data["files"].items()
                    if _is_below(name)
                },
                {
                    str(name): Source(s["sha256"], Stamp(*s["stamp"]))
                    for name, s in data["sources"].items()
                },
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return cls(root)

    def take_journal(self) -> None:
        """Take as ours what a build wrote and did not note, killed or stopped by an error: files
        that are as its journal says."""
        try:
            lines = read_regular(self.journal_in(self.root), MAX_BYTES).splitlines()
        except OSError:
            return
        for line in lines:
            try:
                name, crop, key, digest = map(str, json.loads(line))
                path = self.root / name
                stamp = Stamp.of(path)
                if stamp is not None and _is_below(name) and sha256_of(path) == digest:
                    self.files[name] = Entry(crop, key, digest, stamp)
            except (OSError, ValueError, TypeError, RecursionError):
                continue  # a line that was cut short

    def announce(self, path: Path, crop: str, key: str, digest: str) -> None:
        """Note what is about to be written to `path`. From any thread. Raises `WriteError`."""
        line = json.dumps([self.name_of(path), crop, key, digest]) + "\n"
        journal = self.journal_in(self.root)
        try:
            with self._guard:
                # A line that a kill cut short must not swallow this one.
                append_to_own(journal, b"\n" + line.encode())
        except OSError as error:
            raise WriteError(
                f"{journal} could not be written: {error.strerror or error}.",
                "Make room or mend the permissions, then try again.",
            ) from error

    def write(self) -> None:
        """Save, whole or nothing. Raises `WriteError`."""
        head = {
            "version": VERSION,
            "project": self.project,
            "character": self.root.name,
            "train_folder": self.train_folder,
            "reg_folder": self.reg_folder,
        }
        files, sources = sorted(self.files.items()), sorted(self.sources.items())
        text = (
            f"{json.dumps(head)[:-1]},\n"
            f'"files": {_lines((name, entry.as_row()) for name, entry in files)},\n'
            f'"sources": {_lines((name, source.as_row()) for name, source in sources)}}}\n'
        )
        write_whole(self.path_in(self.root), text.encode())
        try:
            os.unlink(self.journal_in(self.root))
        except OSError:
            return  # there was none; a stale one only says again what the manifest says

    def name_of(self, path: Path) -> str:
        """`path` below the root, with forward slashes. Raises ValueError for any other."""
        whole, above = str(path), f"{self.root}/"
        if whole.startswith(above):  # pathlib takes ten times as long, and this is asked often
            return whole[len(above) :]
        return path.relative_to(self.root).as_posix()

    def state_of(self, path: Path) -> State:
        """Whether `path` is as we left it. A touched file of the same bytes is ours again."""
        stamp = Stamp.of(path)
        if stamp is None and not os.path.lexists(path):
            return "absent"
        entry = self.files.get(self.name_of(path))
        if entry is None:
            return "foreign"
        if stamp == entry.stamp:
            return "ours"
        try:
            same_size = stamp is not None and stamp.size == entry.stamp.size
            if stamp is not None and same_size and sha256_of(path) == entry.sha256:
                entry.stamp = stamp
                return "ours"
        except OSError:
            pass
        return "edited"

    def source_sha256(self, path: Path) -> str:
        """Digest of a sheet, from memory where its stamp is unchanged. Raises OSError."""
        stamp = Stamp.of(path)
        known = self.sources.get(str(path))
        if known is not None and known.stamp == stamp:
            return known.sha256
        digest = sha256_of(path)
        if stamp is not None:
            self.sources[str(path)] = Source(digest, stamp)
        return digest


def _lines(rows: Iterable[tuple[str, dict[str, Any]]]) -> str:
    """A JSON object with one row a line; a tenth of the time of the library's own indenting."""
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows) + "}"


def _is_below(name: str) -> bool:
    """Whether `name` stays below the root: a manifest may come with a stranger's project."""
    return not any(part in ("", ".", "..") for part in name.split("/")) and "\0" not in name


def _folder_name(name: object) -> str:
    """`name` where it names one folder, else nothing."""
    return name if isinstance(name, str) and _is_below(name) and "/" not in name else ""
