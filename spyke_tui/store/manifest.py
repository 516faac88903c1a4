"""What we wrote, and from what: so that nothing of anybody else's is ever overwritten.

Lies at ``dataset/CHARACTER/.spyke/manifest.json``. Losing it loses nothing: a file that is byte
for byte what would be written is taken as ours again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from spyke_tui.store.files import Stamp, sha256_of, write_whole

VERSION = 1
State = Literal["absent", "ours", "edited", "foreign"]
"""absent; as we left it; ours but changed since by somebody else; never written by us."""


@dataclass(slots=True)
class Entry:
    """One file that we wrote. `key` says from what (source, rectangle, parameters, encoder)."""

    crop: str
    key: str
    sha256: str
    stamp: Stamp


@dataclass(slots=True)
class Source:
    """A sheet as it was last hashed."""

    sha256: str
    stamp: Stamp


@dataclass(slots=True)
class Manifest:
    """`files` by path relative to the dataset root, with forward slashes."""

    root: Path
    project: str = ""
    """The crops.toml that this dataset is built from, absolute: to know it again after a rename
    of the character. Only our own folder holds it, which git ignores."""
    train_folder: str = ""
    reg_folder: str = ""
    files: dict[str, Entry] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)

    @staticmethod
    def path_in(root: Path) -> Path:
        return root / ".spyke" / "manifest.json"

    @classmethod
    def read(cls, root: Path) -> Manifest:
        """The manifest of a dataset root; an empty one where there is none or it is damaged."""
        try:
            data = json.loads(cls.path_in(root).read_bytes())
            if data["version"] != VERSION:
                return cls(root)
            return cls(
                root,
                str(data["project"]),
                str(data["train_folder"]),
                str(data["reg_folder"]),
                {
                    str(name): Entry(e["crop"], e["key"], e["sha256"], Stamp(*e["stamp"]))
                    for name, e in data["files"].items()
                },
                {
                    str(name): Source(s["sha256"], Stamp(*s["stamp"]))
                    for name, s in data["sources"].items()
                },
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return cls(root)

    def write(self) -> None:
        """Save, whole or nothing. Raises `WriteError`."""

        def row(item: Entry | Source) -> dict[str, Any]:
            values = asdict(item)
            values["stamp"] = list(values["stamp"].values())
            return values

        data = {
            "version": VERSION,
            "project": self.project,
            "train_folder": self.train_folder,
            "reg_folder": self.reg_folder,
            "files": {name: row(entry) for name, entry in sorted(self.files.items())},
            "sources": {name: row(source) for name, source in sorted(self.sources.items())},
        }
        write_whole(self.path_in(self.root), json.dumps(data, indent=0).encode())

    def name_of(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def state_of(self, path: Path) -> State:
        """Whether `path` is as we left it. A touched file of the same bytes is ours again."""
        stamp = Stamp.of(path)
        if stamp is None and not path.is_symlink():
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
