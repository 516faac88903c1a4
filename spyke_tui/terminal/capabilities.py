"""Which image protocol to use, and why. Nothing is probed here and nothing at import."""

from __future__ import annotations

from dataclasses import dataclass

IMAGES = ("auto", "kitty", "sixel", "halfcell", "none")
"""What can be asked for with ``--images``."""

PRESENT = ("halfcell", "none")
"""The protocols that this version can speak."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The protocol in use; `why` is a line for the user where it is not the one asked for."""

    protocol: str
    why: str = ""


def choose(images: str) -> Choice:
    """The protocol for what was asked for."""
    if images in PRESENT:
        return Choice(images)
    if images == "auto":
        return Choice("halfcell")
    if images in IMAGES:
        return Choice(
            "halfcell", f"This version has no {images} pictures yet: they are drawn in half cells."
        )
    return Choice("halfcell", f"There is no image protocol {images!r}: half cells are used.")
