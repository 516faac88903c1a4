"""The app killed in the middle of somebody's work."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.torture import programs, stage
from tests.torture.bench import NEEDS_LAYER, Bench, Outcome
from tests.torture.keys import pressed
from tests.torture.places import ReadOnlySwitch
from tests.torture.programs import Program, environment


def play(here: Bench, state: Path, pick: random.Random, outcome: Outcome) -> None:
    adopts = outcome.what == "adopt"
    folder = stage.fresh(here.built if adopts or pick.random() < 0.5 else here.plain, here.case)
    if adopts:
        stage.change_captions(folder)
    expected = set(stage.tree(folder))
    log, more = here.log, here.layer_of(pick, outcome, folder, many=40)
    program = Program([str(folder)], environment(state, log, **more), folder=here.base)
    switch = ReadOnlySwitch(folder) if outcome.ending == "read-only" else None
    fault: Callable[[bool], None] | None = None
    if outcome.ending == "full" and here.disk is not None:
        disk, leave = here.disk, pick.choice([0, 0, 4096, 20_000])
        fault = lambda on: disk.fill(leave) if on else disk.free()  # noqa: E731
    elif switch is not None:
        fault = lambda on: switch.turn(read_only=on)  # noqa: E731
    try:
        if not program.wait_for(b"saved") and outcome.ending not in NEEDS_LAYER:
            outcome.failures.append(f"it did not start: {program.output[-300:]!r}")
        keys = pressed(outcome.what, pick)
        _press(program, keys, pick.uniform(0.1, 5.0 if outcome.what == "generate" else 2.5))
        since = time.monotonic_ns()
        if fault is not None:
            fault(True)
            _press(program, keys, pick.uniform(0.2, 2.0))
            if pick.random() < 0.5:
                fault(False)
                _save_in_peace(program, folder, log, outcome)
                since = time.monotonic_ns()
                _press(program, keys, pick.uniform(0.0, 1.0))
                since = 0
        else:
            since = 0
        if outcome.ending == "eio":
            _save_in_peace(program, folder, log, outcome)
        end = _end(program, outcome, state)
        if outcome.ending in NEEDS_LAYER:
            outcome.struck = here.strike.exists()
        if fault is not None:
            fault(False)
        _judge_state(folder, log, since or end, here.promise, outcome)
        _start_again(here, folder, state, expected, outcome)
    finally:
        program.close()
        if fault is not None:
            fault(False)
        if switch is not None:
            switch.close()


def _press(program: Program, keys: Iterator[tuple[bytes, float]], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not program.ended(0):
        key, pause = next(keys)
        if key:
            program.press(key)
        time.sleep(min(pause, max(0.0, end - time.monotonic())))


def _end(program: Program, outcome: Outcome, state: Path) -> int:
    """Let the end come; when that was, in monotonic nanoseconds."""
    if program.ended(0):
        outcome.struck = False
        if program.status != -signal.SIGKILL:
            outcome.failures.append(
                f"it ended by itself: {program.status} {program.output[-300:]!r}"
            )
        return program.ended_at
    if outcome.ending == "term":
        at = program.signal(signal.SIGTERM)
        orderly = 128 + signal.SIGTERM
    elif outcome.ending == "hup":
        at = program.hang_up()
        orderly = 128 + signal.SIGHUP
    else:
        at = program.signal(signal.SIGKILL)
        orderly = -signal.SIGKILL
    if not program.ended(20):
        outcome.failures.append(f"it did not end: {state}")
        program.signal(signal.SIGKILL)
        program.ended(10)
    elif program.status != orderly:
        outcome.failures.append(f"exit code {program.status}: {program.output[-300:]!r}")
    if b"Traceback" in program.output:
        outcome.failures.append(f"a traceback: {program.output[-2000:]!r}")
    return at


def _log_of(log: Path) -> list[tuple[int, str]]:
    lines = log.read_text().splitlines() if log.exists() else []
    return [(int(line.split()[0]), line.split()[1]) for line in lines]


def _save_in_peace(program: Program, folder: Path, log: Path, outcome: Outcome) -> None:
    """With the fault gone, saving works again, and what it saves is what stands on the screen."""
    end = time.monotonic() + 20
    while time.monotonic() < end and not program.ended(0):
        program.press(b"\x1b")  # out of any field
        time.sleep(0.3)
        program.press(b"\x13")
        time.sleep(0.3)
        if stage.readable(folder) == "" and stage.state_of(folder) == _log_of(log)[-1][1]:
            return
    if not program.ended(0):
        outcome.failures.append(f"never saved again: {program.output[-300:]!r}")


def _judge_state(folder: Path, log: Path, end: int, promise: float, outcome: Outcome) -> None:
    why = stage.readable(folder)
    if why:
        outcome.failures.append(f"crops.toml: {why}")
        return
    states, found = _log_of(log), stage.state_of(folder)
    if not states:
        return  # killed before it had read the project
    places = [at for at, (_, word) in enumerate(states) if word == found]
    if not places:
        outcome.failures.append("crops.toml says what the user never had")
        return
    later = states[places[-1] + 1 :]
    if later:
        outcome.age = max(0.0, (end - later[0][0]) / 1e9)
        if outcome.ending in ("term", "hup"):
            outcome.failures.append(f"an orderly end lost {len(later)} states")
        elif outcome.age > promise:
            outcome.failures.append(f"a decision {outcome.age:.2f} s old was lost")
    outcome.failures += [f"torn: {name}" for name in stage.torn_files(folder)]


def _start_again(
    here: Bench, folder: Path, state: Path, expected: set[str], outcome: Outcome
) -> None:
    """The next start goes on: it opens, quits, builds, and nothing is left lying about."""
    _end_runs(folder, state, outcome)
    before = stage.state_of(folder)
    program = Program([str(folder)], environment(state), folder=here.base)
    try:
        if not program.wait_for(b"saved"):
            outcome.failures.append(f"it did not start again: {program.output[-300:]!r}")
        time.sleep(0.1)
        end = time.monotonic() + 15
        while not program.ended(0.3) and time.monotonic() < end:
            program.press(b"q")
        if program.status != 0:
            outcome.failures.append(f"the next run ended with {program.status}")
    finally:
        program.close()
    # Candidates that were finished meanwhile become sheets.
    if stage.state_of(folder) != before and not (folder / stage.CANDIDATES).exists():
        outcome.failures.append("starting and leaving changed crops.toml")
    done = stage.run(["build"], folder, state)
    words = done.stdout + done.stderr
    if b"Traceback" in words or (b" 0 kept" not in words and outcome.what != "adopt"):
        outcome.failures.append(f"the next build: {words[-500:]!r}")
    train, class_ = stage.made_folders(folder)
    if train != stage.TRAIN:  # another trigger, other repeats: all of it moves along
        expected = {name for name in expected if not name.startswith(f"{stage.TRAIN}/")}
    made = (f"{train}/", f"{class_}/", f"{stage.CANDIDATES}/")
    expected = expected | {
        name for name in stage.tree(folder) if name.startswith(made) or "thumbnails/" in name
    }
    outcome.failures += [f"stray: {name}" for name in stage.stray_files(folder, expected)]
    outcome.failures += [f"left over: {name}" for name in stage.leftovers(folder, state)]
    outcome.failures += [f"torn: {name}" for name in stage.torn_files(folder)]


def _end_runs(folder: Path, state: Path, outcome: Outcome) -> None:
    """A run goes on without the app: it can be stopped, and makes what is missing."""
    kinds = ("reg", "topup") if outcome.what == "generate" else ()
    for kind in kinds:
        done = stage.run([kind, "--stop"], folder, state)
        if done.returncode != 0:
            outcome.failures.append(f"{kind} --stop: {done.stderr[-500:]!r}")
    outcome.failures += [f"it never ended: {one}" for one in programs.end_all(state)]
    for kind, place, wanted in (
        ("reg", stage.CLASS, stage.IMAGES), ("topup", stage.CANDIDATES, stage.CHOICES)
    ):  # fmt: skip
        if kind not in kinds or not (folder / place).exists():
            continue
        done = stage.run([kind], folder, state)
        number = len(list((folder / place).glob(f"{kind}_*.png")))
        if done.returncode != 0 or number != wanted:
            words = (done.stdout + done.stderr)[-500:]
            outcome.failures.append(f"{kind}: {done.returncode}, {number} images: {words!r}")
