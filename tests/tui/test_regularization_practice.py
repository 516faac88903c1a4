"""The Regularization pane on a real run, from the start to a rejected image's successor."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from textual.widgets import Input

from spyke_tui.comfy.practice import PracticeServer
from spyke_tui.model.layout import Layout
from spyke_tui.store.run_files import RunFiles
from spyke_tui.tui import run_control
from spyke_tui.tui.screens.run_hindrances import HindrancesScreen
from spyke_tui.tui.screens.run_settings import RunSettingsScreen

LIMIT = 40.0

SETTINGS = """
[reg]
server = "{server}"
checkpoint = "nothing_like_it.safetensors"
count = 4   # few
steps = 3
prompt = "a hero, standing"
width = 64
height = 64

[topup]
prompt = "a hero, jumping"
count = 2
"""


def reg_images(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("dataset/spyke/reg/*/*.png")}


async def test_a_whole_run_from_the_pane(opened: Callable, project: Path) -> None:
    async with PracticeServer(delay=0.3, previews=True) as server:
        crops = project / "crops.toml"
        crops.write_text(crops.read_text() + SETTINGS.format(server=server.url))
        async with opened(wait=False) as it:
            try:
                await _work(it, project)
            finally:
                await _end_runs(it)


async def _work(it: object, project: Path) -> None:
    await it.press("f6")
    await it.until(lambda: "4 images" in it.text(), "how many")
    # A checkpoint that the server has not: its names stand there, and the form opens on the field.
    await it.press("s")
    await it.until(lambda: isinstance(it.app.screen, HindrancesScreen), "what is wrong", LIMIT)
    await it.until(lambda: "no checkpoint" in it.text() and "practice" in it.text(), "which")
    await it.press("enter")
    await it.until(lambda: isinstance(it.app.screen, RunSettingsScreen), "the form")
    form = it.app.screen
    await it.until(lambda: "on the server:" in it.text(), "the names of the server", LIMIT)
    field = form.query_one("#field-checkpoint", Input)
    assert form.focused is field
    field.value = next(name for name in form._choices["checkpoint"] if "sd15" in name)
    await it.press("escape")
    await it.saved()
    # They would be smaller than the set: that is a warning, which is asked about once.
    await it.press("s")
    await it.until(lambda: isinstance(it.app.screen, HindrancesScreen), "the warning", LIMIT)
    await it.until(lambda: "the set is 512x512" in it.text(), "what it warns of")
    # A run of its own: four images, then the bell.
    await it.press("s")
    await it.until(lambda: "✓ done" in it.text(), "all four", LIMIT)
    await it.until(lambda: "4 of 4" in it.text(), "counted")
    before = reg_images(project)
    assert len(before) == 4
    assert any("all 4 images are there" in note.message for note in it.app._notifications)
    # One is rejected: with the next start another one takes its place, the rest stays.
    await it.press("home", "right", "x")
    await it.saved()
    assert "rerolls = { 2 = 1 }" in (project / "crops.toml").read_text()
    await it.until(lambda: "1 rejected" in it.text(), "that it is rejected")
    await it.press("s")
    await it.until(lambda: "2 r1" in it.text(), "the next reroll", LIMIT)
    await it.until(lambda: not it.app.runs.alive, "the end", LIMIT)
    after = reg_images(project)
    assert {name for name in after if after[name] != before[name]} == {"reg_002.png"}
    # Top-up: finished candidates are sheets with a draft crop.
    await it.press("tab", "s")
    await it.until(lambda: "✓ done" in it.text(), "both candidates", LIMIT)
    await it.until(lambda: "topup-002" in it.session.project.sheets, "as sheets", LIMIT)
    await it.until(lambda: _told(it), "that they are there")
    assert _told(it) == ["2 candidates are drafts now: keep, crop or reject in Crops."]
    drafts = [crop for crop in it.session.project.crops if crop.sheet.startswith("topup-")]
    assert [(crop.status, crop.rect.width) for crop in drafts] == [("draft", 64), ("draft", 64)]
    await it.saved()


def _told(it: object) -> list[str]:
    return [note.message for note in it.app._notifications if "draft" in note.message]


async def _end_runs(it: object) -> None:
    """Whatever came of the test, no process stays behind."""
    layout = Layout.of(it.session.project.dataset, it.session.file.folder)
    for kind in ("reg", "topup"):
        files = RunFiles(layout, kind)
        if files.is_alive():
            with suppress(Exception):
                await it.app.runs.order(kind, "interrupt")
            await it.until(lambda f=files: not f.is_alive(), "the end of the process", LIMIT)


async def test_a_server_that_comes_later_is_found_by_itself(
    opened: Callable, project: Path, monkeypatch: object
) -> None:
    monkeypatch.setattr(run_control, "AGAIN", 0.2)
    server = PracticeServer(delay=0.05)
    async with server:
        address = server.url
    crops = project / "crops.toml"
    text = SETTINGS.replace('checkpoint = "nothing_like_it.safetensors"', 'checkpoint = ""')
    text = text.replace("= 64", "= 512")  # as large as the set: nothing to be asked about
    crops.write_text(crops.read_text() + text.format(server=address).replace("= 4 ", "= 1 "))
    async with opened(wait=False) as it:
        await it.press("f6", "s")
        await it.until(lambda: "Esc gives up" in it.text(), "that it waits", LIMIT)
        assert "python main.py" in it.text()
        checkpoints = ("only.safetensors",)
        async with PracticeServer(server.port, delay=0.05, checkpoints=checkpoints):
            try:
                await it.until(lambda: "✓ done" in it.text(), "the image", LIMIT)
            finally:
                await _end_runs(it)
        assert len(reg_images(project)) == 1
