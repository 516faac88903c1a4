"""Which inputs of a graph take our values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from spyke_tui.model.table import printable

Graph = Mapping[str, Mapping[str, Any]]
How = Literal["built in", "marked", "found"]

FIELDS = (
    "prompt", "negative", "seed", "checkpoint", "width", "height", "prefix",
    "steps", "cfg", "sampler", "scheduler",
)  # fmt: skip
"""What can be put in; all but `prefix` are keys of [reg]."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One input of one node. `whole`: the value is replaced, not a placeholder inside a text."""

    node: str
    input: str
    how: How = "found"
    whole: bool = True


@dataclass(frozen=True, slots=True)
class WorkflowMapping:
    """Which slots take which field. `left_out` are nodes that are not sent: further pictures."""

    slots: Mapping[str, tuple[Slot, ...]]
    output: str
    """The node that saves the picture."""
    batch: tuple[Slot, ...] = ()
    left_out: tuple[str, ...] = ()

    def field_of(self, node: str, name: str) -> str:
        """The field that goes into an input, or ``""``."""
        for field, slots in self.slots.items():
            if any(slot.node == node and slot.input == name for slot in slots):
                return field
        return ""

    def words(self, graph: Graph) -> list[str]:
        """One line for each field, for a person."""
        lines = []
        for field in FIELDS:
            slots = self.slots.get(field, ())
            if slots:
                places = ", ".join(f"{named(graph, s.node)}, {printable(s.input)}" for s in slots)
                lines.append(f"{field}: {places} ({slots[0].how})")
            elif field in FIELDS[:7]:
                lines.append(f"{field}: as it stands in the workflow")
        lines += [f"not sent: {named(graph, node)}" for node in self.left_out]
        return lines


def named(graph: Graph, node: str) -> str:
    """A node for a person: ``6 CLIPTextEncode "Positive"``."""
    entry = graph.get(node, {})
    meta = entry.get("_meta")
    title = meta.get("title") if isinstance(meta, Mapping) else None
    words = [printable(node)[:40], printable(str(entry.get("class_type", "?")))[:60]]
    if isinstance(title, str) and title and title != entry.get("class_type"):
        words.append(f'"{printable(title)[:60]}"')
    return " ".join(words)
