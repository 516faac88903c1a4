"""A sample project that needs no files: its sheets are drawn, the same on every machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import resources

from PIL import Image

from spyke_tui.processing.samples.sheets import DRAWINGS


def draw_samples(
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[str, Image.Image]]:
    """File name and picture of each sample sheet, one at a time, so that one is held at once.

    `progress` is called with (sheets done, sheets in all) after each of them.
    """
    for done, (name, draw) in enumerate(DRAWINGS.items(), start=1):
        yield name, draw()
        if progress is not None:
            progress(done, len(DRAWINGS))


def sample_project_text() -> str:
    """The finished crops.toml that goes with the sheets."""
    text = resources.files(__package__).joinpath("sample-crops.toml")
    return text.read_text(encoding="utf-8")
