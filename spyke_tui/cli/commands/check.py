"""``spyke-tui check``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from spyke_tui.cli.commands.build import handover_advice
from spyke_tui.cli.output import counted, painted, wrapped
from spyke_tui.kohya.check import check_project
from spyke_tui.model.findings import Report
from spyke_tui.model.table import printable
from spyke_tui.store.crops_file import CropsFile

_MOST = 20
"""So many findings of one code are told one by one: as many as a usual set has images."""

_EXAMPLES = 3
"""Of more than that, so many are told, and of the rest only where they are."""

_NAMED = 8
"""So many places of the rest are named."""


def run(arguments: argparse.Namespace) -> int:
    file = CropsFile.read(Path(arguments.project or "."))
    report = check_project(file.project, file.folder)
    if arguments.json:
        print(json.dumps(report.as_json()))
    else:
        print_report(report, handover_advice(file))
    return 1 if report.errors or (arguments.strict and report.warnings) else 0


def print_report(report: Report, advice: str = "") -> None:
    """Findings, errors first, then the numbers, `advice` and a last line that sums up."""
    for severity, colour in (("error", "red"), ("warning", "yellow")):
        head = painted(f"{severity:<8}", colour)
        found = [finding for finding in report.findings if finding.severity == severity]
        for code in dict.fromkeys(finding.code for finding in found):
            same = [finding for finding in found if finding.code == code]
            shown = len(same) if len(same) <= _MOST else _EXAMPLES
            for finding in same[:shown]:
                print(f"{head} {code}  {printable(finding.where)}")
                print(wrapped(printable(finding.message), "         "))
                print(wrapped("-> " + printable(finding.fix), "         "))
            if same[shown:]:
                _print_places(f"{head} {code}", [finding.where for finding in same[shown:]])
    if report.findings:
        print()
    _print_numbers(report)
    if advice:
        print(wrapped(advice, ""))
    colour = "red" if report.errors else "yellow" if report.warnings else "green"
    print(
        painted(
            f"{counted(report.errors, 'error')}, {counted(report.warnings, 'warning')}.", colour
        )
    )


def _print_places(head: str, places: list[str]) -> None:
    """Where else the same was found."""
    print(f"{head}  {len(places)} more like these")
    names = ", ".join(printable(place) for place in places[:_NAMED])
    print(wrapped(names + (", ..." if places[_NAMED:] else ""), "         "))
    print(wrapped("-> Each one by itself: spyke-tui check --json", "         "))


def _print_numbers(report: Report) -> None:
    counts, steps = report.counts, report.steps
    print(
        f"images   {counts['train_images']} ({counts['mirrored']} mirrored), "
        f"{counted(counts['captions'], 'caption')}, "
        f"{counted(counts['reg_images'], 'regularization image')}, "
        f"{counted(counts['drafts'], 'draft')}, {counts['rejected']} rejected"
    )
    for name, entry in report.coverage.items():
        print(f"{name:<12} {_share_text(entry)}  {'ok' if entry['ok'] else 'off target'}")
    if steps.get("epochs"):
        print(
            f"steps    {steps['per_epoch']} an epoch, {steps['epochs']} epochs = {steps['total']}"
            f"{' with' if steps['with_reg'] else ' without'} regularization images"
        )
    else:
        print(f"steps    {steps['per_epoch']} an epoch; no whole number of epochs lands")


def _share_text(entry: dict[str, Any]) -> str:
    have, want = entry["have"], entry["want"]
    if not isinstance(have, dict):
        return f"{_number(have)} of {_number(want)}"
    wanted = want if isinstance(want, dict) else {}
    return ", ".join(
        f"{printable(str(name))} {_number(value)}"
        + (f" of {_number(wanted[name])}" if name in wanted else "")
        for name, value in have.items()
    )


def _number(value: object) -> str:
    return f"{value:.0%}" if isinstance(value, float) else str(value)
