"""What ``reg`` and ``topup`` share: start the run's process and follow it, or say how it stands."""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import suppress
from pathlib import Path

from spyke_tui.cli.output import wrapped
from spyke_tui.cli.run_following import PAUSE, RunFollowing
from spyke_tui.cli.run_words import outdated_words, progress_words
from spyke_tui.comfy.following import Follower
from spyke_tui.comfy.starting import start_run
from spyke_tui.comfy.workflow import read_template
from spyke_tui.errors import SpykeError, UsageError
from spyke_tui.kohya.check.crops import unknown_keys
from spyke_tui.kohya.moves import follow_renames
from spyke_tui.kohya.offered_count import offered_count
from spyke_tui.model.generation import MOST_IMAGES, Kind
from spyke_tui.model.layout import Layout
from spyke_tui.model.run_view import RunView
from spyke_tui.model.settings_edit import settings_of
from spyke_tui.model.table import printable
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.run_files import RunFiles

LOG_LINES = 5


def generate(arguments: argparse.Namespace, kind: Kind) -> int:
    """Run the command; its exit code. Raises `SpykeError`."""
    _require_sense(arguments)
    file = CropsFile.read(Path(arguments.project or "."))
    follow_renames(file)
    files = RunFiles(Layout.of(file.project.dataset, file.folder), kind)
    follower = Follower(files)
    if arguments.status:
        return _say_status(follower, as_json=arguments.json)
    if arguments.stop:
        return _stop(follower, as_json=arguments.json)
    attached = files.is_alive()
    if attached:
        then = "." if arguments.detach else "; following. Ctrl+C leaves it running."
        _note(f"Images are being generated already (process {files.pid()}){then}", arguments)
        if follower.poll().state == "paused":
            follower.order("resume")
            _note("It was paused and goes on now.", arguments)
        _tell_without_effect(arguments)
    before = follower.poll() if attached else None
    if not attached:
        _tell_unknown(file, kind, arguments)
        _tell_mapping(file, kind, arguments)
        count = arguments.count if arguments.count is not None else offered_count(file, kind)
        process = start_run(
            file.path,
            kind,
            count=count,
            servers=arguments.server or None,
            attended=False,
            redo_outdated=arguments.redo_outdated,
        )
        if arguments.detach:
            _note(f"Started (process {process}). See it with: spyke-tui {kind} --status", arguments)
            return 0
    elif arguments.detach:
        return 0
    following = RunFollowing(follower, kind, before, as_json=arguments.json, ours=not attached)
    return following.follow()


def _require_sense(arguments: argparse.Namespace) -> None:
    chosen = [name for name in ("detach", "status", "stop") if getattr(arguments, name)]
    if len(chosen) > 1:
        raise UsageError(f"--{chosen[0]} and --{chosen[1]} exclude each other.", "Give one.")
    if arguments.count is not None and not 1 <= arguments.count <= MOST_IMAGES:
        raise UsageError(
            f"--count is a number from 1 to {MOST_IMAGES}.", "Write for example: --count 150"
        )


def _note(words: str, arguments: argparse.Namespace) -> None:
    if not arguments.json:
        print(words, file=sys.stderr)


def _tell_without_effect(arguments: argparse.Namespace) -> None:
    """A run keeps what it was started with."""
    given = {"--count": arguments.count is not None, "--server": bool(arguments.server),
             "--redo-outdated": arguments.redo_outdated}  # fmt: skip
    for option in (option for option, is_given in given.items() if is_given):
        _note(f"{option} has no effect on it: give it to the next start.", arguments)


def _tell_unknown(file: CropsFile, kind: Kind, arguments: argparse.Namespace) -> None:
    """Keys without effect: what was meant by them would be missing in every image."""
    for finding in unknown_keys(file.project):
        if finding.where in (kind, "reg"):
            _note(wrapped(f"{finding.message} {finding.fix}", ""), arguments)


def _tell_mapping(file: CropsFile, kind: Kind, arguments: argparse.Namespace) -> None:
    """Where the user's workflow takes our values; what is wrong with it the run says."""
    with suppress(SpykeError):
        template = read_template(settings_of(file.project, kind), file.folder)
        if template.source:
            _note(f"{template.source} takes:", arguments)
            for line in template.words():
                _note(f"  {line}", arguments)


def _say_status(follower: Follower, *, as_json: bool) -> int:
    view = follower.poll(follow=False)
    if as_json:
        print(json.dumps({
            "event": "status", "state": view.state, "pid": view.pid if view.alive else None,
            "done": view.done, "failed": view.failed, "of": view.total,
            "outdated": view.outdated, "per_minute": view.per_minute, "eta_s": view.eta_s,
            "message": view.message, "fix": view.hint,
            "servers": [{"address": s.address, "state": s.state} for s in view.servers],
        }))  # fmt: skip
        return 0
    if view.state == "none":
        print(f"Nothing was generated here yet. Start with: spyke-tui {view.kind}")
        return 0
    where = f", process {view.pid}" if view.alive else ""
    print(f"{view.state}{where}: {view.done} of {view.total} images, {view.failed} failed")
    if progress_words(view) and view.alive and view.per_minute:
        print(progress_words(view))
    for server in view.servers:
        works = server.state == "working"
        work = f", image {server.index}" if works and server.index else ""
        step = f", step {server.step} of {server.steps}" if works and server.steps else ""
        print(printable(f"{server.address}: {server.state}{work}{step} {server.message}".rstrip()))
    if view.message:
        print(wrapped(printable(f"{view.message} {view.hint}".strip()), ""))
    if view.outdated:
        print(outdated_words(view, view.kind))
    for line in view.log[-LOG_LINES:]:
        at = time.strftime("%H:%M:%S", time.localtime(line.at))
        print(f"  {at} {printable(line.text)}")
    return 0


def _stop(follower: Follower, *, as_json: bool) -> int:
    """End the run after its running image, and wait for that."""
    if not follower.files.is_alive():
        if as_json:
            _say_stopped(follower.poll(follow=False))
        else:
            print("Nothing is being generated here.")
        return 0
    follower.order("stop")
    if not as_json:
        print("Finishing the running image...", file=sys.stderr)
    while follower.files.is_alive():
        time.sleep(PAUSE)
    view = follower.poll(follow=False)
    if as_json:
        _say_stopped(view)
    else:
        print(f"{view.done} of {view.total} images. {printable(view.hint)}".rstrip())
    return 0


def _say_stopped(view: RunView) -> None:
    print(json.dumps({"event": "end", "done": view.done, "failed": view.failed, "exit": 0}))
