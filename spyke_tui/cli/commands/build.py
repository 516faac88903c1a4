"""``spyke-tui build``."""

from __future__ import annotations

import argparse
import gc
import json
from pathlib import Path

from spyke_tui.cli.output import ProgressBar, counted, painted, wrapped
from spyke_tui.errors import UsageError
from spyke_tui.kohya.result import BuildResult
from spyke_tui.model.project import Project
from spyke_tui.model.table import printable
from spyke_tui.store.crops_file import find_project

NO_CROPS = "There are no crops yet. Propose some with: spyke-tui suggest --write"


def run(arguments: argparse.Namespace) -> int:
    if arguments.dry_run and arguments.force:
        raise UsageError(
            "--force does not go with --dry-run.", "A dry run overwrites nothing of yours."
        )
    path = find_project(Path(arguments.project or "."))
    result, advice = _build(path, arguments)
    if arguments.json:
        print(json.dumps(result.as_json()))
    else:
        _print_result(result, dry_run=arguments.dry_run)
        if advice:
            print(wrapped(advice, ""))
    return 1 if result.failed else 0


def _build(path: Path, arguments: argparse.Namespace) -> tuple[BuildResult, str]:
    """What was done, and a word on why it was nothing, where it was."""
    from spyke_tui.kohya.unchanged import count_unchanged

    is_whole = not (arguments.dry_run or arguments.only or arguments.force)
    if is_whole and (unchanged := count_unchanged(str(path))):
        return BuildResult(unchanged=unchanged), ""
    # A build is short and makes next to no cycles; looking for them costs a fifteenth of it.
    gc.disable()
    from spyke_tui.store.crops_file import CropsFile

    file = CropsFile.read(path)
    bar = ProgressBar()
    try:
        if arguments.dry_run:
            from spyke_tui.kohya.previews import build_previews

            result = build_previews(file.project, file.folder, only=arguments.only, progress=bar)
            return result, "" if file.project.crops else NO_CROPS
        from spyke_tui.kohya.build import build_project

        result = build_project(
            file.project,
            file.folder,
            crops_file=file,
            only=arguments.only,
            force=arguments.force,
            progress=bar,
        )
        return result, _why_nothing(file.project)
    finally:
        bar.close()


def _why_nothing(project: Project) -> str:
    if not project.crops:
        return NO_CROPS
    drafts = sum(crop.status == "draft" for crop in project.crops)
    if drafts and not any(crop.status == "keep" for crop in project.crops):
        return (
            f"There is nothing to build yet but {counted(drafts, 'draft')}: keep crops in the "
            'app, or write status = "keep". Drafts can be seen with: spyke-tui build --dry-run'
        )
    return ""


def _print_result(result: BuildResult, *, dry_run: bool) -> None:
    what = "preview" if dry_run else "file"
    print(
        f"{counted(result.written, what)} written, {result.unchanged} unchanged, "
        f"{result.removed} removed, {len(result.kept)} kept, {len(result.failed)} failed."
    )
    for kept in result.kept:
        print(f"{painted('kept', 'yellow')}    {printable(kept.file)}")
        print(wrapped(printable(kept.why), "        "))
    for (code, advice), crops in _by_reason(result).items():
        print(f"{painted('failed', 'red')}  {', '.join(crops)}  {code}")
        print(wrapped(printable(advice), "        "))


def _by_reason(result: BuildResult) -> dict[tuple[str, str], list[str]]:
    """Ids of the failed crops; those of one missing sheet share one message."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for failure in result.failed:
        reason = (failure.code, f"{failure.message} {failure.fix}")
        reasons.setdefault(reason, []).append(failure.crop)
    return reasons
