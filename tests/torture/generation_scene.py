"""What is tormented: a server and a client as processes of their own, and a cable between them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from spyke_tui.comfy.following import Follower
from spyke_tui.model.layout import Layout
from spyke_tui.model.run_view import RunView
from spyke_tui.store.crops_file import CropsFile
from spyke_tui.store.run_files import RunFiles

SERVE = """
import asyncio, sys
from pathlib import Path
from spyke_tui.comfy.practice import PracticeServer

async def main():
    port, delay, folder = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
    async with PracticeServer(port, delay=delay, output_folder=folder, faults=sys.argv[4:]):
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""

CROPS = """\
[dataset]
character = "hero"
trigger   = "hero_v1"
class     = "person"

[reg]
server     = "http://127.0.0.1:{port}"
checkpoint = "practice_sd15.safetensors"
count      = {count}
width      = {side}
height     = {side}
steps      = {steps}
prompt     = "a person"
negative   = "blurry"
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], bool], seconds: float, words: str) -> None:
    """Until `what` holds. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            raise TimeoutError(words)
        time.sleep(0.01)


class Server:
    """The practice server in a process of its own. Its pictures outlive it, as ComfyUI's do."""

    code = SERVE

    def __init__(self, folder: Path, delay: float, *faults: str, port: int = 0) -> None:
        self.port = port or free_port()
        self.folder, self.delay, self.faults = folder, delay, faults
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        words = [str(self.port), str(self.delay), str(self.folder), *self.faults]
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.code, *words], stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None

    def drawn(self) -> int:
        """How many pictures it ever made."""
        return sum(path.suffix == ".png" for path in self.folder.rglob("*.png"))


class Cable:
    """Passes bytes from a port of its own to another one, until it is cut or silent."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._speaks = asyncio.Event()
        self._speaks.set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.mend()

    def mend(self) -> None:
        async def listen() -> None:
            self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)

        asyncio.run_coroutine_threadsafe(listen(), self._loop).result(10)

    def cut(self) -> None:
        async def cut() -> None:
            if self._server is not None:
                self._server.close()
            for writer in list(self._open):
                writer.transport.abort()

        asyncio.run_coroutine_threadsafe(cut(), self._loop).result(10)

    def silence(self, silent: bool) -> None:
        """Pass nothing on, and tell nobody: as where a network is gone."""
        self._loop.call_soon_threadsafe(self._speaks.clear if silent else self._speaks.set)

    def close(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, far}
        await asyncio.gather(self._pump(reader, far), self._pump(far_reader, writer))
        self._open -= {writer, far}

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while (data := await source.read(65536)) and not target.is_closing():
                await self._speaks.wait()
                target.write(data)
                await target.drain()
        with contextlib.suppress(OSError):
            target.close()


class Client:
    """A project and the process of its run."""

    def __init__(self, folder: Path, port: int, count: int, side: int = 64, steps: int = 4) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.crops = folder / "crops.toml"
        self.crops.write_text(CROPS.format(port=port, count=count, side=side, steps=steps))
        file = CropsFile.read(self.crops)
        self.files = RunFiles(Layout.of(file.project.dataset, file.folder), "reg")
        self.count, self.side = count, side
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *words: str) -> None:
        self.files.folder.mkdir(parents=True, exist_ok=True)
        with self.files.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "spyke_tui.comfy.process", str(self.crops), "reg",
                    "--attended", *words,
                ],
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def finish(self, seconds: float = 120.0) -> int:
        """Wait for its end; the exit code."""
        assert self.process is not None
        return self.process.wait(seconds)

    def view(self) -> RunView:
        return Follower(self.files).poll(follow=False)


@dataclass(frozen=True, slots=True)
class Count:
    """What lies in the folder of pictures, against what should."""

    expected: int
    present: int
    duplicated: int
    damaged: int

    @property
    def is_right(self) -> bool:
        return (self.present, self.duplicated, self.damaged) == (self.expected, 0, 0)


def count_images(client: Client) -> Count:
    """Decode everything in the folder; a leftover of a torn write counts as damaged."""
    pixels: list[str] = []
    damaged = 0
    names = os.listdir(client.files.images) if client.files.images.is_dir() else []
    for name in names:
        data = (client.files.images / name).read_bytes()
        try:
            with Image.open(io.BytesIO(data)) as image:
                image.load()
                right = image.size == (client.side, client.side) and not name.startswith(".")
                pixels.append(hashlib.sha256(image.tobytes()).hexdigest())
        except OSError:
            right = False
        damaged += not right
    present = len({name for name in names if name.startswith("reg_")})
    return Count(client.count, present, len(pixels) - len(set(pixels)), damaged)
