"""Which image protocol to use, and why: decided from what was asked for and what was answered."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from spyke_tui.model.geometry import Size
from spyke_tui.terminal.kitty_anchor import Anchors
from spyke_tui.terminal.probe import Answers, Window, cell_by_window, window_now
from spyke_tui.terminal.surface import Terminal
from spyke_tui.terminal.tmux import Tmux, why_not
from spyke_tui.terminal.uneven_cells import Grid, grid_of

IMAGES = ("auto", "kitty", "sixel", "halfcell", "none")
"""What can be asked for with ``--images``."""

CELL = Size(10, 20)
"""Device pixels of a cell where nothing better is known."""

CLEAR_PATCHES = ("xterm(", "foot")
"""Terminals (by the name they answer) in which pixels that a sixel picture leaves out stay as
they were. Others paint them in the background colour, so they get whole cells."""

XTERM_JS = "xterm.js"
"""The terminal in VS Code, JupyterLab, ttyd and other web pages. A cell of it holds a part of one
picture: a frame that is placed over a sheet takes the sheet away. So it gets sixels in whole
cells, also where it says that it has kitty graphics. Its cells are no whole pixels where the
screen is scaled. (Source: its image addon, 0.9 and 0.10.)"""
VSCODE_SETTING = "terminal.integrated.enableImages"
"""What turns pictures on in VS Code; they also need its GPU acceleration."""

TRUECOLOR = (
    "contour",
    "foot",
    "ghostty",
    "iterm2",
    "kitty",
    "konsole",
    "mlterm",
    "tmux",
    "wezterm",
    "xterm.js",
)
"""Terminals (by the name they answer or set as TERM, in small letters) that take any colour; so
does xterm. tmux takes them and gives its own terminal the nearest that it has."""

XTERM_TRUECOLOR = 331
"""The first xterm that does."""

KITTY_LINEAR = (0, 28)
"""The first kitty that mixes translucent pictures in linear light (its change log)."""

KITTY_TERMS = ("xterm-kitty", "xterm-ghostty")
"""Values of TERM that only terminals with kitty graphics set; a hint where no answer came."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The protocol in use.

    `why` is a line for the user where it is not what could be expected; `found` is what is known
    of the terminal, in a few words.
    """

    protocol: str
    why: str = ""
    found: str = ""
    terminal: Terminal = field(default_factory=Terminal)
    cell: Size = CELL
    window: Size | None = None
    """Device pixels of a cell by the window's size, when `cell` was answered."""
    late: bool = False
    """Answers of the terminal may still come, and would look like keys."""
    uneven: bool = False
    """Its cells need not be whole pixels."""
    grid: Grid | None = None
    """Its cells by what it answered, where they are not."""

    def grid_now(self) -> Grid | None:
        """The cells where they are no whole pixels; by the window's size where that is known."""
        if not self.uneven:
            return None
        now = window_now()
        if now is None or not (now.pixels.width and now.pixels.height):
            return self.grid
        return grid_of(now.pixels, now.cols, now.rows)

    def is_uneven_now(self) -> bool:
        """Whether sixels are drawn into cells that are no whole pixels."""
        return self.protocol == "sixel" and self.grid_now() is not None

    def cell_now(self) -> Size:
        """Device pixels of a cell; by the window's size once that has changed (another font)."""
        if (grid := self.grid_now()) is not None:
            return grid.cell
        now = cell_by_window()
        if self.uneven:
            return now or self.cell
        return self.cell if now is None or now == self.window else now


def worth_asking(images: str, environ: Mapping[str, str], tmux: Tmux | None = None) -> bool:
    """Whether the terminal's answers could change anything."""
    if images == "auto" and (inside := multiplexer(environ)):
        return inside == "tmux" and tmux is not None and tmux.may_pass
    unsure = not environ.get("COLORTERM") and environ.get("TERM", "").startswith("xterm")
    return images in ("auto", "kitty", "sixel") or (unsure and not multiplexer(environ))


