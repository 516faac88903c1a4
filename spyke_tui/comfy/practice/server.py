"""A server on 127.0.0.1 that speaks ComfyUI's recorded protocol and draws placeholder pictures.

For the demo and for tests; nothing ever chooses it by itself, and `check` reports its pictures.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from spyke_tui.comfy.practice.engine import Engine
from spyke_tui.comfy.practice.faults import Faults
from spyke_tui.comfy.practice.files import SavedFiles
from spyke_tui.comfy.practice.http import (
    Answer,
    Request,
    json_answer,
    serve_connection,
    trouble,
)
from spyke_tui.comfy.practice.hub import Hub
from spyke_tui.comfy.practice.nodes import CHECKPOINTS, node_classes
from spyke_tui.comfy.practice.prompt import Prompt
from spyke_tui.comfy.practice.routes import Routes
from spyke_tui.errors import UsageError

HOST = "127.0.0.1"
_GONE_SECONDS = 1.0
_WATCH_SECONDS = 0.005
_CLOSING_SECONDS = 2.0


class PracticeServer:
    """Listens inside ``async with``.

    `port` 0 is any free one. `delay`: seconds that the samplers of one prompt take. `faults`:
    names of `faults.FAULTS`, with ``=number`` where wanted. `output_folder`: where pictures are
    saved; in memory without one. `previews`: send them even where the request does not ask for
    them (``extra_data.preview_method``), as a server started with ``--preview-method``. `prefix`:
    the path under which all lies, as behind a proxy. `auth`: ``user:password``, or a key that
    must come as ``X-API-Key`` or as a bearer token.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        delay: float = 0.0,
        faults: Iterable[str] = (),
        output_folder: Path | None = None,
        previews: bool = False,
        prefix: str = "",
        auth: str = "",
        checkpoints: tuple[str, ...] = CHECKPOINTS,
    ) -> None:
        self.port = port
        self.faults = Faults(faults)
        self.files = SavedFiles(output_folder)
        self.requests: list[tuple[str, str]] = []
        """(method, path) of the newest requests."""
        classes = node_classes(checkpoints)
        self._prefix = prefix.rstrip("/")
        self._auth = auth
        self._hub = Hub(self.faults)
        self._engine = Engine(
            self._hub, self.faults, self.files, classes, delay=delay, previews=previews
        )
        self._routes = Routes(self._engine, self.files, self.faults, classes, checkpoints)
        self._listener: asyncio.Server | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._is_restarted = False

    @property
    def url(self) -> str:
        """The address to give to a client, the prefix included."""
        return f"http://{HOST}:{self.port}{self._prefix}"

    @property
    def prompts(self) -> list[Prompt]:
        """Every prompt ever accepted, in that order."""
        return self._routes.accepted

    @property
    def finished_at(self) -> list[float]:
        """When each prompt succeeded, in seconds on `time.monotonic`'s clock."""
        return self._engine.finished_at

    @property
    def sockets(self) -> int:
        """How many are open."""
        return len(self._hub.sockets)

    # Life -----------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen. Raises `UsageError` where the port can't be had."""
        await self._listen()
        self._tasks = [
            asyncio.create_task(self._hub.send_all()),
            asyncio.create_task(self._engine.run()),
            asyncio.create_task(self._watch()),
        ]

    async def stop(self) -> None:
        """Close the sockets politely, then everything."""
        for socket in list(self._hub.sockets.values()):
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(0.2):
                    await socket.close()
        await self._stop_tasks()
        await self._unlisten()
        self._engine.close()

    async def restart(self, gone: float = _GONE_SECONDS) -> None:
        """Killed and started again after `gone` seconds: queue and history are lost."""
        await self._stop_tasks()
        await self._unlisten()
        self._hub.cut_all()
        self._engine.forget_all()
        self._routes.restarted()
        await asyncio.sleep(gone)
        await self.start()

    async def go_offline(self) -> None:
        """The network is cut: the server goes on, nobody reaches it."""
        await self._unlisten()
        self._hub.cut_all()

    async def go_online(self) -> None:
        await self._listen()

    def cut_sockets(self) -> None:
        """Every web socket ends without a word; HTTP goes on."""
        self._hub.cut_all()

    def interrupt(self) -> None:
        """Somebody else interrupts what runs."""
        self._engine.interrupt()

    async def _listen(self) -> None:
        try:
            self._listener = await asyncio.start_server(self._serve, HOST, self.port)
        except (OSError, OverflowError) as error:
            raise UsageError(
                f"Port {self.port} can't be had: {_reason(error)}.",
                "Name another one with --port, or none for any that is free.",
            ) from error
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _unlisten(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        # Aborting alone would leave those waiting for ever that are told to hang.
        for task, writer in list(self._connections.items()):
            writer.transport.abort()
            task.cancel()
        if self._connections:
            await asyncio.wait(list(self._connections), timeout=_CLOSING_SECONDS)

    async def _stop_tasks(self) -> None:
        tasks, self._tasks = self._tasks, []
        current = asyncio.current_task()
        for task in tasks:
            if task is not current:
                task.cancel()
        for task in tasks:
            if task is not current:
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _watch(self) -> None:
        """Wait for the moment at which a fault restarts the server."""
        while not self._is_restarted:
            await asyncio.sleep(_WATCH_SECONDS if self.faults.has("restart") else 0.1)
            if self.faults.has("restart") and self._engine.finished >= self.faults.number(
                "restart"
            ):
                self._is_restarted = True
                await self.restart()

    # Requests -------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._connections[task] = writer
        # A cancelled connection is no news to asyncio's own server, which would log it.
        with contextlib.suppress(asyncio.CancelledError):
            await serve_connection(reader, writer, self._answer, self._serve_socket)
        del self._connections[task]

    async def _answer(self, request: Request) -> Answer:
        self.requests.append((request.method, request.path))
        del self.requests[:-10_000]
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        faults = self.faults
        if faults.has("slow"):
            await asyncio.sleep(faults.number("slow"))
        if faults.strikes("hang"):
            await asyncio.Event().wait()
        if faults.strikes("500"):
            return trouble()
        if faults.strikes("garbage-json"):
            return Answer(200, b'{"queue_running": [[', {"content-type": "application/json"})
        if faults.strikes("huge-body"):
            return Answer(200, headers={"content-type": "application/json"}, is_endless=True)
        if faults.strikes("redirect"):
            return Answer(302, headers={"location": f"http://localhost:9{request.path}"})
        return self._routes.answer(self._without_prefix(request))

    async def _serve_socket(
        self,
        request: Request,
        head: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> Answer | None:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        path = self._without_prefix(request).path
        if path not in ("/ws", "/api/ws") or self.faults.has("no-socket"):
            return Answer(404)
        await self._hub.serve(request.query.get("clientId", ""), head, reader, writer)
        return None

    def _without_prefix(self, request: Request) -> Request:
        path = request.path.removeprefix(self._prefix)
        return Request(request.method, path, request.query, request.headers, request.body)

    def _refusal(self, request: Request) -> Answer | None:
        """For web pages of other places, strangers, and paths outside the prefix."""
        headers = request.headers
        origin = headers.get("origin", "")
        if origin and urlsplit(origin).netloc != headers.get("host", ""):
            return Answer(403)
        if headers.get("sec-fetch-site") == "cross-site":
            return Answer(403)
        if self._auth and not self._is_known(headers):
            return Answer(401, headers={"www-authenticate": 'Basic realm="practice"'})
        if not request.path.startswith(f"{self._prefix}/"):
            return json_answer({"error": "nothing here"}, 404)
        return None

    def _is_known(self, headers: dict[str, str]) -> bool:
        said = headers.get("authorization", "")
        basic = base64.b64encode(self._auth.encode()).decode()
        accepted = (f"Basic {basic}",) if ":" in self._auth else (f"Bearer {self._auth}",)
        return said in accepted or headers.get("x-api-key") == self._auth


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        # asyncio puts the whole story into the text; the system's words are at its end.
        return error.strerror.rsplit(": ", 1)[-1].rstrip(".").lower()
    return "no such port"
