"""``spyke-tui build``."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from spyke_tui.cli.haste import hurry, reuse_memory
from spyke_tui.cli.output import ProgressBar, counted, painted, wrapped
from spyke_tui.errors import UsageError
from spyke_tui.kohya.result import BuildResult
from spyke_tui.model.project import Project
from spyke_tui.model.table import printable
from spyke_tui.store.crops_file import CropsFile, find_project

if TYPE_CHECKING:
    import argparse

    from spyke_tui.kohya.decoding_ahead import DecodingAhead

NO_CROPS = "There are no crops yet. Propose some with: spyke-tui suggest --write"


def run(arguments: argparse.Namespace) -> int:
    if arguments.dry_run and arguments.force:
        raise UsageError(
            "--force does not go with --dry-run.", "A dry run overwrites nothing of yours."
        )
    path = find_project(Path(arguments.project or "."))
    if arguments.dry_run:
        return _preview(path, arguments.only, as_json=arguments.json)
    return _build(path, arguments.only, arguments.force, as_json=arguments.json)


def build_all(place: str, as_json: bool, ahead: DecodingAhead | None) -> int:
    """``spyke-tui build`` with no more than ``--project`` and ``--json``."""
    return _build(find_project(Path(place)), None, (), as_json=as_json, ahead=ahead)


def _preview(path: Path, only: Collection[str] | None, *, as_json: bool) -> int:
    from spyke_tui.kohya.previews import build_previews

    file = CropsFile.read(path)
    bar = ProgressBar()
    try:
        result = build_previews(file.project, file.folder, only=only, progress=bar)
    finally:
        bar.close()
    return _say(result, "" if file.project.crops else NO_CROPS, "preview", as_json=as_json)


def _build(
    path: Path,
    only: Collection[str] | None,
    force: Collection[str],
    *,
    as_json: bool,
    ahead: DecodingAhead | None = None,
) -> int:
    from spyke_tui.kohya.unchanged import count_unchanged

    if not (only or force) and (unchanged := count_unchanged(str(path))):
        return _say(BuildResult(unchanged=unchanged), as_json=as_json)
    hurry()
    reuse_memory()
    file = CropsFile.read(path)
    from spyke_tui.kohya.build import build_project

    bar = ProgressBar()
    try:
        result = build_project(
            file.project,
            file.folder,
            crops_file=file,
            only=only,
            force=force,
            progress=bar,
            ahead=ahead,
        )
    finally:
        bar.close()
    advice = _why_nothing(file.project) or ("" if as_json else handover_advice(file))
    return _say(result, advice, as_json=as_json)


def _say(result: BuildResult, advice: str = "", what: str = "file", *, as_json: bool) -> int:
    """Print what was done, and a word on why it was nothing, where it was; the exit code."""
    if as_json:
        print(json.dumps(result.as_json()))
    else:
        _print_result(result, what)
        if advice:
            print(wrapped(advice, ""))
    return 1 if result.failed else 0


def handover_advice(file: CropsFile) -> str:
    """A word on a dataset.toml from before folders were renamed, where there is one."""
    from spyke_tui.model.layout import Layout

    layout = Layout.of(file.project.dataset, file.folder)
    if not layout.dataset_toml.exists():
        return ""
    from spyke_tui.kohya.handover import outdated_folders

    missing = outdated_folders(file.project, file.folder)
    if not missing:
        return ""
    return (
        f"dataset.toml is older than {', '.join(map(printable, missing))}: the trainer would miss "
        "that. Write it again: spyke-tui handover"
    )


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


def _print_result(result: BuildResult, what: str) -> None:
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
