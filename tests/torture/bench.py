"""Where cases of the crash harness take place, and what comes of one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture import stage
from tests.torture.faults import fault_environment, fault_layer
from tests.torture.generation_scene import Server
from tests.torture.places import SmallDisk, may_mount

PROMISE = 1.0
"""Seconds: the oldest decision that may be lost."""

ENDINGS = ("kill", "term", "hup", "before", "after", "eio", "full", "read-only")
"""SIGKILL, SIGTERM, the terminal closed, SIGKILL right before or after a call that changes a file,
failing calls, a full disk, a folder that can't be written."""

NEEDS_LAYER = ("before", "after", "eio")
NEEDS_MOUNT = ("full", "read-only")
DISK = 96 * 1024 * 1024
DRAWING = 0.05
"""Seconds that the practice server takes for an image."""


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

    @property
    def log(self) -> Path:
        """The states that the user had."""
        return self.base / "log"

    @property
    def strike(self) -> Path:
        """Is there as soon as the fault layer did something."""
        return self.base / "strike"

    def layer_of(
        self, pick: random.Random, outcome: Outcome, folder: Path, many: int
    ) -> dict[str, str]:
        """Variables that bring a fault to one of the first `many` calls of each process."""
        if outcome.ending not in NEEDS_LAYER or self.layer is None:
            return {}
        at, count = pick.randint(1, many), pick.choice([1, 1, 2, 5, 20])
        return fault_environment(self.layer, folder, outcome.ending, at, count, self.strike)


@contextmanager
def bench(base: Path, promise: float = PROMISE) -> Iterator[Bench]:
    """Make the templates, a server, the fault layer and the small disk; unmount it in the end."""
    base.mkdir(parents=True, exist_ok=True)
    plain, built = base / "plain", base / "built"
    plain.mkdir()
    server = Server(base / "server", DRAWING)
    server.start()
    stage.write_project(plain, server=f"http://127.0.0.1:{server.port}")
    disk = SmallDisk(base / "disk", DISK) if may_mount(base) else None
    try:
        stage.fresh(plain, built)
        done = stage.run(["build"], built, base / "state-built")
        assert done.returncode == 0, done.stderr
        yield Bench(base, disk, fault_layer(base), built, plain, promise)
    finally:
        server.kill()
        if disk is not None:
            disk.close()
