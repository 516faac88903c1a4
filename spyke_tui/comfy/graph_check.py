"""A graph held against what a server says of its nodes, before the first image is asked for."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from spyke_tui.comfy.node_info import InputInfo, NodeInfo
from spyke_tui.comfy.workflow import Template
from spyke_tui.comfy.workflow_slots import Graph, named
from spyke_tui.model.table import printable

_SHOWN_NAMES = 5
_ANYTHING = ("*", "COMBO", "")


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way of the first image, and what to do about it.

    `field` is the key of [reg] that says it, or ``""``.
    """

    message: str
    hint: str = ""
    field: str = ""
    is_warning: bool = False
    is_unreachable: bool = False
    is_ours: bool = False
    """Whether crops.toml alone is wrong, whatever the server has."""


def nearest(name: str, names: tuple[str, ...]) -> list[str]:
    """`names` with those most like `name` first."""
    by_low = {known.casefold(): known for known in reversed(names)}
    # A file's name counts without its folder too: people leave it away.
    by_low |= {known.replace("\\", "/").rsplit("/", 1)[-1].casefold(): known for known in names}
    near = difflib.get_close_matches(name.casefold(), by_low, 8, 0.4)
    return list(dict.fromkeys([by_low[low] for low in near] + list(names)))


def listed(names: list[str]) -> str:
    """The first few names for a person."""
    shown = ", ".join(printable(name) for name in names[:_SHOWN_NAMES])
    left = len(names) - _SHOWN_NAMES
    return f"{shown} and {left} more" if left > 0 else shown


def check_graph(
    template: Template, graph: Graph, nodes: Mapping[str, NodeInfo | None]
) -> Iterator[Problem]:
    """What the server would refuse. `nodes` has each class of `graph`, None where it lacks it."""
    yield from _missing_classes(graph, nodes)
    for node, entry in graph.items():
        described = nodes.get(entry["class_type"])
        if described is not None:
            for name, known in described.inputs.items():
                yield from _check_input(template, graph, nodes, node, known, name)
    if not any(_saves(entry, nodes) for entry in graph.values()):
        yield Problem(
            "The workflow has no node that gives a picture back.",
            "Add a Save Image node to it and export it again.",
            "workflow",
        )


def _saves(entry: Mapping[str, Any], nodes: Mapping[str, NodeInfo | None]) -> bool:
    described = nodes.get(entry["class_type"])
    # A class that is missing has been told already.
    return described is None or described.is_output


def _missing_classes(graph: Graph, nodes: Mapping[str, NodeInfo | None]) -> Iterator[Problem]:
    missing: dict[str, str] = {}
    for node, entry in graph.items():
        if nodes.get(entry["class_type"]) is None:
            missing.setdefault(entry["class_type"], node)
    for node in missing.values():
        yield Problem(
            f"The server does not know the node {named(graph, node)}.",
            "Install on the server the custom nodes that the workflow was made with.",
            "workflow",
        )


def _check_input(
    template: Template,
    graph: Graph,
    nodes: Mapping[str, NodeInfo | None],
    node: str,
    known: InputInfo,
    name: str,
) -> Iterator[Problem]:
    inputs = graph[node]["inputs"]
    where = f"{named(graph, node)}, {printable(name)}"
    field = template.field_of(node, name) or ("workflow" if template.source else "")
    if name not in inputs:
        if known.required:
            yield Problem(f"{where} is missing.", "Export the workflow again.", "workflow")
        return
    value = inputs[name]
    if isinstance(value, list):
        yield from _check_link(graph, nodes, value, known, where)
        return
    found = _value_problem(value, known)
    if found is not None:
        what, hint = found
        place = f"{field} is" if field not in ("", "workflow") else f"{where} is"
        yield Problem(f"{place} {what}.", hint, field)


def _value_problem(value: Any, known: InputInfo) -> tuple[str, str] | None:
    """What is wrong with a plain value, and what to do."""
    if known.choices:
        if str(value) in known.choices:
            return None
        names = nearest(str(value), known.choices)
        return f"{printable(str(value))!r}, which the server does not have", (
            f"It has {listed(names)}."
        )
    if known.kind not in ("INT", "FLOAT") or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return f"{printable(str(value))!r}, which is no number", "Write a number."
    if known.minimum is not None and number < known.minimum:
        return f"{value}, below the server's least", f"Write {known.minimum:g} or more."
    # The seed's limit is a float here, and rounded up.
    if known.maximum is not None and number > known.maximum:
        return f"{value}, above the server's most", f"Write {known.maximum:g} or less."
    return None


def _check_link(
    graph: Graph,
    nodes: Mapping[str, NodeInfo | None],
    link: list[Any],
    known: InputInfo,
    where: str,
) -> Iterator[Problem]:
    again = "Export the workflow again."
    if len(link) != 2 or str(link[0]) not in graph:
        yield Problem(f"{where} is linked to a node that is not there.", again, "workflow")
        return
    source = nodes.get(graph[str(link[0])]["class_type"])
    if source is None:
        return
    slot = link[1]
    if not isinstance(slot, int) or not 0 <= slot < len(source.outputs):
        yield Problem(f"{where} is linked to an output that is not there.", again, "workflow")
        return
    given = source.outputs[slot]
    wanted = known.kind.split(",")
    if given not in _ANYTHING and known.kind not in _ANYTHING and given not in wanted:
        message = f"{where} takes {printable(known.kind)}, but is linked to {printable(given)}."
        yield Problem(message, "Correct the link in ComfyUI and export it again.", "workflow")
