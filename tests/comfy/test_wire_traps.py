"""Client and socket together against the practice server with each trap of the wire."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from spyke_tui.comfy.addresses import ServerAddress
from spyke_tui.comfy.answers import HistoryEntry, PromptReply
from spyke_tui.comfy.client import ComfyClient, Limits
from spyke_tui.comfy.events import (
    Executed,
    Executing,
    ExecutionCached,
    ExecutionStart,
    ExecutionSuccess,
    FeatureFlags,
    Preview,
    Status,
    Unknown,
)
from spyke_tui.comfy.practice.server import PracticeServer
from spyke_tui.comfy.socket import Connected, EventSocket, SocketEvent, Timings
from spyke_tui.comfy.workflow import fill
from spyke_tui.errors import ServerError, ServerRefusedError
from spyke_tui.model.project import Generation

FAST = Timings(open=2.0, close=0.5, first_delay=0.02, longest_delay=0.2, quiet=0.2)
LIMITS = Limits(answer_seconds=0.5, submit_seconds=0.5, image_seconds=0.5)
SETTINGS = Generation(checkpoint="practice_sd15.safetensors", width=64, height=64, steps=3)
PREVIEWS = {"preview_method": "latent2rgb"}


class Wire:
    """A client and a socket of one practice server, and everything heard so far."""

    def __init__(self, server: PracticeServer, client: ComfyClient, socket: EventSocket) -> None:
        self.server, self.client, self.socket = server, client, socket
        self.heard: list[SocketEvent] = []

    async def read(self) -> None:
        async for event in self.socket:
            self.heard.append(event)

    async def submit(self, seed: int) -> PromptReply:
        graph = fill(None, SETTINGS, seed=seed, prefix=f"reg/{seed}")
        own = str(uuid.uuid5(uuid.NAMESPACE_URL, f"test/{seed}"))
        return await self.client.submit(graph, own, self.socket.client_id, PREVIEWS)

    def of(self, prompt_id: str) -> list[Any]:
        return [event for event in self.heard if getattr(event, "prompt_id", "") == prompt_id]

    async def until_heard(self, event: SocketEvent) -> None:
        while event not in self.heard:
            await asyncio.sleep(0.005)

    async def entry(self, prompt_id: str) -> HistoryEntry:
        """Its end by HTTP alone: the queue first, then the history, until there is one."""
        while True:
            if prompt_id not in await self.client.queue():
                entry = await self.client.history(prompt_id)
                if entry is not None:
                    return entry
            await asyncio.sleep(0.01)


@asynccontextmanager
async def practice(*faults: str, delay: float = 0.0, **more: Any) -> AsyncIterator[Wire]:
    secret = more.get("auth", "")
    async with (
        asyncio.timeout(60),
        PracticeServer(faults=faults, delay=delay, **more) as server,
    ):
        address = ServerAddress.of(server.url, "A" if secret else "", {"A": secret})
        async with (
            ComfyClient(address, limits=LIMITS) as client,
            EventSocket(address, uuid.uuid4().hex, timings=FAST) as socket,
        ):
            wire = Wire(server, client, socket)
            reading = asyncio.create_task(wire.read())
            await socket.wait_connected(5)
            yield wire
            reading.cancel()


async def test_a_prompt_from_its_start_to_its_picture() -> None:
    async with practice() as wire:
        reply = await wire.submit(1)
        assert reply.accepted
        await wire.until_heard(Executing(None, reply.prompt_id))
        told = [type(event) for event in wire.of(reply.prompt_id)]
        assert told[:2] == [ExecutionStart, ExecutionCached]
        assert told[-2:] == [ExecutionSuccess, Executing]
        entry = await wire.entry(reply.prompt_id)
        executed = [e for e in wire.of(reply.prompt_id) if isinstance(e, Executed)]
        assert entry.saved == executed[0].images
        assert (await wire.client.view(entry.saved[0])).startswith(b"\x89PNG")
        previews = [e for e in wire.heard if isinstance(e, Preview)]
        assert previews
        assert previews[-1].prompt_id == reply.prompt_id, "feature_flags came first"
        assert not [e for e in wire.heard if isinstance(e, Unknown)]


@pytest.mark.parametrize("secret", ["ann:tiger", "tiger-4711"])
async def test_behind_a_prefix_and_a_password(secret: str) -> None:
    async with practice(prefix="/gpu/comfy", auth=secret) as wire:
        assert wire.server.url.endswith("/gpu/comfy")
        reply = await wire.submit(1)
        await wire.until_heard(Executing(None, reply.prompt_id))
        plain = ComfyClient(ServerAddress.of(wire.server.url))
        with pytest.raises(ServerRefusedError) as refused:
            await plain.queue()
        assert refused.value.status == 401
        await plain.aclose()


async def test_events_before_the_reply_to_their_own_post() -> None:
    async with practice("late-reply") as wire:
        reply = await wire.submit(1)
        assert wire.of(reply.prompt_id), "told of before we knew that it was taken"
        await wire.until_heard(Executing(None, reply.prompt_id))


async def test_a_server_that_mints_ids_and_tells_of_them_before_its_reply() -> None:
    async with practice("mints-ids", "late-reply") as wire:
        reply = await wire.submit(1)
        assert reply.prompt_id != str(uuid.uuid5(uuid.NAMESPACE_URL, "test/1"))
        assert wire.of(reply.prompt_id)
        assert (await wire.entry(reply.prompt_id)).state == "success"


async def test_a_history_that_comes_late() -> None:
    async with practice("empty-history=3") as wire:
        reply = await wire.submit(1)
        await wire.until_heard(ExecutionSuccess(reply.prompt_id))
        assert await wire.client.history(reply.prompt_id) is None
        assert (await wire.entry(reply.prompt_id)).saved


@pytest.mark.parametrize("over", [False, True], ids=["while it is drawn", "after its end"])
async def test_a_socket_that_opens_late_hears_nothing_of_what_was_told_before(over: bool) -> None:
    """Only the status, and the node that runs without whose it is: HTTP knows the rest."""
    own = uuid.uuid4().hex
    async with practice(delay=0.0 if over else 1.5) as wire:
        graph = fill(None, SETTINGS, seed=1, prefix="reg/1")
        reply = await wire.client.submit(graph, str(uuid.uuid4()), own, PREVIEWS)
        while over and reply.prompt_id in await wire.client.queue():
            await asyncio.sleep(0.01)
        while not over and wire.server._hub.current != (own, "3"):
            await asyncio.sleep(0.01)
        async with EventSocket(wire.socket.address, own, timings=FAST) as late:
            heard = [await anext(late) for _ in range(3)]
            assert heard[0] == Connected(again=False)
            assert heard[1] == Status(int(not over), own)
            assert heard[2] == (FeatureFlags(True) if over else Executing("3", ""))
            entry = await wire.entry(reply.prompt_id)
        assert entry.state == "success" and entry.saved


async def test_a_deaf_socket_is_found_by_comparing_and_cured() -> None:
    async with practice("deaf-socket=4", delay=1.5) as wire:
        reply = await wire.submit(1)
        reopened = False
        while not reopened:
            queue = await wire.client.queue()
            assert reply.prompt_id in queue.running or not wire.of(reply.prompt_id)
            reopened = wire.socket.compare(reply.prompt_id in queue.running)
            await asyncio.sleep(0.02)
        wire.server.faults.remove("deaf-socket")
        await wire.until_heard(Connected(again=True))
        await wire.until_heard(ExecutionSuccess(reply.prompt_id))


async def test_a_socket_that_is_cut_again_and_again() -> None:
    async with practice("drop-socket=6") as wire:
        replies = [await wire.submit(seed) for seed in range(3)]
        for reply in replies:
            assert (await wire.entry(reply.prompt_id)).state == "success"
        await wire.until_heard(Connected(again=True))


@pytest.mark.parametrize("fault", ["big-frame", "endless-frames=300", "odd-events"])
async def test_odd_and_many_frames_change_nothing(fault: str) -> None:
    async with practice(fault) as wire:
        reply = await wire.submit(1)
        await wire.until_heard(Executing(None, reply.prompt_id))
        assert ExecutionSuccess(reply.prompt_id) in wire.heard
        assert not [e for e in wire.heard if isinstance(e, Connected) and e.again]


async def test_strangers_in_the_queue_are_left_alone() -> None:
    async with practice("stranger") as wire:
        reply = await wire.submit(1)
        await wire.until_heard(Executing(None, reply.prompt_id))
        queue = await wire.client.queue()
        assert len(queue) > 0, "never empty, and ours is done all the same"
        assert reply.prompt_id not in queue
        assert not await wire.client.interrupt(reply.prompt_id)


async def test_a_prompt_that_is_interrupted_alone() -> None:
    async with practice(delay=5.0) as wire:
        first, second = await wire.submit(1), await wire.submit(2)
        await wire.client.delete([second.prompt_id])
        while not await wire.client.interrupt(first.prompt_id):
            await asyncio.sleep(0.01)
        assert (await wire.entry(first.prompt_id)).state == "interrupted"
        assert len(await wire.client.queue()) == 0
        assert await wire.client.history(second.prompt_id) is None


@pytest.mark.parametrize(
    "fault", ["hang=1", "garbage-json=1", "500=1", "huge-body=1", "redirect=1", "half-file=1"]
)
async def test_what_goes_wrong_over_http_is_an_error_of_ours_each_time(fault: str) -> None:
    async with practice() as wire:
        reply = await wire.submit(1)
        entry = await wire.entry(reply.prompt_id)
        wire.server.faults.add(fault)
        if fault != "garbage-json=1":
            with pytest.raises(ServerError):
                await wire.client.view(entry.saved[0])
        if fault != "half-file=1":
            with pytest.raises(ServerError):
                await wire.client.queue()
        wire.server.faults.remove(fault.partition("=")[0])
        assert await wire.client.view(entry.saved[0])
