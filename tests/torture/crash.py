"""Killed at any moment: how a case goes, and what must hold afterwards.

Every case has a seed and can be played again by it (its timing can't). After each the program is
started once more: it must go on, and tidy up what the dead one left.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from spyke_tui.errors import SpykeError
from tests.torture import commands, stage
from tests.torture.commands import Command
from tests.torture.faults import fault_environment, fault_layer
from tests.torture.keys import SCRIPTS, pressed
from tests.torture.places import ReadOnlySwitch, SmallDisk, may_mount
from tests.torture.programs import Program, environment

PROMISE = 1.0
"""Seconds: the oldest decision that may be lost."""

ENDINGS = ("kill", "term", "hup", "before", "after", "eio", "full", "read-only")
"""SIGKILL, SIGTERM, the terminal closed, SIGKILL right before or after a call that changes a file,
failing calls, a full disk, a folder that can't be written."""

HANDED_OVER = ("TRAINING.md", "dataset.toml")
"""What the demo writes twice, before and after it generated."""

NEEDS_LAYER = ("before", "after", "eio")
NEEDS_MOUNT = ("full", "read-only")
DISK = 96 * 1024 * 1024


@dataclass
class Outcome:
    """What came of one case. `age` is that of the oldest lost decision, in seconds."""

    seed: int
    what: str
    ending: str
    age: float = 0.0
    struck: bool = True
    """Whether the program still ran when the fault came."""
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where cases take place; `disk` is a small one where that can be had."""

    base: Path
    disk: SmallDisk | None
    layer: Path | None
    built: Path
    plain: Path
    promise: float = PROMISE

    def endings(self) -> list[str]:
        return [
            ending
            for ending in ENDINGS
            if (self.layer or ending not in NEEDS_LAYER)
            and (self.disk or ending not in NEEDS_MOUNT)
        ]

    @property
    def case(self) -> Path:
        return (self.disk.folder if self.disk else self.base) / "case"


@contextmanager
def bench(base: Path, promise: float = PROMISE) -> Iterator[Bench]:
    """Make the templates, the fault layer and the small disk; unmount it in the end."""
    base.mkdir(parents=True, exist_ok=True)
    plain, built = base / "plain", base / "built"
    plain.mkdir()
    stage.write_project(plain)
    disk = SmallDisk(base / "disk", DISK) if may_mount(base) else None
    try:
        stage.fresh(plain, built)
        done = stage.run(["build"], built, base / "state-built")
        assert done.returncode == 0, done.stderr
        yield Bench(base, disk, fault_layer(base), built, plain, promise)
    finally:
        if disk is not None:
            disk.close()


def play(case: tuple[str, int, str, str], here: Bench) -> Outcome:
    """One case: (``app`` or ``command``, seed, script or command, ending)."""
    kind, seed, what, ending = case
    state = here.base / "state"
    for folder in (here.case, state):
        shutil.rmtree(folder, ignore_errors=True)
    (here.base / "log").unlink(missing_ok=True)
    outcome = Outcome(seed, what, ending)
    pick = random.Random(f"{seed} {what} {ending}")
    run = _app if kind == "app" else _command
    try:
        run(here, state, pick, outcome)
    except (AssertionError, OSError, SpykeError, subprocess.SubprocessError) as error:
        outcome.failures.append(f"{type(error).__name__}: {error}")
    finally:
        if here.disk is not None:
            here.disk.free()
    outcome.failures += [f"it crashed: {log}" for log in stage.crash_logs(state)]
    return outcome


# -- the app --------------------------------------------------------------------------------


def _app(here: Bench, state: Path, pick: random.Random, outcome: Outcome) -> None:
    folder = stage.fresh(here.built if pick.random() < 0.5 else here.plain, here.case)
    expected = set(stage.tree(folder))
    log, more = here.base / "log", _layer_of(here, pick, outcome, folder, many=120)
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
        _press(program, keys, pick.uniform(0.1, 2.5))
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


def _layer_of(
    here: Bench, pick: random.Random, outcome: Outcome, folder: Path, many: int
) -> dict[str, str]:
    if outcome.ending not in NEEDS_LAYER or here.layer is None:
        return {}
    at, count = pick.randint(1, many), pick.choice([1, 1, 2, 5, 20])
    return fault_environment(here.layer, folder, outcome.ending, at, count)


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
        outcome.struck = outcome.ending in ("before", "after")
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
    """The next start goes on: it opens, builds, quits, and nothing is left lying about."""
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
    if stage.state_of(folder) != before:
        outcome.failures.append("starting and leaving changed crops.toml")
    done = stage.run(["build"], folder, state)
    words = done.stdout + done.stderr
    if b"Traceback" in words or b" 0 kept" not in words:
        outcome.failures.append(f"the next build: {words[-500:]!r}")
    expected = expected | {
        name for name in stage.tree(folder) if name.startswith("dataset/hero/train/")
    }
    expected |= {name for name in stage.tree(folder) if "thumbnails/" in name}
    outcome.failures += [f"stray: {name}" for name in stage.stray_files(folder, expected)]
    outcome.failures += [f"left over: {name}" for name in stage.leftovers(folder, state)]
    outcome.failures += [f"torn: {name}" for name in stage.torn_files(folder)]


# -- commands -------------------------------------------------------------------------------


def _command(here: Bench, state: Path, pick: random.Random, outcome: Outcome) -> None:
    command = commands.COMMANDS[outcome.what]
    reference = commands.reference(command, here.case, here.built, here.plain, here.base)
    commands.prepare(command, here.case, here.built, here.plain)
    before = stage.tree(here.case)
    more = _layer_of(here, pick, outcome, here.case, many=max(2, command.calls))
    words = _disturbed(here, state, pick, outcome, command, reference.seconds, more)
    if b"Traceback" in words:
        outcome.failures.append(f"a traceback: {words[-2000:]!r}")
    _judge_files(here.case, before, reference, outcome)
    done = stage.run(list(command.words), here.case, state)
    if done.returncode not in (reference.status, *command.done_before):
        outcome.failures.append(
            f"once more: {done.returncode} {(done.stdout + done.stderr)[-500:]!r}"
        )
    _judge_end(here.case, state, reference, outcome)


def _disturbed(
    here: Bench, state: Path, pick: random.Random, outcome: Outcome, command: Command,
    seconds: float, more: dict[str, str],
) -> bytes:  # fmt: skip
    """Run it with its fault; what it said."""
    switch = None
    if outcome.ending == "full" and here.disk is not None:
        here.disk.fill(pick.choice([0, 4096, 20_000, 60_000, 200_000, 1_000_000]))
    elif outcome.ending == "read-only":
        switch = ReadOnlySwitch(here.case)
        switch.turn(read_only=True)
    program = Program(list(command.words), environment(state, **more), folder=here.case)
    try:
        if outcome.ending in ("kill", "term", "hup"):
            outcome.struck = not program.ended(pick.uniform(0.15 * seconds, 1.05 * seconds))
            if outcome.ending == "hup":
                program.hang_up()
            else:
                number = signal.SIGKILL if outcome.ending == "kill" else signal.SIGTERM
                program.signal(number)
        if not program.ended(60):
            outcome.failures.append("it did not end within a minute")
        if outcome.ending in ("before", "after"):
            outcome.struck = program.status == -signal.SIGKILL
        elif outcome.ending in ("eio", *NEEDS_MOUNT):
            if program.status not in (0, 1, 2):
                outcome.failures.append(f"exit code {program.status}")
            if (
                program.status != 0
                and b"spyke-tui: " not in program.output
                and not (b"failed" in program.output or b"error" in program.output)
            ):
                outcome.failures.append(f"it failed without a word: {program.output[-300:]!r}")
    finally:
        program.close()
        if switch is not None:
            switch.turn(read_only=False)
            switch.close()
        if here.disk is not None:
            here.disk.free()
    return program.output


def _judge_files(
    folder: Path, before: dict[str, str], reference: commands.Reference, outcome: Outcome
) -> None:
    """Right after the end: every file is as it was or as it should become."""
    passing = HANDED_OVER if outcome.what == "demo" else ()
    for name, digest in stage.tree(folder).items():
        if Path(name).name.startswith((stage.TEMPORARY, ".spyke-")) or name.endswith(passing):
            continue  # half a file of a dead process; records of a run that is not over
        if digest not in (before.get(name), reference.tree.get(name)):
            outcome.failures.append(f"neither as before nor as wanted: {name}")
    for name in before:
        if name not in reference.tree:
            continue
        if not (folder / name).exists():
            outcome.failures.append(f"gone: {name}")


def _judge_end(folder: Path, state: Path, reference: commands.Reference, outcome: Outcome) -> None:
    found = stage.tree(folder)
    for name in sorted({**found, **reference.tree}):
        if found.get(name) != reference.tree.get(name):
            outcome.failures.append(f"not as an undisturbed run leaves it: {name}")
    expected = set(reference.tree)
    outcome.failures += [f"stray: {name}" for name in stage.stray_files(folder, expected)]
    outcome.failures += [f"left over: {name}" for name in stage.leftovers(folder, state)]
    outcome.failures += [f"torn: {name}" for name in stage.torn_files(folder)]


def cases(number: int, seed: int, here: Bench) -> list[tuple[str, int, str, str]]:
    """A fair mixture of scripts, commands and endings; the same for the same seed."""
    pick = random.Random(seed)
    endings = here.endings()
    found = []
    for at in range(number):
        ending = endings[at % len(endings)]
        if (at + at // len(endings)) % 2:
            what = ("command", pick.choice(commands.WEIGHTED))
        else:
            what = ("app", pick.choice(list(SCRIPTS)))
        found.append((what[0], seed * 100_000 + at, what[1], ending))
    pick.shuffle(found)
    return found
