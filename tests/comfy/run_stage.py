"""A small project, a practice server and a run between them, all in this process but the run's
thread; what the tests of a run share."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from spyke_tui.comfy.following import Follower
from spyke_tui.comfy.practice import PracticeServer
from spyke_tui.comfy.starting import start_run
from spyke_tui.model.generation import Kind
from spyke_tui.model.layout import Layout
from spyke_tui.model.run_view import RunView
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.run_files import RunFiles
from spyke_tui.store.run_journal import read_journal

SIDE = 64
CROPS = """\
[dataset]
character = "hero"
trigger   = "hero_v1"
class     = "{class_}"

[reg]
server     = [{servers}]
checkpoint = "practice_sd15.safetensors"
count      = {count}
width      = {side}
height     = {side}
steps      = 2
prompt     = "{prompt}"
negative   = "blurry"
rerolls    = {{ {rerolls} }}

[topup]
prompt   = "hero with a cloak"
count    = 2
"""


class Stage:
    """One project; `run` goes to its end, `started` lets a test steer."""

    def __init__(self, folder: Path, *servers: PracticeServer, count: int = 6) -> None:
        self.folder = folder
        self.crops = folder / "crops.toml"
        self.values: dict[str, Any] = {
            "servers": ", ".join(f'"{server.url}"' for server in servers),
            "count": count, "side": SIDE, "prompt": "a person", "rerolls": "", "class_": "person",
        }  # fmt: skip
        self.write()

    def write(self, **values: Any) -> None:
        """crops.toml, with these values changed."""
        self.values |= values
        folder_text = CROPS.format(**self.values)
        self.crops.write_text(folder_text)

    def files(self, kind: Kind = "reg") -> RunFiles:
        file = CropsFile.read(self.crops)
        return RunFiles(Layout.of(file.project.dataset, file.folder), kind)

    @property
    def images(self) -> Path:
        return self.files().images

    def follower(self, kind: Kind = "reg") -> Follower:
        return Follower(self.files(kind))

    def view(self, kind: Kind = "reg") -> RunView:
        return self.follower(kind).poll(follow=False)

    def records(self, what: str = "") -> list[dict[str, object]]:
        records = read_journal(self.files().journal)
        return [record for record in records if not what or record["t"] == what]

    async def run(self, kind: Kind = "reg", **options: Any) -> int:
        """The exit code of a run that nobody steers, at most two minutes later."""
        async with asyncio.timeout(120):
            return await self.started(kind, **options)

    def started(self, kind: Kind = "reg", **options: Any) -> asyncio.Task[int]:
        chosen = {"attended": False, **options}
        work = asyncio.to_thread(start_run, self.crops, kind, detach=False, **chosen)
        return asyncio.create_task(work)

    def digests(self) -> dict[str, str]:
        """Digest of the pixels by file name. Raises where a picture is not whole."""
        found = {}
        for path in sorted(self.images.iterdir()):
            with Image.open(io.BytesIO(path.read_bytes())) as image:
                image.load()
                assert image.size == (SIDE, SIDE) and image.mode == "RGB"
                found[path.name] = hashlib.sha256(image.tobytes()).hexdigest()
        return found

    def assert_whole(self, count: int) -> None:
        """Every image is there once."""
        digests = self.digests()
        assert list(digests) == [f"reg_{index:03d}.png" for index in range(1, count + 1)]
        assert len(set(digests.values())) == count


async def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for a condition. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)
