"""The app on a pty: the first frame, and what a nudge writes."""

from __future__ import annotations

import os
import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path

from tests.bench.job import the_job, write_project
from tests.bench.meter import CACHE, PYTHON, SHARED, SPYKE
from tests.bench.pseudo_terminal import Answer, PseudoTerminal
from tests.bench.report import heading, say, table, verdict

_LABEL = "a-bare-label"
_BARE = f"""
from textual.app import App
from textual.widgets import Label


class Bare(App):
    def compose(self):
        yield Label("{_LABEL}")


Bare().run()
"""


def bench_first_frame(rounds: int) -> bool:
    """The app on a large sheet against a bare Textual app with one label, in turns."""
    heading("first frame")
    project, marker = _app_project("frame")
    bare = CACHE / "bare_app.py"
    bare.write_text(_BARE, encoding="utf-8")
    ours, theirs = [], []
    _first_frame([str(SPYKE), str(project)], marker)
    for _ in range(rounds):
        theirs.append(_first_frame([str(PYTHON), str(bare)], _LABEL))
        ours.append(_first_frame([str(SPYKE), str(project)], marker))
    rows = [["bare Textual app", *_spread(theirs)], ["spyke-tui", *_spread(ours)]]
    table(["", "median ms", "least ms"], rows)
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    return verdict("spyke-tui, against the bare app", ratio, 1.6, "x")


def _spread(seconds: Sequence[float]) -> list[str]:
    return [f"{statistics.median(seconds) * 1000:.0f}", f"{min(seconds) * 1000:.0f}"]


def _first_frame(command: Sequence[str], marker: str) -> float:
    terminal = PseudoTerminal(command, _environment())
    try:
        return terminal.wait_for(marker)
    finally:
        terminal.close()


def bench_nudge(rounds: int) -> bool:
    """Bytes and time of a nudge in half cells; the naive pane's time beside it, where at hand."""
    heading("nudge in half cells, 200x50 cells of 10x20 pixels")
    project, marker = _app_project("nudge")
    command = [str(SPYKE), "--images", "halfcell", str(project)]
    ours = _nudges(command, marker, [b"\x1b[C", b"\x1b[D"], rounds)
    rows = [["spyke-tui", *_answer_cells(ours)]]
    fine = verdict("bytes of a nudge", statistics.median(a.size for a in ours), 1500)
    naive = SHARED / "bench" / "naive.py"
    if naive.is_file():
        sheet = next(project.glob("*.png"))
        command = [str(PYTHON), str(naive), "halfcell", "1", str(sheet)]
        theirs = _nudges(command, "Ready", [b"\x1b[C", b"\x1b[D"], rounds)
        rows.append(["naive pane", *_answer_cells(theirs)])
        ratio = _median_seconds(ours) / _median_seconds(theirs)
        fine &= verdict("time, against the naive pane", ratio, 1 / 8, "x")
    else:
        say("      without the naive pane to compare with")
    table(["", "bytes", "ms"], rows)
    return fine


def _nudges(
    command: Sequence[str], marker: str, keys: Sequence[bytes], rounds: int
) -> list[Answer]:
    terminal = PseudoTerminal(command, _environment())
    try:
        terminal.wait_for(marker)
        terminal.settle(1.5)
        answers = [terminal.press(keys[n % len(keys)]) for n in range(4 + 2 * rounds)]
        return answers[4:]
    finally:
        terminal.close()


def _answer_cells(answers: Sequence[Answer]) -> list[str]:
    size = statistics.median(answer.size for answer in answers)
    return [f"{size:.0f}", f"{_median_seconds(answers) * 1000:.1f}"]


def _median_seconds(answers: Sequence[Answer]) -> float:
    return statistics.median(answer.seconds for answer in answers)


def _app_project(name: str) -> tuple[Path, str]:
    """A project of the job, and a text that only its list of crops shows."""
    job = the_job()
    return write_project(CACHE / name, job), f"{job.cuts[1].name}-0"


def _environment() -> dict[str, str]:
    shutil.rmtree(CACHE / "app-home", ignore_errors=True)
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL") if key in os.environ}
    return {
        **kept,
        "HOME": str(CACHE / "app-home"),
        "XDG_STATE_HOME": str(CACHE / "app-home" / "state"),
        "XDG_CONFIG_HOME": str(CACHE / "app-home" / "config"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": kept.get("LANG", "C.UTF-8"),
    }
