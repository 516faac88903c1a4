"""What `check` found, errors first: where it is, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from spyke_tui.terminal.cells import Cell, clipped, plain
from spyke_tui.tui.widgets.caption_parts import Ink
from spyke_tui.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from spyke_tui.model.findings import Finding

WORDS_WIDTH = 50
"""Cells from which on the message stands below the code."""


class FindingList(RowList):
    """One entry a finding; `*` where a key mends it."""

    def __init__(self) -> None:
        super().__init__("set-findings", "Findings")
        self.findings: Sequence[Finding] = ()
        self.is_known = False
        """Whether there was a check yet: before it, no findings are no good news."""
        self._mends: Callable[[Finding], bool] = lambda _: False
        self._words = ""
        self._drawn: tuple[Sequence[Finding], int, list[list[list[Cell]]]] | None = None

    def show(
        self, findings: Sequence[Finding], words: str, mends: Callable[[Finding], bool]
    ) -> None:
        """`words` follow the heading: whether they are those of now. The selected one stays
        selected, or what took its place is."""
        selected = self.selected
        if findings is not self.findings:
            self.findings, self._mends, self._drawn = findings, mends, None
            if selected is not None and selected in findings:
                self.at = list(findings).index(selected)
        elif words == self._words:
            return
        self._words = words
        self.draw()

    @property
    def selected(self) -> Finding | None:
        return self.findings[self.at] if 0 <= self.at < len(self.findings) else None

    @property
    def count(self) -> int:
        return len(self.findings)

    @property
    def heading(self) -> str:
        if not self.is_known:
            return self._words
        errors = sum(finding.severity == "error" for finding in self.findings)
        return f"{_number(errors, 'error')}, {_number(len(self.findings) - errors, 'warning')}" + (
            f"  {self._words}" if self._words else ""
        )

    def on_resize(self) -> None:
        self._drawn = None
        self.draw()

    def blocks(self) -> list[list[list[Cell]]]:
        width = self.size.width
        if self._drawn is None or self._drawn[:2] != (self.findings, width):
            self._drawn = (self.findings, width, [self._block(one) for one in self.findings])
        return self._drawn[2]

    def forget_colours(self) -> None:
        """The theme has changed."""
        self._drawn = None
        self.draw()

    def _block(self, finding: Finding) -> list[list[Cell]]:
        error, width = finding.severity == "error", self.size.width
        sign = "! " if error else "~ "
        row = self.cells(Ink(sign, "error" if error else "warning", bold=True))
        row += self.cells(Ink(f"{plain(finding.where)}  ", bold=True))
        row += self.cells(Ink(finding.code, "error" if error else "warning"))
        if self._mends(finding):
            mend = self.cells(Ink(" g", "success", bold=True))
            row = clipped(row, width - len(mend))
            row += [*self.cells(Ink(" " * (width - len(mend) - len(row)))), *mend]
        rows = [clipped(row, width)]
        if width >= WORDS_WIDTH:
            rows.append(clipped(self.cells(Ink("  " + plain(finding.message), dim=True)), width))
        return rows


def _number(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
