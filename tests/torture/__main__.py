"""What must never happen, tried: ``python -m tests.torture [SECTION ...]``.

Prints its tables with the seeds; the exit code is 1 where anything was found.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.torture import bench, crash
from tests.torture.bench import Outcome
from tests.torture.report import heading, say, table

SECTIONS = ("crash", "generation", "hostile")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--kills", type=int, default=320, help="cases of the crash harness")
    parser.add_argument("--cases", type=int, default=5000, help="mutated inputs a parser")
    parser.add_argument("--projects", type=int, default=400, help="hostile projects of a kind")
    parser.add_argument("--panes", type=int, default=10, help="projects shown in all panes")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--jobs", type=int, default=2, help="processes at once")
    parser.add_argument(
        "--promise", type=float, default=bench.PROMISE, help="seconds: the oldest loss allowed"
    )
    parser.add_argument("--only", default="", help="only this script, command or ending")
    arguments = parser.parse_args()
    unknown = set(arguments.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    failed = False
    for section in arguments.sections or SECTIONS:
        if section == "crash":
            failed |= crashes(arguments)
        if section == "generation":
            from tests.torture import generation

            failed |= generation.report(arguments.seed)
        if section == "hostile":
            from tests.torture import hostile

            failed |= hostile.report(
                arguments.cases, arguments.projects, arguments.panes, arguments.seed
            )
    return int(failed)


def crashes(arguments: argparse.Namespace) -> bool:
    """Kill it so many times; whether anything was found."""
    number, seed, jobs = arguments.kills, arguments.seed, arguments.jobs
    heading(f"Killed at random points: {number} cases, seed {seed}")
    start = time.monotonic()
    shares = [
        (number * (job + 1) // jobs - number * job // jobs, seed + job) for job in range(jobs)
    ]
    with ProcessPoolExecutor(jobs) as pool:
        played = pool.map(_share, shares, [arguments.only] * jobs, [arguments.promise] * jobs)
        outcomes = [outcome for some in played for outcome in some]
    _print_outcomes(outcomes)
    bad = [outcome for outcome in outcomes if outcome.failures]
    for outcome in bad:
        say(f"FAILED  {outcome.what} / {outcome.ending}, case {outcome.seed}")
        for failure in outcome.failures:
            say(f"        {failure}")
    oldest = max((outcome.age for outcome in outcomes), default=0.0)
    say()
    say(
        f"{len(outcomes)} cases in {time.monotonic() - start:.0f} s, {len(bad)} with findings; "
        f"the oldest lost decision was {oldest:.2f} s old (promised: {arguments.promise:g} s)"
    )
    return bool(bad)


def _share(share: tuple[int, int], only: str, promise: float) -> list[Outcome]:
    number, seed = share
    with (
        tempfile.TemporaryDirectory(prefix="spyke-torture-") as folder,
        bench.bench(Path(folder) / "bench", promise) as here,
    ):
        missing = set(bench.ENDINGS) - set(here.endings())
        if missing:
            say(f"not possible here, left out: {', '.join(sorted(missing))}")
        chosen = crash.cases(number if not only else number * 40, seed, here)
        if only:
            chosen = [case for case in chosen if only in case[2:]][:number]
        played = []
        for case in chosen:
            played.append(crash.play(case, here))
            if played[-1].failures:
                say(f"found in case {len(played)}: {played[-1]}")
        return played


def _print_outcomes(outcomes: list[Outcome]) -> None:
    groups: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.what, ""].append(outcome)
        groups["ending", outcome.ending].append(outcome)
    rows = []
    for (what, ending), some in sorted(
        groups.items(), key=lambda item: (item[0][0] == "ending", item[0])
    ):
        rows.append(
            (
                f"{what} {ending}".strip(), len(some), sum(one.struck for one in some),
                f"{max(one.age for one in some):.2f}", sum(bool(one.failures) for one in some),
            )
        )  # fmt: skip
    table(("what", "cases", "struck while running", "oldest loss [s]", "findings"), rows)


if __name__ == "__main__":
    sys.exit(main())
