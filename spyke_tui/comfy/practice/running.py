"""One prompt from its first event to its last, in the recorded order."""

from __future__ import annotations

import asyncio
import time

from spyke_tui.comfy.practice.faults import Faults
from spyke_tui.comfy.practice.files import OutsideFolderError, SavedFiles
from spyke_tui.comfy.practice.graph import (
    SAMPLERS,
    cache_keys,
    described_images,
    needed_nodes,
    running_order,
)
from spyke_tui.comfy.practice.hub import Hub
from spyke_tui.comfy.practice.nodes import NodeClass
from spyke_tui.comfy.practice.painter import Painter
from spyke_tui.comfy.practice.prompt import Json, Prompt, Run

PREVIEWS_ON = ("auto", "latent2rgb", "taesd")
_SHORTEST_SLEEP = 0.0005
_NEVER_CACHED = ("SaveImageWebsocket",)


class _InterruptedError(Exception):
    pass


class _NodeFailedError(Exception):
    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Runner:
    """Runs prompts, and remembers what the last one's nodes gave. `delay`: what the samplers of
    one prompt take, in seconds."""

    def __init__(
        self, hub: Hub, faults: Faults, files: SavedFiles, classes: dict[str, NodeClass],
        *, delay: float, previews: bool,
    ) -> None:  # fmt: skip
        self.interrupted = asyncio.Event()
        """Set to stop what runs."""
        self.painter = Painter(faults)
        self._hub = hub
        self._faults = faults
        self._files = files
        self._classes = classes
        self._delay = delay
        self._previews = previews
        self._cache: dict[str, Json | None] = {}

    def forget(self) -> None:
        self._cache.clear()

    async def run(self, prompt: Prompt) -> Json:
        """Run it to its end, whatever that is; the answer is its entry in the history."""
        run = Run(prompt, due=asyncio.get_running_loop().time())
        self._hub.current = (prompt.client, None)
        self._tell(run, "execution_start", {})
        kept: dict[str, Json | None] = {}
        try:
            keys = cache_keys(prompt.graph, needed_nodes(prompt.graph, prompt.outputs))
            cached = [
                node
                for node in prompt.graph
                if keys.get(node) in self._cache and self._class(prompt, node) not in _NEVER_CACHED
            ]
            self._tell(run, "execution_cached", {"nodes": cached})
            kept = {keys[node]: self._cache[keys[node]] for node in cached}
            for node in [n for n in prompt.outputs if n in cached]:
                self._repeat(run, node, kept[keys[node]])
            order = running_order(prompt.graph, prompt.outputs, set(cached), self._classes)
            share = self._delay / max(1, sum(self._is_sampler(prompt, n) for n in order))
            for node in order:
                run.node = node
                kept[keys[node]] = await self._execute(run, node, share)
                run.executed.append(node)
            self._tell(run, "execution_success", {})
        except _InterruptedError:
            words = {"node_id": run.node, "node_type": self._class(prompt, run.node)}
            self._tell(run, "execution_interrupted", {**words, "executed": run.executed})
        except _NodeFailedError as error:
            self._tell(run, "execution_error", self._failure(run, error.kind, str(error)))
        # A graph that this server has no picture of must end like any other node that fails.
        except Exception as error:
            self._tell(run, "execution_error", self._failure(run, "RuntimeError", repr(error)))
        self._cache = kept
        return run.entry()

    def _class(self, prompt: Prompt, node: str) -> str:
        return str(prompt.graph[node]["class_type"]) if node else ""

    def _is_sampler(self, prompt: Prompt, node: str) -> bool:
        return self._class(prompt, node) in SAMPLERS

    # Events ---------------------------------------------------------------------------------

    def _say(self, run: Run, kind: str, data: Json) -> None:
        if run.prompt.client is not None:
            self._hub.say(kind, data, run.prompt.client)

    def _tell(self, run: Run, kind: str, data: Json) -> None:
        """Say it, and keep it for the history."""
        words = {"prompt_id": run.prompt.id, **data, "timestamp": int(time.time() * 1000)}
        run.messages.append([kind, words])
        self._say(run, kind, words)

    def _say_state(self, run: Run, node: str, value: float, most: float, state: str) -> None:
        run.states[node] = {
            "value": value,
            "max": most,
            "state": state,
            "node_id": node,
            "prompt_id": run.prompt.id,
            "display_node_id": node,
            "parent_node_id": None,
            "real_node_id": node,
        }
        self._say(run, "progress_state", {"prompt_id": run.prompt.id, "nodes": run.states})

    def _repeat(self, run: Run, node: str, known: Json | None) -> None:
        """A cached output node only says again what it said."""
        if known is not None:
            self._executed(run, node, known)
        self._say_state(run, node, 1, 1, "finished")

    def _executed(self, run: Run, node: str, shown: Json) -> None:
        run.outputs[node] = shown
        run.meta[node] = {
            "node_id": node,
            "display_node": node,
            "parent_node": None,
            "real_node_id": node,
        }
        self._say(
            run,
            "executed",
            {"node": node, "display_node": node, "output": shown, "prompt_id": run.prompt.id},
        )

    def _failure(self, run: Run, kind: str, message: str) -> Json:
        node = run.node
        inputs = run.prompt.graph[node].get("inputs", {}) if node else {}
        return {
            "node_id": node,
            "node_type": self._class(run.prompt, node),
            "executed": list(run.executed),
            "exception_message": f"{message}\n",
            "exception_type": kind,
            "traceback": ['  File "practice.py", line 1, in run\n'],
            "current_inputs": {name: [str(value)] for name, value in inputs.items()},
            "current_outputs": list(run.prompt.graph),
        }

    # Nodes ----------------------------------------------------------------------------------

    async def _execute(self, run: Run, node: str, share: float) -> Json | None:
        """Run one node; the answer is what it shows (saved pictures), if anything."""
        prompt = run.prompt
        self._say_state(run, node, 0.0, 1.0, "running")
        words = {"node": node, "display_node": node, "prompt_id": prompt.id}
        self._hub.current = (prompt.client, node)
        self._say(run, "executing", words)
        if self.interrupted.is_set():
            raise _InterruptedError
        shown: Json | None = None
        value = most = 1.0
        match self._class(prompt, node):
            case name if name in SAMPLERS:
                value = most = await self._sample(run, node, share)
            case "SaveImage":
                shown = await self._save(run, node, prompt.graph[node]["inputs"]["filename_prefix"])
            case "PreviewImage":
                shown = await self._save(run, node, "ComfyUI_temp_practice", "temp")
            case "SaveImageWebsocket":
                await self._send_pictures(run, node)
                value = most = run.states[node]["max"]
        if shown is not None:
            self._executed(run, node, shown)
        self._say_state(run, node, value, most, "finished")
        return shown

    async def _sample(self, run: Run, node: str, share: float) -> int:
        prompt = run.prompt
        if self._faults.strikes("oom"):
            raise _NodeFailedError(
                "torch.OutOfMemoryError",
                "CUDA out of memory. Tried to allocate 2.00 GiB (made up by the practice server)",
            )
        if self._faults.strikes("node-error"):
            raise _NodeFailedError("RuntimeError", "The practice server was told to fail here.")
        if self._faults.strikes("interrupted"):
            raise _InterruptedError
        if self._faults.strikes("stuck"):
            await self.interrupted.wait()
            raise _InterruptedError
        steps = max(1, int(prompt.graph[node]["inputs"].get("steps", 1)))
        previews: tuple[bytes, ...] = ()
        if prompt.client is not None and self._shows_previews(prompt):
            previews = await self.painter.previews(described_images(prompt.graph, node))
        begun = run.due
        for step in range(1, steps + 1):
            run.due = begun + share * step / steps
            await self._wait_until(run.due)
            if self.interrupted.is_set():
                raise _InterruptedError
            self._say_state(run, node, step, steps, "running")
            image = previews[(step - 1) * len(previews) // steps] if previews else b""
            self._say_step(run, node, step, steps, image)
        return steps

    def _say_step(self, run: Run, node: str, step: int, steps: int, image: bytes) -> None:
        """Progress and preview; which comes first depends on how the preview is wrapped."""
        prompt = run.prompt
        progress = {"value": step, "max": steps, "prompt_id": prompt.id, "node": node}
        early = self._hub.wants_metadata(prompt.client)
        if not early:
            self._say(run, "progress", progress)
        if image and prompt.client is not None:
            self._hub.show(image, self._metadata(run, node), prompt.client, is_png=False)
        if early:
            self._say(run, "progress", progress)

    def _metadata(self, run: Run, node: str) -> Json:
        return {
            "node_id": node,
            "prompt_id": run.prompt.id,
            "display_node_id": node,
            "parent_node_id": None,
            "real_node_id": node,
        }

    def _shows_previews(self, prompt: Prompt) -> bool:
        """As the request wishes; else as the server was started."""
        method = prompt.extra.get("preview_method")
        return method in PREVIEWS_ON or (method != "none" and self._previews)

    async def _wait_until(self, due: float) -> None:
        left = due - asyncio.get_running_loop().time()
        if left < _SHORTEST_SLEEP:
            await asyncio.sleep(0)
            return
        try:
            async with asyncio.timeout(left):
                await self.interrupted.wait()
        except TimeoutError:
            return

    async def _save(self, run: Run, node: str, prefix: str, kind: str = "output") -> Json:
        prompt = run.prompt
        images = described_images(prompt.graph, node)
        saved = []
        for number in range(images.count):
            png = await self.painter.png(
                images, number, prompt.graph, prompt.extra.get("extra_pnginfo")
            )
            try:
                saved.append(self._files.save(prefix, png, kind))
            except OutsideFolderError:
                raise _NodeFailedError(
                    "Exception",
                    "**** ERROR: Saving image outside the output folder is not allowed.",
                ) from None
        return {"images": saved}

    async def _send_pictures(self, run: Run, node: str) -> None:
        prompt = run.prompt
        images = described_images(prompt.graph, node)
        for number in range(images.count):
            self._say_state(run, node, number, images.count, "running")
            png = await self.painter.png(images, number, None, None)
            metadata = self._metadata(run, node)
            progress = {
                "value": number,
                "max": images.count,
                "prompt_id": prompt.id,
                "node": node,
            }
            early = self._hub.wants_metadata(prompt.client)
            if not early:
                self._say(run, "progress", progress)
            if prompt.client is not None:
                self._hub.show(png, metadata, prompt.client, is_png=True)
            if early:
                self._say(run, "progress", progress)
