"""The event socket: heard, lost and opened again, whatever the server does to it."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import ssl
import struct
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from certificates import make_certificate
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.utils import accept_key
from wire_server import WireServer, reply

from spyke_tui.comfy.addresses import ServerAddress
from spyke_tui.comfy.events import Executing, Preview, Status, Unknown
from spyke_tui.comfy.socket import (
    FEATURES,
    MOST_WAITING,
    Connected,
    Disconnected,
    EventSocket,
    Missed,
    SocketEvent,
    Timings,
)
from spyke_tui.errors import ServerRefusedError, ServerUnreachableError
from spyke_tui.model.table import printable

FAST = Timings(open=1.0, close=0.3, first_delay=0.02, longest_delay=0.1, settled=60.0, quiet=0.1)
JPEG = b"\0\0\0\1\0\0\0\1" + b"\xff\xd8\xff"
PNG = b"\0\0\0\1\0\0\0\2"


def status(remaining: int = 0, sid: str = "") -> str:
    data: dict[str, Any] = {"status": {"exec_info": {"queue_remaining": remaining}}}
    return json.dumps({"type": "status", "data": {**data, **({"sid": sid} if sid else {})}})


def executing(node: str | None, prompt_id: str = "p") -> str:
    return json.dumps({"type": "executing", "data": {"node": node, "prompt_id": prompt_id}})


def address_of(server: Server, **more: str) -> ServerAddress:
    port = next(iter(server.sockets)).getsockname()[1]
    return ServerAddress.of(f"http://127.0.0.1:{port}", **more)


@asynccontextmanager
async def listening(
    handler: Callable[[ServerConnection], Any], timings: Timings = FAST, **more: Any
) -> AsyncIterator[EventSocket]:
    """A server with `handler` for each connection, and a socket of it, both with a deadline."""
    async with (
        asyncio.timeout(60),
        serve(handler, "127.0.0.1", 0, **more) as server,
        EventSocket(address_of(server), "me", timings=timings) as socket,
    ):
        yield socket


async def first(socket: EventSocket, kind: type[Any], **fields: object) -> Any:
    """The first event of that kind, with those fields."""
    async for event in socket:
        if isinstance(event, kind) and all(getattr(event, k) == v for k, v in fields.items()):
            return event
    raise AssertionError("the socket ended")


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


async def stay(connection: ServerConnection) -> None:
    """Until the client is gone."""
    await connection.wait_closed()


async def test_features_are_the_first_word_and_nothing_is_compressed() -> None:
    heard: list[object] = []

    async def handler(connection: ServerConnection) -> None:
        assert connection.request is not None
        heard.append(connection.request.path)
        heard.append(connection.request.headers.get("Sec-WebSocket-Extensions"))
        heard.append(connection.request.headers.get("Origin"))
        heard.append(await connection.recv())
        await connection.send(status(0, "sid-7"))
        await stay(connection)

    async with listening(handler) as socket:
        assert await anext(socket) == Connected(again=False)
        assert socket.client_id == "me"
        assert await first(socket, Status) == Status(0, "sid-7")
        assert socket.client_id == "sid-7", "events go to the id that the server gave"
        assert socket.connected
    assert heard == ["/ws?clientId=me", None, None, FEATURES]


async def test_credentials_and_swarmuis_cookie_go_with_it() -> None:
    seen: list[Any] = []

    async def handler(connection: ServerConnection) -> None:
        assert connection.request is not None
        seen.append(connection.request)
        await stay(connection)

    async with asyncio.timeout(60), serve(handler, "127.0.0.1", 0) as server:
        base = address_of(server).base + "/ComfyBackendDirect"
        address = ServerAddress.of(base, "A", {"A": "ann:tiger"})
        async with EventSocket(address, "me", timings=FAST) as socket:
            assert await socket.wait_connected(5)
    assert seen[0].path == "/ComfyBackendDirect/ws?clientId=me"
    assert seen[0].headers["Cookie"] == "comfy_domulti=true"
    assert seen[0].headers["Authorization"] == "Basic YW5uOnRpZ2Vy"


async def test_it_comes_back_and_says_so() -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(executing("3"))

    async with listening(handler) as socket:
        told: list[SocketEvent] = [await anext(socket) for _ in range(6)]
    assert [type(event) for event in told] == [Connected, Executing, Disconnected] * 2
    assert told[0] == Connected(again=False)
    assert told[3] == Connected(again=True)


async def test_it_comes_back_more_and_more_slowly_and_never_at_once() -> None:
    pauses: list[float] = []

    async def handler(_: ServerConnection) -> None:
        return

    timings = dataclasses.replace(FAST, first_delay=0.01, longest_delay=0.06)
    async with asyncio.timeout(60), serve(handler, "127.0.0.1", 0) as server:
        socket = EventSocket(address_of(server), "me", timings=timings, jitter=lambda: 1.0)
        async with socket:
            while len(pauses) < 5:
                pauses.append((await first(socket, Disconnected)).retry_in)
    assert pauses == [0.01, 0.02, 0.04, 0.06, 0.06]
    lazy = EventSocket(address_of_nothing(), "me", timings=timings, jitter=lambda: 0.0)
    async with asyncio.timeout(60), lazy:
        assert (await first(lazy, Disconnected)).retry_in == 0.005, "half of it at least"


def address_of_nothing() -> ServerAddress:
    return ServerAddress.of("http://127.0.0.1:9")


async def test_a_server_that_starts_later_is_found() -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.send(status())
        await stay(connection)

    async with asyncio.timeout(60):
        async with serve(handler, "127.0.0.1", 0) as server:
            address = address_of(server)
        async with EventSocket(address, "me", timings=FAST) as socket:
            lost = await first(socket, Disconnected)
            assert isinstance(lost.error, ServerUnreachableError)
            assert "Start ComfyUI" in lost.error.hint
            assert not await socket.wait_connected(0.01)
            port = int(address.base.rpartition(":")[2])
            async with serve(handler, "127.0.0.1", port):
                assert await first(socket, Connected) == Connected(again=False)
                assert await first(socket, Status) == Status(0)


class OneSocketPerClient:
    """As a ComfyUI does it: one socket per clientId, and closing any of them unlists that id.

    So one that is opened before the older one was closed goes deaf when that happens, for good,
    and still answers pings.
    """

    def __init__(self) -> None:
        self.listed: dict[str, ServerConnection] = {}
        self.opened = 0
        self.open_at_once = 0

    async def __call__(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        client = connection.request.path.rpartition("=")[2]
        self.opened += 1
        self.open_at_once = max(self.open_at_once, 1 + (client in self.listed))
        self.listed[client] = connection
        await connection.send(status(1, client))
        try:
            async for _ in connection:
                continue
        finally:
            self.listed.pop(client, None)

    async def tell(self, text: str) -> None:
        for connection in tuple(self.listed.values()):
            await connection.send(text)


async def test_it_is_closed_fully_before_it_is_opened_again() -> None:
    server = OneSocketPerClient()
    async with listening(server) as socket:
        for round_ in range(1, 4):
            await first(socket, Status, sid="me")
            await server.tell(executing(str(round_)))
            assert await first(socket, Executing) == Executing(str(round_), "p")
            socket.reopen()
            assert await first(socket, Connected) == Connected(again=True)
    assert server.open_at_once == 1


async def test_a_deaf_socket_is_cured_once_the_queue_shows_it() -> None:
    server = OneSocketPerClient()
    async with listening(server) as socket:
        await first(socket, Status, sid="me")
        server.listed.clear()  # deaf from now on, and pings are answered
        assert not socket.compare(working=True), "no silence yet"
        await until(lambda: socket.silent_for > FAST.quiet)
        assert not socket.compare(working=False), "an idle server has nothing to say"
        assert socket.compare(working=True)
        assert await first(socket, Connected) == Connected(again=True)
        await first(socket, Status, sid="me")
        await server.tell(executing("3"))
        assert await first(socket, Executing) == Executing("3", "p")


async def test_where_reopening_does_not_help_the_next_silence_may_be_longer() -> None:
    server = OneSocketPerClient()
    now = 0.0
    async with asyncio.timeout(60), serve(server, "127.0.0.1", 0) as listener:
        timings = dataclasses.replace(FAST, quiet=10.0, longest_quiet=40.0)
        socket = EventSocket(address_of(listener), "me", timings=timings, clock=lambda: now)
        async with socket:
            for quiet in (10, 20, 40, 40):
                await first(socket, Status, sid="me")
                now += quiet - 1
                assert not socket.compare(working=True)
                now += 1
                assert socket.compare(working=True)
                await first(socket, Connected)
            await first(socket, Status, sid="me")
            await server.tell(executing("3"))
            await first(socket, Executing)
            now += 10
            assert socket.compare(working=True), "it heard what is ours: short again"


async def test_a_frame_of_three_megabytes_is_nothing_special() -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.send(PNG + b"x" * 3_147_871)
        await connection.send(executing(None))
        await stay(connection)

    async with listening(handler) as socket:
        assert await first(socket, Executing) == Executing(None, "p")
        picture = await first(socket, Preview)
        assert len(picture.image) == 3_147_871


async def test_the_server_never_waits_for_a_listener_that_does_not_listen() -> None:
    """300 previews of 100 kB and some events: all taken at once, the newest preview kept."""
    done = asyncio.Event()

    async def handler(connection: ServerConnection) -> None:
        for number in range(300):
            await connection.send(JPEG + bytes([number % 256]) * 100_000)
        await connection.send(executing("9"))
        done.set()
        await stay(connection)

    tracemalloc.start()
    async with listening(handler) as socket:
        await done.wait()
        await until(lambda: len(socket._inbox._waiting) == 2)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert [type(await anext(socket)) for _ in range(2)] == [Connected, Executing]
        newest = await anext(socket)
        assert isinstance(newest, Preview)
        assert newest.image[-1] == 299 % 256
    assert peak < 16 * 2**20


async def test_a_flood_is_dropped_and_told() -> None:
    done = asyncio.Event()

    async def handler(connection: ServerConnection) -> None:
        for number in range(5000):
            await connection.send(status(number))
        done.set()
        await stay(connection)

    async with listening(handler) as socket:
        await done.wait()
        await until(lambda: socket._inbox._missed >= 4000)
        missed = await anext(socket)
        assert isinstance(missed, Missed)
        assert await anext(socket) == Connected(again=False), "our own word is never dropped"
        assert await first(socket, Status, queue_remaining=4999)


async def test_what_is_no_message_is_unknown_and_the_rest_goes_on() -> None:
    async def handler(connection: ServerConnection) -> None:
        for junk in ("{", "[]", b"", b"\0\0\0\x09", '{"type": "\\u001b[2J", "data": {}}'):
            await connection.send(junk)
        await connection.send(status(7))
        await stay(connection)

    async with listening(handler) as socket:
        told = [await anext(socket) for _ in range(7)]
    assert [type(event) for event in told] == [Connected, *[Unknown] * 5, Status]
    assert all(printable(repr(event)) == repr(event) for event in told)


def handshake(key: str) -> bytes:
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept_key(key)}\r\n\r\n"
    ).encode()


def frame(first_byte: int, payload: bytes) -> bytes:
    assert len(payload) < 126
    return bytes([first_byte, len(payload)]) + payload


FRAMES: dict[str, tuple[bytes, bytes]] = {
    "a frame of a terabyte": (struct.pack(">BBQ", 0x82, 127, 2**40), b""),
    "a message in endless pieces": (frame(0x02, b"x"), frame(0x00, b"x") * 1000),
    "a message in endless empty pieces": (frame(0x02, b""), frame(0x00, b"") * 1000),
    "text that is not UTF-8": (frame(0x81, b"\xff\xfe"), b""),
    "an unknown opcode": (frame(0x83, b""), b""),
    "a compressed frame": (frame(0xC1, b"abc"), b""),
    "a masked frame": (b"\x81\x80\0\0\0\0", b""),
    "no frames at all": (b"HTTP/1.1 200 OK\r\n\r\n", b""),
}


@pytest.mark.parametrize("said", FRAMES)
async def test_frames_that_no_server_sends_end_the_connection_only(said: str) -> None:
    begin, more = FRAMES[said]

    async def answer(key: str) -> AsyncIterator[bytes]:
        yield handshake(key)
        yield begin
        while more:
            yield more

    handler = lambda request: answer(request.headers["sec-websocket-key"])  # noqa: E731
    async with asyncio.timeout(60), WireServer(handler) as server:
        address = ServerAddress.of(server.url)
        async with EventSocket(address, "me", timings=FAST) as socket:
            lost = await first(socket, Disconnected)
            assert await first(socket, Connected) == Connected(again=True)
    assert printable(str(lost.error)) == str(lost.error)


async def test_pings_without_end_whose_answers_nobody_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spyke_tui.comfy.connection.MOST_UNSENT", 2**16)

    async def answer(key: str) -> AsyncIterator[bytes]:
        yield handshake(key)
        while True:
            yield frame(0x89, b"x" * 125) * 200

    handler = lambda request: answer(request.headers["sec-websocket-key"])  # noqa: E731
    async with (
        asyncio.timeout(60),
        WireServer(handler) as server,
        EventSocket(ServerAddress.of(server.url), "me", timings=FAST) as socket,
    ):
        assert await first(socket, Disconnected)


async def test_frames_without_end_leave_the_rest_of_the_process_its_turns() -> None:
    flood = frame(0x81, b"{}") * 500

    async def answer(key: str) -> AsyncIterator[bytes]:
        yield handshake(key)
        while True:
            yield flood

    handler = lambda request: answer(request.headers["sec-websocket-key"])  # noqa: E731
    async with (
        asyncio.timeout(60),
        WireServer(handler) as server,
        EventSocket(ServerAddress.of(server.url), "me", timings=FAST) as socket,
    ):
        assert await socket.wait_connected(5)
        turns, begun = 0, time.monotonic()
        while time.monotonic() - begun < 0.3:
            await asyncio.sleep(0)
            turns += 1
            assert len(socket._inbox._waiting) <= MOST_WAITING
    assert turns > 5


@pytest.mark.parametrize("status_code", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed_elsewhere(status_code: int) -> None:
    async with asyncio.timeout(60), WireServer(lambda _: reply()) as elsewhere:
        away = elsewhere.url.replace("http", "ws") + "/steal?token=tiger"
        said = reply(b"", status_code, {"Location": away})
        async with WireServer(lambda _: said) as server:
            address = ServerAddress.of(server.url, "A", {"A": "tiger-4711"})
            async with EventSocket(address, "me", timings=FAST) as socket:
                lost = await first(socket, Disconnected)
                await first(socket, Disconnected)
        assert elsewhere.requests == []
    assert "tiger" not in str(lost.error)


async def test_a_locked_door_says_where_the_key_goes() -> None:
    async with asyncio.timeout(60), WireServer(lambda _: reply("no", 401)) as server:
        plain = ServerAddress.of(server.url)
        address = dataclasses.replace(plain, token="tiger-4711")
        async with EventSocket(address, "me", timings=FAST) as socket:
            lost = await first(socket, Disconnected)
    assert isinstance(lost.error, ServerRefusedError)
    assert lost.error.status == 401
    assert "auth_env" in lost.error.hint
    assert "token=tiger-4711" in server.requests[0].target
    assert "tiger" not in str(lost.error) + repr(lost)


@pytest.mark.parametrize(
    "said",
    [
        reply({"a": 1}),
        reply("<html>", 502),
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 10_000 + b"\r\n",
        b"\0" * 100_000,
    ],
)
async def test_what_is_no_event_socket_is_told(said: bytes) -> None:
    async with (
        asyncio.timeout(60),
        WireServer(lambda _: said) as server,
        EventSocket(ServerAddress.of(server.url), "me", timings=FAST) as socket,
    ):
        lost = await first(socket, Disconnected)
    assert printable(str(lost.error)) == str(lost.error)
    assert server.url in lost.error.message


async def test_a_server_that_does_not_answer_is_given_up() -> None:
    async def silence() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 101 "
        await asyncio.sleep(60)

    timings = dataclasses.replace(FAST, open=0.2)
    async with (
        asyncio.timeout(60),
        WireServer(lambda _: silence()) as server,
        EventSocket(ServerAddress.of(server.url), "me", timings=timings) as socket,
    ):
        lost = await first(socket, Disconnected)
    assert isinstance(lost.error, ServerUnreachableError)


async def test_leaving_ends_everything() -> None:
    closed: list[int] = []

    async def handler(connection: ServerConnection) -> None:
        try:
            async for _ in connection:
                continue
        except ConnectionClosed:
            pass
        closed.append(connection.close_code or 0)

    async with listening(handler) as socket:
        await first(socket, Connected)
        waiting = asyncio.create_task(anext(socket))
        await asyncio.sleep(0)
        await socket.__aexit__(None, None, None)
        with pytest.raises(StopAsyncIteration):
            await waiting
        await until(lambda: bool(closed))
    assert closed == [1000], "it said goodbye"


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "ws_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with listening(stay) as socket:
        assert await socket.wait_connected(5)


async def test_tls_trusts_whom_the_user_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with asyncio.timeout(60), serve(stay, "127.0.0.1", 0, ssl=context) as server:
        address = ServerAddress.of(address_of(server).base.replace("http:", "https:"))
        async with EventSocket(address, "me", timings=FAST) as socket:
            lost = await first(socket, Disconnected)
            assert isinstance(lost.error, ServerUnreachableError)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with EventSocket(address, "me", timings=FAST) as socket:
            assert await socket.wait_connected(5)
