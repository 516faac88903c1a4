"""The kill matrix: ``python -m tests.torture generation``. Takes a few minutes, prints one table.

The client is killed with -9, the server is killed and started again, the connection is cut, each
at random moments of runs that write as often as they can. At the end every image must be there
once and whole. The random moments come from the seed in the first line: ``--seed`` repeats them.
By itself (``python -m tests.torture.generation --times 0.1``) it does as many of them as wanted.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.generation_scene import Cable, Client, Count, Server, count_images
from tests.torture.report import heading, say, table

IMAGES = 24
DELAY = 0.06
SILENT_SECONDS = 60.0


@dataclass
class Row:
    """One line of the table: all runs under one kind of torment."""

    name: str
    torments: int = 0
    runs: list[Count] = field(default_factory=list)
    drawn: int = 0
    seconds: float = 0.0

    @property
    def is_right(self) -> bool:
        return all(count.is_right for count in self.runs)

    def cells(self) -> list[str]:
        sums = [
            sum(getattr(count, name) for count in self.runs)
            for name in ("expected", "present", "duplicated", "damaged")
        ]
        return [
            self.name, str(self.torments), str(len(self.runs)), *map(str, sums), str(self.drawn),
            f"{self.seconds:.0f} s",
        ]  # fmt: skip


HEAD = [
    "torment", "times", "runs", "expected", "present", "duplicated", "damaged", "drawn", "took",
]  # fmt: skip


@dataclass
class Stage:
    """Server, cable and client of one run."""

    server: Server
    cable: Cable
    client: Client
    chance: random.Random
    silent_seconds: float

    def wait(self, least: float, most: float) -> bool:
        """A random while; whether the run still goes on after it."""
        deadline = time.monotonic() + self.chance.uniform(least, most)
        while time.monotonic() < deadline and not self.client.ended():
            time.sleep(0.001)
        return not self.client.ended()


def kill_client(stage: Stage) -> None:
    stage.client.kill()
    stage.client.start()


def kill_server(stage: Stage) -> None:
    stage.server.kill()
    time.sleep(stage.chance.uniform(0.0, 0.5))
    stage.server.start()


def cut_cable(stage: Stage) -> None:
    stage.cable.cut()
    time.sleep(stage.chance.uniform(0.0, 1.0))
    stage.cable.mend()


def silence_cable(stage: Stage) -> None:
    """Nobody is told: whoever waits for an answer waits."""
    stage.cable.silence(True)
    time.sleep(stage.silent_seconds)
    stage.cable.silence(False)


def any_of_them(stage: Stage) -> None:
    stage.chance.choice([kill_client, kill_server, cut_cable])(stage)


Torment = Callable[[Stage], None]


def run_row(
    name: str,
    torment: Torment,
    times: int,
    folder: Path,
    chance: random.Random,
    share: float,
) -> Row:
    """Runs, until they were tormented so often; each goes to its end after its last torment."""
    row = Row(name, times)
    left = times
    while left or not row.runs:
        place = folder / f"{torment.__name__}{len(row.runs)}"
        server = Server(place / "server", DELAY)
        server.start()
        cable = Cable(server.port)
        client = Client(place, cable.port, IMAGES)
        stage = Stage(server, cable, client, chance, SILENT_SECONDS * min(1.0, share))
        try:
            client.start()
            # From before the first line to past the last: a process needs 0.4 s to begin.
            while left and stage.wait(0.1, 1.6):
                torment(stage)
                left -= 1
            client.finish()
        finally:
            client.kill()
            cable.close()
            row.drawn += server.drawn()
            server.kill()
        row.runs.append(count_images(client))
    return row


TORMENTS: list[tuple[str, Torment, int]] = [
    ("client killed with -9", kill_client, 30),
    ("server killed, started again", kill_server, 10),
    ("connection cut", cut_cable, 10),
    ("line silent for a minute", silence_cable, 1),
    ("any of the first three", any_of_them, 12),
]


def report(seed: int, share: float = 1.0) -> bool:
    """Play all torments and print the table; whether anything was lost, doubled or damaged.

    `share` of 1: so many of each, and so long a silence, as above.
    """
    heading(f"The kill matrix: runs of {IMAGES} images, {DELAY} s each, seed {seed}")
    rows = []
    with tempfile.TemporaryDirectory(prefix="spyke-torture-") as name:
        for title, torment, times in TORMENTS:
            began = time.monotonic()
            chance = random.Random(f"{seed}{title}")
            row = run_row(title, torment, max(1, round(times * share)), Path(name), chance, share)
            row.seconds = time.monotonic() - began
            rows.append(row)
    table(HEAD, [row.cells() for row in rows])
    say("drawn: pictures that the server made in all; the surplus was lost with a queue.")
    wrong = [row.name for row in rows if not row.is_right]
    say(f"WRONG: {', '.join(wrong)}" if wrong else "every image is there once and whole")
    return bool(wrong)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--times", type=float, default=1.0, help="a factor on all numbers")
    chosen = parser.parse_args(words)
    return int(report(chosen.seed, chosen.times))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
