"""What ``reg`` and ``topup`` share: start the run's process, follow it, steer it with Ctrl+C."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from spyke_tui.cli.output import ProgressBar, counted, wrapped
from spyke_tui.comfy.following import Follower
from spyke_tui.comfy.starting import start_run
from spyke_tui.comfy.workflow import read_template
from spyke_tui.errors import SpykeError, UsageError
from spyke_tui.kohya.check.crops import unknown_keys
from spyke_tui.kohya.moves import follow_renames
from spyke_tui.kohya.offered_count import offered_count
from spyke_tui.model.generation import MOST_IMAGES, Kind
from spyke_tui.model.layout import Layout
from spyke_tui.model.run_view import ImageView, LogLine, RunView
from spyke_tui.model.settings_edit import settings_of
from spyke_tui.model.table import printable
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.run_files import RunFiles

PAUSE = 0.1
"""Seconds between two looks at the run."""
INTERRUPTED = 130
LOG_LINES = 5
LINE_SECONDS = 10.0
"""Between two lines of progress where no bar can be drawn: into a log, a pipe."""


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
        if follower.poll().state == "paused":
            follower.order("resume")
        then = "." if arguments.detach else "; following."
        _note(f"Images are being generated already (process {files.pid()}){then}", arguments)
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
    return RunFollowing(follower, kind, before, as_json=arguments.json).follow()


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


class RunFollowing:
    """Shows a run until it is over. The first Ctrl+C lets it finish one image, the second none."""

    def __init__(
        self,
        follower: Follower,
        kind: Kind,
        before: RunView | None = None,
        *,
        as_json: bool = False,
        quiet: bool = False,
    ) -> None:
        self._follower = follower
        self._kind = kind
        self._as_json = as_json
        self._quiet = quiet
        self._bar = ProgressBar()
        self._interrupts = self._heeded = 0
        self._told: set[tuple[int, str, int]] = set()
        self._warned: set[LogLine] = set()
        self._last_message = ""
        self._line_at = 0.0
        self._lined = -1
        if before is not None:
            self._told = {_key(image) for image in before.images}
        self._begun = before is not None

    def follow(self) -> int:
        """Until it is over; the exit code."""
        previous = {
            number: signal.signal(number, self._interrupt)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            return self._watch()
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
            self._bar.close()

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Only counted: it may come in the middle of a word that is being printed."""
        self._interrupts += 1
        if self._interrupts > 2:
            raise KeyboardInterrupt

    def _heed(self) -> None:
        while self._heeded < min(self._interrupts, 2):
            self._heeded += 1
            self._follower.order("stop" if self._heeded == 1 else "interrupt")
            self._say(
                "Finishing the running image; Ctrl+C again stops at once."
                if self._heeded == 1
                else "Stopping; Ctrl+C again leaves it to itself."
            )

    def _watch(self) -> int:
        while True:
            # Alive first: what is read after that is the whole of it.
            alive = self._follower.files.is_alive()
            view = self._follower.poll(follow=self._bar.is_shown)
            self._tell(view)
            if not alive:
                return self._end(view)
            self._heed()
            time.sleep(PAUSE)

    def _tell(self, view: RunView) -> None:
        if not self._begun:
            # What was there before this start is no news.
            self._begun = True
            started = view.started_at
            self._told = {
                _key(i) for i in view.images
                if i.state == "verified" and self._made_at(i) < started
            }  # fmt: skip
        for image in view.images:
            if image.state in ("verified", "failed") and _key(image) not in self._told:
                self._told.add(_key(image))
                if self._as_json:
                    print(json.dumps(_image_json(image, view)), flush=True)
        self._warn(view)
        news = view.message and view.message != self._last_message
        if news and view.state in ("waiting", "paused"):
            self._say(f"{view.message} {view.hint}")
        self._last_message = view.message
        self._bar(view.done, view.total, _words(view))
        self._line(view)

    def _warn(self, view: RunView) -> None:
        """What the run warns of, once: a server that went, a picture that was no use."""
        if view.state in ("starting", "failed"):
            return  # how it ends is said at the end
        for line in view.log:
            if line.level == "warning" and line.at >= view.started_at and line not in self._warned:
                self._warned.add(line)
                if not self._quiet and line.text != view.message:
                    self._say(line.text)

    def _line(self, view: RunView) -> None:
        """Progress for a file or a pipe: a line when something has come, not too often."""
        if self._bar.is_shown or self._as_json or self._quiet or view.done == self._lined:
            return
        if view.total and time.monotonic() - self._line_at >= LINE_SECONDS:
            self._line_at, self._lined = time.monotonic(), view.done
            words = ", ".join(filter(None, (f"{view.done} of {view.total} images", _words(view))))
            print(words, file=sys.stderr, flush=True)

    def _made_at(self, image: ImageView) -> float:
        with suppress(OSError):
            return (self._follower.files.root / image.file).stat().st_mtime
        return 0.0

    def _say(self, words: str) -> None:
        self._bar.close()
        if not self._as_json or self._interrupts:
            print(wrapped(printable(words), ""), file=sys.stderr, flush=True)

    def _end(self, view: RunView) -> int:
        self._bar.close()
        code = self._follower.exit_code
        if self._interrupts and view.state != "done":
            code = INTERRUPTED
        if self._as_json:
            print(json.dumps({
                "event": "end", "done": view.done, "failed": view.failed, "exit": code,
                "of": view.total, "state": view.state, "message": view.message,
                "fix": view.hint, "key": view.field,
            }))  # fmt: skip
            return code
        said = wrapped(printable(f"{view.message} {view.hint}".strip()), "")
        if code == 0 and self._quiet:
            return code
        if code in (0, INTERRUPTED):
            print(f"{view.done} of {view.total} images." if view.state == "done" else said)
            if view.outdated:
                print(_outdated(view, self._kind))
        else:
            print(f"{view.done} of {view.total} images.")
            print(f"spyke-tui: {said}", file=sys.stderr)
        return code


def _key(image: ImageView) -> tuple[int, str, int]:
    return (image.index, image.state, image.seed)


def _outdated(view: RunView, kind: Kind) -> str:
    return wrapped(
        f"{counted(view.outdated, 'image')} of other settings than now; "
        f"spyke-tui {kind} --redo-outdated makes them again.", "",
    )  # fmt: skip


def _words(view: RunView) -> str:
    if view.state in ("waiting", "paused", "pausing", "stopping", "starting"):
        return view.state
    rate = f"{view.per_minute:.1f} a minute" if view.per_minute else ""
    left = f", {_duration(view.eta_s)} left" if view.eta_s is not None else ""
    return rate + left


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _image_json(image: ImageView, view: RunView) -> dict[str, object]:
    return {
        "event": "image",
        "index": image.index,
        "seed": image.seed,
        "state": image.state,
        "file": image.file,
        "seconds": round(image.seconds, 3),
        "done": view.done,
        "of": view.total,
        "eta_s": view.eta_s,
        **({"message": image.message} if image.message else {}),
    }


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
    if _words(view) and view.alive and view.per_minute:
        print(_words(view))
    for server in view.servers:
        work = f", image {server.index}" if server.index else ""
        step = f", step {server.step} of {server.steps}" if server.steps else ""
        print(printable(f"{server.address}: {server.state}{work}{step} {server.message}".rstrip()))
    if view.message:
        print(wrapped(printable(f"{view.message} {view.hint}".strip()), ""))
    if view.outdated:
        print(_outdated(view, view.kind))
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
