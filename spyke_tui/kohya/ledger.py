"""What a build knows of its own files while it works: which are ours, kept, failed, counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from spyke_tui.errors import PictureError, SpykeError
from spyke_tui.kohya.plan import Planned
from spyke_tui.kohya.result import BuildResult, Failure, Kept
from spyke_tui.store.files import Stamp
from spyke_tui.store.manifest import Entry, Manifest

CHANGED_BY_HAND = "changed since it was built"
NOT_OURS = "not written by spyke-tui"


@dataclass(slots=True, eq=False, repr=False)
class Ledger:
    """The manifest and the result of one build; `force` has the ids that may be overwritten."""

    manifest: Manifest
    result: BuildResult
    force: frozenset[str]

    def record(
        self, path: Path, planned: Planned, key: str, digest: str, stamp: Stamp | None
    ) -> None:
        """Note that `path` is as we left it; `stamp` None where it is gone again."""
        if stamp is not None:
            name = self.manifest.name_of(path)
            self.manifest.files[name] = Entry(planned.crop.id, key, digest, stamp)

    def keep(self, path: Path, why: str, planned: Planned) -> None:
        """Say that a file stays as somebody made it."""
        advice = f"{why}; spyke-tui build --force {planned.crop.id} overwrites it"
        self.result.kept.append(Kept(self.manifest.name_of(path), advice))

    def fail(self, planned: Planned, error: SpykeError) -> None:
        """Say that a crop could not be built, with `check`'s word for the reason."""
        code = "write-failed"
        if isinstance(error, PictureError):
            code = "sheet-missing" if error.reason == "missing" else "sheet-unreadable"
        self.result.failed.append(Failure(planned.crop.id, code, error.message, error.hint))
