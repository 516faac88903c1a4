"""``spyke-tui demo``: the whole road on a sample project with sheets of its own."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from spyke_tui.cli.commands.check import print_report
from spyke_tui.cli.opening import open_app
from spyke_tui.cli.output import ProgressBar, counted
from spyke_tui.cli.run_following import INTERRUPTED, PAUSE, RunFollowing
from spyke_tui.comfy.following import Follower
from spyke_tui.comfy.practice_beside import DEMO_PORT, keeper_of, practice_beside
from spyke_tui.comfy.starting import start_run
from spyke_tui.errors import SpykeError, UsageError
from spyke_tui.kohya.build import build_project
from spyke_tui.kohya.check import check_project
from spyke_tui.kohya.handover import write_handover
from spyke_tui.kohya.sheets import sheet_path
from spyke_tui.kohya.spoiling import spoil_training_set
from spyke_tui.model.findings import Report
from spyke_tui.model.generation import KINDS
from spyke_tui.model.layout import Layout
from spyke_tui.model.project import Project
from spyke_tui.model.table import printable
from spyke_tui.processing.png import encode_png
from spyke_tui.processing.samples import (
    SAMPLE_NAMES,
    draw_samples,
    flawed_project_text,
    is_flawed,
    sample_project_text,
)
from spyke_tui.store.crops_file import FILE_NAME, CropsFile
from spyke_tui.store.files import write_whole
from spyke_tui.store.new_project import add_gitignore_rules
from spyke_tui.store.run_files import RunFiles
from spyke_tui.store.temporary import remove_leftovers

STILL_TO_COME = ("reg-practice",)
"""Findings that the sample keeps: its regularization images are placeholders."""
SPOILT = "spoilt"
"""An empty file of ours beside the manifest, once the mistakes on disk are made."""
SHOW_SECONDS = 1.0
"""How long the practice server takes for an image in the app, where there is something to see."""


def run(arguments: argparse.Namespace) -> int:
    folder = Path(arguments.dir)
    write_sample(folder, flawed=arguments.flawed)
    flawed = is_flawed(CropsFile.read(folder).text)  # so it stays when it is opened again
    if flawed:
        _spoil_once(folder)
    if arguments.headless or not (sys.stdin.isatty() and sys.stdout.isatty()):
        code = _run_headless(folder, flawed=flawed)
        print(f"Look around: spyke-tui {shlex.quote(printable(str(folder)))}")
        return code
    return _open(folder, arguments.images)


def _open(folder: Path, images: str) -> int:
    """The app, with a practice server beside it where its port is free."""
    with ExitStack() as stack:
        with suppress(SpykeError, OSError):
            stack.enter_context(practice_beside(DEMO_PORT, delay=SHOW_SECONDS))
            stack.callback(_end_runs, folder)
        return open_app(str(folder), images)


def _end_runs(folder: Path) -> None:
    """A run would wait for ever for a practice server that ends with the demo."""
    with suppress(SpykeError):
        file = CropsFile.read(folder)
        for kind in KINDS:
            follower = Follower(RunFiles(Layout.of(file.project.dataset, file.folder), kind))
            servers = [server.address for server in follower.poll(follow=False).servers]
            if follower.files.is_alive() and keeper_of(servers):
                follower.order("interrupt")
                print(
                    "The practice server ends with the demo; the run goes on with its next start."
                )


def write_sample(folder: Path, *, flawed: bool = False) -> None:
    """Write the sample project, or the one with mistakes; what is there already stays as it is.

    Raises `UsageError` where the folder holds something else, or the sample without the mistakes
    that are asked for.
    """
    path = folder / FILE_NAME
    if not path.exists():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise _holds_something_else(folder)
        # First the file that says what this is: a start cut short goes on the next time.
        text = flawed_project_text() if flawed else sample_project_text()
        write_whole(path, text.encode())
        print(f"wrote a sample project to {printable(str(folder))}")
    file = CropsFile.read(path)
    project = file.project
    # Whoever names a project of their own must not find practice pictures in it.
    if not any(Path(sheet.file).name in SAMPLE_NAMES for sheet in project.sheets.values()):
        raise _holds_something_else(folder)
    if flawed and not is_flawed(file.text):
        raise UsageError(
            f"{folder} holds the sample project without mistakes; it was left as it is.",
            "Name a new folder for the one with mistakes: spyke-tui demo DIR --flawed",
        )
    add_gitignore_rules(folder)  # each time: the first one may have found the disk full
    _draw_missing_sheets(folder, project)


def _holds_something_else(folder: Path) -> UsageError:
    return UsageError(
        f"{folder} is there and holds something else.", "Name a new folder: spyke-tui demo DIR"
    )


def _spoil_once(folder: Path) -> None:
    """Build it, because some mistakes only happen to files that are there, and make those.

    A start that was cut short begins anew; where somebody has begun to mend, nothing is spoilt.
    """
    file = CropsFile.read(folder)
    done = Layout.of(file.project.dataset, file.folder).own / SPOILT
    if done.exists() or file.text != flawed_project_text():
        return
    kept = [crop.id for crop in file.project.crops if crop.status == "keep"]
    build_project(file.project, file.folder, crops_file=file, force=kept)
    spoil_training_set(file.project, file.folder)
    write_whole(done, b"")


def _draw_missing_sheets(folder: Path, project: Project) -> None:
    places = {Path(s.file).name: sheet_path(s, folder) for s in project.sheets.values()}
    missing = {name for name, place in places.items() if not place.is_file()}
    if not missing:
        return
    for place in {path.parent for path in places.values()}:
        remove_leftovers(place)
    bar = ProgressBar()
    for number, (name, picture) in enumerate(draw_samples(), 1):
        bar(number, len(places), f"drawing {name}")
        if name in missing:
            write_whole(places[name], encode_png(picture))
    bar.close()


def _run_headless(folder: Path, *, flawed: bool) -> int:
    file = CropsFile.read(folder)
    bar = ProgressBar()
    result = build_project(file.project, file.folder, crops_file=file, progress=bar)
    bar.close()
    print(
        f"build: {counted(result.written, 'file')} written, {result.unchanged} unchanged, "
        f"{len(result.kept)} kept, {len(result.failed)} failed"
    )
    if not flawed:
        _generate(file)
    for path in write_handover(file.project, file.folder):
        print(f"wrote {printable(str(path))}")
    report = check_project(file.project, file.folder)
    print_report(report)
    if flawed:
        print("These are the mistakes to find.")
        return 0 if report.ok else 1
    return 1 if result.failed or _say_what_is_missing(report) else 0


def _generate(file: CropsFile) -> None:
    """The regularization images, by a practice server of our own.

    Raises `SpykeError`, and KeyboardInterrupt where somebody stopped it.
    """
    files = RunFiles(Layout.of(file.project.dataset, file.folder), "reg")
    follower = Follower(files)
    view = follower.poll(follow=False)
    if not (view.state == "done" and view.done == view.total):
        _end_run(follower)
        with practice_beside() as server:
            start_run(file.path, "reg", servers=[server], attended=False)
            if RunFollowing(follower, "reg", quiet=True).follow() == INTERRUPTED:
                raise KeyboardInterrupt
        view = follower.poll(follow=False)
    print(f"reg: {view.done} of {view.total} images, drawn by a practice server")


def _end_run(follower: Follower) -> None:
    """That of a demo that was killed is about to end."""
    if follower.files.is_alive():
        follower.order("interrupt")
    while follower.files.is_alive():
        time.sleep(PAUSE)


def _say_what_is_missing(report: Report) -> bool:
    """Print the last word; whether anything is wrong that the sample should not have."""
    wrong = [f for f in report.findings if f.severity == "error" and f.code not in STILL_TO_COME]
    if wrong:
        print(f"The sample project is not as it was drawn: {wrong[0].message}")
        return True
    number = report.counts["reg_images"]
    print(
        f"Everything is there. The {number} regularization images are practice pictures, drawn "
        "without any model: with ComfyUI running, spyke-tui reg makes real ones."
    )
    return False
