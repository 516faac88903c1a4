"""What a build did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from spyke_tui.model.layout import crop_of_stem


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was left, or put aside, because it is not as we wrote it."""

    file: str
    why: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A crop that was not built, with the code that `check` uses for the same reason."""

    crop: str
    code: str
    message: str
    fix: str


@dataclass(slots=True)
class BuildResult:
    """Counts are of files: pictures and captions."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    kept: list[Kept] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    def put_in_order(self, crop_ids: Iterable[str]) -> None:
        """Kept files and failures in the order of the crops: threads end in any order."""
        ranks = {crop_id: rank for rank, crop_id in enumerate(crop_ids)}
        self.kept.sort(key=lambda kept: ranks.get(crop_of_stem(PurePath(kept.file).stem), -1))
        self.failed.sort(key=lambda failure: ranks.get(failure.crop, -1))

    def as_json(self) -> dict[str, Any]:
        """The object that ``build --json`` prints."""
        return asdict(self)
