"""What a ComfyUI server answers over HTTP, as plain data. No input or output here.

The functions take decoded JSON and raise `BadAnswerError` where its shape is none we can use;
parts that we can do without are left out instead. Texts are cleaned for a terminal; names that have
to go back to the server (files, checkpoints, choices) are verbatim, and those that no terminal
should see are dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from spyke_tui.comfy.events import OutputImage, images_of, is_out_of_memory
from spyke_tui.comfy.server_words import cleaned, decimal, mapping, name_of, sequence, whole
from spyke_tui.errors import BadAnswerError

MOST_NAMES = 100_000
MOST_ERRORS = 100

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with a prompt, as the server says it.

    `kind` is its word for it (``value_not_in_list``, ``missing_node_type``...), `input` and
    `node_id` are "" where the whole prompt is meant.
    """

    node_id: str
    class_type: str
    input: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class PromptReply:
    """The answer to POST /prompt.

    `accepted` is false also where the server queued the prompt but leaves some outputs out (an
    answer of 200 with errors): `queued` tells.
    """

    prompt_id: str
    accepted: bool
    queued: bool
    errors: tuple[FieldError, ...] = ()
    number: float = 0.0


@dataclass(frozen=True, slots=True)
class Queue:
    """Prompt ids of all clients, in the order the server will take them."""

    running: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()

    def __contains__(self, prompt_id: object) -> bool:
        return prompt_id in self.running or prompt_id in self.pending

    def __len__(self) -> int:
        return len(self.running) + len(self.pending)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """How a prompt ended. `images` are those of all output nodes, by node id."""

    prompt_id: str
    state: Literal["success", "error", "interrupted"]
    images: Mapping[str, tuple[OutputImage, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    node: str = ""
    node_type: str = ""
    exception_type: str = ""
    message: str = ""

    @property
    def out_of_memory(self) -> bool:
        return is_out_of_memory(self.exception_type, self.message)

    @property
    def saved(self) -> tuple[OutputImage, ...]:
        """Every picture that was saved for good (not a temporary preview)."""
        return tuple(i for found in self.images.values() for i in found if i.folder == "output")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`name` verbatim, separator included; `size` in bytes where the server tells."""

    name: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """Memory in bytes, 0 where unknown."""

    name: str
    memory_total: int = 0
    memory_free: int = 0


@dataclass(frozen=True, slots=True)
class SystemStats:
    version: str
    python: str = ""
    torch: str = ""
    devices: tuple[Device, ...] = ()


def queue_of(answer: object) -> Queue:
    """GET /queue."""
    if not isinstance(answer, dict) or "queue_running" not in answer:
        raise BadAnswerError("The server's answer about its queue is none.")
    running = _ids(answer.get("queue_running"))
    pending = [entry for entry in sequence(answer.get("queue_pending")) if isinstance(entry, list)]
    # The server keeps a heap: the list is not in the order of its numbers.
    pending.sort(key=lambda entry: decimal(entry[0]) or 0.0 if entry else 0.0)
    return Queue(running, _ids(pending))


def _ids(entries: object) -> tuple[str, ...]:
    found = []
    for entry in sequence(entries):
        if isinstance(entry, list) and len(entry) > 1 and isinstance(entry[1], str):
            found.append(cleaned(entry[1], 100))
    return tuple(found)


def history_of(answer: object, prompt_id: str) -> HistoryEntry | None:
    """GET /history/ID. None: running, waiting, deleted, lost or unknown; ask /queue first."""
    if not isinstance(answer, dict):
        raise BadAnswerError("The server's answer about a prompt's end is none.")
    entry = answer.get(prompt_id)
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise BadAnswerError("The server's answer about a prompt's end is none.")
    outputs = mapping(entry.get("outputs"))
    images = {cleaned(node, 100): images_of(output) for node, output in outputs.items()}
    status = mapping(entry.get("status"))
    last, data = _last_word(status)
    word = status.get("status_str")
    state: Literal["success", "error", "interrupted"]
    if last == "execution_interrupted":
        state = "interrupted"
    elif last == "execution_error" or word == "error":
        state = "error"
    else:  # old servers leave the status out
        state = "success"
    return HistoryEntry(
        prompt_id,
        state,
        MappingProxyType({node: found for node, found in images.items() if found}),
        cleaned(data.get("node_id"), 100),
        cleaned(data.get("node_type"), 100),
        cleaned(data.get("exception_type"), 100),
        cleaned(data.get("exception_message")),
    )


def _last_word(status: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    """The message that says how it ended: its name and data."""
    for message in reversed(sequence(status.get("messages"))):
        if not isinstance(message, list) or len(message) != 2:
            continue
        name, data = message
        if name in ("execution_error", "execution_interrupted", "execution_success"):
            return str(name), mapping(data)
    return "", _NONE


def prompt_reply_of(status: int, answer: object, prompt_id: str) -> PromptReply:
    """POST /prompt, answered with 200 or 400. `prompt_id` is ours; old servers mint their own."""
    if not isinstance(answer, dict):
        raise BadAnswerError("The server's answer to a prompt is none.")
    errors = _field_errors(answer)
    if status != 200:
        return PromptReply(prompt_id, accepted=False, queued=False, errors=errors)
    theirs = answer.get("prompt_id")
    if not isinstance(theirs, str) or not theirs:
        raise BadAnswerError("The server took a prompt and gave it no id.")
    return PromptReply(
        cleaned(theirs, 100),
        accepted=not errors,
        queued=True,
        errors=errors,
        number=decimal(answer.get("number")) or 0.0,
    )


def _field_errors(answer: Mapping[str, object]) -> tuple[FieldError, ...]:
    found: list[FieldError] = []
    for node_id, entry in mapping(answer.get("node_errors")).items():
        node = mapping(entry)
        for error in sequence(node.get("errors")):
            said = mapping(error)
            found.append(
                FieldError(
                    cleaned(node_id, 100),
                    cleaned(node.get("class_type"), 100),
                    cleaned(mapping(said.get("extra_info")).get("input_name"), 100),
                    cleaned(said.get("type"), 100),
                    _both(said.get("message"), said.get("details")),
                )
            )
            if len(found) >= MOST_ERRORS:
                return tuple(found)
    if not found and answer.get("error"):
        found.append(_whole_error(answer["error"]))
    return tuple(found)


def _whole_error(error: object) -> FieldError:
    """The error that means the whole prompt, or a node that the server does not have."""
    if isinstance(error, str):
        return FieldError("", "", "", "", cleaned(error))
    said = mapping(error)
    extra = mapping(said.get("extra_info"))
    return FieldError(
        cleaned(extra.get("node_id"), 100),
        cleaned(extra.get("class_type"), 100),
        "",
        cleaned(said.get("type"), 100),
        _both(said.get("message"), said.get("details")),
    )


def _both(message: object, details: object) -> str:
    """Message and details in one line, once where they are the same."""
    first, second = cleaned(message).rstrip("."), cleaned(details)
    return f"{first}: {second}" if first and second and first != second else first or second


def checkpoints_of(answer: object) -> tuple[Checkpoint, ...]:
    """GET /models/checkpoints or /experiment/models/checkpoints."""
    if not isinstance(answer, list):
        raise BadAnswerError("The server's list of checkpoints is none.")
    found: dict[str, Checkpoint] = {}
    for entry in answer[:MOST_NAMES]:
        name = name_of(entry if isinstance(entry, str) else mapping(entry).get("name"))
        if name is not None:
            found.setdefault(name, Checkpoint(name, whole(mapping(entry).get("size"))))
    return tuple(found.values())


def system_stats_of(answer: object) -> SystemStats:
    """GET /system_stats."""
    system = mapping(mapping(answer).get("system"))
    if not system:
        raise BadAnswerError("The server does not say what it is.")
    devices = []
    for entry in sequence(mapping(answer).get("devices"))[:64]:
        data = mapping(entry)
        devices.append(
            Device(
                cleaned(data.get("name"), 100),
                whole(data.get("vram_total")) or 0,
                whole(data.get("vram_free")) or 0,
            )
        )
    return SystemStats(
        cleaned(system.get("comfyui_version"), 60),
        cleaned(system.get("python_version"), 60),
        cleaned(system.get("pytorch_version"), 60),
        tuple(devices),
    )


def metadata_of(answer: object) -> Mapping[str, str]:
    """GET /view_metadata/checkpoints: the texts in a checkpoint's header."""
    found = mapping(answer)
    return MappingProxyType(
        {
            cleaned(key, 100): cleaned(value)
            for key, value in list(found.items())[:1000]
            if isinstance(value, str)
        }
    )
