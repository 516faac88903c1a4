"""What keys cost in each image protocol, on this machine and on a slow line, and what the naive
pane (the whole picture drawn again for each key) costs in the same run, where it is at hand."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from tests.bench.meter import PYTHON, SHARED, SPYKE
from tests.bench.pseudo_terminal import COLUMNS, ROWS, Answer, Kind, PseudoTerminal
from tests.bench.report import heading, say, table, verdict
from tests.bench.screens import app_project, environment

SLOW = 200_000
"""Bytes a second of the slow line."""

RIGHT, LEFT = b"\x1b[C", b"\x1b[D"
HELD = 30

NAIVE = SHARED / "bench" / "naive.py"


@dataclass(frozen=True, slots=True)
class Silence:
    """Seconds. `quiet` ends an answer, and is more than the longest pause within one; after
    `rest` nothing more comes of it: the preview is drawn, the file is saved."""

    quiet: float
    rest: float


EDITED = Silence(0.12, 1.2)
LOOKED = Silence(0.3, 0.4)
CHOSEN = Silence(0.3, 1.0)
NAIVELY = Silence(0.25, 0.25)
"""The naive pane writes a line of text first, and its picture up to 0.15 s later."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """One way to show pictures, and its targets."""

    title: str
    name: str
    kind: Kind
    naive: str
    nudge_bytes: int
    against_naive: float
    held: float | None
    zoom_bytes: int | None = None


PROTOCOLS = (
    Protocol("kitty", "kitty", "kitty", "tgp", 600, 1 / 20, 3, 1000),
    Protocol("sixel in xterm, foot", "sixel", "xterm", "sixel", 5000, 1 / 20, 12),
    Protocol("sixel elsewhere", "sixel", "sixel", "sixel", 5000, 1 / 20, 12),
    Protocol("halfcell", "halfcell", "text", "halfcell", 1500, 1 / 8, None),
)


@dataclass(slots=True)
class Cost:
    """Answers to one kind of input. `rest`: bytes that came after each, until all was quiet."""

    answers: list[Answer] = field(default_factory=list)
    rest: list[int] = field(default_factory=list)

    @property
    def ms(self) -> float:
        return 1000 * statistics.median(answer.seconds for answer in self.answers)

    @property
    def size(self) -> float:
        return statistics.median(answer.size for answer in self.answers)


Costs = Mapping[str, Cost]


def bench_pictures(rounds: int) -> bool:
    """All inputs in all protocols."""
    heading(f"keys, {COLUMNS}x{ROWS} cells of 10x20 pixels, a sheet of 2816x1536, preview on")
    project, marker = app_project("nudge")
    say("at rest: bytes that follow when the keys rest (preview, saved). line: 200 kB/s, ssh.")
    if not NAIVE.is_file():
        say("without the naive pane to compare with")
    fine = True
    for protocol in PROTOCOLS:
        fine &= _bench_protocol(protocol, project, marker, rounds)
    return fine


def _bench_protocol(protocol: Protocol, project: Path, marker: str, rounds: int) -> bool:
    say()
    ours = _ours(protocol, project, marker, rounds)
    line = _ours(protocol, project, marker, 1, SLOW)
    naive: Costs = {}
    naive_line: Costs = {}
    if NAIVE.is_file():
        naive = _naive(protocol, project, rounds)
        naive_line = _naive(protocol, project, 1, SLOW)
    columns = [protocol.title, "ms", "bytes", "at rest", "line ms", "naive ms", "bytes", "line ms"]
    rows = []
    for name, cost in ours.items():
        if not cost.size:
            raise RuntimeError(f"{protocol.title}: nothing was written for: {name}")
        rows.append(
            [
                name,
                f"{cost.ms:.1f}",
                f"{cost.size:.0f}",
                f"{statistics.median(cost.rest):.0f}",
                *_shown(line.get(name), "ms"),
                *_shown(naive.get(name), "ms", "size"),
                *_shown(naive_line.get(name), "ms"),
            ]
        )
    table(columns, rows)
    return _judge(protocol, ours, naive)


def _judge(protocol: Protocol, ours: Costs, naive: Costs) -> bool:
    title, fine = protocol.title, True
    for name in ("nudge 1 px", "nudge 10 px"):
        fine &= verdict(f"{title}: bytes of a {name}", ours[name].size, protocol.nudge_bytes)
        if naive:
            ratio = ours[name].ms / naive[name].ms
            limit = protocol.against_naive
            fine &= verdict(f"{title}: a {name}, against the naive pane", ratio, limit, "x")
    if protocol.held is not None:
        ratio = ours[f"{HELD} keys held"].ms / ours["nudge 1 px"].ms
        fine &= verdict(f"{title}: {HELD} keys, against one", ratio, protocol.held, "x")
    if protocol.zoom_bytes is not None:
        for name in ("zoom", "pan"):
            size, limit = ours[name].size, protocol.zoom_bytes
            fine &= verdict(f"{title}: bytes of a {name}", size, limit)
    return fine


def _shown(cost: Cost | None, *what: str) -> list[str]:
    if cost is None:
        return ["-"] * len(what)
    return [f"{cost.ms:.1f}" if one == "ms" else f"{cost.size:.0f}" for one in what]


def _ours(
    protocol: Protocol, project: Path, marker: str, rounds: int, rate: int = 0
) -> dict[str, Cost]:
    command = [str(SPYKE), "--images", protocol.name, str(project)]
    # A slow line is one to another machine, whose files the terminal can't read.
    more = {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"} if rate else {}
    terminal = PseudoTerminal(command, environment(**more), protocol.kind, rate)
    few = min(rounds, 4) // 2 * 2 or 1  # with the first one an odd number: it ends where it should
    try:
        terminal.wait_for(marker)
        terminal.settle(3.0)
        out = {
            "nudge 1 px": _cost(terminal, (RIGHT, RIGHT, RIGHT, LEFT, LEFT, LEFT), rounds),
            "nudge 10 px": _cost(terminal, (b"L", b"L", b"L", b"H", b"H", b"H"), rounds),
            "wider by 1 px": _cost(terminal, (b">", b">", b"<", b"<"), few),
            f"{HELD} keys held": _cost(terminal, (RIGHT * HELD, LEFT * HELD), few),
            "zoom": _cost(terminal, (b"z", b"Z"), few, LOOKED),
            "wheel": _cost(terminal, (b"\x1b[<64;60;20M", b"\x1b[<65;60;20M"), few, LOOKED),
        }
        for key in (b"Z", b"Z", b"Z", b"Z", b"z"):  # back to the whole sheet, then to the crop
            terminal.press(key, LOOKED.quiet, 1.0)
        terminal.press(b"\x1b[<1;60;20M", 0.2, 0.2)  # the middle button goes down
        drags = [b"\x1b[<33;%d;20M" % column for column in (58, 60)]
        out["pan"] = _cost(terminal, drags, few, LOOKED)
        terminal.press(b"\x1b[<1;60;20m", 0.2, 0.2)
        terminal.press(b"Z", LOOKED.quiet)
        out["another crop"] = _cost(terminal, (b"n", b"p"), few, CHOSEN)
        out["resize"] = _resized(terminal, few)
        return out
    finally:
        terminal.close()


def _naive(protocol: Protocol, project: Path, rounds: int, rate: int = 0) -> dict[str, Cost]:
    sheet = next(project.glob("sheet*.png"), None) or next(project.glob("*.png"))
    command = [str(PYTHON), str(NAIVE), protocol.naive, "1", str(sheet)]
    terminal = PseudoTerminal(command, environment(), protocol.kind, rate)
    try:
        terminal.wait_for("Ready")
        terminal.settle(1.5)
        nudges = _cost(terminal, (RIGHT, LEFT), rounds, NAIVELY)
        out = {"nudge 1 px": nudges}
        if not rate:
            held = _cost(terminal, (RIGHT * HELD,), 2, NAIVELY)
            out |= {"nudge 10 px": nudges, f"{HELD} keys held": held}
            out["resize"] = _resized(terminal, 2)
        return out
    finally:
        terminal.close()


def _cost(
    terminal: PseudoTerminal, inputs: Sequence[bytes], rounds: int, silence: Silence = EDITED
) -> Cost:
    """The inputs in turns; the first answer, which finds caches empty, does not count."""
    cost = Cost()
    turns = cycle(inputs)
    if rounds > 1:
        terminal.press(next(turns), silence.quiet)
        terminal.settle(silence.rest)
    for _ in range(rounds):
        cost.answers.append(terminal.press(next(turns), silence.quiet))
        cost.rest.append(terminal.settle(silence.rest))
    return cost


def _resized(terminal: PseudoTerminal, rounds: int) -> Cost:
    cost = Cost()
    sizes = cycle(((COLUMNS - 10, ROWS - 2), (COLUMNS, ROWS)))
    for _ in range(max(2, rounds // 2 * 2)):
        cost.answers.append(terminal.resize(*next(sizes)))
        cost.rest.append(terminal.settle(CHOSEN.rest))
    return cost
