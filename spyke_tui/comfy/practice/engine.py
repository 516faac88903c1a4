"""The queue of the practice server, its history, and the one prompt that runs."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import time
from typing import Any

from spyke_tui.comfy.practice.faults import Faults
from spyke_tui.comfy.practice.files import SavedFiles
from spyke_tui.comfy.practice.graph import described_images
from spyke_tui.comfy.practice.hub import Hub
from spyke_tui.comfy.practice.nodes import NodeClass
from spyke_tui.comfy.practice.prompt import Json, Prompt
from spyke_tui.comfy.practice.running import Runner


class Engine:
    """Runs one prompt after the other. `delay` is what the samplers of one prompt take, in s."""

    def __init__(
        self, hub: Hub, faults: Faults, files: SavedFiles, classes: dict[str, NodeClass],
        *, delay: float, previews: bool,
    ) -> None:  # fmt: skip
        self.running: Prompt | None = None
        self.history: dict[str, Json] = {}
        self.finished = 0
        """Prompts that came to an end, in whatever way."""
        self.finished_at: list[float] = []
        """When each picture's prompt succeeded, on `time.monotonic`'s clock."""
        self._hub = hub
        self._faults = faults
        self._runner = Runner(hub, faults, files, classes, delay=delay, previews=previews)
        self._pending: list[tuple[float, int, Prompt]] = []
        self._tie = itertools.count()
        self._work = asyncio.Event()

    # The queue ------------------------------------------------------------------------------

    @property
    def pending(self) -> list[Prompt]:
        return [entry[2] for entry in sorted(self._pending, key=lambda entry: entry[:2])]

    def submit(self, prompt: Prompt) -> None:
        heapq.heappush(self._pending, (prompt.number, next(self._tie), prompt))
        self._changed()
        self._work.set()

    def delete(self, ids: list[Any]) -> None:
        for wanted in ids:
            for entry in self._pending:
                if entry[2].id == wanted:
                    self._pending.remove(entry)
                    heapq.heapify(self._pending)
                    self._changed()
                    break

    def clear(self) -> None:
        self._pending.clear()
        self._changed()

    def interrupt(self, prompt_id: Any = None) -> None:
        """Stop what runs; with an id, only that."""
        if self.running is not None and (prompt_id is None or prompt_id == self.running.id):
            self._runner.interrupted.set()

    def forget_all(self) -> None:
        """As after a restart: nothing queued, nothing remembered, nothing cached."""
        self._pending.clear()
        self.history.clear()
        self._runner.forget()
        self.running = None
        self._changed(say=False)

    def close(self) -> None:
        self._runner.painter.close()

    def _changed(self, *, say: bool = True) -> None:
        stranger = self._faults.has("stranger")
        self._hub.queue_remaining = len(self._pending) + (self.running is not None) + stranger
        if say:
            self._hub.say_status()

    # Running --------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run prompts for ever."""
        while True:
            while not self._pending:
                self._work.clear()
                await self._work.wait()
            prompt = heapq.heappop(self._pending)[2]
            self.running = prompt
            self._runner.interrupted.clear()
            if self._faults.strikes("lost"):
                self.running = None
                self._changed()
                continue
            self._changed()
            self._draw_ahead(prompt)
            self._end(prompt, await self._runner.run(prompt))
            # Others have their turn between two prompts: here the reader of a request, there the
            # client that waits for the word of the end.
            await asyncio.sleep(0)

    def _end(self, prompt: Prompt, entry: Json) -> None:
        if entry["status"]["completed"]:
            self.finished_at.append(time.monotonic())
        self.history.pop(prompt.id, None)
        self.history[prompt.id] = entry
        self.running = None
        self.finished += 1
        self._changed()
        self._hub.current = (None, None)
        if prompt.client is not None:
            self._hub.say("executing", {"node": None, "prompt_id": prompt.id}, prompt.client)

    def _draw_ahead(self, prompt: Prompt) -> None:
        """Have the pictures of this prompt and of the next one drawn meanwhile."""
        following = [self._pending[0][2]] if self._pending else []
        for one in (prompt, *following):
            for output in one.outputs:
                # A graph of which no picture comes says so when it runs.
                with contextlib.suppress(Exception):
                    self._runner.painter.begin(described_images(one.graph, output))
