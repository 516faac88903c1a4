"""A server for tests that says just what it is told to, well-formed or not."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from spyke_tui.comfy.addresses import ServerAddress
from spyke_tui.comfy.client import ComfyClient, Limits


@dataclass(frozen=True)
class Request:
    """What a client sent. Header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


Said = bytes | AsyncIterator[bytes]
Handler = Callable[[Request], Said]


def reply(
    body: bytes | str | object = b"",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    length: int | None = None,
) -> bytes:
    """A whole HTTP answer; anything but bytes and text is sent as JSON. `length` may lie."""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status} Whatever",
        f"Content-Length: {len(body) if length is None else length}",
    ]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class WireServer:
    """`async with WireServer(handler) as server`: `server.url`, and `server.requests` so far.

    Bytes that the handler gives are sent; the connection ends after an answer that is no plain
    one (an iterator), and stays open otherwise.
    """

    handler: Handler
    tls: tuple[Path, Path] | None = None
    """Files of a certificate and its key."""
    requests: list[Request] = field(default_factory=list)
    sent: int = 0
    """Bytes handed to the network."""
    url: str = ""

    async def __aenter__(self) -> Self:
        context = None
        if self.tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.tls)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{port}"
        self._tasks: set[asyncio.Task[None]] = set()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def to(self, route: str) -> list[Request]:
        """The requests for one route, without their query."""
        return [r for r in self.requests if r.target.partition("?")[0] == route]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                said = self.handler(request)
                if isinstance(said, bytes):
                    self.sent += len(said)
                    writer.write(said)
                    await writer.drain()
                    if b"Connection: close" in said[:1000]:
                        return
                    continue
                async for part in said:
                    self.sent += len(part)
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0)  # the client lives in the same process
                return
        except (OSError, asyncio.CancelledError):
            return
        finally:
            writer.close()
            self._tasks.discard(task)


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(": ") for line in lines)
    headers = {name.lower(): value for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body)


@asynccontextmanager
async def wired(
    handler: Handler, prefix: str = "", limits: Limits | None = None
) -> AsyncIterator[tuple[WireServer, ComfyClient]]:
    """A server that answers by `handler`, and a client of it."""
    async with WireServer(handler) as server:
        address = ServerAddress.of(server.url + prefix)
        async with ComfyClient(address, limits=limits) as client:
            yield server, client
