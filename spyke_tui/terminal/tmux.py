"""tmux, which stands between us and the terminal: what it lets through, and how to say it.

Source: tmux(1), allow-passthrough (since 3.3): what stands in `ESC P tmux ; ... ESC \\`, with each
ESC doubled, goes to the terminal as it is.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

PATIENCE = 0.5
"""Seconds that tmux has to say something of itself; it takes a hundredth."""

_ASKED = (
    ("display-message", "-p", "#{version}\n#{client_termname}\n#{client_termtype}"),
    ("show-options", "-Apqv", "allow-passthrough"),
)

_GRAPHICS = re.compile(r"(?:\x1b_G[^\x1b]*\x1b\\)+")


@dataclass(frozen=True, slots=True)
class Tmux:
    """What tmux said of itself.

    `known`: it said something. It is on this machine then, else at the other end of a connection.
    `terminal`: how the terminal in front of it calls itself, or is called.
    """

    known: bool = False
    version: str = ""
    passes: bool = False
    terminal: str = ""

    @property
    def may_pass(self) -> bool:
        """Whether it is worth asking the terminal behind it."""
        return self.passes or not self.known


def ask_tmux(environ: Mapping[str, str]) -> Tmux:
    """What the tmux that we run in says of itself; nothing where it can't be asked from here."""
    if not environ.get("TMUX"):
        return Tmux()
    try:
        done = subprocess.run(
            ("tmux", *_ASKED[0], ";", *_ASKED[1]),
            capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return Tmux()
    lines = done.stdout.decode("utf-8", "replace").split("\n")
    if done.returncode or len(lines) < 4:
        return Tmux()
    version, name, kind, passes = (
        "".join(char for char in line if char.isprintable())[:60] for line in lines[:4]
    )
    return Tmux(True, version, passes in ("on", "all"), kind or name)


def wrapped(text: str) -> str:
    """`text` with the graphics in it wrapped, so that tmux gives them to the terminal."""
    return _GRAPHICS.sub(lambda found: through(found[0]), text)


def through(words: str) -> str:
    """Words for the terminal behind tmux."""
    return "\x1bPtmux;" + words.replace("\x1b", "\x1b\x1b") + "\x1b\\"


def why_not(tmux: Tmux) -> str:
    """Why there are no real pictures, and what to do about it; one line."""
    if not tmux.known:
        return (
            "No picture gets through the tmux around this connection: they are drawn in half cells."
            " Real ones need kitty 0.31 and, in that tmux: tmux set -g allow-passthrough on"
        )
    if not tmux.passes and not _has_passthrough(tmux.version):
        return (
            f"tmux {tmux.version} lets no pictures through (3.3 can): they are drawn in half cells."
            " Outside tmux they are real ones."
        )
    if not tmux.passes:
        return (
            "tmux lets no pictures through: they are drawn in half cells. For real ones, in kitty: "
            "tmux set -g allow-passthrough on  and start again."
        )
    return (
        f"Pictures through tmux need kitty 0.31 or newer, not {tmux.terminal or 'this terminal'}: "
        "they are drawn in half cells."
    )


def _has_passthrough(version: str) -> bool:
    found = re.search(r"(\d+)\.(\d+)", version)
    return found is None or (int(found[1]), int(found[2])) >= (3, 3)
