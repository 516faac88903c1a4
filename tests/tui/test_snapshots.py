"""Whole screens, cell by cell and colour by colour, as they were when somebody last looked at them.

After a change that is meant: ``pytest tests/tui/test_snapshots.py --snapshot-update``, and look.
Pictures have tests of their own; here their outlines are drawn in text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from conftest import CROPS
from textual.pilot import Pilot

from spyke_tui.store.config import Config
from spyke_tui.terminal.capabilities import choose
from spyke_tui.tui.session import Session
from spyke_tui.tui.spyke_app import SpykeApp

READY = {
    "sheets": ("f2", "600x320", "300x200"),
    "crops": ("f3", "┏", "saved"),
    "captions": ("f4", "not decided: view"),
    "set": ("f5", "errors, ", "images-few"),
    "reg": ("f6", "s start"),
}
"""The key to each pane, and what stands on it when all of it is there."""


@pytest.mark.parametrize("pane", READY)
@pytest.mark.parametrize(
    ("size", "theme"),
    [((80, 24), "dark"), ((120, 40), "light")],
    ids=["80x24-dark", "120x40-light"],
)
def test_the_pane_looks_as_it_did(
    pane: str, size: tuple[int, int], theme: str, project: Path, snap_compare: Callable[..., bool]
) -> None:
    whole = CROPS[: CROPS.index("[sheets.gone]")] + CROPS[CROPS.index("[[crops]]") :]
    (project / "crops.toml").write_text(whole[: whole.index('[[crops]]\nid = "lost"')])
    key, *words = READY[pane]

    async def whole_screen(pilot: Pilot[None]) -> None:
        await pilot.press(key)
        end = monotonic() + 60
        while True:
            await pilot.pause()
            strips = pilot.app.screen._compositor.render_strips()
            text = "\n".join(strip.text for strip in strips)
            if all(word in text for word in words):
                return
            assert monotonic() < end, f"waited in vain for {words}\n{text}"
            await asyncio.sleep(0.01)

    app = SpykeApp(Session.open(project, choose("none"), Config(theme=theme)))
    assert snap_compare(app, terminal_size=size, run_before=whole_screen)
