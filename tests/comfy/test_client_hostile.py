"""HTTP to a server that lies, floods, stalls or sends elsewhere: an error in time, every time."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_server import Request, Said, WireServer, reply, wired

from spyke_tui.comfy import answers
from spyke_tui.comfy.addresses import ServerAddress
from spyke_tui.comfy.client import ComfyClient, Limits
from spyke_tui.comfy.events import OutputImage
from spyke_tui.comfy.exchange import Answer
from spyke_tui.comfy.node_info import node_info_of
from spyke_tui.errors import (
    BadAnswerError,
    ServerError,
    ServerRefusedError,
    ServerUnreachableError,
)
from spyke_tui.model.table import printable

SHORT = Limits(answer_seconds=0.25, submit_seconds=0.25, image_seconds=0.25)
IMAGE = OutputImage("a.png")
HEAD = b"HTTP/1.1 200 OK\r\n"

CALLS: dict[str, Callable[[ComfyClient], Awaitable[object]]] = {
    "system_stats": lambda client: client.system_stats(),
    "checkpoints": lambda client: client.checkpoints(),
    "object_info": lambda client: client.object_info("KSampler"),
    "queue": lambda client: client.queue(),
    "history": lambda client: client.history("p"),
    "submit": lambda client: client.submit({}, "p", "me"),
    "view": lambda client: client.view(IMAGE),
    "delete": lambda client: client.delete(["p"]),
    "interrupt": lambda client: client.interrupt("p"),
}
BROKEN = {
    "no JSON": reply(b"<html>\x1b]0;evil\x07hello</html>"),
    "empty": reply(b""),
    "null": reply(None),
    "a number": reply(7),
    "too deep": reply(b"[" * 200_000),
    "a huge number": reply(b'{"prompt_id": ' + b"9" * 10_000 + b"}"),
    "not UTF-8": reply(b'{"a": "\xff\xfe"}'),
    "no HTTP": b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
    "zeros": b"\0" * 4096,
    "cut off": reply(b'{"a": 1', length=4000) + b"Connection: close",
    "two lengths": HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a negative length": HEAD + b"Content-Length: -5\r\n\r\nab",
    "odd chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nab",
    "unasked packing": reply(gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"}),
    "controls": reply({"error": {"message": "\x1b[2J\u202egnp\r\n"}, "node_errors": {}}, 403),
}


async def closing(said: bytes) -> AsyncIterator[bytes]:
    """`said`, and then the connection ends."""
    yield said


async def endless(head: bytes, part: bytes) -> AsyncIterator[bytes]:
    yield head
    while True:
        yield part


async def dripping(head: bytes) -> AsyncIterator[bytes]:
    yield head
    while True:
        await asyncio.sleep(0.02)
        yield b" "


async def failure(
    said: Callable[[Request], Said], call: str, limits: Limits = SHORT
) -> ServerError:
    """The error that the call ends in, long before what it was told ends."""
    async with wired(said, limits=limits) as (_, client):
        with pytest.raises(ServerError) as error:
            async with asyncio.timeout(30):
                await CALLS[call](client)
    assert printable(str(error.value)) == str(error.value)
    return error.value


@pytest.mark.parametrize("call", ["system_stats", "checkpoints", "queue", "history", "submit"])
@pytest.mark.parametrize("broken", BROKEN)
async def test_broken_answers_are_errors(broken: str, call: str) -> None:
    error = await failure(lambda _: closing(BROKEN[broken]), call)
    assert isinstance(error, BadAnswerError | ServerRefusedError | ServerUnreachableError)


@pytest.mark.parametrize("call", CALLS)
async def test_a_server_that_never_answers(call: str) -> None:
    error = await failure(lambda _: dripping(b""), call)
    assert isinstance(error, ServerUnreachableError | BadAnswerError)


@pytest.mark.parametrize("call", ["queue", "view", "submit"])
async def test_a_body_that_comes_drop_by_drop(call: str) -> None:
    head = HEAD + b"Content-Length: 100000\r\n\r\n"
    error = await failure(lambda _: dripping(head), call)
    assert isinstance(error, ServerUnreachableError)
    assert error.perhaps_received


@pytest.mark.parametrize("head", [HEAD, b"HTTP/1.1 100 Continue\r\n\r\n"])
async def test_heads_without_end(head: bytes) -> None:
    part = b"X-More: 1\r\n" * 100 if head == HEAD else head * 100
    error = await failure(lambda _: endless(head, part), "queue")
    assert isinstance(error, BadAnswerError | ServerUnreachableError)


@pytest.mark.parametrize("call", ["queue", "view", "submit", "delete", "system_stats"])
@pytest.mark.parametrize(
    ("head", "part"),
    [
        (HEAD + b"\r\n", b"x" * 65536),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
    ],
    ids=["until the end", "in chunks"],
)
async def test_a_body_without_end_is_read_up_to_a_bound(
    call: str, head: bytes, part: bytes
) -> None:
    limits = Limits(answer_size=2**18, list_size=2**18, image_size=2**20)
    async with wired(lambda _: endless(head, part), limits=limits) as (server, client):
        tracemalloc.start()
        with pytest.raises(BadAnswerError) as error:
            await CALLS[call](client)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert "more than" in error.value.message
        # Beyond the bound lies only what the network had taken already.
        assert server.sent < 16 * 2**20
    assert peak < 8 * 2**20


async def test_two_gigabytes_announced_are_not_waited_for() -> None:
    head = HEAD + b"Content-Length: 2147483648\r\n\r\n"
    async with wired(lambda _: endless(head, b"x" * 65536)) as (server, client):
        with pytest.raises(BadAnswerError) as error:
            await client.view(IMAGE)
        assert "64 MB" in error.value.message
        assert server.sent < 16 * 2**20


async def test_a_refusal_without_end_is_still_that_refusal() -> None:
    head = b"HTTP/1.1 500 No\r\n\r\n"
    error = await failure(lambda _: endless(head, b"no! " * 1000), "queue", Limits())
    assert isinstance(error, ServerRefusedError)
    assert error.status == 500
    assert len(error.words) == 300


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_told_and_not_followed(status: int, call: str) -> None:
    async with WireServer(lambda _: reply({})) as elsewhere:
        away = {"Location": f"{elsewhere.url}/steal?token=tiger-4711"}
        async with WireServer(lambda _: reply(b"", status, away)) as server:
            address = ServerAddress.of(server.url, "K", {"K": "tiger-4711"})
            async with ComfyClient(address) as client:
                with pytest.raises(ServerRefusedError) as error:
                    await CALLS[call](client)
        assert elsewhere.requests == []
    assert error.value.status == status
    assert elsewhere.url.rpartition(":")[0] in error.value.message
    assert "tiger" not in str(error.value)


async def test_cookies_of_a_server_are_not_kept() -> None:
    sticky = {"Set-Cookie": "a=" + "x" * 2000}
    listed = {"queue_running": [], "queue_pending": []}
    async with wired(lambda _: reply(listed, headers=sticky)) as (server, client):
        await client.queue()
        await client.queue()
    assert "cookie" not in server.requests[1].headers


async def test_nothing_is_asked_for_packed() -> None:
    listed = {"queue_running": [], "queue_pending": []}
    async with wired(lambda _: reply(listed)) as (server, client):
        await client.queue()
    assert server.requests[0].headers["accept-encoding"] == "identity"


async def test_cancelling_a_request_is_no_error_of_its_own() -> None:
    async with wired(lambda _: dripping(b"")) as (server, client):
        task = asyncio.create_task(client.queue())
        while not server.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
keys = st.sampled_from(
    [
        "p",
        "prompt_id",
        "queue_running",
        "queue_pending",
        "outputs",
        "images",
        "filename",
        "subfolder",
        "type",
        "status",
        "messages",
        "node_errors",
        "errors",
        "error",
        "extra_info",
        "message",
        "details",
        "system",
        "devices",
        "input",
        "required",
        "output",
        "name",
        "options",
    ]
) | st.text(max_size=5)
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=20,
)


def said_by(found: object) -> list[str]:
    """Every text in what an answer came to."""
    if isinstance(found, str):
        return [found]
    if isinstance(found, Mapping):
        return [text for part in (*found, *found.values()) for text in said_by(part)]
    if isinstance(found, tuple):
        return [text for part in found for text in said_by(part)]
    if hasattr(found, "__slots__"):
        return [text for name in found.__slots__ for text in said_by(getattr(found, name))]
    return []


@given(junk)
def test_any_answer_is_understood_or_refused(answer: object) -> None:
    readers: list[Callable[[object], object]] = [
        answers.queue_of,
        lambda value: answers.history_of(value, "p"),
        lambda value: answers.prompt_reply_of(200, value, "p"),
        lambda value: answers.prompt_reply_of(400, value, "p"),
        answers.checkpoints_of,
        answers.system_stats_of,
        lambda value: node_info_of(value, "p"),
        answers.metadata_of,
    ]
    for read in readers:
        try:
            found = read(answer)
        except BadAnswerError as error:
            assert printable(str(error)) == str(error)
            continue
        for text in said_by(found):
            assert printable(text) == text


@given(junk)
def test_any_refusal_has_harmless_words(answer: object) -> None:
    try:
        body = json.dumps(answer).encode()
    except ValueError:
        return
    words = Answer(500, body, "http://box", "/x").words
    assert printable(words) == words
    assert len(words) <= 300
