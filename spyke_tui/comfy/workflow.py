"""What is sent to a server: our own graph, or the user's workflow with our values put in."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from spyke_tui.comfy.workflow_mapping import map_workflow
from spyke_tui.comfy.workflow_slots import Graph, Slot, WorkflowMapping
from spyke_tui.errors import WorkflowError
from spyke_tui.model.project import Generation
from spyke_tui.model.table import printable

LARGEST_FILE = 5_000_000
"""Bytes; a workflow is far smaller."""
_MOST_NODES = 2000

_EXPORT = (
    "In ComfyUI open it and choose Workflow > Export (API); in older versions switch on the "
    "developer mode in the settings first, then Save (API Format)."
)


@dataclass(frozen=True, slots=True)
class Template:
    """A graph with the places where our values go. `source` is its file for a person, or ""."""

    graph: Graph
    mapping: WorkflowMapping
    source: str = ""

    def node_class(self, node: str) -> str:
        """The class of a node, ``""`` for one that is not there."""
        return str(self.graph.get(node, {}).get("class_type", ""))

    def field_of(self, node: str, name: str) -> str:
        """The key of [reg] that goes into an input of a node, or ``""``."""
        field = self.mapping.field_of(node, name)
        return "" if field == "prefix" else field

    def words(self) -> list[str]:
        """The mapping, one line for each field."""
        return self.mapping.words(self.graph)


def read_template(settings: Generation, folder: Path) -> Template:
    """The workflow that crops.toml (in `folder`) names, else ours. Raises `WorkflowError`."""
    name = settings.workflow.strip()
    return read_workflow(folder / Path(name).expanduser(), name) if name else built_in()


def read_workflow(path: Path, shown: str = "") -> Template:
    """A workflow file in API format. Raises `WorkflowError` that says what to do about it."""
    place = printable(shown or str(path))
    try:
        if not path.is_file():
            raise WorkflowError(f"The workflow {place} is not there.", "Correct its name.")
        if path.stat().st_size > LARGEST_FILE:
            raise WorkflowError(f"{place} is too large for a workflow.", _EXPORT)
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no JSON"
        raise WorkflowError(f"The workflow {place} can't be read: {why}.", _EXPORT) from error
    graph = plain_graph(content, place)
    try:
        return Template(graph, map_workflow(graph), place)
    except WorkflowError as error:
        raise WorkflowError(f"{place}: {error.message}", error.hint) from error


def plain_graph(content: Any, place: str = "The workflow") -> Graph:
    """The nodes of an API-format workflow. Raises `WorkflowError` for anything else."""
    if isinstance(content, dict) and isinstance(content.get("prompt"), dict):
        content = content["prompt"]  # what a client posts
    if isinstance(content, dict) and isinstance(content.get("nodes"), list):
        raise WorkflowError(
            f"{place} is in the format of ComfyUI's own screen, which a server does not take.",
            _EXPORT,
        )
    if not isinstance(content, dict) or not content:
        raise WorkflowError(f"{place} holds no nodes.", _EXPORT)
    if len(content) > _MOST_NODES:
        raise WorkflowError(
            f"{place} has {len(content)} nodes, more than the {_MOST_NODES} that are read.", ""
        )
    for node, entry in content.items():
        fits = isinstance(entry, dict) and isinstance(entry.get("class_type"), str)
        if not fits or not isinstance(entry.get("inputs"), dict):
            raise WorkflowError(
                f"{place}: node {printable(str(node))[:40]} has no class or no inputs.", _EXPORT
            )
    return content


@lru_cache(maxsize=1)
def built_in() -> Template:
    """Text to image in seven nodes, for any SD 1.5 or SDXL checkpoint."""
    link = [["4", 0], ["4", 1], ["4", 2]]
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "4": ("CheckpointLoaderSimple", {"ckpt_name": ""}),
        "6": ("CLIPTextEncode", {"text": "", "clip": link[1]}),
        "7": ("CLIPTextEncode", {"text": "", "clip": link[1]}),
        "5": ("EmptyLatentImage", {"width": 512, "height": 512, "batch_size": 1}),
        "3": (
            "KSampler",
            {
                "seed": 0,
                "steps": 20,
                "cfg": 7.0,
                "sampler_name": "euler_ancestral",
                "scheduler": "normal",
                "denoise": 1.0,
                "model": link[0],
                "positive": ["6", 0],
                "negative": ["7", 0],
                "latent_image": ["5", 0],
            },
        ),
        "8": ("VAEDecode", {"samples": ["3", 0], "vae": link[2]}),
        "9": ("SaveImage", {"images": ["8", 0], "filename_prefix": "spyke"}),
    }
    places = {
        "prompt": ("6", "text"),
        "negative": ("7", "text"),
        "seed": ("3", "seed"),
        "checkpoint": ("4", "ckpt_name"),
        "width": ("5", "width"),
        "height": ("5", "height"),
        "prefix": ("9", "filename_prefix"),
        "steps": ("3", "steps"),
        "cfg": ("3", "cfg"),
        "sampler": ("3", "sampler_name"),
        "scheduler": ("3", "scheduler"),
    }
    slots = {field: (Slot(*place, "built in"),) for field, place in places.items()}
    graph = {key: {"class_type": name, "inputs": inputs} for key, (name, inputs) in nodes.items()}
    return Template(graph, WorkflowMapping(MappingProxyType(slots), "9"))


def fill(
    template: Template | None, settings: Generation, *, seed: int, prefix: str, checkpoint: str = ""
) -> dict[str, Any]:
    """The graph for one image. `template` None is our own.

    An empty checkpoint or prompt leaves what stands in the workflow; batches are of one.
    """
    chosen = template or built_in()
    values: Mapping[str, Any] = {
        "prompt": settings.prompt or None,
        "negative": settings.negative or None,
        "seed": seed,
        "checkpoint": checkpoint or settings.checkpoint or None,
        "width": settings.width,
        "height": settings.height,
        "prefix": prefix,
        "steps": settings.steps,
        "cfg": settings.cfg,
        "sampler": settings.sampler,
        "scheduler": settings.scheduler,
    }
    mapping = chosen.mapping
    left_out = set(mapping.left_out)
    graph: dict[str, Any] = {
        node: copy.deepcopy(dict(entry))
        for node, entry in chosen.graph.items()
        if node not in left_out
    }
    for slot in mapping.batch:
        graph[slot.node]["inputs"][slot.input] = 1
    for field, slots in mapping.slots.items():
        for slot in slots:
            inputs = graph[slot.node]["inputs"]
            if slot.whole:
                if values[field] is not None or (slot.how == "marked" and _is_mark(inputs, slot)):
                    inputs[slot.input] = values[field] if values[field] is not None else ""
            else:
                text = str(values[field]) if values[field] is not None else ""
                inputs[slot.input] = _replaced(inputs[slot.input], field, text)
    return graph


_MARKS = {"prompt": "(?:prompt|positive)", "prefix": "(?:prefix|image|output)"}


def _is_mark(inputs: Mapping[str, Any], slot: Slot) -> bool:
    """Whether a placeholder stands there, which must not be sent as a text."""
    value = inputs[slot.input]
    return isinstance(value, str) and value.strip().startswith("{{")


def _replaced(text: str, field: str, value: str) -> str:
    pattern = r"\{\{\s*" + _MARKS.get(field, field) + r"\s*\}\}"
    return re.sub(pattern, lambda _: value, text)
