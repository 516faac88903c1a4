"""Where in a user's workflow our values go: as marked by the user, else traced from the sampler.

An API-format workflow maps node ids to nodes; an input is a plain value or a link
``[node id, output]``. A mark is ``spyke:positive`` in a node's title, or ``{{prompt}}`` in a text.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from spyke_tui.comfy.workflow_slots import FIELDS, Graph, Slot, WorkflowMapping, named
from spyke_tui.errors import WorkflowError
from spyke_tui.model.table import printable

_TITLE = re.compile(r"spyke:([A-Za-z_]+)")
_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_ALIASES = {"positive": "prompt", "image": "prefix", "size": "width height", "output": "prefix"}
_TITLE_WORDS = (
    "positive", "negative", "seed", "checkpoint", "size", "image", "steps", "cfg", "sampler",
    "scheduler",
)  # fmt: skip

_INPUTS: Mapping[str, tuple[str, ...]] = {
    "prompt": ("text", "text_g", "text_l", "prompt", "value", "string"),
    "negative": ("text", "text_g", "text_l", "prompt", "value", "string"),
    "seed": ("seed", "noise_seed", "value", "int"),
    "checkpoint": ("ckpt_name", "value", "string"),
    "width": ("width",),
    "height": ("height",),
    "prefix": ("filename_prefix",),
    "steps": ("steps", "value"),
    "cfg": ("cfg", "value"),
    "sampler": ("sampler_name",),
    "scheduler": ("scheduler",),
}
"""Names that an input for a field has, in nodes that were marked for it."""

_PICTURE_OUTPUTS = ("SaveImage", "PreviewImage", "SaveImageWebsocket")
_SEEDS = ("seed", "noise_seed")
_DEEPEST = 200


def map_workflow(graph: Graph) -> WorkflowMapping:
    """Find all places. Raises `WorkflowError` where there is none, or no telling which."""
    return _Search(graph).mapping()


class _Search:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.marked = self._marks()

    def mapping(self) -> WorkflowMapping:
        output = self._output()
        samplers = self._samplers(output)
        slots: dict[str, tuple[Slot, ...]] = dict(self.marked)
        if "prompt" not in slots:
            slots["prompt"] = self._one_node("prompt", self._texts(samplers, "positive"))
        if "negative" not in slots:
            # Where the negative side is the positive one set to zero, it has no text of its own.
            found = [s for s in self._texts(samplers, "negative") if s not in slots["prompt"]]
            slots["negative"] = self._one_node("negative", found)
        if "seed" not in slots:
            slots["seed"] = tuple(self._seeds(samplers))
        if "checkpoint" not in slots:
            slots["checkpoint"] = self._one_node("checkpoint", self._checkpoints(samplers))
        for side in ("width", "height"):
            if side not in slots:
                slots[side] = self._one_node(side, self._sides(samplers, side))
        if "prefix" not in slots:
            slots["prefix"] = tuple(self._plain(output, ("filename_prefix",), str))
        self._require(slots)
        batch: list[Slot] = []
        for node in self._latents(samplers):
            batch += self._plain(node, ("batch_size",), int)
        kept = {field: found for field, found in slots.items() if found}
        return WorkflowMapping(MappingProxyType(kept), output, tuple(batch), self._others(output))

    def _require(self, slots: Mapping[str, tuple[Slot, ...]]) -> None:
        for field, word in (("prompt", "positive"), ("seed", "seed"), ("prefix", "image")):
            if not slots.get(field):
                raise WorkflowError(
                    f"No place for the {field} was found in the workflow.",
                    f"Give the node that takes it the title spyke:{word}.",
                )

    # Marks ----------------------------------------------------------------------------------

    def _marks(self) -> dict[str, tuple[Slot, ...]]:
        found: dict[str, list[Slot]] = {}
        for node, entry in self.graph.items():
            meta = entry.get("_meta")
            title = meta.get("title") if isinstance(meta, Mapping) else ""
            for word in _TITLE.findall(title if isinstance(title, str) else ""):
                for field in self._fields_of(word, node):
                    found.setdefault(field, []).extend(self._marked_inputs(node, field))
            for name, value in self._inputs(node).items():
                if isinstance(value, str):
                    for word in _PLACEHOLDER.findall(value):
                        field = _ALIASES.get(word, word)
                        if field in FIELDS:
                            whole = _PLACEHOLDER.fullmatch(value.strip()) is not None
                            found.setdefault(field, []).append(Slot(node, name, "marked", whole))
        return {field: tuple(slots) for field, slots in found.items()}

    def _fields_of(self, word: str, node: str) -> list[str]:
        fields = _ALIASES.get(word.lower(), word.lower()).split()
        if not all(field in FIELDS for field in fields):
            near = difflib.get_close_matches(word.lower(), _TITLE_WORDS, 1)
            marks = ", ".join(f"spyke:{known}" for known in _TITLE_WORDS)
            raise WorkflowError(
                f"{named(self.graph, node)}: spyke:{printable(word)} means nothing.",
                f"Did you mean spyke:{near[0]}?" if near else f"The marks are {marks}.",
            )
        return fields

    def _marked_inputs(self, node: str, field: str) -> list[Slot]:
        names = _INPUTS[field]
        inputs = self._inputs(node)
        found = [Slot(node, name, "marked") for name in names if _is_plain(inputs.get(name))]
        if not found and field in ("prompt", "negative"):
            texts = [name for name, value in inputs.items() if isinstance(value, str)]
            found = [Slot(node, name, "marked") for name in texts[:1]]
        if field not in ("prompt", "negative"):
            found = found[:1]
        if not found:
            raise WorkflowError(
                f"{named(self.graph, node)} is marked for {field}, but has no input for it.",
                f"Mark the node in which {field} is typed in.",
            )
        return found

    # Ways through the graph -----------------------------------------------------------------

    def _inputs(self, node: str) -> Mapping[str, Any]:
        inputs = self.graph.get(node, {}).get("inputs")
        return inputs if isinstance(inputs, Mapping) else {}

    def _class(self, node: str) -> str:
        return str(self.graph.get(node, {}).get("class_type", ""))

    def _source(self, node: str, name: str) -> str | None:
        """The node that an input is linked to."""
        value = self._inputs(node).get(name)
        if isinstance(value, list) and len(value) == 2 and str(value[0]) in self.graph:
            return str(value[0])
        return None

    def _above(self, node: str) -> list[str]:
        """All nodes that `node` hangs on, the nearest first, itself included."""
        found: dict[str, None] = {}
        waiting = [node]
        while waiting:
            near = waiting.pop(0)
            if near not in found:
                found[near] = None
                sources = [self._source(near, name) for name in self._inputs(near)]
                waiting += [source for source in sources if source is not None]
        return list(found)

    def _plain(self, node: str, names: Iterable[str], kind: type) -> list[Slot]:
        """Inputs of `node` of these names with a plain value, through a link to where it stands."""
        found = []
        for name in names:
            value = self._inputs(node).get(name)
            if isinstance(value, kind) and not isinstance(value, bool):
                found.append(Slot(node, name))
            elif (source := self._source(node, name)) is not None:
                slot = self._typed(source, kind)
                if slot is not None:
                    found.append(slot)
        return found

    def _typed(self, node: str, kind: type) -> Slot | None:
        """The one value of that kind that is typed into `node` or above it."""
        for _ in range(_DEEPEST):
            plain = [
                name for name, value in self._inputs(node).items()
                if isinstance(value, kind) and not isinstance(value, bool)
            ]  # fmt: skip
            if len(plain) == 1:
                return Slot(node, plain[0])
            known = [name for name in ("value", "text", "string", *_SEEDS) if name in plain]
            if plain:
                return Slot(node, known[0]) if known else None
            links = [self._source(node, name) for name in self._inputs(node)]
            onward = [source for source in links if source is not None]
            if len(onward) != 1:
                return None
            node = onward[0]
        return None

    # What is looked for ---------------------------------------------------------------------

    def _output(self) -> str:
        marked = [slot.node for slot in self.marked.get("prefix", ())]
        if marked:
            return marked[0]
        saving = [node for node in self.graph if "filename_prefix" in self._inputs(node)]
        pictures = [node for node in saving if self._class(node) == "SaveImage"] or saving
        if not pictures:
            sent = any(self._class(node) in _PICTURE_OUTPUTS for node in self.graph)
            raise WorkflowError(
                "The workflow saves no picture" + (": it only shows or sends it." if sent else "."),
                "Add a Save Image node to it and export it again.",
            )
        if len(pictures) > 1:
            raise self._ambiguous("picture", "image", pictures)
        return pictures[0]

    def _samplers(self, output: str) -> list[str]:
        """The nodes that draw what `output` saves."""
        samplers = [n for n in self._above(output) if self._source(n, "latent_image") is not None]
        if not samplers and not all(f in self.marked for f in ("prompt", "seed")):
            raise WorkflowError(
                "No sampler was found behind the picture that the workflow saves.",
                "Give the nodes for the prompt and the seed the titles spyke:positive and "
                "spyke:seed.",
            )
        return samplers

    def _texts(self, samplers: list[str], side: str) -> list[Slot]:
        found: dict[Slot, None] = {}
        for sampler in samplers:
            starts = [sampler]
            guider = self._source(sampler, "guider")
            if guider is not None:
                starts.append(guider)
            for start in starts:
                names = [side] if side == "negative" else [side, "conditioning"]
                for name in names:
                    source = self._source(start, name)
                    if source is not None:
                        found |= dict.fromkeys(self._texts_at(source, side))
        return list(found)

    def _texts_at(self, node: str, side: str) -> list[Slot]:
        """The texts that a conditioning is made of, past nodes that only change it."""
        found: dict[Slot, None] = {}
        seen: set[str] = set()
        waiting = [node]
        while waiting:
            near = waiting.pop(0)
            if near in seen:
                continue
            seen.add(near)
            texts = self._plain(
                near, ("text", "text_g", "text_l", "t5xxl", "clip_l", "prompt"), str
            )
            if texts:
                found |= dict.fromkeys(texts)
                continue
            for name in self._inputs(near):
                ours = name == side or name.startswith("conditioning") or name == "cond"
                if ours and (source := self._source(near, name)) is not None:
                    waiting.append(source)
        return list(found)

    def _seeds(self, samplers: list[str]) -> list[Slot]:
        """The seed of every sampler on the way: the later ones refine what the first has drawn."""
        found: dict[Slot, None] = {}
        for sampler in samplers:
            near = [sampler]
            if (noise := self._source(sampler, "noise")) is not None:
                near.append(noise)
            for node in near:
                found |= dict.fromkeys(self._plain(node, _SEEDS, int))
        return list(found)

    def _checkpoints(self, samplers: list[str]) -> list[Slot]:
        found: dict[Slot, None] = {}
        for sampler in samplers:
            start = self._source(sampler, "guider") or sampler
            model = self._source(start, "model")
            if model is not None:
                for node in self._above(model):
                    found |= dict.fromkeys(self._plain(node, ("ckpt_name",), str))
        return list(found)

    def _latents(self, samplers: list[str]) -> list[str]:
        """Nodes at which an empty latent of a size of its own begins."""
        found: dict[str, None] = {}
        for sampler in samplers:
            source = self._source(sampler, "latent_image")
            for node in self._above(source) if source is not None else ():
                inputs = self._inputs(node)
                if "width" in inputs and "height" in inputs and "batch_size" in inputs:
                    found[node] = None
        return list(found)

    def _sides(self, samplers: list[str], side: str) -> list[Slot]:
        found: dict[Slot, None] = {}
        for node in self._latents(samplers):
            found |= dict.fromkeys(self._plain(node, (side,), int))
        return list(found)

    def _others(self, output: str) -> tuple[str, ...]:
        """Nodes that would make further pictures, and that nothing else hangs on."""
        used = {self._source(node, name) for node in self.graph for name in self._inputs(node)}
        return tuple(
            node
            for node in self.graph
            if node != output and node not in used and self._class(node) in _PICTURE_OUTPUTS
        )

    # Refusals -------------------------------------------------------------------------------

    def _one_node(self, field: str, slots: list[Slot]) -> tuple[Slot, ...]:
        nodes = list(dict.fromkeys(slot.node for slot in slots))
        if len(nodes) > 1:
            word = {"prompt": "positive", "width": "size", "height": "size"}.get(field, field)
            raise self._ambiguous(field, word, nodes)
        return tuple(slots)

    def _ambiguous(self, field: str, word: str, nodes: list[str]) -> WorkflowError:
        candidates = "; ".join(named(self.graph, node) for node in nodes[:8])
        return WorkflowError(
            f"There is no telling which node of the workflow is meant for the {field}: "
            f"{candidates}.",
            f"Give the right one the title spyke:{word} and export the workflow again.",
        )


def _is_plain(value: Any) -> bool:
    return value is not None and not isinstance(value, list | dict)
