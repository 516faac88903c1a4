"""A command killed, or refused by its disk, and then repeated."""

from __future__ import annotations

import random
import re
import signal
from collections import Counter
from pathlib import Path

from tests.torture import commands, programs, stage
from tests.torture.bench import NEEDS_LAYER, NEEDS_MOUNT, Bench, Outcome
from tests.torture.commands import Command
from tests.torture.places import ReadOnlySwitch
from tests.torture.programs import Program, environment

PASSING = {"demo": ("TRAINING.md", "dataset.toml"), "topup": ("crops.toml",)}
"""What a command writes more than once: for the demo before and after it generated (signed, so
whole or torn); for some of the candidates where others are still to come (`_judge_candidates`)."""


def play(here: Bench, state: Path, pick: random.Random, outcome: Outcome) -> None:
    command = commands.COMMANDS[outcome.what]
    reference = commands.reference(command, here.case, here.built, here.plain, here.base)
    commands.prepare(command, here.case, here.built, here.plain)
    before = stage.tree(here.case)
    more = here.layer_of(pick, outcome, here.case, many=max(2, command.calls))
    words = _disturbed(here, state, pick, outcome, command, reference.seconds, more)
    if b"Traceback" in words:
        outcome.failures.append(f"a traceback: {words[-2000:]!r}")
    # A run goes on when its command is gone; what the layer does to it is over when it ends.
    if more or pick.random() < 0.5:
        outcome.failures += [f"it never ended: {one}" for one in programs.end_all(state)]
        _judge_files(here.case, before, reference, outcome)
    done = stage.run(list(command.words), here.case, state)
    if done.returncode not in (reference.status, *command.done_before):
        outcome.failures.append(
            f"once more: {done.returncode} {(done.stdout + done.stderr)[-500:]!r}"
        )
    outcome.failures += [f"it never ended: {one}" for one in programs.end_all(state)]
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
        if outcome.ending in NEEDS_LAYER:
            outcome.struck = here.strike.exists()
        if outcome.ending in ("eio", *NEEDS_MOUNT):
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
    passing = PASSING.get(outcome.what, ())
    outcome.failures += [f"torn by its end: {name}" for name in stage.torn_files(folder)]
    if outcome.what == "topup":
        _judge_candidates(folder, reference, outcome)
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


def _judge_candidates(folder: Path, reference: commands.Reference, outcome: Outcome) -> None:
    """crops.toml says what it said before, and all or nothing of each candidate."""
    before, after = _parts(reference.crops_before), _parts(reference.crops)
    found = _parts((folder / "crops.toml").read_text()) - before
    candidates = [
        Counter(part for part in after - before if re.search(rf"topup[-_]{number:03}", part))
        for number in range(1, stage.CHOICES + 1)
    ]
    for some in candidates:
        if some <= found:
            found -= some
    if found or before - _parts((folder / "crops.toml").read_text()):
        text = (folder / "crops.toml").read_text()
        outcome.failures.append(f"crops.toml is neither as before nor as wanted: {text}")


def _parts(text: str) -> Counter[str]:
    """Its tables, in whatever order."""
    return Counter(part.strip("\n") for part in text.split("\n\n") if part.strip("\n"))


def _judge_end(folder: Path, state: Path, reference: commands.Reference, outcome: Outcome) -> None:
    found = stage.tree(folder)
    for name in sorted({**found, **reference.tree}):
        if found.get(name) != reference.tree.get(name):
            outcome.failures.append(f"not as an undisturbed run leaves it: {name}")
    expected = set(reference.tree)
    outcome.failures += [f"stray: {name}" for name in stage.stray_files(folder, expected)]
    outcome.failures += [f"left over: {name}" for name in stage.leftovers(folder, state)]
    outcome.failures += [f"torn: {name}" for name in stage.torn_files(folder)]
