"""What `check` says: one finding has a code, a severity, a place, a message and a cure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning"]


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
