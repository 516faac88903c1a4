"""Killed at any moment: which cases there are, and how one is played.

Every case has a seed and can be played again by it (its timing can't). After each the program is
started once more: it must go on, and tidy up what the dead one left.
"""

from __future__ import annotations

import random
import shutil
import subprocess

from spyke_tui.errors import SpykeError
from tests.torture import commands, crash_app, crash_command, programs, stage
from tests.torture.bench import Bench, Outcome
from tests.torture.keys import WEIGHTED

Case = tuple[str, int, str, str]
"""``app`` or ``command``, seed, script or command, ending."""


def play(case: Case, here: Bench) -> Outcome:
    kind, seed, what, ending = case
    state = here.base / "state"
    for folder in (here.case, state):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (here.log, here.strike):
        file.unlink(missing_ok=True)
    outcome = Outcome(seed, what, ending)
    pick = random.Random(f"{seed} {what} {ending}")
    run = crash_app.play if kind == "app" else crash_command.play
    try:
        run(here, state, pick, outcome)
    except (AssertionError, OSError, SpykeError, subprocess.SubprocessError) as error:
        outcome.failures.append(f"{type(error).__name__}: {error}")
    finally:
        if here.disk is not None:
            here.disk.free()
        outcome.failures += [f"it never ended: {one}" for one in programs.end_all(state)]
    outcome.failures += [f"it crashed: {log}" for log in stage.crash_logs(state)]
    return outcome


def cases(number: int, seed: int, here: Bench) -> list[Case]:
    """A fair mixture of scripts, commands and endings; the same for the same seed."""
    pick = random.Random(seed)
    endings = pick.sample(here.endings(), len(here.endings()))
    found = []
    for at in range(number):
        ending = endings[at % len(endings)]
        if (at + at // len(endings)) % 2:
            what = ("command", pick.choice(commands.WEIGHTED))
        else:
            what = ("app", pick.choice(WEIGHTED))
        found.append((what[0], seed * 100_000 + at, what[1], ending))
    pick.shuffle(found)
    return found
