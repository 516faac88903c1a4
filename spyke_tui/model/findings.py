"""What `check` says: one finding has a code, a severity, a place, a message and a cure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Severity = Literal["error", "warning"]

_ERROR: tuple[Severity, ...] = ("error",)
_WARNING: tuple[Severity, ...] = ("warning",)
_EITHER: tuple[Severity, ...] = ("error", "warning")

SEVERITIES: Mapping[str, tuple[Severity, ...]] = MappingProxyType({
    # crops.toml and its sheets
    "rect-outside": _ERROR, "rect-empty": _ERROR, "id-duplicate": _ERROR, "sheet-unknown": _ERROR,
    "sheet-missing": _EITHER, "sheet-unreadable": _EITHER, "sheet-size-changed": _EITHER,
    "sheet-excluded": _ERROR, "sheet-annotated": _WARNING, "erase-large": _WARNING,
    "unknown-key": _WARNING, "mirror-one-sided": _ERROR,
    # pictures
    "image-missing": _ERROR, "image-stale": _ERROR, "image-edited": _WARNING,
    "image-enlarged": _WARNING, "image-size": _ERROR, "image-mode": _ERROR,
    "image-unreadable": _ERROR, "image-foreign": _WARNING, "near-duplicate": _WARNING,
    "mirror-suspect": _WARNING,
    # captions
    "caption-missing": _ERROR, "caption-empty": _ERROR, "caption-trigger": _ERROR,
    "caption-encoding": _ERROR, "caption-multiline": _ERROR, "caption-incomplete": _WARNING,
    "caption-edited": _WARNING, "caption-background": _WARNING, "caption-fixed-feature": _WARNING,
    "caption-side-words": _WARNING, "caption-long": _WARNING, "caption-vocabulary": _WARNING,
    # the whole set
    "images-few": _ERROR, "images-many": _WARNING, "coverage-details": _WARNING,
    "coverage-framing": _WARNING, "coverage-action": _WARNING, "coverage-expressions": _WARNING,
    "steps-range": _WARNING,
    # regularization images and runs
    "reg-few": _EITHER, "reg-many": _WARNING, "reg-caption": _ERROR, "reg-practice": _ERROR,
    "reg-size": _ERROR, "reg-unfinished": _WARNING, "reg-prompt-leak": _ERROR,
    "topup-undecided": _WARNING, "checkpoint-family": _WARNING,
    # what the trainer would skip, double or misread
    "folder-name": _ERROR, "stem-duplicate": _ERROR, "cache-stale": _ERROR, "stray-caption": _ERROR,
})  # fmt: skip
"""Every code that `check` can say, with the severities that it has."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`where` is a crop id, a file relative to the project, or a table of crops.toml.

    `about` has, for whoever mends it, what the message speaks of: the stems of two pictures, a
    tag and the one it is almost, a detail. It is not printed.
    """

    code: str
    severity: Severity
    where: str
    message: str
    fix: str
    about: tuple[str, ...] = ()

    def as_json(self) -> dict[str, str]:
        """The object in the list of ``check --json``."""
        return {
            "code": self.code, "severity": self.severity, "where": self.where,
            "message": self.message, "fix": self.fix,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one check with the numbers behind them."""

    findings: tuple[Finding, ...]
    counts: dict[str, int] = field(default_factory=dict)
    coverage: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, Any] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        return sum(f.severity == "error" for f in self.findings)

    @property
    def warnings(self) -> int:
        return sum(f.severity == "warning" for f in self.findings)

    @property
    def ok(self) -> bool:
        """No errors; warnings may remain."""
        return self.errors == 0

    def as_json(self) -> dict[str, Any]:
        """The object that ``check --json`` prints."""
        return {
            "ok": self.ok,
            "findings": [finding.as_json() for finding in self.findings],
            "counts": self.counts,
            "coverage": self.coverage,
            "steps": self.steps,
        }
