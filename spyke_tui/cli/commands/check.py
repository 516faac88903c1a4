"""``spyke-tui check``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from spyke_tui.cli.output import counted, painted, wrapped
from spyke_tui.kohya.check import check_project
from spyke_tui.model.findings import Report
from spyke_tui.model.table import printable
from spyke_tui.store.crops_file import CropsFile


def run(arguments: argparse.Namespace) -> int:
    file = CropsFile.read(Path(arguments.project or "."))
    report = check_project(file.project, file.folder)
    if arguments.json:
        print(json.dumps(report.as_json()))
    else:
        print_report(report)
    return 1 if report.errors or (arguments.strict and report.warnings) else 0


def print_report(report: Report) -> None:
    """Findings, errors first, then the numbers and a last line that sums up."""
    for severity, colour in (("error", "red"), ("warning", "yellow")):
        for finding in (f for f in report.findings if f.severity == severity):
            print(f"{painted(f'{severity:<8}', colour)} {finding.code}  {printable(finding.where)}")
            print(wrapped(printable(finding.message), "         "))
            print(wrapped("-> " + printable(finding.fix), "         "))
    if report.findings:
        print()
    _print_numbers(report)
    colour = "red" if report.errors else "yellow" if report.warnings else "green"
    print(
        painted(
            f"{counted(report.errors, 'error')}, {counted(report.warnings, 'warning')}.", colour
        )
    )


def _print_numbers(report: Report) -> None:
    counts, steps = report.counts, report.steps
    print(
        f"images   {counts['train_images']} ({counts['mirrored']} mirrored), "
        f"{counts['captions']} captions, {counts['reg_images']} regularization images, "
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
