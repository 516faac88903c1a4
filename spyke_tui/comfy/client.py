"""HTTP to one ComfyUI server: every answer bounded in size and time, every failure a SpykeError.

Import this only where a server is about to be spoken to: httpx is slow to load.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx

from spyke_tui.comfy import answers
from spyke_tui.comfy.addresses import ServerAddress
from spyke_tui.comfy.events import OutputImage
from spyke_tui.comfy.exchange import Answer, Exchange
from spyke_tui.comfy.node_info import NodeInfo, node_info_of
from spyke_tui.comfy.server_words import read_json
from spyke_tui.errors import BadAnswerError, ServerError, ServerRefusedError, UsageError

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a server can make us wait for and hold. Sizes in bytes, times in seconds."""

    answer_size: int = MIB
    list_size: int = 16 * MIB
    """The queue holds every client's whole graph; all node classes are about as much."""
    image_size: int = 64 * MIB
    answer_seconds: float = 20.0
    submit_seconds: float = 60.0
    """A server checks a prompt against its folders of models before it answers."""
    image_seconds: float = 120.0


class ComfyClient:
    """One server over HTTP. Raises ServerUnreachableError, ServerRefusedError, BadAnswerError only.

    (And `submit` UsageError for a graph that is no JSON.)

    `async with` or `aclose` ends its connections. `http` is for tests and stays open.
    """

    def __init__(
        self,
        address: ServerAddress,
        *,
        http: httpx.AsyncClient | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.address = address
        self.limits = limits or Limits()
        self._exchange = Exchange(address, http)
        self._nodes: object = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Ends all connections; fine to call twice."""
        await self._exchange.aclose()

    async def system_stats(self) -> answers.SystemStats:
        """Version and devices: the cheapest way to see whether a ComfyUI is there."""
        return answers.system_stats_of(await self._json("/system_stats"))

    async def checkpoints(self) -> tuple[answers.Checkpoint, ...]:
        """The checkpoints in the server's order, with sizes where it tells them."""
        try:
            return answers.checkpoints_of(
                await self._json("/experiment/models/checkpoints", size=self.limits.list_size)
            )
        except (ServerRefusedError, BadAnswerError):
            # Servers before 2024-12 have names only; a broken folder breaks the newer route alone.
            return answers.checkpoints_of(
                await self._json("/models/checkpoints", size=self.limits.list_size)
            )

    async def object_info(self, class_type: str) -> NodeInfo | None:
        """Inputs and outputs of a node class, None where the server has none of that name."""
        if self.address.door == "cloud":  # has the list of all of them only
            if self._nodes is None:
                self._nodes = await self._json("/object_info", size=self.limits.list_size)
            return node_info_of(self._nodes, class_type)
        route = f"/object_info/{quote(class_type, safe='')}"
        return node_info_of(await self._json(route, size=self.limits.list_size), class_type)

    async def view_metadata(self, checkpoint: str) -> Mapping[str, str]:
        """The texts in a checkpoint's header: empty for most, whose files have none."""
        try:
            asked = [("filename", checkpoint)]
            return answers.metadata_of(await self._json("/view_metadata/checkpoints", asked))
        except (ServerRefusedError, BadAnswerError):
            return {}

    async def submit(
        self,
        graph: Mapping[str, object],
        prompt_id: str,
        client_id: str,
        extra: Mapping[str, object] | None = None,
    ) -> answers.PromptReply:
        """Queues a graph in API format. Register `prompt_id` first: events may come before this.

        The reply says what was wrong and carries the id that counts (old servers mint their own).
        A prompt that the server would run only in part is taken back. `extra` goes into
        ``extra_data``, such as ``{"preview_method": "latent2rgb"}``. A ServerUnreachableError with
        `perhaps_received` leaves open whether it was queued: look it up before sending it again.
        """
        body: dict[str, object] = {
            "prompt": graph,
            "prompt_id": prompt_id,
            "client_id": client_id,
        }
        if extra:
            body["extra_data"] = extra
        answer = await self._exchange.send(
            "POST",
            "/prompt",
            body=_encoded(body),
            size=self.limits.answer_size,
            seconds=self.limits.submit_seconds,
            fine=(200, 400),
        )
        reply = answers.prompt_reply_of(answer.status, _decoded(answer), prompt_id)
        if answer.status == 400 and not reply.errors:
            raise ServerRefusedError(
                400,
                answer.words,
                f"{self.address.shown} refused the prompt without saying why. {answer.words}",
            )
        if reply.queued and not reply.accepted:
            await self._take_back(reply.prompt_id)
        return reply

    async def queue(self) -> answers.Queue:
        """The prompts of all clients that run or wait."""
        return answers.queue_of(await self._json("/queue", size=self.limits.list_size))

    async def history(self, prompt_id: str) -> answers.HistoryEntry | None:
        """How a prompt ended. None: running, waiting, deleted, lost or unknown; ask `queue` first.

        Right after the event of success it can still be None: ask again.
        """
        route = "/history_v2" if self.address.door == "cloud" else "/history"
        try:
            answer = await self._json(
                f"{route}/{quote(prompt_id, safe='')}", size=self.limits.list_size
            )
        except ServerRefusedError as refused:
            if refused.status == 404 and self.address.door == "cloud":
                return None
            raise
        return answers.history_of(answer, prompt_id)

    async def view(self, image: OutputImage) -> bytes:
        """The bytes of a picture as the server has it, unchecked.

        A ServerRefusedError of status 404 means that the file is gone, as happens where a cached
        prompt's file was deleted.
        """
        asked = [("filename", image.filename), ("subfolder", image.subfolder)]
        answer = await self._exchange.send(
            "GET",
            "/view",
            [*asked, ("type", image.folder)],
            size=self.limits.image_size,
            seconds=self.limits.image_seconds,
            follow_signed=self.address.door == "cloud",
        )
        if not answer.body:
            raise BadAnswerError(f"{self.address.shown} sent an empty picture.")
        return answer.body

    async def interrupt(self, prompt_id: str, *, sure: bool = False) -> bool:
        """Stops the prompt if it is the one that runs; says whether it was told to.

        Old servers stop whatever runs, so the queue is looked at first, unless the caller is
        `sure` (an event just said so; where the queue does not show all prompts it must be).
        """
        if not sure and prompt_id not in (await self.queue()).running:
            return False
        await self._post("/interrupt", {"prompt_id": prompt_id})
        return True

    async def delete(self, prompt_ids: Sequence[str]) -> None:
        """Takes waiting prompts out of the queue; running and unknown ones are left alone."""
        if prompt_ids:
            await self._post("/queue", {"delete": list(prompt_ids)})

    async def _take_back(self, prompt_id: str) -> None:
        """Best effort: the prompt may have begun, or even ended, by now."""
        try:
            await self.delete([prompt_id])
            await self.interrupt(prompt_id)
        except ServerError:
            return

    async def _json(
        self, path: str, query: Sequence[tuple[str, str]] = (), *, size: int = 0
    ) -> object:
        return _decoded(
            await self._exchange.send(
                "GET",
                path,
                query,
                size=size or self.limits.answer_size,
                seconds=self.limits.answer_seconds,
            )
        )

    async def _post(self, path: str, body: Mapping[str, object]) -> None:
        await self._exchange.send(
            "POST",
            path,
            body=_encoded(body),
            size=self.limits.answer_size,
            seconds=self.limits.answer_seconds,
        )


def _encoded(body: Mapping[str, object]) -> bytes:
    try:
        return json.dumps(body, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise UsageError(
            "The workflow can't be sent: it holds what JSON has no word for, such as NaN.",
            "Export it again in API format.",
        ) from None


def _decoded(answer: Answer) -> object:
    try:
        return read_json(answer.body)
    except ValueError:
        raise BadAnswerError(
            f"{answer.shown} does not answer {answer.path} in JSON.",
            "Is it a ComfyUI, and is the address complete, with the path in front of it?",
        ) from None
