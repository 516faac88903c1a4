"""A small project on disk, and the app opened on it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest
from PIL import Image, ImageDraw
from textual.pilot import Pilot

from spyke_tui.store.config import Config
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.terminal.capabilities import choose
from spyke_tui.tui.screens.crops import CropsScreen
from spyke_tui.tui.session import Session
from spyke_tui.tui.spyke_app import SpykeApp

CROPS = """\
# my notes stay
[dataset]
character = "spyke"
trigger = "spyke_plasma_v1"

[sheets.final]
file = "final.png"

[sheets.faces]
file = "faces.png"
size = [300, 200]
note = "a [bold]row[/] of faces"

[sheets.gone]
file = "art/gone.png"
size = [500, 400]

[[crops]]
id = "front"
sheet = "final"
rect = { left = 60, top = 40, width = 120, height = 240 }   # by hand
framing = "full body"

[[crops]]
id = "back"
sheet = "final"
rect = { left = 300, top = 40, width = 120, height = 240 }
status = "draft"

[[crops]]
id = "angry"
sheet = "faces"
rect = { left = 20, top = 20, width = 90, height = 90 }

[[crops]]
id = "lost"
sheet = "gone"
rect = { left = 10, top = 10, width = 100, height = 100 }
"""


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("COLORFGBG", raising=False)
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a project with two pictures and one that is missing."""
    folder = tmp_path / "spyke"
    folder.mkdir()
    (folder / "crops.toml").write_text(CROPS)
    sheet = Image.new("RGB", (600, 320), "white")
    draw = ImageDraw.Draw(sheet)
    for left in (80, 320):
        draw.ellipse((left + 20, 50, left + 60, 90), fill="#c08060")
        draw.rectangle((left, 90, left + 80, 260), fill="#803030")
    sheet.save(folder / "final.png")
    faces = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(faces).ellipse((30, 30, 100, 100), fill="#c08060")
    faces.save(folder / "faces.png")
    return folder


@dataclass
class Opened:
    """The app while it runs, and what is asked of it again and again."""

    app: SpykeApp
    pilot: Pilot[None]
    folder: Path

    @property
    def session(self) -> Session:
        return self.app.session

    @property
    def crops(self) -> CropsScreen:
        screen = self.app.screen
        assert isinstance(screen, CropsScreen)
        return screen

    def rect(self) -> tuple[int, int, int, int]:
        crop = self.session.editor.crop
        assert crop is not None
        return (crop.rect.left, crop.rect.top, crop.rect.width, crop.rect.height)

    def on_disk(self) -> CropsFile:
        return CropsFile.read(self.folder)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.until(lambda: self.app.keys.is_idle or self.app._exit, "the keys are done")
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool], what: str, limit: float = 60) -> None:
        """Wait for a condition; the test fails when it does not come true."""
        end = monotonic() + limit
        while not condition():
            if monotonic() > end:
                said = [note.message for note in self.app._notifications]
                pytest.fail(f"waited in vain: {what}\nmessages: {said}\n{self.text()}")
            await self.pilot.pause()
            await asyncio.sleep(0.01)

    def heard(self) -> list[str]:
        """What is sent to the terminal from now on."""
        writer = self.app.writer
        said: list[str] = []
        raw = writer._raw

        def hear(text: str) -> None:
            said.append(text)
            raw(text)

        writer._raw = hear  # type: ignore[method-assign]
        return said

    async def saved(self) -> None:
        await self.until(lambda: self.session.is_saved, "saved")

    async def loaded(self) -> None:
        await self.until(lambda: self.crops.picture is not None, "the sheet's picture")

    def text(self) -> str:
        """All that stands on the screen, without colours."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)


@pytest.fixture
def opened(project: Path) -> Callable[..., object]:
    """`async with opened(size=...) as it:` runs the app headless on the project."""

    @asynccontextmanager
    async def run(
        size: tuple[int, int] = (120, 40),
        images: str = "auto",
        wait: bool = True,
        config: Config | None = None,
    ) -> AsyncIterator[Opened]:
        app = SpykeApp(Session.open(project, choose(images), config))
        async with app.run_test(size=size) as pilot:
            it = Opened(app, pilot, project)
            await pilot.pause()
            if wait:
                await it.loaded()
            yield it

    return run
