"""HTTP for the practice server: requests in, answers out, and sockets handed on to the hub."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import h11

_READ_BYTES = 65536
_LARGEST_HEAD = 65536
_LARGEST_BODY = 104857600


@dataclass(frozen=True, slots=True)
class Request:
    """A whole request. `query` has the first value of each name."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes = b""


@dataclass(slots=True)
class Answer:
    """What to send back; the last three are ways to misbehave."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    sent_bytes: int | None = None
    """Send only so much of the body, then cut the connection."""
    is_endless: bool = False
    """Never stop sending the body."""
    after: Callable[[], Awaitable[None]] | None = None
    """Awaited before the answer is sent."""


def json_answer(value: Any, status: int = 200) -> Answer:
    body = json.dumps(value).encode()
    return Answer(status, body, {"content-type": "application/json; charset=utf-8"})


def trouble() -> Answer:
    """What the recorded servers answer to what they did not foresee."""
    body = b"500 Internal Server Error\n\nServer got itself in trouble"
    return Answer(500, body, {"content-type": "text/plain; charset=utf-8"})


Handler = Callable[[Request], Awaitable[Answer]]
SocketServer = Callable[
    [Request, bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[Answer | None]
]
"""Serves a socket until it closes; an answer instead where it refuses to."""


async def serve_connection(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    handle: Handler,
    serve_socket: SocketServer,
) -> None:
    """Serve one connection until one side has enough of it."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_LARGEST_HEAD)
    try:
        while True:
            event = await _next_event(connection, reader)
            if not isinstance(event, h11.Request):
                return
            request = _plain(event)
            if request.headers.get("upgrade", "").lower() == "websocket":
                refusal = await serve_socket(request, _head(event), reader, writer)
                if refusal is not None:
                    await _send(connection, writer, refusal)
                return
            body = await _read_body(connection, reader)
            if body is None:
                await _send(connection, writer, _too_large())
                return
            whole = Request(request.method, request.path, request.query, request.headers, body)
            answer = await handle(whole)
            if answer.after is not None:
                await answer.after()
            await _send(connection, writer, answer, is_head=request.method == "HEAD")
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                return
            connection.start_next_cycle()
    except (h11.RemoteProtocolError, h11.LocalProtocolError, OSError):
        return
    finally:
        writer.close()


async def _next_event(connection: h11.Connection, reader: asyncio.StreamReader) -> Any:
    while True:
        event = connection.next_event()
        if event is not h11.NEED_DATA:
            return event
        connection.receive_data(await reader.read(_READ_BYTES))


async def _read_body(connection: h11.Connection, reader: asyncio.StreamReader) -> bytes | None:
    """The body, or None where it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        event = await _next_event(connection, reader)
        if isinstance(event, h11.Data):
            size += len(event.data)
            if size > _LARGEST_BODY:
                return None
            parts.append(bytes(event.data))
        else:
            return b"".join(parts)


async def _send(
    connection: h11.Connection,
    writer: asyncio.StreamWriter,
    answer: Answer,
    *,
    is_head: bool = False,
) -> None:
    headers = list(answer.headers.items())
    if not answer.is_endless:
        headers.append(("content-length", str(len(answer.body))))
    head = connection.send(
        h11.Response(status_code=answer.status, headers=headers, reason=b"Practice")
    )
    writer.write(head or b"")
    if answer.is_endless:
        while True:
            writer.write(connection.send(h11.Data(data=b" " * _READ_BYTES)) or b"")
            await writer.drain()
    if answer.sent_bytes is not None:
        writer.write(answer.body[: answer.sent_bytes])
        await writer.drain()
        writer.transport.close()
        return
    if answer.body and not is_head:
        writer.write(connection.send(h11.Data(data=answer.body)) or b"")
    writer.write(connection.send(h11.EndOfMessage()) or b"")
    await writer.drain()


def _plain(event: h11.Request) -> Request:
    parts = urlsplit(event.target.decode("latin-1"))
    query = {name: values[0] for name, values in parse_qs(parts.query, True).items()}
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in event.headers
    }
    return Request(event.method.decode("latin-1"), unquote(parts.path), query, headers)


def _head(event: h11.Request) -> bytes:
    """The request as bytes once more, for the socket's protocol to read."""
    lines = [b"%b %b HTTP/1.1" % (event.method, event.target)]
    lines += [b"%b: %b" % (name, value) for name, value in event.headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _too_large() -> Answer:
    text = f"Maximum request body size {_LARGEST_BODY} exceeded."
    return Answer(413, text.encode(), {"content-type": "text/plain; charset=utf-8"})
