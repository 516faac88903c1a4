"""What a program costs: wall and processor time, memory; medians of alternating runs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared"
CACHE = REPOSITORY / ".cache" / "bench"
PYTHON = Path(sys.executable)
SPYKE = PYTHON.with_name("spyke-tui")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall and processor time, peak memory in MiB, bytes of output (0: not asked)."""

    wall: float
    cpu: float
    memory: float
    output: int = 0


@dataclass(frozen=True, slots=True)
class Contender:
    """Something to be run and measured. `prepare` comes before each run, unmeasured."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    prepare: Callable[[], None]
    output: Callable[[], int] = lambda: 0


def run_once(contender: Contender) -> Cost:
    """Raises RuntimeError where the program fails."""
    contender.prepare()
    environment = {**os.environ, **contender.environment}
    # Compiled modules are kept, as in any installation.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    process = subprocess.Popen(contender.command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{contender.name} ended with {process.returncode}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(wall, cpu, usage.ru_maxrss / unit, contender.output())


def run_alternating(contenders: Sequence[Contender], rounds: int) -> dict[str, list[Cost]]:
    """Each contender once a round, so that a busy moment hits all; one more round to warm up."""
    for contender in contenders:
        run_once(contender)
    costs: dict[str, list[Cost]] = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            costs[contender.name].append(run_once(contender))
    return costs


def median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.memory for cost in costs),
        round(statistics.median(cost.output for cost in costs)),
    )


def paired(costs: Sequence[Cost], others: Sequence[Cost]) -> Cost:
    """Medians of the ratios round by round; memory and output too (as whole percents there)."""
    pairs = list(zip(costs, others, strict=True))
    return Cost(
        statistics.median(one.wall / other.wall for one, other in pairs),
        statistics.median(one.cpu / other.cpu for one, other in pairs),
        statistics.median(one.memory / other.memory for one, other in pairs),
        round(statistics.median(100 * one.output / max(1, other.output) for one, other in pairs)),
    )
