"""What a build did."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


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

    def as_json(self) -> dict[str, Any]:
        """The object that ``build --json`` prints."""
        return asdict(self)
