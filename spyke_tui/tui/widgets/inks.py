"""Colours of the theme for widgets that are made of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.color import Color

from spyke_tui.tui.widgets.cell_pane import as_int

if TYPE_CHECKING:
    from textual.app import App


def theme_ink(app: App[Any], name: str) -> int:
    """A colour of the theme by its name, as 0xRRGGBB."""
    theme = app.current_theme
    return as_int(Color.parse(getattr(theme, name, None) or theme.foreground or "#888888"))


def mixed(one: int, other: int, share: float) -> int:
    """`one` with so much of `other` in it."""
    out = 0
    for shift in (16, 8, 0):
        a, b = one >> shift & 255, other >> shift & 255
        out |= round(a + (b - a) * share) << shift
    return out


def readable(ink: int, ground: int, text: int) -> int:
    """`ink`, with so much of the `text` colour in it that it can be read on `ground`."""
    for share in (0.0, 0.4, 0.7):
        shade = mixed(ink, text, share)
        if abs(_light(shade) - _light(ground)) >= 70:
            return shade
    return text


def _light(colour: int) -> float:
    red, green, blue = colour >> 16, colour >> 8 & 255, colour & 255
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
