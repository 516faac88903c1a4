"""What a ComfyUI server says over its WebSocket, as plain data: `frames` makes it from the wire.

Every text in it can go to a terminal as it is. Prompt and node ids are cleaned like all other text,
so an id that carries control characters simply matches none of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from spyke_tui.comfy.server_words import mapping, name_of, sequence

MOST_ENTRIES = 10_000
"""Nodes or images in one message; more of them are cut off."""


@dataclass(frozen=True, slots=True)
class OutputImage:
    """A picture on the server, as `GET /view` wants it named."""

    filename: str
    subfolder: str = ""
    folder: str = "output"
    """``output`` or ``temp``; "type" on the wire."""


@dataclass(frozen=True, slots=True)
class NodeProgress:
    """How far one node is; `state` is the server's word (running, finished, pending, error)."""

    value: float
    maximum: float
    state: str


@dataclass(frozen=True, slots=True)
class Status:
    """Prompts of all clients that the server still has. `sid` only on connecting."""

    queue_remaining: int
    sid: str = ""


@dataclass(frozen=True, slots=True)
class FeatureFlags:
    """The answer to ours; `preview_metadata`: previews come with the ids of prompt and node."""

    preview_metadata: bool


@dataclass(frozen=True, slots=True)
class ExecutionStart:
    prompt_id: str


@dataclass(frozen=True, slots=True)
class ExecutionCached:
    """The nodes whose result is at hand already."""

    prompt_id: str
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProgressState:
    """All nodes that have run or run now, by id."""

    prompt_id: str
    nodes: Mapping[str, NodeProgress] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Executing:
    """A node begins; `node` None: the prompt is over, however it went.

    `prompt_id` is "" in what a server tells a client that connects in the middle.
    """

    node: str | None
    prompt_id: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Step `value` of `maximum` of a node."""

    value: float
    maximum: float
    node: str
    prompt_id: str


@dataclass(frozen=True, slots=True)
class Executed:
    """An output node has its result."""

    prompt_id: str
    node: str
    images: tuple[OutputImage, ...] = ()


@dataclass(frozen=True, slots=True)
class ExecutionSuccess:
    prompt_id: str


@dataclass(frozen=True, slots=True)
class ExecutionError:
    prompt_id: str
    node: str
    node_type: str
    exception_type: str
    message: str

    @property
    def out_of_memory(self) -> bool:
        """Whether the server ran out of memory: trying again at once would fail again."""
        return is_out_of_memory(self.exception_type, self.message)


@dataclass(frozen=True, slots=True)
class ExecutionInterrupted:
    prompt_id: str
    node: str
    node_type: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture of the running step, or what a node shows (PNG, up to some megabytes).

    Without `feature_flags` nobody says whose it is.
    """

    image: bytes = field(repr=False)
    format: Literal["jpeg", "png", "webp"] = "jpeg"
    prompt_id: str | None = None
    node: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message that we do not know, or that is broken: `reason` says which, in words."""

    kind: str
    reason: str = ""


Event = (
    Status
    | FeatureFlags
    | ExecutionStart
    | ExecutionCached
    | ProgressState
    | Executing
    | Progress
    | Executed
    | ExecutionSuccess
    | ExecutionError
    | ExecutionInterrupted
    | Preview
    | Unknown
)


def is_out_of_memory(exception_type: str, message: str) -> bool:
    """The same rule for an event and for a history entry."""
    words = f"{exception_type} {message}".lower()
    return "outofmemory" in words or "out of memory" in words or "memoryerror" in words


def images_of(output: object) -> tuple[OutputImage, ...]:
    """The pictures in a node's ``output``; those with a name nobody should print are left out."""
    found = []
    for entry in sequence(mapping(output).get("images"))[:MOST_ENTRIES]:
        data = mapping(entry)
        filename = name_of(data.get("filename"))
        subfolder = data.get("subfolder", "")
        folder = data.get("type", "output")
        if filename is None or folder not in ("output", "temp", "input"):
            continue
        if subfolder != "" and name_of(subfolder) is None:
            continue
        found.append(OutputImage(filename, str(subfolder), str(folder)))
    return tuple(found)
