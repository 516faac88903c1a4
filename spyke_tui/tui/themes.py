"""The app's own dark and light theme, and the colours of scenes that go with them."""

from __future__ import annotations

import os
from collections.abc import Collection

from textual.theme import Theme

from spyke_tui.terminal.scene import Palette

DARK = Theme(
    name="spyke-dark",
    primary="#e0a458",
    secondary="#7fb7be",
    accent="#ff6f91",
    foreground="#e6e1d8",
    background="#16161a",
    surface="#1d1d23",
    panel="#2a2a33",
    warning="#f2c14e",
    error="#ef5b5b",
    success="#5fbf7f",
    dark=True,
)
# Greys without a tint: the 256 fixed colours know no cream, only pink.
LIGHT = Theme(
    name="spyke-light",
    primary="#8a5a12",
    secondary="#2d6a74",
    accent="#b3245a",
    foreground="#22201c",
    background="#f5f5f5",
    surface="#ececec",
    panel="#dadada",
    warning="#8f6400",
    error="#b42318",
    success="#1f7a43",
    dark=False,
)
DARK_PALETTE = Palette(
    background=0x16161A,
    blank=0x2A2A33,
    active=0xFF3D7F,
    edge=0xFFD400,
    keep=0x35C67A,
    draft=0x4AA3FF,
    reject=0x9A9AA2,
    erase=0xB98CFF,
    label=0xE6E1D8,
    label_background=0x16161A,
    dim=0.5,
)
LIGHT_PALETTE = Palette(
    background=0xF5F5F5,
    blank=0xDADADA,
    active=0xD11257,
    edge=0xB26A00,
    keep=0x1F7A43,
    draft=0x1560BD,
    reject=0x77736B,
    erase=0x7040B0,
    label=0x22201C,
    label_background=0xF5F5F5,
    dim=0.62,
)


def palette_of(dark: bool) -> Palette:
    return DARK_PALETTE if dark else LIGHT_PALETTE


def starts_dark(remembered: object) -> bool:
    """The theme to start with: the one left with, else what COLORFGBG says of the terminal."""
    if isinstance(remembered, bool):
        return remembered
    background = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return background not in ("7", "15")


def theme_name(wanted: str, dark: bool, known: Collection[str]) -> tuple[str, list[str]]:
    """The theme that was asked for (``terminal``: the terminal's own colours), and why not."""
    own = DARK.name if dark else LIGHT.name
    names = {
        "": own,
        "dark": DARK.name,
        "light": LIGHT.name,
        "terminal": "ansi-dark" if dark else "ansi-light",
    }
    name = names.get(wanted, wanted)
    if name in (DARK.name, LIGHT.name) or name in known:
        return name, []
    listed = "dark, light, terminal"
    return own, [f"There is no theme {wanted!r}; there are {listed} and Textual's own."]
