"""``spyke-tui build``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from spyke_tui.cli.output import ProgressBar, counted, painted, wrapped
from spyke_tui.kohya.result import BuildResult
from spyke_tui.model.table import printable
from spyke_tui.store.crops_file import find_project


def run(arguments: argparse.Namespace) -> int:
    path = find_project(Path(arguments.project or "."))
    result = _build(path, arguments)
    if arguments.json:
        print(json.dumps(result.as_json()))
    else:
        _print_result(result, dry_run=arguments.dry_run)
    return 1 if result.failed else 0


def _build(path: Path, arguments: argparse.Namespace) -> BuildResult:
    from spyke_tui.kohya.unchanged import count_unchanged

    is_whole = not (arguments.dry_run or arguments.only or arguments.force)
    if is_whole and (unchanged := count_unchanged(str(path))) is not None:
        return BuildResult(unchanged=unchanged)
    from spyke_tui.kohya.build import build_project
    from spyke_tui.kohya.previews import build_previews
    from spyke_tui.store.crops_file import CropsFile

    file = CropsFile.read(path)
    bar = ProgressBar()
    try:
        if arguments.dry_run:
            return build_previews(file.project, file.folder, only=arguments.only, progress=bar)
        return build_project(
            file.project,
            file.folder,
            crops_file=file,
            only=arguments.only,
            force=arguments.force,
            progress=bar,
        )
    finally:
        bar.close()


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
