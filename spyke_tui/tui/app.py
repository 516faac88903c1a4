"""Opening the app: what has to be decided before Textual is imported."""

from __future__ import annotations

import gc
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from spyke_tui.errors import SpykeError


def run_app(project_path: Path, images: str = "auto") -> int:
    """Open the project (a crops.toml or its folder) until the user quits; the exit status.

    Raises `ProjectFileError` before the screen is touched where crops.toml can't be read, and
    whatever the app crashed with, after it gave the terminal back.
    """
    if "SSH_CONNECTION" in os.environ:
        # An arrow may arrive in two packets; Textual reads this once, when it is imported.
        os.environ.setdefault("ESCDELAY", "300")

    gc.disable()  # until the first frame: nearly all that start-up makes is there to stay

    from spyke_tui.store.config import load_config
    from spyke_tui.terminal.capabilities import (
        choose,
        multiplexer,
        takes_any_colour,
        worth_asking,
    )
    from spyke_tui.terminal.probe import Probe, cell_by_window, window_now
    from spyke_tui.terminal.tmux import ask_tmux

    config = load_config()
    if images == "auto":
        images = config.images
    inside_tmux = multiplexer(os.environ) == "tmux"
    tmux = ask_tmux(os.environ) if inside_tmux else None
    probe = Probe(os.environ, behind_tmux=inside_tmux)
    if worth_asking(images, os.environ, tmux):
        probe.start()
    try:
        # The terminal answers while these are imported.
        from spyke_tui.tui.session import Session
        from spyke_tui.tui.spyke_app import SpykeApp
    finally:
        answers = probe.finish()

    choice = choose(images, answers, window=cell_by_window(), tmux=tmux, screen=window_now())
    choice = replace(choice, late=probe.late)
    session = Session.open(project_path, choice, config)
    if answers.name and os.environ.get("TERM") == "xterm" and not os.environ.get("COLORTERM"):
        # Whatever says its name has 256 colours; by this old name it would be given 16.
        os.environ["TERM"] = "xterm-256color"
    if takes_any_colour(answers.name, "tmux" if inside_tmux else os.environ.get("TERM", "")):
        os.environ.setdefault("COLORTERM", "truecolor")  # SSH and xterm itself leave it out
    app = SpykeApp(session)
    app.run()
    if app.failure is not None:
        with suppress(SpykeError, OSError):
            session.file.write(session.project)  # the second since the last save
        raise app.failure
    return app.return_code or 0
