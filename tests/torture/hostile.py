"""Hostile input, all kinds of it, in numbers: bytes, fields, files, panes."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.torture import hostile_bytes, hostile_fields, hostile_files, hostile_panes, stage
from tests.torture.generation_scene import Server
from tests.torture.report import heading, say, table

Row = tuple[str, int, int, float]
"""What, cases, findings, seconds."""


def bytes_rows(number: int, seed: int, place: Path) -> tuple[list[tuple[object, ...]], list[str]]:
    """`number` mutated inputs for every parser (fewer where one costs much)."""
    rows: list[tuple[object, ...]] = []
    findings: list[str] = []
    for target in hostile_bytes.targets(place):
        with hostile_bytes.little_memory():
            tally = hostile_bytes.play(target, max(10, int(number * target.share)), seed)
        rows.append(
            (target.name, tally.cases, tally.refused, f"{tally.slowest:.2f}", len(tally.findings))
        )
        findings += [f"{target.name}: {key}: {words}" for key, words in tally.findings.items()]
    return rows, findings


def fields(number: int, seed: int, place: Path, commands: int = 8) -> list[str]:
    """So many projects with a nasty string in one field, each through `commands` commands."""
    _load()
    pick, findings = random.Random(seed), []
    for field, text in hostile_fields.sample(number, seed):
        some = tuple(pick.sample(hostile_fields.COMMANDS, commands))
        findings += hostile_fields.play(field, text, place / "fields", some)
    return findings


def files(number: int, seed: int, place: Path) -> list[str]:
    """So many projects with something else in the place of one file."""
    _load()
    built = place / "built"
    shutil.rmtree(built, ignore_errors=True)
    stage.write_project(built, 4)
    done = stage.run(["build"], built, place / "state-built")
    assert done.returncode == 0, done.stderr
    findings = []
    server = Server(place / "server", 0.0)
    server.start()
    address = f"http://127.0.0.1:{server.port}"
    try:
        for name, kind in hostile_files.sample(number, seed):
            findings += hostile_files.play(name, kind, place / "files", built, address)
    finally:
        server.kill()
    return findings


def panes(number: int, seed: int, place: Path) -> list[str]:
    findings = []
    for at in range(number):
        shutil.rmtree(place / "panes", ignore_errors=True)
        findings += hostile_panes.play(seed + at, place / "panes")
        findings += hostile_panes.play_markup(seed + at, place / "panes", short=True)
    return findings


def _load() -> None:
    """What every command imports, once, before the forks."""
    import spyke_tui.cli.arguments
    import spyke_tui.cli.commands.build
    import spyke_tui.cli.commands.check
    import spyke_tui.cli.commands.handover
    import spyke_tui.cli.commands.suggest
    import spyke_tui.kohya.build
    import spyke_tui.kohya.check
    import spyke_tui.kohya.previews
    import spyke_tui.tui.spyke_app  # noqa: F401


def report(cases: int, projects: int, shown: int, seed: int) -> bool:
    """All of it, with its table; whether anything was found."""
    heading(f"Hostile input, seed {seed}")
    with tempfile.TemporaryDirectory(prefix="spyke-hostile-") as folder:
        place = Path(folder)
        rows, findings = bytes_rows(cases, seed, place / "bytes")
        table(("parser", "cases", "refused", "slowest [s]", "findings"), rows)
        say()
        others: list[tuple[str, int, Callable[[int, int, Path], list[str]]]] = [
            ("strings in fields, through 8 commands", projects, fields),
            ("pipes, links, endless files, through 10 commands", projects, files),
            ("words in all panes", shown, panes),
        ]
        lines = []
        for name, number, run in others:
            start = time.monotonic()
            number = min(number, 10_000)
            found = run(number, seed, place)
            lines.append((name, number, f"{time.monotonic() - start:.0f}", len(found)))
            findings += found
        table(("projects", "cases", "seconds", "findings"), lines)
    for finding in findings:
        say(f"FAILED  {finding[:1500]}")
    total = sum(int(str(row[1])) for row in rows) + sum(line[1] for line in lines)
    say()
    say(
        f"{total} cases, {len(findings)} findings; a hang is over {hostile_bytes.CPU_SECONDS:g} s, "
        f"too much memory over {hostile_bytes.MEMORY / 1e9:g} GB more than at the start"
    )
    return bool(findings)
