"""The app on a pty: its first frame, and the project and surroundings that it is measured in."""

from __future__ import annotations

import os
import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path

from tests.bench.job import the_job, write_project
from tests.bench.meter import CACHE, PYTHON, SPYKE
from tests.bench.pseudo_terminal import PseudoTerminal
from tests.bench.report import heading, table, verdict

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
    project, marker = app_project("frame")
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
    terminal = PseudoTerminal(command, environment())
    try:
        return terminal.wait_for(marker)
    finally:
        terminal.close()


def app_project(name: str) -> tuple[Path, str]:
    """A project of the job, and a text that only its list of crops shows."""
    job = the_job()
    return write_project(CACHE / name, job), f"{job.cuts[1].name}-0"


def environment(**more: str) -> dict[str, str]:
    """A user's surroundings, with nothing of ours from a session before."""
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
        **more,
    }
