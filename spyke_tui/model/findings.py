"""What `check` says: one finding has a code, a severity, a place, a message and a cure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`where` is a crop id, a file relative to the project, or a table of crops.toml."""

    code: str
    severity: Severity
    where: str
    message: str
    fix: str


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
            "findings": [asdict(finding) for finding in self.findings],
            "counts": self.counts,
            "coverage": self.coverage,
            "steps": self.steps,
        }