def choose(
    images: str,
    answers: Answers | None = None,
    environ: Mapping[str, str] | None = None,
    window: Size | None = None,
    tmux: Tmux | None = None,
    screen: Window | None = None,
) -> Choice:
    """The protocol for what was asked for, on a terminal that answered this.

    `window`: device pixels of a cell by the window's size, where it says so. `tmux`: what tmux
    says of itself, where we run in one. `screen`: the window when it answered.
    """
    environ = os.environ if environ is None else environ
    answers = answers or Answers()
    name = answers.name or environ.get("TERM_PROGRAM", "") or environ.get("TERM", "") or "terminal"
    known = answers.name.lower().startswith(CLEAR_PATCHES)
    terminal = Terminal(
        answers.files,
        known,
        max(2, min(256, answers.registers)),
        linear=mixes_in_linear_light(answers.name),
    )
    base = Choice("halfcell", "", "", terminal, answers.cell or window or CELL, window)
    one_to_a_cell = answers.name.startswith(XTERM_JS)
    if one_to_a_cell:
        grid = (
            grid_of(answers.pixels, screen.cols, screen.rows) if screen and answers.pixels else None
        )
        base = replace(base, uneven=True, grid=grid)
    if images == "none" or images == "halfcell":
        return replace(base, protocol=images, found=f"asked for with --images {images}")
    inside = multiplexer(environ)
    if inside == "tmux" and images in ("auto", "kitty"):
        # A kitty that hangs pictures on text is one of those that mix so.
        linear = tmux is not None and "kitty" in tmux.terminal
        hung = replace(terminal, anchors=Anchors(), linear=linear)
        if images == "kitty" or (answers.kitty and answers.hangs):
            behind = (tmux.terminal if tmux else "") or "the terminal"
            way = f"{behind} behind {answers.name or 'tmux'} "
            way += "has kitty graphics" if answers.hangs else "does not say that it can"
            return replace(base, protocol="kitty", found=way, terminal=hung)
    if images in ("kitty", "sixel"):
        why = ""
        if one_to_a_cell and images == "kitty":
            why = f"{name} keeps one picture to a cell: frames hide the sheet. Sixel is better."
        said = answers.kitty if images == "kitty" else answers.sixel
        found = f"asked for; {name} " + ("says that it can" if said else "does not say that it can")
        return replace(base, protocol=images, why=why, found=found)
    if images != "auto":
        return replace(base, why=f"There is no image protocol {images!r}: half cells are used.")
    if inside:
        why = f"{inside} does not pass pictures on: they are drawn in half cells."
        if inside == "tmux":
            why = why_not(tmux or Tmux())
        return replace(base, why=why, found=f"inside {inside}")
    if answers.kitty and not one_to_a_cell:
        way = "reads our files" if answers.files else "over the line"
        return replace(base, protocol="kitty", found=f"{name} has kitty graphics ({way})")
    if answers.sixel:
        return replace(base, protocol="sixel", found=f"{name} has sixel graphics")
    if answers.replied:
        found = f"{name} has neither kitty nor sixel graphics"
        if one_to_a_cell or environ.get("TERM_PROGRAM") == "vscode":
            found = f"{name} shows no sixels; in VS Code, {VSCODE_SETTING} turns them on"
        return replace(base, found=found)
    if environ.get("TERM") in KITTY_TERMS or "KITTY_WINDOW_ID" in environ:
        # It is still busy opening its window, say; its answers are dropped when they come.
        return replace(base, protocol="kitty", found=f"{name} is known to have kitty graphics")
    return replace(base, found=f"{name} did not say what it can show")


def takes_any_colour(name: str, term: str = "") -> bool:
    """Whether a terminal of this name, or one that set this TERM, does.

    COLORTERM says so too, but not over SSH, and not in every terminal.
    """
    xterm = re.match(r"XTerm\((\d+)", name)
    if xterm is not None:
        return int(xterm[1]) >= XTERM_TRUECOLOR
    return (name or term).lower().startswith(TRUECOLOR)


def mixes_in_linear_light(name: str) -> bool:
    """Whether a terminal of this name mixes translucent pictures in linear light."""
    kitty = re.match(r"kitty\((\d+)\.(\d+)", name)
    return kitty is not None and (int(kitty[1]), int(kitty[2])) >= KITTY_LINEAR


def multiplexer(environ: Mapping[str, str]) -> str:
    """The terminal multiplexer that we run in; empty where there is none."""
    if environ.get("TMUX") or environ.get("TERM", "").startswith("tmux"):
        return "tmux"  # around this program, or around the connection that it runs over
    if environ.get("ZELLIJ") is not None:
        return "zellij"
    if environ.get("STY") or environ.get("TERM", "").startswith("screen"):
        return "screen"
    return ""
