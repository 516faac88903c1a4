"""The process of a run: ``python -m spyke_tui.comfy.process CROPS_TOML KIND [...]``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spyke_tui.errors import SpykeError
from spyke_tui.model.generation import KINDS, Kind


@dataclass(frozen=True, slots=True)
class Task:
    """What a run was started with."""

    project_file: Path
    kind: Kind
    count: int | None = None
    servers: tuple[str, ...] = ()
    only: frozenset[int] = frozenset()
    attended: bool = False
    redo_outdated: bool = False


def task_of(words: Sequence[str]) -> Task:
    """The task that the command line names."""
    parser = argparse.ArgumentParser("spyke_tui.comfy.process")
    parser.add_argument("project_file", type=Path)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--count", type=int)
    parser.add_argument("--server", action="append", default=[])
    parser.add_argument("--only", default="")
    parser.add_argument("--attended", action="store_true")
    parser.add_argument("--redo-outdated", action="store_true")
    found = parser.parse_args(words)
    return Task(
        project_file=found.project_file,
        kind=next(kind for kind in KINDS if kind == found.kind),
        count=found.count,
        servers=tuple(found.server),
        only=frozenset(int(word) for word in found.only.split(",") if word.isdecimal()),
        attended=found.attended,
        redo_outdated=found.redo_outdated,
    )


def main(words: Sequence[str]) -> int:
    """Run it to its end; the exit code."""
    raise SpykeError(f"Not there yet: {task_of(words)}")
