"""What a graph comes to without drawing it: order, cache keys, and the pictures it describes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spyke_tui.comfy.practice.nodes import NodeClass
from spyke_tui.comfy.practice.validation import is_link

Graph = Mapping[str, Any]

SAMPLERS = ("KSampler", "KSamplerAdvanced")
_LATENT_PIXELS = 8
"""A latent's side is the picture's divided by this, the rest dropped."""


@dataclass(frozen=True, slots=True)
class Images:
    """What an IMAGE or LATENT will look like: `colour` is set where no sampler drew it."""

    width: int = 512
    height: int = 512
    count: int = 1
    seed: int = 0
    colour: int | None = None


def links_of(graph: Graph, node_id: str) -> list[str]:
    """The nodes that `node_id` needs, in the order of its inputs."""
    inputs = graph[node_id].get("inputs", {})
    return [str(value[0]) for value in inputs.values() if is_link(value) and len(value) == 2]


def needed_nodes(graph: Graph, outputs: list[str]) -> list[str]:
    """All nodes the outputs hang on, in the order in which the recorded servers found them."""
    found: dict[str, None] = {}
    for output in outputs:
        stack = [output]
        while stack:
            node_id = stack.pop()
            if node_id not in found:
                found[node_id] = None
                stack += links_of(graph, node_id)
    return list(found)


def running_order(
    graph: Graph, outputs: list[str], done: set[str], classes: Mapping[str, NodeClass]
) -> list[str]:
    """The order of the nodes that still have to run: what soon leads to an output goes first.

    Raises ValueError for a circle, which validation lets through.
    """
    left = _without_cached(graph, outputs, done)
    order: list[str] = []
    ready_by = {node: {n for n in links_of(graph, node) if n in left} for node in left}
    while left:
        ready = [node for node in left if not ready_by[node]]
        if not ready:
            raise ValueError("the nodes hang on each other in a circle")
        chosen = _soonest(ready, left, graph, classes)
        order.append(chosen)
        left.remove(chosen)
        for waits in ready_by.values():
            waits.discard(chosen)
    return order


def _without_cached(graph: Graph, outputs: list[str], done: set[str]) -> list[str]:
    """The nodes to run: what only a cached node needs is not looked at."""
    found: dict[str, None] = {}
    for output in outputs:
        stack = [output]
        while stack:
            node_id = stack.pop()
            if node_id not in found and node_id not in done:
                found[node_id] = None
                stack += links_of(graph, node_id)
    return list(found)


def _soonest(
    ready: list[str], left: list[str], graph: Graph, classes: Mapping[str, NodeClass]
) -> str:
    def is_output(node: str) -> bool:
        return classes[graph[node]["class_type"]].is_output

    takers = {node: [other for other in left if node in links_of(graph, other)] for node in left}
    tests = (
        is_output,
        lambda node: any(is_output(taker) for taker in takers[node]),
        lambda node: any(is_output(far) for taker in takers[node] for far in takers[taker]),
    )
    for test in tests:
        for node in ready:
            if test(node):
                return node
    return ready[0]


def cache_keys(graph: Graph, nodes: list[str]) -> dict[str, str]:
    """A key for each node that stays the same while its class and all it hangs on do."""
    keys: dict[str, str] = {}

    def key(node_id: str) -> str:
        if node_id not in keys:
            keys[node_id] = ""  # a circle must end
            node = graph[node_id]
            inputs = {
                name: [key(str(value[0])), value[1]] if is_link(value) else value
                for name, value in node.get("inputs", {}).items()
            }
            text = json.dumps([node["class_type"], inputs], sort_keys=True, default=str)
            keys[node_id] = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        return keys[node_id]

    for node_id in nodes:
        key(node_id)
    return {node_id: keys[node_id] for node_id in nodes}


def described_images(graph: Graph, node_id: str) -> Images:
    """The pictures that come out of a node, followed up to where they begin."""
    node = graph[node_id]
    inputs = node.get("inputs", {})
    match node["class_type"]:
        case "EmptyImage":
            return Images(
                inputs["width"], inputs["height"], inputs["batch_size"], 0, inputs["color"]
            )
        case "EmptyLatentImage":
            sides = [max(1, inputs[side] // _LATENT_PIXELS) for side in ("width", "height")]
            return Images(
                sides[0] * _LATENT_PIXELS, sides[1] * _LATENT_PIXELS, inputs["batch_size"]
            )
        case "KSampler" | "KSamplerAdvanced":
            before = described_images(graph, str(inputs["latent_image"][0]))
            seed = inputs.get("seed", inputs.get("noise_seed", 0))
            return Images(before.width, before.height, before.count, before.seed ^ seed)
    for name in ("images", "image", "samples", "latent_image", "latent"):
        if is_link(inputs.get(name)):
            return described_images(graph, str(inputs[name][0]))
    return Images()
