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
